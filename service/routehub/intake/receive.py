"""``receive``: the one function behind every door (page, terminal, JSON, the hub's own digests and alerts)."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from routehub.core.canonical import digest, dumps
from routehub.core.clock import Clock
from routehub.core.db import Database
from routehub.core.errors import HubError, Malformed, Refused
from routehub.core.observe import Metrics
from routehub.directory.current import CurrentDirectory
from routehub.directory.principal import Principal
from routehub.directory.snapshot import RouteView
from routehub.intake import audience, grants, references
from routehub.journal import targets as targets_in_journal
from routehub.journal.jobs import Append, NotTogether, Recorded, Together
from routehub.journal.message import Draft, Guard
from routehub.journal.targets import Target
from routehub.journal.writer import Writer
from routehub_schemas import parse
from routehub_schemas.errors import Invalid, Problem
from routehub_schemas.kind import Kind, Payload
from routehub_schemas.kinds.response.payload import Response
from routehub_schemas.registry import Registry
from routehub_schemas.vocab import UNSAFE

DEFAULT_TLP = "AMBER"
LONGEST_KEY = 255
"""Characters. A key is written with the others of its commit: one that no index takes would fail them all."""


@dataclass(frozen=True)
class Post:
    """What a door hands in.

    data: the kind's payload as JSON values; key: the sender's own id of the message; pointer: where ``data``
    lies in what was sent, for the problems' JSON Pointers; fixed_id: the hub's own computed messages only; said: what
    was sent, where ``data`` is worked out from it and the clock: by that the same thing sent twice is known.
    """

    kind: Kind
    data: Any
    tlp: str | None = None
    key: str | None = None
    exercise: bool | None = None
    dry_run: bool = False
    pointer: str = ""
    guard: Guard | None = field(default=None, repr=False)
    fixed_id: str | None = None
    said: Any = None


def as_refused(error: Invalid) -> HubError:
    """The contract's refusal as the hub's: 400 for what could not be read, 422 for what breaks rules."""
    kind = Malformed if error.status == 400 else Refused
    detail = error.problems[0].message if len(error.problems) == 1 else f"{len(error.problems)} problems were found."
    return kind(detail, error.problems)


class Intake:
    """Parses, authorises and checks; then one job for the writer. It knows nothing of delivery."""

    def __init__(
        self, db: Database, writer: Writer, directory: CurrentDirectory, registry: Registry, clock: Clock,
        metrics: Metrics, public_url: str,
    ) -> None:  # fmt: skip
        self._db, self._writer, self._directory, self.registry = db, writer, directory, registry
        self._clock, self._metrics, self._public_url = clock, metrics, public_url.rstrip("/")

    async def receive(self, principal: Principal, post: Post) -> Recorded:
        """Accept one message: answers when it is durable, or raises what refused it with every problem."""
        try:
            return await self._writer.submit(await self._job(principal, post))
        except HubError as refusal:
            self._refused(refusal)
            raise

    async def receive_many(
        self, principal: Principal, posts: Sequence[Post], *, together: bool = False
    ) -> list[Recorded | HubError]:
        """Accept many messages, answered in their order: what was recorded, or what refused it.

        together: all of them or none. Then nothing was stored if any outcome is a refusal, and those that are none
        say what would have been recorded. Errors: Busy when there is no room for all of them; nothing is stored then.
        """
        outcomes: list[Recorded | HubError | Append] = []
        for post in posts:
            try:
                outcomes.append(await self._job(principal, post))
            except HubError as refusal:
                outcomes.append(refusal)
        jobs = [found for found in outcomes if isinstance(found, Append)]
        if together:
            done = await self._together(jobs, commit=len(jobs) == len(posts))
        else:
            done = await self._writer.submit_each(jobs)
        answers = iter(done)
        found = [next(answers) if isinstance(outcome, Append) else outcome for outcome in outcomes]
        for answer in found:
            if isinstance(answer, HubError):
                self._refused(answer)
        return found

    async def _together(self, jobs: Sequence[Append], *, commit: bool) -> Sequence[Recorded | HubError]:
        """Where some have been refused already the others are only tried, so that every problem is told at once."""
        try:
            return await self._writer.submit(Together(tuple(jobs), dry_run=not commit or any(j.dry_run for j in jobs)))
        except NotTogether as refusal:
            return refusal.outcomes

    async def _job(self, principal: Principal, post: Post) -> Append:
        _check_key(post.key)
        payload, data = self._parse(self._as_exercise(principal, post))
        return await self._prepare(principal, post, payload, data)

    def _refused(self, refusal: HubError) -> None:
        self._metrics.refused.labels(str(refusal.status)).inc()

    def _as_exercise(self, principal: Principal, post: Post) -> Post:
        """On an exercise route what the sender leaves open is filled in as exercise (PROMISES C2)."""
        if not post.kind.in_exercise or not isinstance(post.data, dict):
            return post
        if not self._directory.route(principal.route).exercise:
            return post
        return replace(post, data={**post.kind.in_exercise, **post.data})

    def _parse(self, post: Post) -> tuple[Payload, dict[str, Any]]:
        try:
            payload = parse.payload(post.kind, post.data, post.pointer)
        except Invalid as error:
            raise as_refused(error) from None
        return payload, payload.model_dump(mode="json", exclude_unset=True)

    async def _prepare(self, principal: Principal, post: Post, payload: Payload, data: dict[str, Any]) -> Append:
        directory = self._directory.value
        route = self._directory.route(principal.route)
        today = self._clock.now().astimezone(route.zone).date()
        _check_exercise(route, post)
        on_behalf_of = grants.check_may_post(directory, principal, post.kind, payload, post.pointer)
        targets: dict[str, Target] = {}
        refs = payload.refs()
        if refs:
            targets = await self._db.read(targets_in_journal.find, route.code, principal.party, refs)
            references.require_all(payload, targets, post.pointer)
            payload, data = references.with_ids(payload, data, targets)
        if isinstance(payload, Response):
            answered = next(target for target in targets.values() if target.id == payload.to)
            acts = dict(self.registry[answered.kind].acts)
            grants.check_act(principal, acts, answered, payload.act, post.pointer)
        words, readers = audience.settle(
            directory, route, principal, post.kind, payload, targets.values(), today, post.pointer
        )
        tlp = post.tlp or audience.strictest(targets.values(), DEFAULT_TLP)
        inherited = audience.strictest(targets.values(), "CLEAR")
        audience.check_tlp(route, principal, tlp, words, readers, today, inherited)
        data.pop("on_behalf_of", None)
        draft = Draft(
            route=route.code, kind=post.kind, party=principal.party, actor=principal.actor, author=principal.name,
            on_behalf_of=on_behalf_of, subject=post.kind.subject(payload, on_behalf_of or principal.party), tlp=tlp,
            exercise=route.exercise, words=words, parties=readers, thread=payload.thread or _thread(targets),
            payload=payload, data=data, sender_id=post.key, fixed_id=post.fixed_id,
            dataschema=f"{self._public_url}/schemas/{post.kind.name}.v{post.kind.version}.json",
        )  # fmt: skip
        fingerprint = digest(dumps([post.kind.type, post.said or data, post.tlp, on_behalf_of]))
        return Append(draft, post.key, fingerprint, post.guard, post.dry_run)


def _check_key(key: str | None) -> None:
    if key is not None and (not 0 < len(key) <= LONGEST_KEY or UNSAFE.search(key)):
        raise Refused(f"The sender's id of a message has 1 to {LONGEST_KEY} characters, and no control characters.")


def _thread(targets: dict[str, Target]) -> str | None:
    """An answer belongs to the thread of what it answers."""
    for target in targets.values():
        return target.thread or target.id
    return None


def _check_exercise(route: RouteView, post: Post) -> None:
    """A drill never reaches a live route by mistake, nor the other way round (PROMISES C2)."""
    if post.exercise is not None and post.exercise != route.exercise:
        what = "an exercise" if route.exercise else "live"
        raise Refused(
            f"The route {route.code} is {what}, the message says otherwise.",
            [
                Problem(
                    "/exercise",
                    "wrong-class",
                    f"The route is {what}.",
                    sent=post.exercise,
                    allowed=[route.exercise],
                )
            ],
        )
