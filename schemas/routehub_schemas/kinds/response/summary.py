"""A response in one line."""

from collections.abc import Mapping

from routehub_schemas.kinds.response.payload import Response
from routehub_schemas.numbers import written

WORDS = {
    "acknowledge": "acknowledged",
    "agree": "agreed to",
    "agree_with_conditions": "agreed, with conditions, to",
    "object": "objected to",
    "accept_conditions": "accepted the conditions of",
    "no_objection": "no objection to",
    "concerns": "concerns about",
    "answer": "answer to",
    "more_time": "more time asked for",
    "accept": "accepted",
    "ask_change": "change asked for in",
    "decline": "declined",
    "sign": "signed",
    "confirm": "confirmed",
    "end": "ended",
    "withdraw": "withdrew",
    "took_place": "reported what took place of",
    "close": "closed",
    "commit": "committed",
    "deliver": "delivered",
    "receive": "received",
    "attend": "attends",
    "join": "joined",
    "complete": "completed",
}


def summary(response: Response, names: Mapping[str, str]) -> str:
    """`acknowledged A-7F3K`."""
    line = f"{'part of the ' if response.partial else ''}{WORDS[response.act]} {response.item or response.to}"
    if response.quantity is not None:
        line += f", {written(response.quantity)} in all"
    if response.new_time is not None:
        line += f", until {response.new_time.day} {response.new_time:%B %Y %H:%M} UTC"
    if response.people is not None:
        line += f", {written(response.people)} people"
    if response.represented_by is not None:
        line += f", represented by {names.get(response.represented_by, response.represented_by)}"
    if response.text is not None:
        words = " ".join(response.text.split())
        line += f": {words if len(words) <= 120 else words[:119] + '…'}"
    return line
