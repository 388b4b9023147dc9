"""How actions stand: pure rules over what was minuted, what the owners said, and the day. Overdue is worked out when it
is read, never typed (DOMAIN 3)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo


@dataclass(frozen=True)
class Act:
    """What a party said of an action: it is complete, or needs more time."""

    message_id: str
    party: str
    act: str
    text: str | None
    new_time: datetime | None
    author: str
    at: datetime


@dataclass(frozen=True)
class Owner:
    """How one owner stands. ``state``: open, overdue or done; ``due``: the last day, as it asked for."""

    party: str
    state: str
    due: date
    act: Act | None


def owner(party: str, acts: Iterable[Act], due: date, today: date, zone: tzinfo, chair: str) -> Owner:
    """One owner by its own last word, or by that of the chair, who may note for all that it is done.

    acts: oldest first.
    """
    said = [act for act in acts if act.party == party or (act.party == chair and act.act == "complete")]
    done = next((act for act in said if act.act == "complete"), None)
    asked = [act for act in said if act.new_time is not None]
    if asked and asked[-1].new_time is not None:
        due = asked[-1].new_time.astimezone(zone).date()
    if done is not None:
        return Owner(party, "done", due, done)
    return Owner(party, "overdue" if today > due else "open", due, asked[-1] if asked else None)


def state(owners: Iterable[Owner]) -> str:
    """An action is done when all its owners are, and overdue as soon as one is."""
    states = {one.state for one in owners}
    if states <= {"done"}:
        return "done"
    return "overdue" if "overdue" in states else "open"
