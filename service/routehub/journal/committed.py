"""What one commit brought, as followers are told of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from routehub.journal.message import Message


@dataclass(frozen=True)
class Committed:
    """Messages in sequence, their readers' feed numbers by sequence, and whether the directory changed."""

    messages: tuple[Message, ...]
    directory: bool
    feeds: Mapping[int, Mapping[str, int]]
