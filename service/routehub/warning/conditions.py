"""The life of a condition: opened once, updated while it lasts, ended when it is over, and never twice for one.

A condition is one rule about one subject. It lasts as long as the rule finds it on days that could be looked at; a
missing day neither feeds nor ends it. Its key follows from rule, subject and what set it off, so that a rebuild, or a
second engine, comes to the same key (DECISIONS 2).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal, Self

from routehub.core.canonical import digest, dumps
from routehub.warning.finding import SEVERITY_RANK, Finding, Level

Why = Literal["over", "unseen", "excused"]


@dataclass(frozen=True, slots=True)
class ConditionParameters:
    """calm: days in a row without a finding that end a condition, so that one quiet day between two loud ones does not
    make two conditions; unseen: days after which one ends that nobody could look at."""

    calm: int = 2
    unseen: int = 7


@dataclass(frozen=True, slots=True)
class Condition:
    """One that lasts. level, severity: the worst that was told; days: on how many days it was found; calm: on how many
    days looked at since the last finding it was not."""

    key: str
    rule: str
    subject: str
    direction: int
    opened: date
    last: date
    level: Level
    severity: str
    days: int = 1
    calm: int = 0
    looked: date | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """Tell it."""

    condition: Condition
    finding: Finding


@dataclass(frozen=True, slots=True)
class Updated:
    """It goes on. ``raised``: worse than was told, so that people are asked again."""

    condition: Condition
    finding: Finding
    raised: bool


@dataclass(frozen=True, slots=True)
class Ended:
    """It is over (``over``), nobody can say any more (``unseen``), or a party need not report (``excused``)."""

    condition: Condition
    day: date
    why: Why


Step = Opened | Updated | Ended
Subject = tuple[str, str]
"""Rule and subject."""


@dataclass(frozen=True)
class Conditions:
    """All that last, by rule and subject. Immutable: ``step`` gives the next state."""

    lasting: Mapping[Subject, Condition] = field(default_factory=dict)

    def to_json(self) -> list[dict[str, Any]]:
        return [
            {
                "key": c.key, "rule": c.rule, "subject": c.subject, "direction": c.direction,
                "opened": c.opened.isoformat(), "last": c.last.isoformat(), "level": c.level.value,
                "severity": c.severity, "days": c.days, "calm": c.calm,
                "looked": c.looked.isoformat() if c.looked else None,
            }
            for _, c in sorted(self.lasting.items())
        ]  # fmt: skip

    @classmethod
    def from_json(cls, state: Iterable[Mapping[str, Any]]) -> Self:
        lasting = {}
        for said in state:
            days = {name: date.fromisoformat(said[name]) for name in ("opened", "last")}
            looked = date.fromisoformat(said["looked"]) if said["looked"] else None
            condition = Condition(**{**said, **days, "looked": looked, "level": Level(said["level"])})
            lasting[condition.rule, condition.subject] = condition
        return cls(lasting)


def key_of(rule: str, subject: str, trigger: str) -> str:
    """SHA-256 in hexadecimal, of which the caller makes the message id."""
    return digest(dumps([rule, subject, trigger]))


def step(
    state: Conditions, day: date, findings: Iterable[Finding], looked: Iterable[Subject] = (),
    p: ConditionParameters | None = None,
) -> tuple[Conditions, list[Step]]:  # fmt: skip
    """What findings of a day do to the conditions.

    looked: rule and subject of everything that could be looked at for the day, found or not; only that can calm down.
    The same day may be given again (a late report, a revision): it counts once.
    """
    p = p or ConditionParameters()
    lasting = dict(state.lasting)
    steps: list[Step] = []
    found = {(f.rule, f.subject): f for f in sorted(findings, key=_mildest_first)}
    for subject, finding in sorted(found.items()):
        steps += _found(lasting, subject, finding, day)
    for subject in sorted(set(looked) - set(found)):
        condition = lasting.get(subject)
        if condition is None or day <= (condition.looked or condition.last):
            continue
        calmer = replace(condition, calm=condition.calm + 1, looked=day)
        if calmer.calm >= p.calm:
            del lasting[subject]
            steps.append(Ended(calmer, day, "over"))
        else:
            lasting[subject] = calmer
    for subject, condition in sorted(lasting.items()):
        if (day - (condition.looked or condition.last)).days >= p.unseen:
            del lasting[subject]
            steps.append(Ended(condition, day, "unseen"))
    return Conditions(lasting), steps


def _mildest_first(finding: Finding) -> tuple[bool, int]:
    """Where a rule finds a subject twice, the worse finding stands."""
    return finding.level == Level.ALERT, SEVERITY_RANK[finding.severity]


def _found(lasting: dict[Subject, Condition], subject: Subject, finding: Finding, day: date) -> list[Step]:
    condition = lasting.get(subject)
    steps: list[Step] = []
    if condition is not None and condition.direction * finding.direction < 0:
        # More people than usual after fewer: the one is over, the other begins.
        steps.append(Ended(condition, day, "over"))
        condition = None
    if condition is None:
        key = key_of(finding.rule, finding.subject, finding.trigger)
        lasting[subject] = Condition(
            key, finding.rule, finding.subject, finding.direction, day, day, finding.level, finding.severity, looked=day
        )
        return [*steps, Opened(lasting[subject], finding)]
    raised = _worse(finding, condition)
    new_day = day > condition.last
    if not raised and not new_day:
        return steps
    lasting[subject] = replace(
        condition,
        last=max(day, condition.last),
        level=max(finding.level, condition.level, key=lambda level: level == Level.ALERT),
        severity=max(finding.severity, condition.severity, key=lambda severity: SEVERITY_RANK[severity]),
        days=condition.days + new_day,
        calm=0,
        looked=max(day, condition.looked or day),
    )
    return [*steps, Updated(lasting[subject], finding, raised)]


def _worse(finding: Finding, condition: Condition) -> bool:
    told = (condition.level == Level.ALERT, SEVERITY_RANK[condition.severity])
    return (finding.level == Level.ALERT, SEVERITY_RANK[finding.severity]) > told
