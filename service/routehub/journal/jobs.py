"""What the writer is asked to do: accept a message, or apply another change of the hub's own."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from sqlalchemy import insert, select

from routehub.core.errors import Refused
from routehub.core.ids import short_id, uuid7
from routehub.directory import visibility
from routehub.journal.batch import Batch
from routehub.journal.chain import content_hash, entry_hash, salt
from routehub.journal.message import Board, Caution, Draft, Guard, Message, compose, text_of
from routehub.journal.tables import short_ids

T = TypeVar("T")


@dataclass(frozen=True)
class Recorded:
    """The outcome of an append: the new message with its sender's feed number, or the earlier one that
    already says the same (``replayed`` by its key or its computed id, ``unchanged`` by its content)."""

    message_id: str
    message: Message | None = None
    feed: int = 0
    epoch: int = 1
    cautions: tuple[Caution, ...] = ()
    replayed: bool = False
    unchanged: bool = False


@dataclass(frozen=True)
class Append:
    """Accept one message. ``guard`` runs first and may refuse (a stale ``If-Match``); ``dry_run`` does all of
    it and rolls back."""

    draft: Draft
    key: str | None = None
    fingerprint: str = ""
    guard: Guard | None = None
    dry_run: bool = False

    def perform(self, batch: Batch, boards: tuple[Board, ...]) -> Recorded:
        draft = self.draft
        owner = draft.party
        if self.key is not None:
            known = batch.remembered(draft.route, owner, self.key)
            if known is not None:
                if known[0] != self.fingerprint:
                    raise Refused(
                        "This id was used before for a message with another content. Give the new message an id "
                        "of its own."
                    )
                return Recorded(known[1], replayed=True)
        if draft.fixed_id is not None and batch.holds(draft.fixed_id):
            return Recorded(draft.fixed_id, replayed=True)
        if self.guard is not None:
            self.guard(batch)
        message, entry = self._number(batch)
        cautions: list[Caution] = []
        for board in boards:
            if message.kind in board.kinds:
                cautions += board.check(batch, message)
                board.project(batch, message)
        batch.add(message, draft.kind, entry)
        self.remember(batch, message.id)
        detail = {"message": message.id, "kind": message.kind}
        if draft.on_behalf_of:
            detail["on_behalf_of"] = draft.on_behalf_of
        batch.audit("post", draft.route, draft.party, draft.actor, detail)
        feed = batch.feed_head(draft.route, draft.party).feed if draft.party in draft.parties else 0
        return Recorded(message.id, message, feed, batch.epoch, tuple(cautions))

    def remember(self, batch: Batch, message_id: str) -> None:
        """Keep the sender's key with its answer, also when that is an earlier message: a late retry must not be
        taken for news after the figure has moved on."""
        if self.key is not None and not self.dry_run:
            batch.remember(self.draft.route, self.draft.party, self.key, self.fingerprint, message_id)

    def _number(self, batch: Batch) -> tuple[Message, dict[str, Any]]:
        draft = self.draft
        message_id = draft.fixed_id or uuid7(batch.now)
        short = _mint_short_id(batch, draft, message_id) if draft.kind.short else None
        event = compose(draft, message_id, short, batch.now)
        body = text_of(event)
        salted = salt()
        content = content_hash(salted, body)
        audience = visibility.intern(batch.conn, draft.route, draft.parties)
        entry = {
            "id": message_id, "route": draft.route, "short_id": short,
            "kind": draft.kind.name, "version": draft.kind.version, "party": draft.party,
            "actor": draft.actor, "author": draft.author, "on_behalf_of": draft.on_behalf_of,
            "sender_id": draft.sender_id, "accepted_at": batch.now, "subject": draft.subject, "tlp": draft.tlp,
            "audience_id": audience, "thread": draft.thread, "body": body, "salt": salted,
            "content_hash": content,
        }  # fmt: skip
        sequence, chain = batch.number(entry_hash(entry, visibility.mark(draft.route, draft.parties)))
        entry |= {"sequence": sequence, "chain": chain}
        message = Message(
            sequence=sequence, id=message_id, short_id=short, route=draft.route, kind=draft.kind.name,
            version=draft.kind.version, party=draft.party, actor=draft.actor, author=draft.author,
            on_behalf_of=draft.on_behalf_of, accepted_at=batch.now, subject=draft.subject, tlp=draft.tlp,
            exercise=draft.exercise, audience_id=audience, parties=draft.parties, thread=draft.thread,
            payload=draft.payload, event=event, body=body,
        )  # fmt: skip
        return message, entry


def _mint_short_id(batch: Batch, draft: Draft, message_id: str) -> str:
    """A short id that is free on the route; longer ones when four characters get crowded."""
    for attempt in range(20):
        candidate = short_id(draft.kind.short or "", 4 + attempt // 5)
        s = short_ids.c
        taken = batch.conn.execute(select(s.message_id).where(s.route == draft.route, s.short_id == candidate)).first()
        if taken is None:
            batch.conn.execute(insert(short_ids).values(route=draft.route, short_id=candidate, message_id=message_id))
            return candidate
    raise RuntimeError("no free short id was found")


@dataclass(frozen=True)
class Change(Generic[T]):
    """Any other write of the hub: keys, sessions, deliveries, schedules. Same transaction, same order."""

    apply: Callable[[Batch], T]
    dry_run: bool = field(default=False)

    def perform(self, batch: Batch, boards: tuple[Board, ...]) -> T:
        return self.apply(batch)


Job = Append | Change[Any]


def dry(job: Append) -> Append:
    return replace(job, dry_run=True)
