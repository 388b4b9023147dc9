"""The agenda as a page: every number, day and time already in words, so that text, HTML, Markdown and PDF only lay it
out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from routehub.digests import words
from routehub.digests.agenda.matter import LEVELS
from routehub.digests.agenda.order import OTHER_BUSINESS
from routehub.digests.agenda.points import grouped, in_order
from routehub.digests.agenda.rules.reporting import FLAGS
from routehub.directory.snapshot import Directory, RouteView
from routehub.journal.message import Message
from routehub.views.route import level
from routehub_schemas import plan_points, reference
from routehub_schemas.kinds.agenda.payload import Agenda, Item, Meeting, WeekRow
from routehub_schemas.matters import Prepare

LATE = timedelta(minutes=15)
SHOWN_SOURCES = 8
NO_FIGURES = "no figures"
MARKS = {"exercise": "EXERCISE", "sample": "SAMPLE"}
MARK_WORDS = {
    "EXERCISE": "This is an exercise. Nothing in it is real.",
    "SAMPLE": "Sample data. Nothing in it is real.",
}
LEVEL_WORDS = {"room": "Room", "filling": "Filling"} | {name: text.capitalize() for name, text in LEVELS.items()}
LEVEL_CLASSES = {"room": "ink", "filling": "mid", "nearly_full": "full", "over_capacity": "full"}


@dataclass(frozen=True)
class Reader:
    """For whom it is laid out. ``zone``: None, or where the reader is, if times there are to be told as well;
    ``party``: None, or whose, if it is to say what that party should prepare."""

    route: RouteView
    directory: Directory
    public_url: str
    zone: ZoneInfo | None = None
    party: str | None = None

    def name(self, party: str, at: datetime) -> str:
        """What a party was called at that moment."""
        return self.directory.name(party, at.astimezone(self.route.zone).date())

    def message(self, message_id: str) -> str:
        return f"{self.public_url}/routes/{self.route.code}/messages/{message_id}"


@dataclass(frozen=True)
class ItemView:
    number: int
    title: str
    anchor: str
    outcome: str
    minutes: str
    lead: str
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
class WeekView:
    """One party's row of the week. ``change``: on the week before; ``peak``: its highest day; ``level``: the style of
    its reception."""

    code: str
    name: str
    entered: str
    change: str
    peak: str
    reception: str
    level: str


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
        mark=mark, mark_words=MARK_WORDS.get(mark or "", ""), route=reader.route.title,
        heading=f"{'Draft agenda' if agenda.state == 'draft' else 'Agenda'}, conference {agenda.conference}",
        title=meeting.title if meeting else "", when=_when(meeting, zone), elsewhere=_elsewhere(reader, meeting, zone),
        chair=reader.name(meeting.chair, agenda.compiled_at) if meeting else "",
        link=meeting.link if meeting else None, summary=_summary(agenda), compiled=_compiled(agenda, zone),
        late=f"Late: it was due {words.when(agenda.due_at, zone)}." if late and agenda.due_at else None,
        proposing=_proposing(agenda, zone), prepare_title=_asked(reader, agenda),
        prepare=tuple(_prepare(reader, agenda, zone)),
        items=tuple(_item(reader, agenda, item) for item in agenda.items),
        groups_title=_groups_title(agenda), groups=tuple(_groups(agenda)),
        closing=_closing(meeting, zone), week_caption=_caption(agenda), week=week_rows(reader, agenda),
        notes=tuple(_notes(agenda)), subject=subject(agenda, zone),
        handling=f"TLP:{message.tlp}. For contact points and coordinators, not for publication.",
        url=f"{base}/conference/{agenda.conference}",
        calendar=f"{reader.public_url}/v1/routes/{reader.route.code}/conferences/{agenda.conference}.ics",
    )  # fmt: skip


def subject(agenda: Agenda, zone: ZoneInfo) -> str:
    """``Draft agenda, conference 14, Thu 22 Jan, 10:00 CET: 7 items, 3 to decide``. One line: its parts are numbers."""
    when = f", {words.when(agenda.meeting.start, zone)}" if agenda.meeting else ""
    draft = "Draft agenda" if agenda.state == "draft" else "Agenda"
    return f"{draft}, conference {agenda.conference}{when}: {_counts(agenda)}"


def _zone(agenda: Agenda, reader: Reader) -> ZoneInfo:
    return ZoneInfo(agenda.meeting.zone) if agenda.meeting else reader.route.zone


def _counts(agenda: Agenda) -> str:
    decisions = sum(item.outcome == "decide" for item in agenda.items)
    return words.count(len(agenda.items), "item") + (f", {decisions} to decide" if decisions else "")


def _summary(agenda: Agenda) -> str:
    minutes = sum(item.minutes for item in agenda.items) + OTHER_BUSINESS
    most = f" of {agenda.meeting.minutes}" if agenda.meeting else ""
    over = (
        f", {minutes - agenda.meeting.minutes} too many" if agenda.meeting and minutes > agenda.meeting.minutes else ""
    )
    edition = f" Edition {agenda.edition}." if agenda.edition > 1 else ""
    return f"{_counts(agenda)}; {minutes}{most} minutes{over}.{edition}"


def _when(meeting: Meeting | None, zone: ZoneInfo) -> str:
    if meeting is None:
        return ""
    start = meeting.start.astimezone(zone)
    end = (meeting.start + timedelta(minutes=meeting.minutes)).astimezone(zone)
    return f"{words.full_day(start.date())}, {start:%H:%M} to {end:%H:%M} {end:%Z} ({zone.key.replace('_', ' ')})"


def _elsewhere(reader: Reader, meeting: Meeting | None, zone: ZoneInfo) -> str | None:
    """The start on the other clocks of the route, and where the reader is: ``11:00 in Athens, Bucharest and Sofia``."""
    if meeting is None:
        return None
    here = meeting.start.astimezone(zone)
    members = reader.route.members(here.date())
    zones = [*sorted({m.zone.key for m in members}), *([reader.zone.key] if reader.zone is not None else [])]
    told: dict[str, list[str]] = {}
    for key in dict.fromkeys(zones):
        there = meeting.start.astimezone(ZoneInfo(key))
        if there.utcoffset() != here.utcoffset():
            hour = f"{there:%H:%M}" if there.date() == here.date() else f"{words.day(there.date())}, {there:%H:%M}"
            told.setdefault(hour, []).append(_city(key))
    return "; ".join(f"{hour} in {words.listed(cities)}" for hour, cities in sorted(told.items())) or None


def _city(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")


def _compiled(agenda: Agenda, zone: ZoneInfo) -> str:
    sources = len(agenda.rests_on())
    posts = f" It rests on {words.count(sources, 'message')}." if sources else ""
    since = words.when(agenda.window.start, zone)
    return f"Compiled {words.when(agenda.compiled_at, zone)}, from what was posted since {since}.{posts}"


def _proposing(agenda: Agenda, zone: ZoneInfo) -> str:
    if agenda.state == "closed":
        return "The agenda is closed. What is proposed now comes among the late items."
    if agenda.closes_at is None:
        return ""
    return f"You can propose items until {words.when(agenda.closes_at, zone)}. Then the agenda closes."


def _asked(reader: Reader, agenda: Agenda) -> str:
    return f"{reader.name(reader.party, agenda.compiled_at)}, please prepare" if reader.party else ""


def _prepare(reader: Reader, agenda: Agenda, zone: ZoneInfo) -> list[PrepareView]:
    """What is asked of the reader's party: first what has a deadline, then by item."""
    asked = [(item.number, one) for item in agenda.items for one in item.prepare if one.party == reader.party]
    asked.sort(key=lambda pair: (pair[1].due is None, pair[1].due or agenda.compiled_at, pair[0]))
    return [prepare_view(reader, one, zone, number) for number, one in asked]


