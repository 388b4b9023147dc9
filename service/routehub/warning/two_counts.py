"""Two counts of one border: departures as one party counted them, arrivals as the other did, aligned by the lag."""

from dataclasses import dataclass
from datetime import date, timedelta

from routehub.core import words
from routehub.core.words import number
from routehub.warning.finding import Finding, Level, score
from routehub.warning.series import DailySeries

RULE = "two-counts"


@dataclass(frozen=True, slots=True)
class TwoCountsParameters:
    """More than share (of the larger count) and people apart is a discrepancy; on ``days`` days in a row it is an
    ALERT and stands on the agenda."""

    share: float = 0.10
    people: int = 25
    days: int = 2


def apart(left: int, entered: int, p: TwoCountsParameters) -> bool:
    """Whether two counts differ by more than both bounds."""
    difference = abs(left - entered)
    return difference > p.people and difference > p.share * max(left, entered)


def detect(
    leg: str, left: DailySeries, entered: DailySeries, lag: int, day: date, p: TwoCountsParameters
) -> Finding | None:
    """left: departures over ``leg``, ``lag`` days before ``day``; entered: arrivals over it. A missing count is no
    count, and differs from nothing."""
    pairs = []
    for back in range(p.days):
        pair = _pair(left, entered, lag, day - timedelta(back))
        if pair is None or not apart(*pair, p):
            break
        pairs.append(pair)
    if not pairs:
        return None
    out, came = pairs[0]
    lasting = len(pairs) >= p.days
    share = abs(out - came) / max(out, came)
    return Finding(
        rule=RULE,
        level=Level.ALERT if lasting else Level.WATCH,
        subject=leg,
        day=day,
        score=score(share),
        severity="Minor",
        urgency="Past",
        certainty="Observed",
        category="data_discrepancy",
        headline=f"Two counts of {leg} differ by {share:.0%}" + (f", {p.days} days in a row" if lasting else ""),
        arithmetic=(
            f"departures counted for {words.day(day - timedelta(lag))}: {number(out)}",
            f"arrivals counted for {words.day(day)}: {number(came)}",
            f"difference {number(abs(out - came))} = {share:.0%} of {number(max(out, came))}",
            f"a discrepancy above {p.share:.0%} and {p.people} people",
        ),
        expects=f"counts within {p.share:.0%} or {p.people} people of each other",
        inputs=tuple(dict.fromkeys((*entered.sources(day, p.days), *left.sources(day - timedelta(lag), p.days)))),
        legs=(leg,),
        series=(left.key, entered.key),
    )


def _pair(left: DailySeries, entered: DailySeries, lag: int, day: date) -> tuple[int, int] | None:
    out, came = left.value(day - timedelta(lag)), entered.value(day)
    return None if out is None or came is None else (out, came)
