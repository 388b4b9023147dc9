"""``receive``: the one function behind every door (page, terminal, JSON, the hub's own digests and alerts)."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from routehub.core.canonical import digest, dumps
from routehub.core.clock import Clock
from routehub.core.db import Database
from routehub.core.errors import HubError, LooksPersonal, Malformed, Refused
from routehub.core.language import for_the_record
from routehub.core.observe import Metrics
from routehub.directory.current import CurrentDirectory
from routehub.directory.principal import Principal
from routehub.directory.snapshot import RouteView
from routehub.intake import audience, codes, grants, personal_data, references
from routehub.intake.gathering import Gathering
from routehub.journal import targets as targets_in_journal
from routehub.journal.jobs import Append, NotTogether, Recorded, Together
from routehub.journal.message import Draft, Guard, Original
from routehub.journal.targets import Target
from routehub.journal.writer import Writer
from routehub_schemas import parse
from routehub_schemas.errors import Invalid, Problem
from routehub_schemas.kind import Kind, Payload
from routehub_schemas.kinds.response.payload import Response
from routehub_schemas.registry import Registry
from routehub_schemas.vocab import UNSAFE

DEFAULT_TLP = "AMBER"
PUBLIC_TLP = "CLEAR"
"""What is sent to everybody is marked so, if its sender does not say otherwise."""
LONGEST_KEY = 255
"""Characters. A key is written with the others of its commit: one that no index takes would fail them all."""


@dataclass(frozen=True)
class Post:
    """What a door hands in.

    data: the kind's payload as JSON values; key: the sender's own id of the message; pointer: where ``data``
    lies in what was sent, for the problems' JSON Pointers; fixed_id: the hub's own computed messages only; said: what
    was sent, where ``data`` is worked out from it and the clock: by that the same thing sent twice is known;
    problems: what the door found wrong around the data, to be told with what is wrong in it;
    original: the document of another format that ``data`` was translated from; via: the way in of a person's
    acknowledgement (``page``, ``link``); text_checked: the sender has said that the texts hold no personal data.
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
    problems: tuple[Problem, ...] = ()
    original: Original | None = field(default=None, repr=False)
    via: str | None = None
    text_checked: bool = field(default_factory=personal_data.checked.get)

    @property
    def around(self) -> str:
        """Where the envelope lies that holds the data: ``/3`` for the data at ``/3/data``."""
        return self.pointer.removesuffix("/data")


def as_refused(error: Invalid) -> HubError:
    """The contract's refusal as the hub's: 400 for what could not be read, 422 for what breaks rules."""
    kind = Malformed if error.status == 400 else Refused
    detail = error.problems[0].message if len(error.problems) == 1 else f"{len(error.problems)} problems were found."
    return kind(detail, error.problems)


def _placed(found: Recorded | HubError, pointer: str) -> Recorded | HubError:
    """What boards say about a payload, with pointers into what was sent."""
    if pointer and isinstance(found, Recorded) and found.cautions:
        return replace(found, cautions=tuple(replace(c, pointer=pointer + c.pointer) for c in found.cautions))
    if pointer and isinstance(found, HubError):
        found.problems = tuple(problem.below(pointer) for problem in found.problems)
    return found