def prepare_view(reader: Reader, one: Prepare, zone: ZoneInfo, item: int | None) -> PrepareView:
    due = f"by {words.when(one.due, zone)}" if one.due is not None else None
    return PrepareView(one.text, due, reader.message(one.source) if one.source else None, item)


def _item(reader: Reader, agenda: Agenda, item: Item) -> ItemView:
    minutes = f"{item.minutes} min" if item.minutes else "for information, no time"
    return ItemView(
        item.number, item.title, f"item-{item.number}", item.outcome.capitalize(), minutes,
        reader.name(item.lead, agenda.compiled_at) if item.lead else "", points(item.points, only_plan(agenda)),
        tuple(item.lines),
        item.wanted, item.why, tuple(reader.message(source) for source in item.sources[:SHOWN_SOURCES]),
        max(0, len(item.sources) - SHOWN_SOURCES), item.late,
    )  # fmt: skip


def _groups_title(agenda: Agenda) -> str:
    plan = only_plan(agenda)
    return f"By points: {plan_title(plan)}" if plan else "By points of the plans"


def _groups(agenda: Agenda) -> list[GroupView]:
    """The items by points, several points together (seed 000)."""
    found = []
    for codes, numbers in grouped((item.number, item.points) for item in agenda.items):
        told = [plan_points.find(code) for code in codes]
        titles = "; ".join(dict.fromkeys(pair[1].title for pair in told if pair is not None))
        items = words.listed([str(number) for number in numbers])
        found.append(
            GroupView(points(codes, only_plan(agenda)), titles, f"{'item' if len(numbers) == 1 else 'items'} {items}")
        )
    return found


