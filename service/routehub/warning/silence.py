"""Silence: a missing report is a signal, not a zero."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from routehub.core import words
from routehub.warning.finding import Finding, Level, score

RULE = "silence"


@dataclass(frozen=True, slots=True)
class SilenceParameters:
    """watch, alert, severe: reporting days in a row without a report."""

    watch: int = 1
    alert: int = 2
    severe: int = 4


def detect(
    party: str, day: date, missing: Sequence[date], p: SilenceParameters, *, excused: bool = False,
    last: str = "", legs: Sequence[str] = (),
) -> Finding | None:  # fmt: skip
    """missing: the reporting days up to ``day``, without a gap, that are past due with neither a report nor "nothing to
    report"; excused: the party said so beforehand; last: key of its last report; legs: forecasts that rest on it."""
    silent = len(missing)
    if excused or silent < p.watch:
        return None
    days = "day" if silent == 1 else "days"
    return Finding(
        rule=RULE,
        level=Level.ALERT if silent >= p.alert else Level.WATCH,
        subject=party,
        day=day,
        score=score(silent),
        severity="Severe" if silent >= p.severe else "Moderate" if silent >= p.alert else "Minor",
        urgency="Immediate" if silent >= p.alert else "Expected",
        certainty="Observed",
        category="silence",
        headline=f"{party} has not reported for {silent} {days}",
        arithmetic=(
            f"no report for {', '.join(words.day(d) for d in missing)}: {silent} {days}",
            "missing is not zero: no figure is assumed, and forecasts that rest on it have wider intervals",
        ),
        expects=f"a report by {party}, or its word that there is nothing to report",
        inputs=(last,) if last else (),
        legs=tuple(legs),
    )
