"""The hub's clock and health."""

from datetime import datetime
from typing import Literal

from routehub.api.documents.answers.base import Answer


class ClockTime(Answer):
    now: datetime
    movable: bool


class Live(Answer):
    status: Literal["live"]


class Ready(Answer):
    status: Literal["ready", "not ready", "stopping"]
    durability: str
    live: dict[str, int]
    writer: dict[str, int]
