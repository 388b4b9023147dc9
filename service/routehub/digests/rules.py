"""What comes on the agenda and why: one small pure function per rule (UX 9.5). Each takes the week and answers the
entries that it puts on the agenda. No prose is generated: templates are filled from records, and each entry names the
messages it rests on. A rule for something new (a movement without agreement) is one more function
in ``RULES``."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from routehub.boards.alerts.queries import AlertView
from routehub.boards.conferences.queries import ProposalView
from routehub.boards.measures.queries import MeasureView
from routehub.boards.movements.queries import MovementView
from routehub.boards.requests.queries import Asked, RequestView
from routehub.digests import words
from routehub.views.acting import STATES, what
from routehub.views.plans import Shown
from routehub.views.week import LegWeek, PartyFlow, PartyReporting, Reception, Week
from routehub_schemas import plan_points
from routehub_schemas.kinds.measure.summary import COUNTS

LEVELS = {"nearly_full": "nearly full", "over_capacity": "over capacity"}
GRAVE = ("Extreme", "Severe")
NAMED = 5
LINE, REMARK, SOURCES, LINES = 160, 1_000, 1_000, 200
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Past:
    """The agenda before this one: what it left to be followed up."""

    number: int
    message_id: str
    items: int
    decisions: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Matter:
    """What the rules look at: the week, and for which conference."""

    week: Week
    number: int
    zone: ZoneInfo
    chair: str
    plan: str | None
    past: Past | None

    def points(self, rule: str) -> tuple[str, ...]:
        """The points of the monitored plan that a rule is about."""
        return tuple(f"{self.plan}/{point}" for point in _points().get(self.plan or "", {}).get(rule, ()))

    def lead(self, party: str) -> str:
        """Who introduces it: this party where it is on the route, else the chair."""
        on = self.week.now.astimezone(self.week.route.zone).date()
        return party if self.week.route.membership(party, on) else self.chair


@dataclass(frozen=True)
class Entry:
    """One item without its number. ``standing``: first, last or None."""

    rule: str
    title: str
    why: str
    outcome: str
    minutes: int
    points: tuple[str, ...]
    lead: str
    lines: tuple[str, ...]
    sources: tuple[str, ...]
    wanted: str | None = None
    standing: str | None = None


@cache
def _points() -> Mapping[str, Mapping[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = json.loads(
        files("routehub.digests").joinpath("points.json").read_text(encoding="utf-8")
    )
    return found


# --- always first -------------------------------------------------------------------------------------------------


def reporting(matter: Matter) -> list[Entry]:
    """Reporting this week: arrived of expected, missing by party."""
    week = matter.week
    expected = sum(p.record.expected for p in week.reporting)
    arrived = sum(p.record.arrived for p in week.reporting)
    lines = [_arrived(arrived, expected)]
    missing = sorted((p for p in week.reporting if p.missing), key=lambda p: (-len(p.missing), p.party))
    if missing:
        lines.append(f"Missing: {', '.join(_missing(week, p) for p in missing)}.")
    excused = [p for p in week.reporting if p.excused]
    if excused:
        told = "; ".join(f"{week.name(p.party)} {words.days(p.excused)} ({', '.join(p.reasons)})" for p in excused)
        lines.append(f"Excused: {told}.")
    late = [p for p in week.reporting if p.record.arrived > p.record.on_time]
    if late:
        told = ", ".join(f"{week.name(p.party)} {p.record.arrived - p.record.on_time}" for p in late)
        lines.append(f"After their due time: {told}.")
    nothing = [p for p in week.reporting if p.nothing]
    if nothing:
        told = ", ".join(f"{week.name(p.party)} {p.nothing}" for p in nothing)
        lines.append(f"Said that there was nothing to report: {told}.")
    for flag, word in (("p", "provisional"), ("e", "estimated"), ("r", "corrected"), ("k", "carried over")):
        some = [week.name(p.party) for p in week.reporting if flag in week.flags.get(p.party, "")]
        if some:
            lines.append(f"People entered on {words.day(week.days[-1])}, {word}: {words.listed(some)}.")
    silent = [week.name(p.party) for p in missing if _silent(p)]
    return [
        Entry(
            "reporting-this-week", "Reporting this week", "Standing item.", "note", 3,
            matter.points("reporting-this-week"), matter.chair, tuple(words.clip(line, REMARK) for line in lines),
            tuple(m for p in week.reporting for m in p.messages)[:SOURCES],
            wanted=words.clip(f"{words.listed(silent)}: say when figures resume.", REMARK) if silent else None,
            standing="first",
        )
    ]  # fmt: skip


def _arrived(arrived: int, expected: int) -> str:
    share = f" ({round(100 * arrived / expected)}%)" if expected else ""
    return f"{words.number(arrived)} of {words.number(expected)} daily reports arrived{share}."


def _missing(week: Week, party: PartyReporting) -> str:
    if len(party.missing) == len(week.days):
        return f"{week.name(party.party)} all {len(week.days)}"
    return f"{week.name(party.party)} {len(party.missing)} ({words.days(party.missing)})"


def _silent(party: PartyReporting) -> bool:
    """Whether the last two days or more are missing: late is a matter of hours, silence of days (UX 6)."""
    marks = [mark for _, mark in party.record.days if mark != "open"]
    return marks[-2:] == ["missing", "missing"]


# --- flows --------------------------------------------------------------------------------------------------------


def flows(matter: Matter) -> list[Entry]:
    """Flows outside their usual range, and borders whose two counts were apart on two days or more."""
    week = matter.week
    unusual = [(flow, found) for flow in week.flows if (found := flow.outside())]
    apart = [(leg, run) for leg in week.legs if (run := leg.apart())]
    if not unusual and not apart:
        return []
    why = []
    lines, sources = [], []
    for flow, (now, before) in unusual:
        lines.append(_unusual(week, flow, now.value, before.value, words.day(now.day)))
        sources += [*now.messages, *before.messages]
    for leg, (length, (_day, left, entered)) in apart:
        lines.append(_apart(week, leg, length, left.value, entered.value, words.day(left.day), words.day(entered.day)))
        sources += [*left.messages, *entered.messages]
    if unusual:
        why.append("A flow was outside its usual range.")
    if apart:
        why.append("Two counts of one border were more than 10% and 25 people apart on 2 days or more.")
    gap = "A gap in the counts" if not unusual else "Flows, and a gap in the counts" if apart else "Flows"
    return [
        Entry(
            "flows", gap, " ".join(why), "discuss", 8, matter.points("flows"), matter.lead("FRONTEX"),
            tuple(lines[:LINES]), tuple(dict.fromkeys(sources))[:SOURCES],
            wanted="Both sides of the border: the hours in which they count." if apart else None,
        )
    ]  # fmt: skip


def _unusual(week: Week, flow: PartyFlow, now: int, before: int, on: str) -> str:
    apart = abs(now - before)
    return (
        f"{week.name(flow.party)}: {words.number(now)} people entered on {on}, {words.number(apart)} "
        f"{'more' if now > before else 'fewer'} than the day before ({words.change(now, before)})."
    )


def _apart(week: Week, leg: LegWeek, length: int, left: int, entered: int, left_on: str, entered_on: str) -> str:
    a, b = week.name(leg.leg.from_party), week.name(leg.leg.to_party)
    return (
        f"Border {leg.leg.from_party} to {leg.leg.to_party}: {a} counted {words.number(left)} leaving on {left_on}, "
        f"{b} {words.number(entered)} entering on {entered_on}. The two counts were apart for {length} days."
    )


# --- reception ----------------------------------------------------------------------------------------------------


def reception(matter: Matter) -> list[Entry]:
    """Reception from 90 % of its places: all parties together."""
    week = matter.week
    full = [r for r in week.reception if r.capacity.level in LEVELS]
    if not full:
        return []
    first = full[0]
    title = (
        f"Reception: {week.name(first.party)} {LEVELS[first.capacity.level]}"
        if len(full) == 1
        else f"Reception: {words.count(len(full), 'party', 'parties')} at 90% or more"
    )
    return [
        Entry(
            "reception", words.clip(title, LINE), "Reception is at 90% of its places or more.", "decide", 8,
            matter.points("reception"), matter.lead("UNHCR"),
            tuple(_full(week, r) for r in full)[:LINES],
            tuple(dict.fromkeys(m for r in full for m in r.messages))[:SOURCES],
            wanted="Who has room, and for how many.",
        )
    ]  # fmt: skip


def _full(week: Week, found: Reception) -> str:
    c = found.capacity
    share = f" ({c.percent}%)" if c.percent is not None else ""
    return (
        f"{week.name(found.party)}: {words.number(c.occupied)} of {words.number(c.places)} places taken{share}, "
        f"{LEVELS[c.level]}, {words.day(c.day)}."
    )


# --- alerts -------------------------------------------------------------------------------------------------------


def alerts(matter: Matter) -> list[Entry]:
    """Every open alert, and what was severe or extreme since the last agenda: one each, the worst first."""
    return [_alert(matter, a) for a in matter.week.alerts if a.state == "open" or _grave_since(matter.week, a)]


def _grave_since(week: Week, alert: AlertView) -> bool:
    return alert.severity in GRAVE and alert.updated_at >= week.since


def _alert(matter: Matter, alert: AlertView) -> Entry:
    week, grave = matter.week, alert.severity in GRAVE
    why = f"{alert.severity} alert, {alert.state if alert.state != 'open' else 'open when this was compiled'}."
    mark = "EXERCISE: " if alert.status == "Exercise" and not week.route.exercise else ""
    return Entry(
        "alert", words.clip(f"{mark}{week.name(alert.party)}: {alert.headline}", LINE), why,
        "discuss" if grave else "note", 6 if grave else 4,
        alert.points or matter.points(f"alert/{alert.category}"), matter.lead(alert.party),
        tuple(words.clip(line, REMARK) for line in _alert_lines(matter, alert)),
        tuple(dict.fromkeys((alert.id, alert.latest))),
        wanted=words.clip(alert.instruction, REMARK) if alert.instruction else None,
    )  # fmt: skip


def _alert_lines(matter: Matter, alert: AlertView) -> list[str]:
    zone, week = matter.zone, matter.week
    lines = [f"{alert.short_id}, {alert.severity.lower()}, raised {words.when(alert.issued_at, zone)}."]
    if alert.description:
        lines.append(alert.description)
    if alert.state == "open":
        lines.append(f"Ends {words.when(alert.expires, zone)} unless it is updated.")
    elif alert.ended_at is not None:
        lines.append(f"Ended {words.when(alert.ended_at, zone)}.")
    else:
        lines.append(f"Expired {words.when(alert.expires, zone)}.")
    waiting = [week.name(party) for party in alert.waiting()]
    if alert.state == "open" and waiting:
        by = (
            words.listed(waiting)
            if len(waiting) <= NAMED
            else f"{len(waiting)} of {len(alert.acknowledgements)} parties"
        )
        lines.append(f"Not yet acknowledged by {by}.")
    return lines


# --- measures and movements ---------------------------------------------------------------------------------------


def movements(matter: Matter) -> list[Entry]:
    """Movements without agreement: one each, gone as soon as they are agreed or withdrawn (draft, point 12)."""
    return [_movement(matter, m) for m in matter.week.movements if _unagreed(matter.week, m)]


def _unagreed(week: Week, movement: MovementView) -> bool:
    if not movement.needs or movement.agreed or movement.state == "withdrawn":
        return False
    return movement.at >= week.since


def _movement(matter: Matter, m: MovementView) -> Entry:
    week, zone = matter.week, matter.zone
    sender, asked = week.name(m.party), week.name(m.asked)
    why = f"It needs the agreement of {asked}: {STATES[m.state]}."
    lines = [f"{m.short_id}: about {words.number(m.people)} people, {words.when(m.at, zone)}, {m.leg}."]
    if m.state == "proposed":
        lines.append(f"{asked} can answer until {words.when(m.answer_by, zone)}; no answer means not agreed.")
    if m.answer is not None and m.answer.text:
        lines.append(words.clip(m.answer.text, REMARK))
    if m.without_agreement and m.took_place is not None:
        lines.append(f"It took place without agreement: {words.number(m.took_place.people or 0)} people.")
    sources = (m.id, *(act.message_id for act in m.acts))
    return Entry(
        "movement-without-agreement", words.clip(f"{sender} to {asked}: {what(m)}", LINE), why, "decide", 6,
        m.points or matter.points("movement-without-agreement"), matter.lead(m.party), tuple(lines), sources[:SOURCES],
        wanted=f"{asked}: agree, agree with conditions, or object." if m.takes_answers else None,
    )  # fmt: skip


def measures(matter: Matter) -> list[Entry]:
    """Measures with concerns or an objection, or told at short notice: one each."""
    return [_measure(matter, m, why) for m in matter.week.measures if (why := _debated(matter.week, m))]


def _debated(week: Week, measure: MeasureView) -> str | None:
    """Why a measure is to be discussed; None when it is not. One that was on an earlier agenda is not, unless it was
    changed or somebody gave another view since."""
    given = [v.current for v in measure.views if v.current is not None]
    fresh = max([measure.latest.at, *(act.at for act in given)]) >= week.since
    if measure.over or not fresh:
        return None
    views = (("object", "objection", "objections"), ("concerns", "view with concerns", "views with concerns"))
    counted = ((sum(act.act == name for act in given), one, many) for name, one, many in views)
    why = [words.count(number, one, many) for number, one, many in counted if number]
    why += ["short notice"] if measure.short_notice else []
    why += ["unilateral"] if measure.unilateral else []
    return f"A measure with {', '.join(why)}." if why else None


def _measure(matter: Matter, m: MeasureView, why: str) -> Entry:
    week, zone, said = matter.week, matter.zone, m.said
    hours = f"{m.latest.hours:.0f} hours of notice" if m.latest.hours >= 0 else "in force before its notice"
    lines = [f"{m.short_id}, {', '.join(m.legs or said.places)}, from {words.when(said.start, zone)}, {hours}."]
    lines += [f"Limit: {words.number(cap.people)} a day, {COUNTS[cap.counts]}." for cap in said.caps]
    for view in m.views:
        if view.current is not None and view.current.act in ("object", "concerns"):
            verb = "objects" if view.current.act == "object" else "has concerns"
            lines.append(words.clip(f"{week.name(view.party)} {verb}: {view.current.text}", REMARK))
    sources = [notice.message_id for notice in m.notices]
    sources += [view.current.message_id for view in m.views if view.current is not None]
    return Entry(
        "measure", words.clip(f"{week.name(m.party)}: {said.title}", LINE), why, "discuss", 6,
        tuple(said.points) or matter.points("measure"), matter.lead(m.party), tuple(lines[:LINES]),
        tuple(sources)[:SOURCES],
        wanted=words.clip(said.expected_of_others, REMARK) if said.expected_of_others else None,
    )  # fmt: skip


# --- commitments --------------------------------------------------------------------------------------------------


def commitments(matter: Matter) -> list[Entry]:
    """Commitments past their date: one item per point, under the numbers of the monitored plan."""
    late: dict[str, list[Shown]] = {}
    for one in matter.week.commitments:
        if one.standing.state == "overdue":
            late.setdefault(_point_of(matter, one), []).append(one)
    return [_overdue(matter, point, late[point]) for point in sorted(late, key=_in_order)]


def _point_of(matter: Matter, one: Shown) -> str:
    """The first point of the monitored plan that it is under, wherever it was filed; else the first it names."""
    codes = one.view.now.points
    here = [f"{matter.plan}/{n}" for code in codes for n in plan_points.under(matter.plan or "", code)]
    return (*here, *codes)[0]


def _in_order(point: str) -> tuple[str, list[int]]:
    plan, _, number = point.partition("/")
    return plan, [int(part) for part in number.split(".") if part.isdigit()]


def _overdue(matter: Matter, point: str, found: list[Shown]) -> Entry:
    plan, _, number = point.partition("/")
    where = f"Point {number}" if plan == matter.plan else f"{plan}, point {number}"
    what = "a commitment" if len(found) == 1 else words.count(len(found), "commitment")
    found = sorted(found, key=lambda one: (-one.standing.days_overdue, one.view.made_at))
    sources = [message for one in found for message in dict.fromkeys((one.view.id, one.view.messages[-1]))]
    return Entry(
        "commitment-overdue", words.clip(f"{where}: {what} past {'its' if len(found) == 1 else 'their'} date", LINE),
        "The date has passed and the target was not reported as reached.", "discuss", 5, (point,),
        matter.lead(found[0].view.now.owners[0]),
        tuple(words.clip(_late(matter, one), REMARK) for one in found)[:LINES],
        tuple(dict.fromkeys(sources))[:SOURCES],
        wanted=words.clip(f"{words.listed(_owners(matter, found))}: when it will be there.", REMARK),
    )  # fmt: skip


def _late(matter: Matter, one: Shown) -> str:
    now, s = one.view.now, one.standing
    due = s.deadline
    on = f"{due.day} {due:%B %Y}" if due is not None else ""
    line = f"{one.view.short_id}, {words.listed(_owners(matter, [one]))}: {now.title}. Due {on}"
    line += f', as "{now.deadline_text}".' if now.deadline_text else "."
    if now.target is not None and s.reached is not None:
        line += f" {words.number(s.reached.value)} of {words.number(now.target)} {now.unit} in place"
        line += f" on {words.day(s.reached.day)}."
    elif now.target is not None:
        line += f" Nothing reported as in place of {words.number(now.target)} {now.unit}."
    if s.projection.date is not None:
        line += f" Projected: {s.projection.words}"
    return line


def _owners(matter: Matter, found: list[Shown]) -> list[str]:
    return list(dict.fromkeys(matter.week.name(owner) for one in found for owner in one.view.now.owners))


# --- requests and needs ---------------------------------------------------------------------------------------------


def requests(matter: Matter) -> list[Entry]:
    """Requests past their due time, all together (UX 9.5)."""
    late = [one for one in matter.week.requests if one.state == "overdue" and one.counts is None]
    if not late:
        return []
    owing = list(dict.fromkeys(matter.week.name(one.party) for view in late for one in _owing(view)))
    return [
        Entry(
            "request-overdue", f"{words.count(len(late), 'request')} past {'its' if len(late) == 1 else 'their'} time",
            "Not answered by the time that was asked for.", "discuss", 5, _points_of(late), matter.chair,
            tuple(words.clip(_unanswered(matter, view), REMARK) for view in late)[:LINES],
            tuple(view.id for view in late)[:SOURCES],
            wanted=words.clip(f"{words.listed(owing)}: answer, or say by when.", REMARK),
        )
    ]  # fmt: skip


def _owing(view: RequestView) -> list[Asked]:
    return [one for one in view.asked if one.state == "overdue"]


def _unanswered(matter: Matter, view: RequestView) -> str:
    whom = words.listed([matter.week.name(one.party) for one in _owing(view)])
    due = words.day(view.due.astimezone(matter.zone).date())
    return f"{view.short_id}, {matter.week.name(view.party)} to {whom}: {view.title}. Due {due}."


def needs(matter: Matter) -> list[Entry]:
    """Needs that are not met, all together, with what was offered (UX 9.5: reception, open need)."""
    wanting = [view for view in matter.week.requests if view.counts is not None]
    if not wanting:
        return []
    return [
        Entry(
            "open-need", f"{words.count(len(wanting), 'need')} not met", "A need is open.", "decide", 5,
            _points_of(wanting), matter.lead(wanting[0].party),
            tuple(words.clip(_needed(matter, view), REMARK) for view in wanting)[:LINES],
            tuple(id_ for view in wanting for id_ in (view.id, *(o.id for o in view.offers)))[:SOURCES],
            wanted="All parties: say what you can offer.",
        )
    ]  # fmt: skip


def _needed(matter: Matter, view: RequestView) -> str:
    assert view.counts is not None
    c, unit = view.counts, (view.unit or "").replace("_", " ")
    parts = [f"{matter.week.name(o.party)} {words.number(o.progress.pledged)}" for o in view.offers]
    due = words.day(view.due.astimezone(matter.zone).date())
    line = f"{view.short_id}, {matter.week.name(view.party)}: {view.title}. {words.number(c.needed)} {unit} by {due}, "
    line += f"{words.number(c.pledged)} offered, {words.number(c.delivered)} delivered"
    return line + (f" ({', '.join(parts)})." if parts else ".")


def _points_of(views: list[RequestView]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(point for view in views for point in view.points))[:50]


# --- proposals ----------------------------------------------------------------------------------------------------


def proposals(matter: Matter) -> list[Entry]:
    """What parties proposed for this conference and the chair has not declined: one each."""
    return [_proposal(matter, p) for p in matter.week.proposals if _meant(matter, p) and p.state != "declined"]


def _meant(matter: Matter, proposal: ProposalView) -> bool:
    """For this conference by its number; without a number, for the next one after it was proposed."""
    if proposal.conference is not None:
        return proposal.conference == matter.number
    return matter.week.since < proposal.accepted_at <= matter.week.now


def _proposal(matter: Matter, proposal: ProposalView) -> Entry:
    who = matter.week.name(proposal.party)
    decided = "; accepted by the chair." if proposal.state == "accepted" else "; the chair has not decided yet."
    lines = [words.clip(proposal.text, REMARK)] if proposal.text else []
    return Entry(
        "proposal", words.clip(f"{who}: {proposal.title}", LINE), f"Proposed by {who}{decided}", proposal.outcome,
        proposal.minutes, proposal.points, matter.lead(proposal.party), tuple(lines), (proposal.message_id,),
    )  # fmt: skip


# --- always last --------------------------------------------------------------------------------------------------


def follow_up(matter: Matter) -> list[Entry]:
    """Follow-up of the last conference: what it had to decide."""
    past = matter.past
    title = f"Follow-up of conference {past.number}" if past else "Follow-up"
    if past is None:
        lines: tuple[str, ...] = ("No earlier agenda is on record.",)
    elif past.decisions:
        lines = tuple(words.clip(f"Item {at}, to decide: {what}", REMARK) for at, what in past.decisions)
    else:
        lines = (f"{words.count(past.items, 'item')}, none to decide.",)
    open_points = past is not None and bool(past.decisions)
    return [
        Entry(
            "follow-up", title, "Standing item.", "decide" if open_points else "note", 6 if open_points else 2,
            matter.points("follow-up"), matter.chair, lines[:LINES], (past.message_id,) if past else (),
            wanted="What was concluded on each, and what is still open." if open_points else None, standing="last",
        )
    ]  # fmt: skip


Rule = Callable[[Matter], list[Entry]]
RULES: tuple[Rule, ...] = (
    reporting, flows, movements, measures, reception, alerts, requests, needs, commitments, proposals, follow_up,
)  # fmt: skip
ORDER = ("decide", "discuss", "note")
OTHER_BUSINESS = 2
MOST_ITEMS = 200


def entries(matter: Matter) -> list[Entry]:
    """All entries in the order of the call: standing, decisions, discussions, notes, follow-up."""
    found = [entry for rule in RULES for entry in rule(matter)]
    first = [e for e in found if e.standing == "first"]
    last = [e for e in found if e.standing == "last"]
    between = [e for outcome in ORDER for e in found if e.standing is None and e.outcome == outcome]
    return first + between[: MOST_ITEMS - len(first) - len(last)] + last


def fit(found: list[Entry], minutes: int) -> list[int]:
    """The minutes of each entry. Over the length of the call the lowest notes are for information only: no time."""
    given = [entry.minutes for entry in found]
    for at in reversed(range(len(found))):
        if sum(given) + OTHER_BUSINESS <= minutes:
            break
        if found[at].outcome == "note" and found[at].standing is None:
            given[at] = 0
    return given
