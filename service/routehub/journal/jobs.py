"""What the writer is asked to do: accept a message, or apply another change of the hub's own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Generic, TypeVar

from sqlalchemy import bindparam, select

from routehub.core.errors import HubError, Refused, Unchanged
from routehub.core.ids import short_id, uuid7
from routehub.core.statements import Query
from routehub.journal.batch import Batch
from routehub.journal.chain import content_hash, entry_hash, salt
from routehub.journal.message import Board, Caution, Draft, Guard, Message, compose, text_of
from routehub.journal.tables import originals, short_ids

T = TypeVar("T")
_s = short_ids.c
_SHORT_ID = Query(select(_s.message_id).where(_s.route == bindparam("route"), _s.short_id == bindparam("short_id")))


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
    size: int = 0
    """Bytes of what was sent, for the bound of what waits."""

    @property
    def appends(self) -> "tuple[Append, ...]":
        return (self,)

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
        if (original := draft.original) is not None:
            row = {
                "message_id": message.id, "media": original.media, "sha256": original.sha256,
                "content": original.content,
            }  # fmt: skip
            batch.collect(originals, (row,))
        batch.add(message, draft.kind, entry)
        self.remember(batch, message.id)
        detail: dict[str, Any] = {"message": message.id, "kind": message.kind}
        if draft.on_behalf_of:
            detail["on_behalf_of"] = draft.on_behalf_of
        if draft.text_checked:
            detail["text_checked"] = True
        batch.audit("post", draft.route, draft.party, draft.actor, detail)
        feed = batch.feed_head(draft.route, draft.party).feed if draft.party in draft.parties else 0
        return Recorded(message.id, message, feed, batch.epoch, tuple(cautions))

    def remember(self, batch: Batch, message_id: str) -> None:
        """Keep the sender's key with its answer, also when that is an earlier message: a late retry must not be
        taken for news after the figure has moved on."""
        if self.key is not None and not self.dry_run:
            batch.remember(self.draft.route, self.draft.party, self.key, self.fingerprint, message_id)

    def attempt(self, batch: Batch, boards: tuple[Board, ...]) -> Recorded:
        """The same as a part of its own: what raises leaves nothing behind.

        Errors: whatever refused it; ``Unchanged`` is answered here with the earlier message.
        """
        try:
            with batch.part():
                return self.perform(batch, boards)
        except Unchanged as same:
            self.remember(batch, same.message_id)
            return Recorded(same.message_id, unchanged=True)

    def _number(self, batch: Batch) -> tuple[Message, dict[str, Any]]:
        draft = self.draft
        message_id = draft.fixed_id or uuid7(batch.now)
        short = _mint_short_id(batch, draft, message_id) if draft.kind.short else None
        event = compose(draft, message_id, short, batch.now)
        body = text_of(event)
        salted = salt()
        content = content_hash(salted, body)
        audience, readers = batch.audience(draft.route, draft.parties)
        entry = {
            "id": message_id, "route": draft.route, "short_id": short,
            "kind": draft.kind.name, "version": draft.kind.version, "party": draft.party,
            "actor": draft.actor, "author": draft.author, "on_behalf_of": draft.on_behalf_of,
            "sender_id": draft.sender_id, "accepted_at": batch.now, "subject": draft.subject, "tlp": draft.tlp,
            "audience_id": audience, "thread": draft.thread, "body": body, "salt": salted,
            "content_hash": content,
        }  # fmt: skip
        sequence, chain = batch.number(entry_hash(entry, readers))
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
        waiting = any(row["route"] == draft.route for row in batch.collected(short_ids, candidate))
        if not waiting and not batch.read(_SHORT_ID, {"route": draft.route, "short_id": candidate}):
            row = {"route": draft.route, "short_id": candidate, "message_id": message_id}
            batch.collect(short_ids, (row,), by=("short_id",))
            return candidate
    raise RuntimeError("no free short id was found")


class NotTogether(HubError):
    """Some of several messages that go in together or not at all were refused: none was stored.

    outcomes: for each message what it would have been, or what refused it.
    """

    status, code, title = 422, "not-together", "Nothing was stored, because some of it was not accepted"

    def __init__(self, outcomes: Sequence[Recorded | HubError]) -> None:
        self.outcomes = tuple(outcomes)
        refusals = [outcome for outcome in outcomes if isinstance(outcome, HubError)]
        super().__init__(
            f"{len(refusals)} of {len(outcomes)} were not accepted, so none was stored.",
            [problem for refusal in refusals for problem in refusal.problems],
        )


@dataclass(frozen=True)
class Together:
    """Accept all of several messages or none; later ones see the boards with the earlier ones in."""

    jobs: tuple[Append, ...]
    dry_run: bool = False

    @property
    def appends(self) -> tuple[Append, ...]:
        return self.jobs

    @property
    def size(self) -> int:
        return sum(job.size for job in self.jobs)

    def perform(self, batch: Batch, boards: tuple[Board, ...]) -> list[Recorded]:
        outcomes: list[Recorded | HubError] = []
        for job in self.jobs:
            try:
                outcomes.append(job.attempt(batch, boards))
            except HubError as refusal:
                outcomes.append(refusal)
        taken = [outcome for outcome in outcomes if isinstance(outcome, Recorded)]
        if len(taken) < len(outcomes):
            raise NotTogether(outcomes)
        return taken


@dataclass(frozen=True)
class Change(Generic[T]):
    """Any other write of the hub: keys, sessions, deliveries, schedules. Same transaction, same order."""

    apply: Callable[[Batch], T]
    dry_run: bool = field(default=False)
    size: ClassVar[int] = 0
    appends: ClassVar[tuple[Append, ...]] = ()

    def perform(self, batch: Batch, boards: tuple[Board, ...]) -> T:
        return self.apply(batch)


Job = Append | Together | Change[Any]


def dry(job: Append) -> Append:
    return replace(job, dry_run=True)
