"""Whether a movement is agreed, from its acts and the clock (draft statement, point 12). Pure functions.

No answer means not agreed. Conditions count only when the proposer accepts them. On a leg where prior notice is enough,
nothing has to be agreed, and an objection is recorded all the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

AGREEMENT = "agreement_required"
ANSWERS = frozenset({"agree", "agree_with_conditions", "object"})


@dataclass(frozen=True)
class Act:
    """One act on a movement, in the order in which they came."""

    message_id: str
    party: str
    act: str
    text: str | None
    people: int | None
    at: datetime
    author: str


def last(acts: Sequence[Act], *names: str) -> Act | None:
    """The newest act of these names."""
    return next((act for act in reversed(acts) if act.act in names), None)


def answer(acts: Sequence[Act]) -> Act | None:
    """The answer that holds."""
    return last(acts, *ANSWERS)


def accepted(acts: Sequence[Act]) -> Act | None:
    """The acceptance of the conditions that hold; one of earlier conditions counts no more."""
    given = answer(acts)
    if given is None or given.act != "agree_with_conditions":
        return None
    return last(acts[acts.index(given) :], "accept_conditions")


def agreed(acts: Sequence[Act]) -> bool:
    given = answer(acts)
    return given is not None and (given.act == "agree" or accepted(acts) is not None)


def state(policy: str, at: datetime, answer_by: datetime, acts: Sequence[Act], now: datetime) -> str:
    """proposed, notified (prior notice), agreed, agreed_with_conditions (not accepted yet), objected, not_agreed,
    withdrawn or took_place. at: when people reach the border."""
    if last(acts, "took_place") is not None:
        return "took_place"
    if last(acts, "withdraw") is not None:
        return "withdrawn"
    if agreed(acts):
        return "agreed"
    given = answer(acts)
    if given is not None and given.act == "object":
        return "objected"
    if given is not None:
        if now < at:
            return "agreed_with_conditions"
        return "not_agreed" if policy == AGREEMENT else "notified"
    if policy != AGREEMENT:
        return "notified"
    return "proposed" if now < answer_by else "not_agreed"
