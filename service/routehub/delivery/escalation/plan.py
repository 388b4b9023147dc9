"""When whom is told about an alert that a party has not acknowledged: pure functions of severity and time.

The times are those of UX 7. An alert that no channel brought to a party does not wait for them: within five minutes
the deputy, everybody's e-mail and the coordinators are tried (PROMISES B4).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from routehub.core.language import _

To = Literal["duty", "deputy", "coordinators"]


@dataclass(frozen=True)
class Step:
    """One rung of the ladder: so long after the alert asked, these people are told."""

    name: str
    after: timedelta
    to: To


def _ladder(*minutes: int, deputy: int | None = None, coordinators: int | None = None) -> tuple[Step, ...]:
    found = [Step(f"reminder-{number}", timedelta(minutes=at), "duty") for number, at in enumerate(minutes, 1)]
    if deputy is not None:
        found.append(Step("deputy", timedelta(minutes=deputy), "deputy"))
    if coordinators is not None:
        found.append(Step("coordinators", timedelta(minutes=coordinators), "coordinators"))
    return tuple(found)


LADDERS: Mapping[str, tuple[Step, ...]] = {
    "Extreme": _ladder(5, 10, deputy=15, coordinators=20),
    "Severe": _ladder(15, 30, deputy=35, coordinators=45),
    "Moderate": _ladder(60),
    "Unknown": _ladder(60),
    "Minor": (),
}
UNREACHED: tuple[Step, ...] = _ladder(deputy=2, coordinators=4)
"""Where no channel brought it to the party: the mail server or the receiver may be what is broken."""
GRAVE = frozenset({"Extreme", "Severe", "Unknown"})
"""What is never held back. Unknown is as grave as the issuer may have meant it."""
CLIMBING_STATUS = frozenset({"Actual", "Exercise"})
"""A test of the channels asks nobody twice."""


def ladder(severity: str, *, reached: bool) -> tuple[Step, ...]:
    """The steps for a party, in the order of their times. ``reached``: some channel brought the alert to it."""
    steps = {step.name: step for step in LADDERS[severity]}
    if not reached and severity in GRAVE:
        for step in UNREACHED:
            known = steps.get(step.name)
            if known is None or step.after < known.after:
                steps[step.name] = step
    return tuple(sorted(steps.values(), key=lambda step: step.after))


TOGETHER = timedelta(minutes=15)
"""What is not grave and due so soon on the same leg is asked for in the same mail."""


@dataclass(frozen=True)
class Due:
    """A step whose time has come. ``tell``: False where a later one to the same people has come too: after a stop
    nobody gets three reminders at once."""

    step: Step
    tell: bool


def due(steps: Collection[Step], asked_at: datetime, now: datetime, done: Collection[str]) -> list[Due]:
    """The steps to take now, in order; ``done``: names of those on record."""
    open_ones = [step for step in steps if step.name not in done and asked_at + step.after <= now]
    last = {step.to: step for step in open_ones}
    if "deputy" in last:
        last.pop("duty", None)  # who is on duty hears it with the deputy
    return [Due(step, last.get(step.to) is step) for step in open_ones]


def upcoming(steps: Collection[Step], asked_at: datetime, done: Collection[str]) -> list[tuple[Step, datetime]]:
    """What is still to come, with its time."""
    return [(step, asked_at + step.after) for step in steps if step.name not in done]


def next_look(severity: str, asked_at: datetime, now: datetime, done: Collection[str]) -> datetime | None:
    """When there may next be something to do, reached or not."""
    steps = {*ladder(severity, reached=True), *ladder(severity, reached=False)}
    times = [asked_at + step.after for step in steps if step.name not in done and asked_at + step.after > now]
    return min(times, default=None)


def words(step: Step, severity: str) -> str:
    """``Reminder 2 of 2``, as people read it."""
    if step.to == "duty":
        count = sum(one.to == "duty" for one in LADDERS[severity])
        number = int(step.name.removeprefix("reminder-"))
        return (
            _("Reminder %(number)s of %(count)s", number=number, count=count)
            if number <= count
            else _("Reminder %(number)s", number=number)
        )
    return {"deputy": _("To the deputy"), "coordinators": _("To the coordinators")}[step.to]
