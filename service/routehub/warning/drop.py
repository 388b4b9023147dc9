"""Drop: a series falls to half of its usual level or less, far outside its scatter (DOMAIN 6)."""

from dataclasses import dataclass, field
from datetime import date

from routehub.core.words import MINUS, number, signed_percent
from routehub.warning.baseline import BaselineParameters, baseline, usual_for_weekday
from routehub.warning.finding import Finding, Level, score
from routehub.warning.series import DailySeries

RULE = "drop"


@dataclass(frozen=True, slots=True)
class DropParameters:
    """log z < log_z, at most ``share`` of a mean of at least ``mean`` a day; at most ``closed`` of it looks like
    a closure."""

    log_z: float = -3.0
    share: float = 0.50
    mean: float = 20
    closed: float = 0.20
    baseline: BaselineParameters = field(default_factory=BaselineParameters)


def detect(series: DailySeries, day: date, p: DropParameters) -> Finding | None:
    """The drop of a series on a day; None when there is none, and never for a missing or incomplete day."""
    now = baseline(series, day, p.baseline)
    if now is None or now.sums or now.mean < p.mean or now.x > p.share * now.mean or now.log_z >= p.log_z:
        return None
    if usual_for_weekday(series, day, p.share, -1):
        return None
    change = signed_percent(round(now.x), round(now.mean))
    return Finding(
        rule=RULE,
        level=Level.ALERT,
        subject=series.key,
        day=day,
        score=score(now.log_z),
        severity="Severe" if now.x <= p.closed * now.mean else "Moderate",
        urgency="Immediate",
        certainty="Observed",
        category="crossing_changed",
        headline=f"{series.key}: only {number(round(now.x))} people, {change} on the usual",
        arithmetic=(
            *now.words(),
            f"change: {change}",
            f"{now.log_z_words()}, bound {p.log_z:g}".replace("-", MINUS),
        ),
        expects=f"a complete day above {number(round(p.share * now.mean))} people",
        inputs=series.sources(day, p.baseline.days + p.baseline.guard + 1),
        series=(series.key,),
        direction=-1,
    )
