"""The agenda as a page: every number, day and time already in words, so that text, HTML, Markdown and PDF only lay it
out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from routehub.core.language import _, later, pgettext, plural
from routehub.digests import words
from routehub.digests.agenda.order import OTHER_BUSINESS, duration, time_of
from routehub.digests.agenda.points import grouped, in_order
from routehub.digests.agenda.rules.reporting import FLAGS
from routehub.digests.cities import elsewhere
from routehub.digests.render.reader import MARK_WORDS, MARKS, Reader
from routehub.digests.render.trends import WeekView, caption, week_rows
from routehub.journal.message import Message
from routehub_schemas import plan_points, reference
from routehub_schemas.kinds.agenda.payload import Agenda, Item, Meeting
from routehub_schemas.matters import Prepare

LATE = timedelta(minutes=15)
SHOWN_SOURCES = 8
DRAFT, AGENDA = later("Draft agenda, conference %(conference)s"), later("Agenda, conference %(conference)s")


@dataclass(frozen=True)
class ItemView:
    """``outcome``: in words, and ``wants``: as the agenda has it, by which it is drawn; ``lead``: in a table, and
    ``led_by``: in a sentence."""

    number: int
    title: str
    anchor: str
    outcome: str
    wants: str
    minutes: str
    lead: str
    led_by: str
    points: str
    lines: tuple[str, ...]
    wanted: str | None
    why: str
    sources: tuple[str, ...]
    more_sources: int
    late: bool


@dataclass(frozen=True)
class PrepareView:
    """What the reader's party is asked to prepare. ``due``: in words, when it cannot wait for the call; ``link``: the
    page on which it is done; ``item``: for which item, None in an annex."""

    text: str
    due: str | None
    link: str | None
    item: int | None


@dataclass(frozen=True)
class GroupView:
    """Items under points that they share: ``Points 1 and 9``, their titles, and the numbers of the items."""

    points: str
    titles: str
    items: str


@dataclass(frozen=True)
class AgendaPage:
    mark: str | None
    mark_words: str
    route: str
    heading: str
    title: str
    when: str
    elsewhere: str | None
    chair: str
    link: str | None
    summary: str
    compiled: str
    late: str | None
    proposing: str
    prepare_title: str
    prepare: tuple[PrepareView, ...]
    items: tuple[ItemView, ...]
    groups_title: str
    groups: tuple[GroupView, ...]
    closing: str
    week_caption: str
    week: tuple[WeekView, ...]
    notes: tuple[str, ...]
    subject: str
    handling: str
    url: str
    calendar: str


def agenda_page(message: Message, reader: Reader) -> AgendaPage:
    """Lay out an agenda message."""
    agenda = message.payload
    assert isinstance(agenda, Agenda)
    meeting, zone = agenda.meeting, _zone(agenda, reader)
    mark = MARKS.get(reader.route.marking)
    base = f"{reader.public_url}/routes/{reader.route.code}"
    late = agenda.due_at is not None and agenda.compiled_at - agenda.due_at > LATE
    return AgendaPage(
        mark=mark, mark_words=_(MARK_WORDS.get(mark or "", "")), route=reader.route.title,
        heading=_(DRAFT if agenda.state == "draft" else AGENDA, conference=agenda.conference),
        title=meeting.title if meeting else "", when=_when(meeting, zone), elsewhere=_elsewhere(reader, meeting, zone),
        chair=reader.the(meeting.chair, agenda.compiled_at) if meeting else "",
        link=meeting.link if meeting else None, summary=_summary(agenda), compiled=_compiled(agenda, zone),
        late=_("Late: it was due %(zone)s.", zone=words.when(agenda.due_at, zone)) if late and agenda.due_at else None,
        proposing=_proposing(agenda, zone), prepare_title=_asked(reader, agenda),
        prepare=tuple(_prepare(reader, agenda, zone)),
        items=tuple(_item(reader, agenda, item) for item in agenda.items),
        groups_title=_groups_title(agenda), groups=tuple(_groups(agenda)),
        closing=_closing(meeting, zone), week_caption=caption(agenda), week=week_rows(reader, agenda),
        notes=tuple(_notes(agenda)), subject=subject(agenda, zone),
        handling=_("TLP:%(tlp)s. For contact points and coordinators, not for publication.", tlp=message.tlp),
        url=f"{base}/conference/{agenda.conference}",
        calendar=f"{reader.public_url}/v1/routes/{reader.route.code}/conferences/{agenda.conference}.ics",
    )  # fmt: skip


def subject(agenda: Agenda, zone: ZoneInfo) -> str:
    """``Draft agenda, conference 14, Thu 22 Jan, 10:00 CET: 7 items, 3 to decide``. One line: its parts are numbers."""
    when = f", {words.when(agenda.meeting.start, zone)}" if agenda.meeting else ""
    draft = _("Draft agenda") if agenda.state == "draft" else _("Agenda")
    return _(
        "%(draft)s, conference %(conference)s%(when)s: %(agenda)s",
        draft=draft,
        conference=agenda.conference,
        when=when,
        agenda=_counts(agenda),
    )


def _zone(agenda: Agenda, reader: Reader) -> ZoneInfo:
    return ZoneInfo(agenda.meeting.zone) if agenda.meeting else reader.route.zone


def _counts(agenda: Agenda) -> str:
    decisions = sum(item.outcome == "decide" for item in agenda.items)
    return words.count(len(agenda.items), "item") + (
        _(", %(decisions)s to decide", decisions=decisions) if decisions else ""
    )


def _summary(agenda: Agenda) -> str:
    minutes = duration(
        time_of(item.minutes for item in agenda.items), agenda.meeting.minutes if agenda.meeting else None
    )
    edition = _(" Edition %(edition)s.", edition=agenda.edition) if agenda.edition > 1 else ""
    return f"{_counts(agenda)}; {minutes}.{edition}"


def _when(meeting: Meeting | None, zone: ZoneInfo) -> str:
    if meeting is None:
        return ""
    start = meeting.start.astimezone(zone)
    end = (meeting.start + timedelta(minutes=meeting.minutes)).astimezone(zone)
    return _(
        "%(date)s, %(start)s to %(end)s %(end_2)s (%(key)s)",
        date=words.full_day(start.date()),
        start=f"{start:%H:%M}",
        end=f"{end:%H:%M}",
        end_2=f"{end:%Z}",
        key=zone.key.replace("_", " "),
    )


def _elsewhere(reader: Reader, meeting: Meeting | None, zone: ZoneInfo) -> str | None:
    """The start on the other clocks of the route, and where the reader is: ``11:00 in Athens, Bucharest and Sofia``."""
    if meeting is None:
        return None
    members = reader.route.members(meeting.start.astimezone(zone).date())
    others = [*(m.zone for m in members), *([reader.zone] if reader.zone is not None else [])]
    return "; ".join(elsewhere(meeting.start, zone, others)) or None


def _compiled(agenda: Agenda, zone: ZoneInfo) -> str:
    sources = len(agenda.rests_on())
    posts = _(" It rests on %(sources)s.", sources=words.count(sources, "message")) if sources else ""
    since = words.when(agenda.window.start, zone)
    return _(
        "Compiled %(zone)s, from what was posted since %(since)s.%(posts)s",
        zone=words.when(agenda.compiled_at, zone),
        since=since,
        posts=posts,
    )


def _proposing(agenda: Agenda, zone: ZoneInfo) -> str:
    if agenda.state == "closed":
        return _("The agenda is closed. What is proposed now is added as a late item.")
    if agenda.closes_at is None:
        return ""
    return _("You can propose items until %(zone)s. Then the agenda closes.", zone=words.when(agenda.closes_at, zone))


def _asked(reader: Reader, agenda: Agenda) -> str:
    return _("%(party)s, please prepare", party=reader.name(reader.party, agenda.compiled_at)) if reader.party else ""


def _prepare(reader: Reader, agenda: Agenda, zone: ZoneInfo) -> list[PrepareView]:
    """What is asked of the reader's party: first what has a deadline, then by item."""
    asked = [(item.number, one) for item in agenda.items for one in item.prepare if one.party == reader.party]
    asked.sort(key=lambda pair: (pair[1].due is None, pair[1].due or agenda.compiled_at, pair[0]))
    return [prepare_view(reader, one, zone, number) for number, one in asked]


