"""Cap compliance: the figures that follow an announced cap, by both sides of the border. Both are told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from routehub.core import words
from routehub.core.words import number
from routehub.warning.finding import Finding, Level, score

RULE = "cap"


@dataclass(frozen=True, slots=True)
class CapParameters:
    """tolerance: share above the cap that is still kept to; severe: share above it from which it is severe."""

    tolerance: float = 0.0
    severe: float = 0.25


@dataclass(frozen=True, slots=True)
class Cap:
    """An announced limit of people a day on a leg. notice: key of the message that announced it; until: last day;
    party: who announced it; indicator: where it is not on the people who cross a leg, but on what the party counts
    itself; then ``leg`` says whose count of what."""

    notice: str
    leg: str
    people: int
    start: date
    until: date | None = None
    party: str = ""
    indicator: str = ""

    def holds(self, day: date) -> bool:
        return self.start <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Counted:
    """One side's figure of a day for the leg: who counted, how many, from which message."""

    party: str
    people: int
    source: str = ""


def detect(cap: Cap, day: date, counts: Sequence[Counted], p: CapParameters) -> Finding | None:
    """counts: complete figures of the day by the sides that have reported. One side above the cap is enough; the two
    counts stand beside each other and are never added up."""
    bound = cap.people * (1 + p.tolerance)
    above = [c for c in counts if c.people > bound]
    if not above or not cap.holds(day):
        return None
    most = max(above, key=lambda c: (c.people, c.party))
    over = most.people - cap.people
    share = over / cap.people if cap.people else 1.0
    passed = f"{number(most.people)} people passed {cap.leg}"
    said = f"{cap.leg}: {number(most.people)}" if cap.indicator else passed
    return Finding(
        rule=RULE,
        level=Level.ALERT,
        subject=cap.leg,
        day=day,
        score=score(most.people / cap.people if cap.people else 99.0),
        severity="Severe" if share >= p.severe else "Moderate",
        urgency="Immediate",
        certainty="Observed" if len(above) == len(counts) else "Likely",
        category="crossing_changed",
        headline=f"{said} on {words.day(day)}, cap {number(cap.people)}",
        arithmetic=(
            _announced(cap),
            *(f"{c.party} counted {number(c.people)} on {words.day(day)}" for c in counts),
            f"{number(most.people)} − {number(cap.people)} = {number(over)} above the cap ({share:.0%})",
        ),
        expects=f"a day with at most {number(round(bound))} {'' if cap.indicator else 'people '}on {cap.leg}",
        inputs=tuple(dict.fromkeys(s for s in (*(c.source for c in above), cap.notice) if s)),
        legs=() if cap.indicator else (cap.leg,),
    )


def _announced(cap: Cap) -> str:
    by, start = f" by {cap.party}" if cap.party else "", words.day(cap.start)
    return f"cap on {cap.leg} announced{by}, first whole day {start}: {number(cap.people)} a day"
