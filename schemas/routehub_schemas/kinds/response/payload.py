"""An act on an earlier message. Which acts fit is fixed by the kind that is answered."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from routehub_schemas.errors import Problem
from routehub_schemas.kind import Payload
from routehub_schemas.vocab import (
    UNIQUE_ITEMS,
    Act,
    ActionId,
    Count,
    Line,
    Moment,
    PartyCode,
    Quantity,
    Reference,
    Text,
    Unique,
)

COUNTED = frozenset({"commit", "deliver", "receive"})
"""Acts on an offer that say how much of it they are about."""
NEEDS_TEXT = frozenset({"agree_with_conditions", "object", "concerns", "answer", "ask_change", "decline"})
"""Acts that say nothing without words: conditions, reasons, answers."""
OF_AN_ITEM = frozenset({"complete", "more_time"})
"""Acts that can be about one numbered thing in the message that is answered."""
NEEDS_PEOPLE = frozenset({"took_place"})
"""Acts that report how many people there were."""
TAKES_PART = frozenset({"attend", "join"})
"""Acts on an invitation that may say who takes part."""


class Response(Payload):
    """One party's current answer; a later one replaces it, and the history is kept."""

    to: Reference
    """The message that is answered: its id or its short id."""
    act: Act
    """What is done; the kind that is answered says which acts fit."""
    text: Text | None = None
    """The conditions, reasons or answer; needed where the act says nothing without."""
    new_time: Moment | None = None
    """Until when more time is asked for; only, and always, with `more_time`."""
    people: Count | None = None
    """How many people it was in the end; only, and always, with `took_place`."""
    partial: bool = False
    """Only with `answer`: more will follow, and the request stays open for this party."""
    quantity: Quantity | None = None
    """Only with `commit`, `deliver` and `receive`: how much in all by now, in the unit of the offer; absent, all."""
    represented_by: PartyCode | None = None
    """Only with `attend`: the party that speaks for this one in the conference."""
    delegates: Annotated[list[Line], Unique] = Field(default=[], max_length=20, json_schema_extra=UNIQUE_ITEMS)
    """Only with `attend` and `join`: who takes part for the party, each with name and function."""

    item: ActionId | None = None
    """Which action of the minutes that are answered; only with `complete`, which needs it, and `more_time`."""

    def rests_on(self) -> tuple[str, ...]:
        return (self.to,)


def check(response: Response) -> Iterator[Problem]:
    """What a JSON Schema cannot say about a response."""
    if response.act in NEEDS_TEXT and response.text is None:
        yield Problem("/text", "missing", f"{response.act} says nothing without its words")
    if (response.act == "more_time") != (response.new_time is not None):
        if response.new_time is None:
            yield Problem("/new_time", "missing", "asking for more time means saying until when")
        else:
            yield Problem("/new_time", "contradiction", f"{response.act} has no new time", allowed='"act": "more_time"')
    if (response.act in NEEDS_PEOPLE) != (response.people is not None):
        if response.people is None:
            yield Problem("/people", "missing", "saying that it took place means saying how many people it was, or 0")
        else:
            words = f"{response.act} has no number of people"
            yield Problem("/people", "contradiction", words, response.people, allowed='"act": "took_place"')
    if response.partial and response.act != "answer":
        yield Problem("/partial", "contradiction", f"{response.act} is whole or nothing", allowed='"act": "answer"')
    if response.quantity is not None and response.act not in COUNTED:
        yield Problem("/quantity", "contradiction", f"{response.act} has no quantity", allowed=sorted(COUNTED))
    if response.act == "complete" and response.item is None:
        yield Problem("/item", "missing", "say which action of the minutes is done, such as A13.2")
    if response.item is not None and response.act not in OF_AN_ITEM:
        words = f"{response.act} is about the whole message"
        yield Problem("/item", "contradiction", words, response.item, allowed=sorted(OF_AN_ITEM))
    yield from _who_takes_part(response)


def _who_takes_part(response: Response) -> Iterator[Problem]:
    """Either another party speaks for this one, or people of its own do."""
    if response.represented_by is not None and response.act != "attend":
        words = f"{response.act} is not done by another party"
        yield Problem("/represented_by", "contradiction", words, response.represented_by, allowed='"act": "attend"')
    if response.delegates and response.act not in TAKES_PART:
        yield Problem("/delegates", "contradiction", f"{response.act} has no delegates", allowed=sorted(TAKES_PART))
    if response.delegates and response.represented_by is not None:
        words = "a party that another one speaks for sends nobody; leave the delegates or the other party out"
        yield Problem("/delegates", "contradiction", words)