def points(codes: Sequence[str], known: str | None = None) -> str:
    """``Leaders' statement, points 1 and 9``, with the title of each plan from the reference data; without that of the
    plan ``known``, where it is said once for all: ``Points 1 and 9``."""
    told = []
    for plan, group in groupby(sorted(codes, key=in_order), key=lambda code: code.partition("/")[0]):
        numbers = [code.partition("/")[2] for code in group]
        word = "point" if len(numbers) == 1 else "points"
        title = "" if plan == known else f"{plan_title(plan)}, "
        told.append(f"{title}{word if title else word.capitalize()} {words.listed(numbers)}")
    return "; ".join(told)


def plan_title(plan: str) -> str:
    found = reference.plans().get(plan)
    return found.title if found is not None else plan


def only_plan(agenda: Agenda) -> str | None:
    """The plan to which all points of an agenda belong; None when there are several, or none."""
    plans = {code.partition("/")[0] for item in agenda.items for code in item.points}
    return plans.pop() if len(plans) == 1 else None


def _closing(meeting: Meeting | None, zone: ZoneInfo) -> str:
    following = f" Next conference: {words.when(meeting.next, zone)}." if meeting and meeting.next else ""
    return f"Any other business, {OTHER_BUSINESS} min.{following}"


def _caption(agenda: Agenda) -> str:
    if not agenda.days:
        return ""
    return (
        f"People entered: a day, on average over the days reported, {words.count(len(agenda.days), 'day')} to "
        f"{words.day(agenda.days[-1])}. Reception: places taken, newest figures."
    )


def week_rows(reader: Reader, agenda: Agenda) -> tuple[WeekView, ...]:
    """One row per party that is to report; a party without figures says so."""
    rows: dict[str, dict[str, WeekRow]] = {row.party: {} for row in agenda.reporting}
    heard = {row.party for row in agenda.reporting if row.received}
    for row in agenda.week:
        rows.setdefault(row.party, {})[row.indicator] = row
    found = []
    for party, known in rows.items():
        reception, style = _reception(known.get("occupied"), known.get("places"))
        entered, change = _entered(known.get("arrivals"), len(agenda.days))
        if party in heard and entered == NO_FIGURES:
            entered = "reported, no figures"
        peak = _peak(known.get("arrivals"), agenda.days)
        name = reader.name(party, agenda.compiled_at)
        found.append(WeekView(party, name, entered, change, peak, reception, style))
    return tuple(found)


def _peak(row: WeekRow | None, days: Sequence[date]) -> str:
    """The highest of the days that were reported, the latest of equal ones."""
    told = [(value, day) for value, day in zip(row.values, days, strict=True) if value is not None] if row else []
    if len(told) < 2:
        return ""
    value, day = max(told)
    return f"{words.number(value)} on {words.day(day)}"


def _notes(agenda: Agenda) -> list[str]:
    """What the first item says of the newest figures: provisional, estimated, corrected, carried over."""
    first = next((item for item in agenda.items if item.rule == "reporting-this-week"), None)
    about = tuple(f", {word}: " for _, word in FLAGS)
    return [line for line in first.lines if any(word in line for word in about)] if first else []


def _entered(row: WeekRow | None, days: int) -> tuple[str, str]:
    told = [value for value in row.values if value is not None] if row else []
    if row is None or not told:
        return NO_FIGURES, ""
    average = words.number(round(sum(told) / len(told)))
    partly = f" ({len(told)} of {days} days)" if len(told) < days else ""
    whole = not partly and row.total is not None and row.previous is not None
    return average + partly, words.change(row.total or 0, row.previous or 0) if whole else ""


def _reception(occupied: WeekRow | None, places: WeekRow | None) -> tuple[str, str]:
    taken, there = _newest(occupied), _newest(places)
    if taken is None or there is None or not there:
        return "not shared", "ink"
    name = level(taken, there)  # the share is rounded down: 89.8% is not yet the 90% from which it is nearly full
    share = f"{words.number(taken)} of {words.number(there)} ({100 * taken // there}%)"
    return f"{share} {LEVEL_WORDS[name]}", LEVEL_CLASSES[name]


def _newest(row: WeekRow | None) -> int | None:
    return next((value for value in reversed(row.values) if value is not None), None) if row else None
