"""What comes on the agenda and why: one small pure function per rule (UX 9.5). Each takes the week and answers the
entries that it puts on the agenda. No prose is generated: templates are filled from records, and each entry names the
messages it rests on. A rule for something new (a movement without agreement, a request overdue) is one more function
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
from routehub.digests import words
from routehub.views.plans import Shown
from routehub.views.week import LegWeek, PartyFlow, PartyReporting, Reception, Week
from routehub_schemas import plan_points

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
RULES: tuple[Rule, ...] = (reporting, flows, reception, alerts, commitments, proposals, follow_up)
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