def prepare_view(reader: Reader, one: Prepare, zone: ZoneInfo, item: int | None) -> PrepareView:
    due = _("by %(zone)s", zone=words.when(one.due, zone)) if one.due is not None else None
    return PrepareView(one.text, due, reader.message(one.source) if one.source else None, item)


def _item(reader: Reader, agenda: Agenda, item: Item) -> ItemView:
    minutes = _("%(minutes)s min", minutes=item.minutes) if item.minutes else _("for information, no time")
    return ItemView(
        item.number, item.title, f"item-{item.number}", words.outcome(item.outcome), item.outcome, minutes,
        reader.name(item.lead, agenda.compiled_at) if item.lead else "",
        reader.the(item.lead, agenda.compiled_at) if item.lead else "",
        points(item.points, only_plan(_points(agenda))), tuple(item.lines), item.wanted,
        item.why, tuple(reader.message(source) for source in item.sources[:SHOWN_SOURCES]),
        max(0, len(item.sources) - SHOWN_SOURCES), item.late,
    )  # fmt: skip


def _groups_title(agenda: Agenda) -> str:
    plan = only_plan(_points(agenda))
    return _("By points: %(plan)s", plan=plan_title(plan)) if plan else _("By points of the plans")


def _groups(agenda: Agenda) -> list[GroupView]:
    """The items by points, several points together (seed 000)."""
    found = []
    for codes, numbers in grouped((item.number, item.points) for item in agenda.items):
        told = [plan_points.find(code) for code in codes]
        titles = "; ".join(dict.fromkeys(pair[1].title for pair in told if pair is not None))
        items = words.listed([str(number) for number in numbers])
        said = plural("item %(items)s", "items %(items)s", len(numbers), items=items)
        found.append(GroupView(points(codes, only_plan(_points(agenda))), titles, said))
    return found


