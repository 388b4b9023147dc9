"""What a rule finds on a day, in words that can be checked by hand."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Literal

from routehub_schemas.vocab import AlertCategory, Certainty, Severity, Urgency

SEVERITY_RANK: dict[str, int] = {"Unknown": 0, "Minor": 1, "Moderate": 2, "Severe": 3, "Extreme": 4}
LONGEST_HEADLINE = 160
"""What a line of the contract holds (vocab.Line)."""
HIGHEST_SCORE = 99.9
"""A score says how far out, not how many digits a division gives when the days before were all alike."""


class Level(StrEnum):
    """WATCH is shown; ALERT also notifies."""

    WATCH = "WATCH"
    ALERT = "ALERT"


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule's finding about one subject for one day.

    subject: key of a series, code of a leg, place or party; arithmetic: lines for ``rule.arithmetic`` of the alert;
    inputs: keys that the caller maps to message ids, the one that set it off first; legs: the legs concerned;
    expects: what ends the condition, in words; direction: +1 more people, −1 fewer, 0 neither; sums: it compares
    sums of seven days, not days.
    """

    rule: str
    level: Level
    subject: str
    day: date
    score: float
    severity: Severity
    urgency: Urgency
    certainty: Certainty
    category: AlertCategory
    headline: str
    arithmetic: tuple[str, ...]
    expects: str
    inputs: tuple[str, ...] = ()
    legs: tuple[str, ...] = ()
    series: tuple[str, ...] = ()
    direction: Literal[-1, 0, 1] = 0
    sums: bool = False

    def __post_init__(self) -> None:
        if len(self.headline) > LONGEST_HEADLINE:
            object.__setattr__(self, "headline", self.headline[: LONGEST_HEADLINE - 1].rstrip() + "…")

    @property
    def trigger(self) -> str:
        """What set it off: the newest input, or the day where the caller names no inputs."""
        return self.inputs[0] if self.inputs else self.day.isoformat()

    def on_legs(self, *legs: str) -> "Finding":
        return replace(self, legs=legs)


def score(value: float) -> float:
    """A score with two decimals, between −99.9 and 99.9."""
    return round(max(-HIGHEST_SCORE, min(HIGHEST_SCORE, value)), 2)
