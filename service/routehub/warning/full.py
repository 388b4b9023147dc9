"""Days to full: what is expected, set against the free places (DOMAIN 6: "SI: 5,200–6,900 expected Thursday, 2,000
places free, full in 0.4 days")."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from routehub.core import words
from routehub.core.words import number
from routehub.warning.capacity import Occupancy, filling_over
from routehub.warning.finding import Finding, Level, score

RULE = "full"


@dataclass(frozen=True, slots=True)
class FullParameters:
    """watch, alert, severe: warned of when full within so many days."""

    watch: float = 3.0
    alert: float = 2.0
    severe: float = 1.0


@dataclass(frozen=True, slots=True)
class Inflow:
    """People expected at a party on a coming day, by its own counts at all its borders. low, high: the interval; equal
    to ``centre`` where nothing is upstream and the last week's mean is all there is."""

    day: date
    centre: float
    low: float
    high: float

    @property
    def range_words(self) -> str:
        low, high = number(round(self.low)), number(round(self.high))
        return low if low == high else f"{low}–{high}"


@dataclass(frozen=True, slots=True)
class Outlook:
    """How a place fills. days: until it is full, by the expected numbers; soonest: by the upper bounds. None: not
    within the days that are forecast, or nobody can say."""

    now: Occupancy
    inflow: tuple[Inflow, ...]
    outflow: float | None
    outflow_from: str
    days: float | None
    soonest: float | None

    @property
    def free(self) -> int:
        return self.now.places - self.now.occupied

    def sentence(self) -> str:
        """``SI: 5 200–6 900 expected Thu 22 Oct, 2 000 places free, full in 0.4 days``."""
        said = f"{self.now.subject}: "
        if self.inflow:
            at = self.inflow[min(int(self.days or 0), len(self.inflow) - 1)]
            said += f"{at.range_words} expected {words.day(at.day)}, "
        if self.free < 0:
            return said + f"{number(-self.free)} people more than places"
        said += f"{number(self.free)} places free"
        if self.free == 0:
            return said
        if self.days is not None:
            return said + f", full in {self.days:.1f} days"
        if self.inflow and self.outflow is not None:
            return said + f", {number(round(self.outflow))} leave a day: not full within {len(self.inflow)} days"
        return said

    def arithmetic(self) -> tuple[str, ...]:
        lines = [f"free places: {number(self.now.places)} − {number(self.now.occupied)} = {number(self.free)}"]
        if self.inflow:
            lines.append(
                "expected to come: "
                + ", ".join(f"{words.day(f.day)} {number(round(f.centre))} ({f.range_words})" for f in self.inflow)
            )
        if self.outflow is None:
            lines.append(f"how many leave is not known: {self.outflow_from}")
            return tuple(lines)
        lines.append(f"people who leave in a day: {number(round(self.outflow))} ({self.outflow_from})")
        if self.free <= 0:
            return tuple(lines)
        if self.inflow:
            lines += _steps(self.free, self.inflow, self.outflow)
        if self.days is not None:
            upper = f"; with the upper bounds in {self.soonest:.1f} days" if self.soonest is not None else ""
            lines.append(f"full in {self.days:.1f} days{upper}")
        return tuple(lines)


def _steps(free: int, inflow: Sequence[Inflow], outflow: float) -> list[str]:
    """What is free at the end of each day, until nothing is."""
    lines = []
    for f in inflow:
        left = free - round(f.centre) + round(outflow)
        lines.append(
            f"{words.day(f.day)}: {number(free)} free − {number(round(f.centre))} who come "
            f"+ {number(round(outflow))} who leave = {number(left)}"
        )
        if left <= 0:
            break
        free = left
    return lines


def outlook(now: Occupancy, inflow: Sequence[Inflow], outflow: float | None, outflow_from: str) -> Outlook:
    """How the places fill in the days that are forecast, in whole people, so that it can be worked out by hand.
    outflow_from: where the number comes from, in words."""
    free = now.places - now.occupied
    days = soonest = None
    if outflow is not None and inflow and free > 0:
        days = filling_over(free, [round(f.centre) for f in inflow], round(outflow))
        soonest = filling_over(free, [round(f.high) for f in inflow], round(outflow))
    return Outlook(now, tuple(inflow), outflow, outflow_from, days, soonest)


def detect(seen: Outlook, p: FullParameters, series: Sequence[str] = ()) -> Finding | None:
    """Whether the places are gone within days. Where nothing is free any more, the capacity rule says so. series: those
    of the people who come."""
    now, days = seen.now, seen.days
    if days is None or days > p.watch or now.places <= 0:
        return None
    return Finding(
        rule=RULE,
        level=Level.ALERT if days <= p.alert else Level.WATCH,
        subject=now.subject,
        day=now.day,
        score=score(days),
        severity="Severe" if days <= p.severe else "Moderate" if days <= p.alert else "Minor",
        urgency="Immediate" if days <= p.severe else "Expected",
        certainty="Likely" if days <= p.severe else "Possible",
        category="reception_nearly_full",
        headline=seen.sentence(),
        arithmetic=seen.arithmetic(),
        expects=f"free places for more than {p.watch:g} days",
        inputs=now.inputs,
        legs=now.legs,
        series=tuple(series),
        direction=1,
    )