def points(codes: Sequence[str], known: str | None = None) -> str:
    """``Leaders' statement, points 1 and 9``, with the title of each plan from the reference data; without that of the
    plan ``known``, where it is said once for all: ``Points 1 and 9``."""
    told = []
    for plan, group in groupby(sorted(codes, key=in_order), key=lambda code: code.partition("/")[0]):
        numbers = [code.partition("/")[2] for code in group]
        said = plural("point %(points)s", "points %(points)s", len(numbers), points=words.listed(numbers))
        told.append(said[:1].upper() + said[1:] if plan == known else f"{plan_title(plan)}, {said}")
    return "; ".join(told)


def plan_title(plan: str) -> str:
    found = reference.plans().get(plan)
    return pgettext("plan", found.title) if found is not None else plan


def _points(agenda: Agenda) -> list[str]:
    return [code for item in agenda.items for code in item.points]


def only_plan(codes: Iterable[str]) -> str | None:
    """The plan to which all points belong; None when there are several, or none."""
    plans = {code.partition("/")[0] for code in codes}
    return plans.pop() if len(plans) == 1 else None


def _closing(meeting: Meeting | None, zone: ZoneInfo) -> str:
    following = (
        _(" Next conference: %(zone)s.", zone=words.when(meeting.next, zone)) if meeting and meeting.next else ""
    )
    return _(
        "Any other business, %(other_business)s min.%(following)s", other_business=OTHER_BUSINESS, following=following
    )


def _notes(agenda: Agenda) -> list[str]:
    """What the first item says of the newest figures: provisional, estimated, corrected, carried over."""
    first = next((item for item in agenda.items if item.rule == "reporting-this-week"), None)
    about = tuple(f", {word}: " for _, word in FLAGS)
    return [line for line in first.lines if any(word in line for word in about)] if first else []
