"""The order of the call and the time that each item gets (UX 9.5)."""

from collections.abc import Iterable

from routehub.core.language import _
from routehub.digests import words
from routehub.digests.agenda.matter import Entry, Matter
from routehub.digests.agenda.rules import RULES

ORDER = ("decide", "discuss", "note")
OTHER_BUSINESS = 2
"""Minutes kept for any other business."""
MOST_ITEMS = 200


def entries(matter: Matter) -> list[Entry]:
    """All entries: standing, decisions with a deadline by their deadline, other decisions, discussions, notes,
    follow-up."""
    found = [entry for rule in RULES for entry in rule(matter)]
    first = [e for e in found if e.standing == "first"]
    last = [e for e in found if e.standing == "last"]
    between = in_call([e for e in found if e.standing is None])
    return first + between[: MOST_ITEMS - len(first) - len(last)] + last


def in_call(found: list[Entry]) -> list[Entry]:
    """Decisions with a deadline by their deadline, other decisions, discussions, notes."""
    return sorted(found, key=_place)


def _place(entry: Entry) -> tuple[int, bool, float]:
    """Where it comes among the others; equal ones stay as their rules gave them."""
    deadlines = [one.due.timestamp() for one in entry.prepare if one.due is not None]
    by_deadline = entry.outcome == "decide" and bool(deadlines)
    return ORDER.index(entry.outcome), not by_deadline, min(deadlines) if by_deadline else 0.0


def time_of(items: Iterable[int]) -> int:
    """How long a call takes, any other business too. ``items``: the minutes of each."""
    return sum(items) + OTHER_BUSINESS


def too_long(minutes: int, length: int) -> str:
    """``6 minutes more than the call has``; empty when it fits."""
    if minutes <= length:
        return ""
    return _("%(minutes)s more than the call has", minutes=words.count(minutes - length, "minute"))


def duration(minutes: int, length: int | None) -> str:
    """``43 of 45 minutes, 2 of them for any other business``: said in the same words wherever an agenda stands.
    ``length``: that of the call, None where none is called."""
    if length is None:
        return _("%(minutes)s minutes, %(other)s of them for any other business", minutes=minutes, other=OTHER_BUSINESS)
    over = too_long(minutes, length)
    said = _(
        "%(minutes)s of %(length)s minutes, %(other)s of them for any other business",
        minutes=minutes, length=length, other=OTHER_BUSINESS,
    )  # fmt: skip
    return f"{said}; {over}" if over else said


def fit(found: list[Entry], minutes: int) -> list[int]:
    """The minutes of each entry. Over the length of the call the lowest notes are for information only: no time."""
    given = [entry.minutes for entry in found]
    for at in reversed(range(len(found))):
        if time_of(given) <= minutes:
            break
        if found[at].outcome == "note" and found[at].standing is None:
            given[at] = 0
    return given
