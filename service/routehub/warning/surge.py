"""Surge: many more people than usual. EARS C2 (Hutwagner et al. 2003) with practical bounds (DOMAIN 6)."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from routehub.core.words import number, signed_percent
from routehub.warning.baseline import Baseline, BaselineParameters, baseline, usual_for_weekday
from routehub.warning.finding import Finding, Level, score
from routehub.warning.series import DailySeries

RULE = "surge"


@dataclass(frozen=True, slots=True)
class SurgeParameters:
    """WATCH: z ≥ watch_z and at least share and people above the mean. ALERT: z ≥ again_z with the same bounds on
    ``again`` of ``of`` days, or z ≥ alert_z and at least alert_share and alert_people above."""

    watch_z: float = 2.5
    share: float = 0.30
    people: int = 10
    again_z: float = 2.0
    again: int = 2
    of: int = 3
    alert_z: float = 4.0
    alert_share: float = 0.75
    alert_people: int = 20
    baseline: BaselineParameters = field(default_factory=BaselineParameters)


def detect(series: DailySeries, day: date, p: SurgeParameters) -> Finding | None:
    """The surge of a series on a day; None when there is none or the day is missing, incomplete or in warm-up."""
    now = baseline(series, day, p.baseline)
    if now is None or not now.beyond(p.share, p.people) or now.z < min(p.watch_z, p.again_z):
        return None
    if usual_for_weekday(series, day, p.share, +1):
        return None
    extreme = now.z >= p.alert_z and now.beyond(p.alert_share, p.alert_people)
    repeated = now.z >= p.again_z and _days_beyond(series, day, p) >= p.again
    if not (extreme or repeated or now.z >= p.watch_z):
        return None
    return _finding(series, day, now, p, extreme=extreme, repeated=repeated)


def _days_beyond(series: DailySeries, day: date, p: SurgeParameters) -> int:
    """On how many of the last days z and the bounds were reached, this one included."""
    recent = (baseline(series, day - timedelta(back), p.baseline) for back in range(p.of))
    return sum(1 for b in recent if b is not None and b.z >= p.again_z and b.beyond(p.share, p.people))


def _finding(
    series: DailySeries, day: date, now: Baseline, p: SurgeParameters, *, extreme: bool, repeated: bool
) -> Finding:
    change = signed_percent(round(now.x), round(now.mean)) if now.mean >= 1 else "from nobody"
    why = [now.z_words()]
    if repeated:
        why.append(f"z of at least {p.again_z:g} on {p.again} of the last {p.of} days")
    return Finding(
        rule=RULE,
        level=Level.ALERT if extreme or repeated else Level.WATCH,
        subject=series.key,
        day=day,
        score=score(now.z),
        severity="Severe" if extreme else "Moderate" if repeated else "Minor",
        urgency="Immediate" if extreme else "Expected",
        certainty="Observed" if extreme or repeated else "Likely",
        category="surge",
        headline=f"{series.key}: {number(round(now.x))} people{' in 7 days' if now.sums else ''}, {change}"
        + ("" if now.unused else " on the usual"),
        arithmetic=(*now.words(), f"change: {change}", *why),
        expects=f"{'seven complete days' if now.sums else 'a complete day'} below "
        f"{number(round(now.mean + max(p.people, p.share * now.mean)))} people",
        inputs=series.sources(day, p.baseline.days + p.baseline.guard + 1),
        series=(series.key,),
        direction=1,
        sums=now.sums,
    )
