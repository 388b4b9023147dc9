"""Days to full: what is expected, set against the free places (DOMAIN 6: "SI: 5,200–6,900 expected Thursday, 2,000
places free, full in 0.4 days")."""

from collections.abc import Sequence
from dataclasses import dataclass

from routehub.core import words
from routehub.core.words import number
from routehub.warning.capacity import Occupancy, filling_over
from routehub.warning.finding import Finding, Level, score
from routehub.warning.forecast.forecaster import Forecast

RULE = "full"


@dataclass(frozen=True, slots=True)
class FullParameters:
    """watch, alert, severe: warned of when full within so many days."""

    watch: float = 3.0
    alert: float = 2.0
    severe: float = 1.0


def detect(now: Occupancy, forecasts: Sequence[Forecast], outflow: float, p: FullParameters) -> Finding | None:
    """Whether the places of ``now`` are gone within the days forecast. forecasts: of one series of people who come
    there; outflow: people who leave it each day, as they did lately."""
    ahead = sorted(forecasts, key=lambda f: f.horizon)
    if not ahead or now.places <= 0:
        return None
    free = now.places - now.occupied
    days = filling_over(free, [f.centre for f in ahead], outflow)
    if days is None or days > p.watch:
        return None
    worst = filling_over(free, [f.high for f in ahead], outflow)
    first = ahead[min(int(days), len(ahead) - 1)]
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
        headline=f"{now.subject}: {first.range_words} expected {words.day(first.day)}, {number(max(0, free))} places "
        f"free, full in {days:.1f} days",
        arithmetic=(
            f"free places: {number(now.places)} − {number(now.occupied)} = {number(free)}",
            "expected: " + ", ".join(f"{words.day(f.day)} {number(round(f.centre))} ({f.range_words})" for f in ahead),
            f"people who leave in a day: {number(round(outflow))}",
            f"full in {days:.1f} days; with the upper bounds in {worst:.1f} days"
            if worst is not None
            else f"full in {days:.1f} days",
        ),
        expects=f"free places for more than {p.watch:g} days",
        inputs=now.inputs,
        legs=now.legs,
        series=(ahead[0].key,),
        direction=1,
    )
