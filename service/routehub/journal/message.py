"""A message as boards, followers and renderers see it, and the draft that becomes one."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from sqlalchemy import Connection, RowMapping, Table

from routehub.core.canonical import dumps, iso
from routehub.core.statements import Query
from routehub.journal.known import Known
from routehub_schemas.kind import Kind, Payload
from routehub_schemas.registry import Registry


@dataclass(frozen=True)
class Original:
    """The document from which a message was translated, byte for byte as it came."""

    media: str
    content: bytes
    sha256: str


@dataclass(frozen=True)
class Draft:
    """A message that intake has found right, before it has a number. ``parties`` is the frozen audience;
    ``data`` is the payload as plain JSON values."""

    route: str
    kind: Kind
    party: str
    actor: str
    author: str
    on_behalf_of: str | None
    subject: str
    tlp: str
    exercise: bool
    words: tuple[str, ...]
    parties: frozenset[str]
    thread: str | None
    payload: Payload
    data: dict[str, Any]
    sender_id: str | None = None
    fixed_id: str | None = None  # computed alerts: a hash of rule, subject and opening message
    dataschema: str = ""
    original: Original | None = None
    via: str | None = None
    text_checked: bool = False  # it looked like personal data, and its sender has said that it is none


@dataclass(frozen=True)
class Message:
    """One accepted message. ``parties`` are its readers, frozen at acceptance."""

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
    accepted_at: datetime
    subject: str
    tlp: str
    exercise: bool
    audience_id: int
    parties: frozenset[str]
    thread: str | None
    payload: Payload
    event: dict[str, Any] = field(repr=False)
    body: str = field(repr=False, default="")

    @property
    def reported_party(self) -> str:
        """Whose message it is in substance: the party it was entered for, else the sender."""
        return self.on_behalf_of or self.party


@dataclass(frozen=True)
class Caution:
    """Something unusual about an accepted message. Never a refusal (UX 1.5)."""

    pointer: str
    code: str
    message: str
    sent: Any = None
    usual: Any = None

    def as_dict(self) -> dict[str, Any]:
        found = {"pointer": self.pointer, "code": self.code, "message": self.message}
        return found | {k: v for k, v in (("sent", self.sent), ("usual", self.usual)) if v is not None}


class Transaction(Protocol):
    """What a change may use inside the writer's transaction.

    ``conn`` is there for any SQL, and reads everything written before. ``collect`` puts rows in without a statement of
    their own: they are written together with those of other messages. ``read`` asks the database beside what waits,
    ``collected`` tells what waits; ``learn`` has something called after the commit (see ``Rows``, ``Batch``).
    """

    now: datetime
    wall: datetime
    known: Known

    @property
    def conn(self) -> Connection: ...

    def collect(
        self, table: Table, rows: Sequence[Mapping[str, Any]], *, keys: tuple[str, ...] = (), by: tuple[str, ...] = ()
    ) -> None: ...

    def collected(self, table: Table, value: Any) -> Sequence[Mapping[str, Any]]: ...

    def read(self, query: Query, values: Mapping[str, Any], some: Sequence[Any] | None = None) -> list[Any]: ...

    def learn(self, fact: Callable[[], None]) -> None: ...

    def audit(self, act: str, route: str, party: str, actor: str, detail: dict[str, Any]) -> None: ...

    def directory_changed(self) -> None: ...


class Board(Protocol):
    """A read model kept from the journal in the accepting transaction. It holds what follows from messages
    alone; what depends on the clock is computed when it is read (DECISIONS 2)."""

    name: str
    kinds: frozenset[str]
    tables: tuple[Table, ...]

    def check(self, tx: Transaction, message: Message) -> list[Caution]:
        """Rules that need the board's state, at acceptance only: may raise ``Refused`` or ``Unchanged``."""
        ...

    def project(self, tx: Transaction, message: Message) -> None:
        """Take an accepted message in; the same at acceptance and in a rebuild, so it may not refuse."""
        ...


Guard = Callable[[Transaction], None]


def compose(draft: Draft, message_id: str, short_id: str | None, at: datetime) -> dict[str, Any]:
    """The event of a message (CloudEvents 1.0) without the fields that differ between readers."""
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": message_id,
        "source": "/hub" if draft.actor == "hub" else f"/parties/{draft.party}",
        "type": draft.kind.type,
        "subject": draft.subject,
        "time": iso(at),
        "datacontenttype": "application/json",
        "dataschema": draft.dataschema,
        "tlp": draft.tlp,
        "exercise": draft.exercise,
        "author": draft.author,
        "data": draft.data | {"audience": list(draft.words)},
    }
    if draft.on_behalf_of:
        event["data"]["on_behalf_of"] = draft.on_behalf_of
    if short_id:
        event["shortid"] = short_id
    if draft.sender_id:
        event["senderid"] = draft.sender_id
    if draft.via:
        event["via"] = draft.via
    return event


def for_reader(body: str, epoch: int, feed: int, previous: int | None = None) -> str:
    """The event as one reader's JSON text: the stored body with the reader's own numbers put in.

    Done on text, so that a message is prepared once per party and not once per listener.
    """
    tail = f',"cursor":"{epoch}.{feed}","feed":{feed}'
    if previous is not None:
        tail += f',"previous":{previous}'
    return body[:-1] + tail + "}"


def as_event(body: str, epoch: int, feed: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(for_reader(body, epoch, feed))
    return found


def from_row(row: RowMapping, registry: Registry, parties: frozenset[str]) -> Message:
    """The message of a journal row whose body is still there. Read leniently: it was checked on its way in."""
    event = json.loads(row["body"])
    kind = registry[row["kind"]]
    return Message(
        sequence=row["sequence"], id=row["id"], short_id=row["short_id"], route=row["route"], kind=row["kind"],
        version=row["version"], party=row["party"], actor=row["actor"], author=row["author"],
        on_behalf_of=row["on_behalf_of"], accepted_at=row["accepted_at"].astimezone(UTC),
        subject=row["subject"], tlp=row["tlp"], exercise=event["exercise"], audience_id=row["audience_id"],
        parties=parties, thread=row["thread"],
        payload=kind.payload.model_validate_json(json.dumps(event["data"])), event=event, body=row["body"],
    )  # fmt: skip


def text_of(event: dict[str, Any]) -> str:
    """The stored form of an event."""
    return dumps(event)
