"""What the rules of the agenda look at, and what they answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from routehub.digests import words
from routehub.digests.agenda import points
from routehub.views.week import Week

LINE, REMARK, SOURCES, LINES = 160, 1_000, 1_000, 200
"""The most that a message takes: signs of a title, signs of a remark, sources and lines of an item."""
LEVELS = {"nearly_full": "nearly full", "over_capacity": "over capacity"}


@dataclass(frozen=True)
class Past:
    """The agenda before this one: what it left to be followed up."""

    number: int
    message_id: str
    items: int
    decisions: tuple[tuple[int, str], ...]
    proposals: frozenset[str] = frozenset()
    """The proposals that were on it."""
    minutes: str | None = None
    """The message of its minutes."""
    conclusions: tuple[tuple[str, str], ...] = ()
    """What was concluded: number and words."""


@dataclass(frozen=True)
class Matter:
    """The week, and for which conference it is looked at."""

    week: Week
    number: int
    zone: ZoneInfo
    chair: str
    plan: str | None
    past: Past | None

    def points(self, rule: str) -> tuple[str, ...]:
        """The points of the monitored plan that a rule is about."""
        return points.of_rule(self.plan, rule)

    def lead(self, party: str) -> str:
        """Who introduces it: this party where it is on the route, else the chair."""
        return party if self.present(party) else self.chair

    def present(self, party: str) -> bool:
        on = self.week.now.astimezone(self.week.route.zone).date()
        return self.week.route.membership(party, on) is not None


@dataclass(frozen=True)
class Prepare:
    """What one party is asked to prepare. ``source``: the record on which it is done or which it is about."""

    party: str
    text: str
    due: datetime | None = None
    source: str | None = None


@dataclass(frozen=True)
class Entry:
    """One item without its number. ``standing``: first, last or None."""

    rule: str
    title: str
    why: str
    outcome: str
    minutes: int
    points: tuple[str, ...]
    lead: str
    lines: tuple[str, ...]
    sources: tuple[str, ...]
    wanted: str | None = None
    standing: str | None = None
    prepare: tuple[Prepare, ...] = ()


def entry(
    rule: str, title: str, why: str, *, outcome: str, minutes: int, points: Sequence[str], lead: str,
    lines: Sequence[str], sources: Sequence[str], wanted: str | None = None, standing: str | None = None,
    prepare: Sequence[Prepare] = (),
) -> Entry:  # fmt: skip
    """An entry whose parts fit into a message: texts on one line and not too long, each source once."""
    return Entry(
        rule, words.clip(title[:1].upper() + title[1:], LINE), words.clip(why, REMARK), outcome, minutes,
        tuple(points), lead,
        tuple(words.clip(line, REMARK) for line in lines)[:LINES], tuple(dict.fromkeys(sources))[:SOURCES],
        words.clip(wanted, REMARK) if wanted else None, standing,
        tuple(Prepare(p.party, words.clip(p.text, LINE), p.due, p.source) for p in prepare)[:LINES],
    )  # fmt: skip
