"""The agenda as a page: every number, day and time already in words, so that text, HTML and Markdown only
lay it out."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from routehub.digests import words
from routehub.digests.rules import LEVELS, OTHER_BUSINESS
from routehub.directory.snapshot import Directory, RouteView
from routehub.journal.message import Message
from routehub.views.route import level
from routehub_schemas import reference
from routehub_schemas.kinds.agenda.payload import Agenda, Item, Meeting, WeekRow

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
    """For whom it is laid out. ``zone``: None, or where the reader is, if times there are to be told as well."""

    route: RouteView
    directory: Directory
    public_url: str
    zone: ZoneInfo | None = None


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


@dataclass(frozen=True)
class WeekView:
    """One party's row of the week. ``level``: the style of its reception."""

    code: str
    name: str
    entered: str
    change: str
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
    items: tuple[ItemView, ...]
    closing: str
    week_caption: str
    week: tuple[WeekView, ...]
    subject: str
    handling: str
    url: str


def agenda_page(message: Message, reader: Reader) -> AgendaPage:
    """Lay out an agenda message."""
    agenda = message.payload
    assert isinstance(agenda, Agenda)
    meeting, zone = agenda.meeting, _zone(agenda, reader)
    mark = MARKS.get(reader.route.marking)
    url = f"{reader.public_url}/routes/{reader.route.code}/conference/{agenda.conference}"
    late = agenda.due_at is not None and agenda.compiled_at - agenda.due_at > LATE
    return AgendaPage(
        mark=mark, mark_words=MARK_WORDS.get(mark or "", ""), route=reader.route.title,
        heading=f"Agenda, conference {agenda.conference}", title=meeting.title if meeting else "",
        when=_when(meeting, zone), elsewhere=_elsewhere(meeting, zone, reader.zone),
        chair=_name(reader, agenda, meeting.chair) if meeting else "", link=meeting.link if meeting else None,
        summary=_summary(agenda),
        compiled=f"Compiled {words.when(agenda.compiled_at, zone)}, from what was posted since "
        f"{words.when(agenda.window.start, zone)}.",
        late=f"Late: it was due {words.when(agenda.due_at, zone)}." if late and agenda.due_at else None,
        items=tuple(_item(reader, agenda, item) for item in agenda.items), closing=_closing(meeting, zone),
        week_caption=_caption(agenda), week=_week(reader, agenda), subject=subject(agenda, zone),
        handling=f"TLP:{message.tlp}. For contact points and coordinators, not for publication.", url=url,
    )  # fmt: skip


def subject(agenda: Agenda, zone: ZoneInfo) -> str:
    """``Agenda, conference 14, Thu 22 Jan, 10:00 CET: 7 items, 3 to decide``. One line: its parts are numbers."""
    when = f", {words.when(agenda.meeting.start, zone)}" if agenda.meeting else ""
    return f"Agenda, conference {agenda.conference}{when}: {_counts(agenda)}"


def _zone(agenda: Agenda, reader: Reader) -> ZoneInfo:
    return ZoneInfo(agenda.meeting.zone) if agenda.meeting else reader.route.zone


def _name(reader: Reader, agenda: Agenda, party: str) -> str:
    return reader.directory.name(party, agenda.compiled_at.astimezone(reader.route.zone).date())


def _counts(agenda: Agenda) -> str:
    decisions = sum(item.outcome == "decide" for item in agenda.items)
    return words.count(len(agenda.items), "item") + (f", {decisions} to decide" if decisions else "")


def _summary(agenda: Agenda) -> str:
    minutes = sum(item.minutes for item in agenda.items) + OTHER_BUSINESS
    most = f" of {agenda.meeting.minutes}" if agenda.meeting else ""
    edition = f" Edition {agenda.edition}." if agenda.edition > 1 else ""
    return f"{_counts(agenda)}; {minutes}{most} minutes.{edition}"


def _when(meeting: Meeting | None, zone: ZoneInfo) -> str:
    if meeting is None:
        return ""
    start = meeting.start.astimezone(zone)
    end = (meeting.start + timedelta(minutes=meeting.minutes)).astimezone(zone)
    return f"{words.full_day(start.date())}, {start:%H:%M} to {end:%H:%M} {end:%Z} ({zone.key.replace('_', ' ')})"


def _elsewhere(meeting: Meeting | None, zone: ZoneInfo, there: ZoneInfo | None) -> str | None:
    """The start where the reader is, if clocks differ."""
    if meeting is None or there is None:
        return None
    local = meeting.start.astimezone(there)
    if local.utcoffset() == meeting.start.astimezone(zone).utcoffset():
        return None
    return f"{words.when(meeting.start, there)} ({there.key.replace('_', ' ')})"


def _item(reader: Reader, agenda: Agenda, item: Item) -> ItemView:
    minutes = f"{item.minutes} min" if item.minutes else "for information, no time"
    base = f"{reader.public_url}/routes/{reader.route.code}/messages/"
    return ItemView(
        item.number, item.title, f"item-{item.number}", item.outcome.capitalize(), minutes,
        _name(reader, agenda, item.lead) if item.lead else "", points(item.points), tuple(item.lines), item.wanted,
        item.why, tuple(base + source for source in item.sources[:SHOWN_SOURCES]),
        max(0, len(item.sources) - SHOWN_SOURCES),
    )  # fmt: skip


def points(codes: list[str]) -> str:
    """``Leaders' statement, points 1 and 9``, the title of each plan as it stands in the reference data."""
    told = []
    for plan, group in groupby(sorted(codes, key=_by_plan), key=lambda code: code.partition("/")[0]):
        numbers = [code.partition("/")[2] for code in group]
        known = reference.plans().get(plan)
        word = "point" if len(numbers) == 1 else "points"
        told.append(f"{known.title if known else plan}, {word} {words.listed(numbers)}")
    return "; ".join(told)


def _by_plan(code: str) -> tuple[str, int, str]:
    plan, _, point = code.partition("/")
    head = point.partition(".")[0]
    return plan, int(head) if head.isdigit() else 0, point


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


def _week(reader: Reader, agenda: Agenda) -> tuple[WeekView, ...]:
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
        found.append(WeekView(party, _name(reader, agenda, party), entered, change, reception, style))
    return tuple(found)


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
