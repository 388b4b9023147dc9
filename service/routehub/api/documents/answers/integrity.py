"""Checkpoints, the keys that sign them, and the links of a feed."""

from datetime import datetime

from routehub.api.documents.answers.base import Answer


class Checkpoint(Answer):
    id: str
    epoch: int
    number: int
    """Messages in your feed by then."""
    chain: str
    taken_at: datetime
    note: str
    """The signed note, whole."""


class Checkpoints(Answer):
    checkpoints: list[Checkpoint]
    next: str | None


class CheckpointKey(Answer):
    key: str
    since: datetime
    last_used: datetime


class CheckpointKeys(Answer):
    keys: list[CheckpointKey]


class Link(Answer):
    feed: int
    id: str
    kind: str
    content: str
    chain: str
    salt: str | None
    body: str | None
    """Exactly the text that was hashed; null when it was erased."""


class Links(Answer):
    head: str
    links: list[Link]
    next: str | None
