"""Flows outside their usual range, and borders whose two counts were apart on two days or more."""

from datetime import date

from routehub.digests import words
from routehub.digests.agenda.matter import Entry, Matter, Prepare, entry
from routehub.views.totals import Total
from routehub.views.week import LegWeek, PartyFlow, Week

UNUSUAL = "A flow was outside its usual range."
APART = "Two counts of one border were more than 10% and 25 people apart on 2 days or more."
Run = tuple[int, tuple[date, Total, Total]]


def flows(matter: Matter) -> list[Entry]:
    week = matter.week
    unusual = [(flow, found) for flow in week.flows if (found := flow.outside())]
    apart = [(leg, run) for leg in week.legs if (run := leg.apart())]
    if not unusual and not apart:
        return []
    totals = [total for _, pair in unusual for total in pair] + [t for _, (_, (_, *both)) in apart for t in both]
    return [
        entry(
            "flows", _title(bool(unusual), bool(apart)),
            " ".join([UNUSUAL] * bool(unusual) + [APART] * bool(apart)), outcome="discuss", minutes=8,
            points=matter.points("flows"), lead=matter.lead("FRONTEX"),
            lines=[_unusual(week, flow, *pair) for flow, pair in unusual] + [_apart(week, leg, r) for leg, r in apart],
            sources=[message for total in totals for message in total.messages],
            wanted="Both sides of the border: the hours in which they count." if apart else None,
            prepare=[
                *(Prepare(flow.party, _explain(*pair), source=pair[0].messages[0]) for flow, pair in unusual),
                *(p for leg, _ in apart for p in _both_sides(leg)),
            ],
        )
    ]  # fmt: skip


def _title(unusual: bool, apart: bool) -> str:
    if not unusual:
        return "A gap in the counts"
    return "Flows, and a gap in the counts" if apart else "Flows"


def _unusual(week: Week, flow: PartyFlow, now: Total, before: Total) -> str:
    apart = f"{words.number(abs(now.value - before.value))} {'more' if now.value > before.value else 'fewer'}"
    return (
        f"{week.name(flow.party)}: {words.number(now.value)} people entered in the day to "
        f"{words.day(now.day)}, {apart} than the day before "
        f"({words.change(now.value, before.value)})."
    )


def _apart(week: Week, leg: LegWeek, run: Run) -> str:
    length, (_, left, entered) = run
    a, b = week.name(leg.leg.from_party), week.name(leg.leg.to_party)
    return (
        f"Border {leg.leg.from_party} to {leg.leg.to_party}: {a} counted {words.number(left.value)} leaving in the "
        f"day to {words.day(left.day)}, {b} {words.number(entered.value)} entering in the day to "
        f"{words.day(entered.day)}. "
        f"The two counts were apart for {length} days."
    )


def _explain(now: Total, before: Total) -> str:
    change = words.change(now.value, before.value)
    return f"Say what changed in the day to {words.day(now.day)}: {words.number(now.value)} people entered ({change})."


def _both_sides(leg: LegWeek) -> list[Prepare]:
    text = f"Say in which hours you count at the border {leg.leg.code}."
    return [Prepare(party, text) for party in (leg.leg.from_party, leg.leg.to_party)]
