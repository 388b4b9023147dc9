"""Slow growth: every day a little more. CUSUM on log residuals (Fricker, Hegler and Dunfee 2008, "Comparing syndromic
surveillance detection methods: EARS' versus a CUSUM-based methodology")."""

from dataclasses import dataclass, field
from datetime import date

from routehub.core.words import number, signed_percent
from routehub.warning.baseline import BaselineParameters
from routehub.warning.finding import Finding, Level, score
from routehub.warning.numbers import deviation, known, log, mean, unlog
from routehub.warning.series import DailySeries

RULE = "growth"


@dataclass(frozen=True, slots=True)
class GrowthParameters:
    """k, h: slack and bound of the CUSUM in standard deviations; days: days that it runs over; share, people: what the
    mean of the newest ``week`` days must lie above the reference; clip: the most that one day may add, so that a single
    jump is the surge rule's business."""

    k: float = 0.5
    h: float = 4.0
    days: int = 14
    week: int = 7
    share: float = 0.30
    people: int = 10
    clip: float = 1.5
    baseline: BaselineParameters = field(default_factory=BaselineParameters)


def detect(series: DailySeries, day: date, p: GrowthParameters) -> Finding | None:
    """Growth over the last ``days`` against the ``baseline.days`` before them."""
    if series.value(day) is None or series.known(day) < p.days + p.baseline.warm_up:
        return None
    values = series.window(day, p.days + p.baseline.days)
    before, after = known(values[: p.baseline.days]), known(values[p.baseline.days :])
    newest = known(values[-p.week :])
    if len(before) < p.baseline.at_least or len(newest) < p.week - 2:
        return None
    usual, now = mean(before), mean(newest)
    if usual < 1 or now < usual * (1 + p.share) or now < usual + p.people:
        return None
    logs = [log(v) for v in before]
    centre = mean(logs)
    spread = max(deviation(logs, centre), 1 / max(1.0, usual) ** 0.5, 0.05)
    total = 0.0
    for value in after:
        total = max(0.0, total + min(p.clip, (log(value) - centre) / spread - p.k))
    if total < p.h:
        return None
    change = signed_percent(round(now), round(usual))
    return Finding(
        rule=RULE,
        level=Level.WATCH,
        subject=series.key,
        day=day,
        score=score(total),
        severity="Minor",
        urgency="Expected",
        certainty="Likely",
        category="surge",
        headline=f"{series.key}: growing to {number(round(now))} people a day, {change} on the weeks before",
        arithmetic=(
            f"mean of the last {len(newest)} days: {number(round(now))}",
            f"mean of {len(before)} days, {p.days} days earlier: {number(round(usual))}",
            f"typical day of these on the log scale: {number(round(unlog(centre)))}",
            f"CUSUM over {len(after)} days (slack {p.k:g}) = {total:.1f}, bound {p.h:g}",
        ),
        expects=f"a week's mean below {number(round(usual * (1 + p.share)))}",
        inputs=series.sources(day, p.days + p.baseline.days),
        series=(series.key,),
        direction=1,
    )
