"""A condition as an ordinary alert message: what was found, the arithmetic, what it rests on, what ends it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from routehub.core import words
from routehub.warning import caps
from routehub.warning.conditions import Condition
from routehub.warning.finding import LONGEST_HEADLINE, Finding
from routehub.warning.forecast import rule as forecast_rule

LASTS = timedelta(days=7) - timedelta(minutes=1)
"""As long as an alert may: by then it was updated, ended, or nobody could look at it any more."""
MOST_LINES, LONGEST_LINE, MOST_INPUTS, MOST_LEGS = 50, 1_000, 1_000, 50
INSTRUCTIONS = {
    "surge": "Check free places, staff and transport for the coming days, and tell your neighbours what you plan.",
    "growth": "Check free places, staff and transport for the coming days, and tell your neighbours what you plan.",
    "forecast": "Prepare for the numbers expected, and tell your neighbours before you change anything at a border.",
    "drop": "Find out where people are now: ask the neighbours on both sides of this border.",
    "closure": "Check whether people are stranded upstream, and warn the parties on the other ways.",
    "two-counts": "Both sides of this border: compare how you count, and correct what is wrong.",
    "capacity": "Ask the parties with free places, and tell those who send people on before you change anything.",
    "full": "Open places or ask the parties with free ones now; tell the parties before you how many you can take.",
    "cap": "Both sides of this border: agree on the numbers, or announce the cap anew. Find out who waits, and where.",
    "chain-reaction": "Talk before the next step: every party on these borders and the coordinators, today.",
    "silence": "Ask the party's contact point; plan with the wider intervals until it reports.",
}
DATED = (forecast_rule.RULE, caps.RULE)
"""Rules whose headlines name a day themselves."""
ENDS = {"over": "Over", "unseen": "No longer known", "excused": "Excused"}


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to send. id: the same for whoever works it out; alert: the message that opened; why, inputs: of an
    end."""

    kind: Literal["Alert", "Update", "Cancel"]
    id: str
    condition: Condition
    finding: Finding
    day: date
    alert: str
    why: str = ""
    inputs: tuple[str, ...] = ()

    @property
    def rests_on(self) -> tuple[str, ...]:
        found = self.inputs if self.kind == "Cancel" else self.finding.inputs
        return found[:MOST_INPUTS]

    def data(self, now: datetime, link: str, legs: Collection[str]) -> dict[str, Any]:
        """The payload. legs: those that the route has."""
        f = self.finding
        found: dict[str, Any] = {
            "category": f.category, "msg_type": self.kind, "severity": self.condition.severity,
            "urgency": "Past" if self.kind == "Cancel" else f.urgency, "certainty": f.certainty,
            "headline": self._headline(), "description": self._description(link),
            "legs": [leg for leg in f.legs if leg in legs][:MOST_LEGS], "expires": (now + LASTS).isoformat(),
            "rule": {
                "name": f.rule, "inputs": list(self.rests_on),
                "arithmetic": [line[:LONGEST_LINE] for line in self._arithmetic()][:MOST_LINES],
            },
        }  # fmt: skip
        if self.kind == "Alert":
            found["audience"] = ["*"]
        else:
            found["references"] = [self.alert]
        if self.kind != "Cancel" and f.rule in INSTRUCTIONS:
            found["instruction"] = INSTRUCTIONS[f.rule]
        return found

    def _headline(self) -> str:
        f = self.finding
        said = f.headline
        if f.rule not in DATED:
            said += f" ({words.day(f.day)})"
        if self.kind == "Cancel":
            said = f"{ENDS[self.why]}: {said}"
        return said if len(said) <= LONGEST_HEADLINE else said[: LONGEST_HEADLINE - 1] + "…"

    def _arithmetic(self) -> tuple[str, ...]:
        if self.kind != "Cancel":
            return self.finding.arithmetic
        if self.why == "excused":
            return (f"{self.condition.subject} is excused from reporting for {words.day(self.day)}",)
        if self.why == "unseen":
            return (f"no complete figure since {words.day(self.condition.looked or self.condition.last)}",)
        return (f"looked at again for {words.day(self.day)}: the rule does not find it any more",)

    def _description(self, link: str) -> str:
        f, c = self.finding, self.condition
        since = f"It has lasted since {words.day(c.opened)}." if self.kind != "Alert" and c.opened < self.day else ""
        lines = [
            f"Computed by the rule {f.rule} about {f.subject} for {words.day(f.day)}, from {len(f.inputs)} "
            f"message{'' if len(f.inputs) == 1 else 's'} that everyone on the route may read. {since}".strip(),
        ]
        if self.kind == "Cancel" and self.why == "over":
            lines.append(f"The condition is over as of {words.day(self.day)}.")
        elif self.why == "excused":
            lines.append(f"{c.subject} need not report for {words.day(self.day)}: it is excused.")
        elif self.kind == "Cancel":
            lines.append("Nobody could look at it for a week: no figures came. That does not say that it ended.")
        else:
            lines.append(f"It ends with {f.expects}.")
        lines.append(f"All rules, their parameters and how often they were right: {link}")
        return "\n".join(lines)