class Intake:
    """Parses, authorises and checks; then one job for the writer. It knows nothing of delivery."""

    def __init__(
        self, db: Database, writer: Writer, directory: CurrentDirectory, registry: Registry, clock: Clock,
        metrics: Metrics, public_url: str,
    ) -> None:  # fmt: skip
        self._db, self._writer, self._directory, self.registry = db, writer, directory, registry
        self._clock, self._metrics, self._public_url = clock, metrics, public_url.rstrip("/")

    @for_the_record
    async def receive(self, principal: Principal, post: Post) -> Recorded:
        """Accept one message: answers when it is durable, or raises what refused it with every problem."""
        found: Recorded | HubError
        try:
            job = await self._job(principal, post)
            try:
                found = await self._writer.submit(job)
            except HubError as refusal:
                found = refusal
            found = _placed(found, post.pointer)
            if isinstance(found, HubError):
                raise found
        except HubError as refusal:
            self._refused(refusal)
            raise
        return found

    @for_the_record
    async def receive_many(
        self, principal: Principal, posts: Sequence[Post | HubError], *, together: bool = False
    ) -> list[Recorded | HubError]:
        """Accept many messages, answered in their order: what was recorded, or what refused it.

        What the door itself had to refuse stands among the posts as that refusal. together: all of them or none.
        Then nothing was stored if any outcome is a refusal, and those that are none say what would have been
        recorded. Errors: Busy when there is no room for all of them; nothing is stored then.
        """
        outcomes: list[HubError | Append] = []
        for number, post in enumerate(posts):
            if number % 50 == 49:
                await asyncio.sleep(0)  # others are served while a thousand are read
            try:
                outcomes.append(await self._job(principal, post) if isinstance(post, Post) else post)
            except HubError as refusal:
                outcomes.append(refusal)
        jobs = [found for found in outcomes if isinstance(found, Append)]
        if together:
            done = await self._together(jobs, commit=len(jobs) == len(posts))
        else:
            done = await self._writer.submit_each(jobs)
        answers = iter(done)
        found: list[Recorded | HubError] = []
        for post, outcome in zip(posts, outcomes, strict=True):
            if isinstance(outcome, Append) and isinstance(post, Post):
                found.append(_placed(next(answers), post.pointer))
            elif isinstance(outcome, HubError):
                found.append(outcome)
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
        began = time.perf_counter()
        post = self._as_exercise(principal, post)
        payload, data = self._parse(principal, post)
        parsed = time.perf_counter()
        job = await self._prepare(principal, post, payload, data)
        self._metrics.stage("parse", parsed - began)
        self._metrics.stage("authorise", time.perf_counter() - parsed)
        return job

    def _refused(self, refusal: HubError) -> None:
        self._metrics.refused.labels(str(refusal.status)).inc()

    def _as_exercise(self, principal: Principal, post: Post) -> Post:
        """On an exercise route what the sender leaves open is filled in as exercise (PROMISES C2)."""
        if not post.kind.in_exercise or not isinstance(post.data, dict):
            return post
        if not self._directory.route(principal.route).exercise:
            return post
        return replace(post, data={**post.kind.in_exercise, **post.data})

    def _parse(self, principal: Principal, post: Post) -> tuple[Payload, dict[str, Any]]:
        try:
            payload = parse.payload(post.kind, post.data, post.pointer)
        except Invalid as error:
            found = Gathering([*post.problems, *error.problems])
            found.add(self._unknown_codes(principal, post, refused=True))
            found.settle()
            raise as_refused(error) from None
        return payload, payload.model_dump(mode="json", exclude_unset=True)

    def _unknown_codes(self, principal: Principal, post: Post, *, refused: bool = False) -> list[Problem]:
        if principal.is_hub:
            return []
        route = self._directory.route(principal.route)
        return codes.unknown(self._directory.value, route, post.kind, post.data, post.pointer, refused=refused)

    async def _prepare(self, principal: Principal, post: Post, payload: Payload, data: dict[str, Any]) -> Append:
        directory = self._directory.value
        route = self._directory.route(principal.route)
        today = self._clock.now().astimezone(route.zone).date()
        found = Gathering(post.problems)
        on_behalf_of: str | None = None
        with found.check():
            on_behalf_of = grants.check_may_post(
                directory, principal, post.kind, payload, post.pointer, translated=post.original is not None
            )
        found.add(_wrong_class(route, post))
        found.add(self._unknown_codes(principal, post))
        targets: dict[str, Target] = {}
        refs = payload.refs()
        with found.check():
            if refs:
                targets = await self._db.read(targets_in_journal.find, route.code, principal.party, refs)
                references.require_all(payload, targets, post.pointer)
                payload, data = references.with_ids(payload, data, targets)
            if isinstance(payload, Response):
                answered = next(target for target in targets.values() if target.id == payload.to)
                kind = self.registry[answered.kind]
                grants.check_act(principal, kind, answered, payload.act, post.pointer, on_behalf_of)
        found.settle()  # who reads it follows from what it names and rests on
        personal = [] if principal.is_hub else personal_data.problems_of(payload, post.pointer)
        if personal and not post.text_checked:
            raise LooksPersonal(
                "Leave it out, or send it again and say that it is no data about a person.",
                personal,
                confirm="Text-Checked: yes",
            )
        words, readers = audience.settle(
            directory, route, principal, post.kind, payload, targets.values(), today, post.pointer
        )
        tlp = post.tlp or audience.strictest(targets.values(), PUBLIC_TLP if "public" in words else DEFAULT_TLP)
        inherited = audience.strictest(targets.values(), "CLEAR")
        audience.check_tlp(route, principal, tlp, words, readers, today, inherited, post.around)
        data.pop("on_behalf_of", None)
        draft = Draft(
            route=route.code, kind=post.kind, party=principal.party, actor=principal.actor, author=principal.name,
            on_behalf_of=on_behalf_of, subject=post.kind.subject(payload, on_behalf_of or principal.party), tlp=tlp,
            exercise=route.exercise, words=words, parties=readers, thread=payload.thread or _thread(targets),
            payload=payload, data=data, sender_id=post.key, fixed_id=post.fixed_id,
            dataschema=f"{self._public_url}/schemas/{post.kind.name}.v{post.kind.version}.json",
            original=post.original, via=post.via, text_checked=bool(personal),
        )  # fmt: skip
        said = dumps([post.kind.type, post.said or data, post.tlp, on_behalf_of])
        size = len(said) + (len(post.original.content) if post.original is not None else 0)
        return Append(draft, post.key, digest(said), post.guard, post.dry_run, size)


def _check_key(key: str | None) -> None:
    if key is not None and (not 0 < len(key) <= LONGEST_KEY or UNSAFE.search(key)):
        raise Refused(f"The sender's id of a message has 1 to {LONGEST_KEY} characters, and no control characters.")


def _thread(targets: dict[str, Target]) -> str | None:
    """An answer belongs to the thread of what it answers."""
    for target in targets.values():
        return target.thread or target.id
    return None


def _wrong_class(route: RouteView, post: Post) -> list[Problem]:
    """A drill never reaches a live route by mistake, nor the other way round (PROMISES C2)."""
    if post.exercise is None or post.exercise == route.exercise:
        return []
    what = "an exercise" if route.exercise else "live"
    return [
        Problem(
            f"{post.around}/exercise", "wrong-class", f"The route {route.code} is {what}, the message says otherwise.",
            sent=post.exercise, allowed=[route.exercise],
        )
    ]  # fmt: skip
