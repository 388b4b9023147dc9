"""What hubs tell each other of a commit: its messages with their readers' feed numbers, as JSON.

It holds what messages say, so whatever carries it belongs to the trusted zone (docs/decisions/0010).
"""

from itertools import pairwise
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from routehub.journal.committed import Committed
from routehub.journal.message import Message, from_row
from routehub_schemas.registry import Registry

MOST_BYTES = 524_288
"""A NATS server takes a mebibyte at most. Above this a hint only says "look"."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Line(_Strict):
    """A row of the journal with its feed numbers."""

    sequence: int
    id: str
    short_id: str | None
    route: str
    kind: str
    version: int
    party: str
    actor: str
    author: str
    on_behalf_of: str | None
    accepted_at: AwareDatetime
    subject: str
    tlp: str
    audience_id: int
    thread: str | None
    body: str
    feeds: dict[str, int]


class _Hint(_Strict):
    form: Literal[1]
    epoch: int
    directory: bool
    lines: list[_Line]


_FIELDS = frozenset(_Line.model_fields) - {"feeds"}


def write(committed: Committed, epoch: int) -> bytes:
    """The hint of a commit; nothing where it would be too large."""
    if sum(len(message.body) for message in committed.messages) > MOST_BYTES:
        return b""
    lines = [
        _Line.model_construct(
            **{name: getattr(message, name) for name in _FIELDS}, feeds=dict(committed.feeds[message.sequence])
        )
        for message in committed.messages
    ]
    hint = _Hint.model_construct(form=1, epoch=epoch, directory=committed.directory, lines=lines)
    data = hint.model_dump_json().encode()
    return data if len(data) <= MOST_BYTES else b""


def read(data: bytes, epoch: int, registry: Registry) -> Committed | None:
    """What a hint says; None when it only says "look".

    Errors: ValueError or KeyError for what no hub of this version, epoch and set of kinds wrote.
    """
    if not data:
        return None
    hint = _Hint.model_validate_json(data)
    if hint.epoch != epoch:
        raise ValueError("a hint from another epoch")
    sequences = [line.sequence for line in hint.lines]
    if any(after != before + 1 for before, after in pairwise(sequences)):
        raise ValueError("a hint with a hole")
    return Committed(
        tuple(_message(line, registry) for line in hint.lines),
        hint.directory,
        {line.sequence: line.feeds for line in hint.lines},
    )


def _message(line: _Line, registry: Registry) -> Message:
    row = line.model_dump()
    return from_row(row, registry, frozenset(line.feeds))  # type: ignore[arg-type]
