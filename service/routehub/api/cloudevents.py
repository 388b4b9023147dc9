"""CloudEvents 1.0.2 as they come in over HTTP (HTTP protocol binding, section 3): structured, batched, binary."""

import asyncio
import re
from typing import Any, cast
from urllib.parse import unquote_to_bytes

from fastapi import Request

from routehub.api.body import json_body, media_type, raw
from routehub.core.errors import HubError, Malformed, Refused, TooLarge
from routehub.core.settings import Settings
from routehub.intake.receive import Post, as_refused
from routehub_schemas import parse
from routehub_schemas.errors import Invalid, Problem, shown
from routehub_schemas.registry import Registry

EVENT = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
JSON = "application/json"
MOST_EVENTS = 1_000
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_NO_HEADERS = frozenset({"data", "data_base64", "datacontenttype"})
"""What the body and Content-Type say in binary mode."""


def is_batch(request: Request) -> bool:
    return media_type(request) == BATCH


async def event(request: Request, settings: Settings) -> Any:
    """The one event of a request as a JSON object, in binary mode put together from the ``ce-`` headers."""
    given = [(name, value) for name, value in request.headers.raw if name.startswith(b"ce-")]
    if media_type(request) == JSON and given:
        attributes = _attributes(given)
        return attributes | {"data": await json_body(request, settings.max_body_bytes)}
    return await json_body(request, settings.max_body_bytes, EVENT, BATCH, JSON)


async def batch(request: Request, settings: Settings) -> list[Any]:
    """The events of a batch. Errors: 400 when it is no list, 413 when it is too long."""
    body = await raw(request, settings.max_batch_bytes)
    if not body.strip():
        raise Malformed("The body is empty; send a list of events.")
    events = await asyncio.to_thread(parse.loads, body)  # eight megabytes are not read between two others' turns
    if not isinstance(events, list):
        problem = Problem("", "type", "a batch is a list of events", sent=shown(events), allowed="a list")
        raise Malformed("A batch is a JSON list of events.", [problem])
    if len(events) > MOST_EVENTS:
        raise TooLarge(f"A batch has at most {MOST_EVENTS} events; this one has {len(events)}.")
    return events


def post_of(registry: Registry, given: Any, pointer: str, *, dry_run: bool) -> Post:
    """What intake is asked for an event that lies at ``pointer``. What is wrong around its data goes along with it.

    Errors: 415 for data of another type; 422 where nobody could say which kind of message it is.
    """
    problems: tuple[Problem, ...] = ()
    try:
        parse.incoming(given, pointer)
    except Invalid as error:
        problems = error.problems
    if not isinstance(given, dict) or not isinstance(given.get("type"), str):
        raise as_refused(Invalid(problems))
    try:
        kind = registry.by_type(given["type"])
    except Invalid as error:
        told = [p for p in problems if p.pointer != f"{pointer}/type"]
        raise as_refused(Invalid([*told, *(problem.below(pointer) for problem in error.problems)])) from None
    if "data" not in given or not isinstance(given["data"], dict):
        raise as_refused(Invalid(problems))
    right = not problems
    return Post(
        kind, given["data"], tlp=given.get("tlp") if right else None,
        exercise=cast("bool | None", given.get("exercise")) if right else None, key=given["id"] if right else None,
        dry_run=dry_run, pointer=f"{pointer}/data", problems=problems,
    )  # fmt: skip


def posts(registry: Registry, events: list[Any], *, dry_run: bool) -> list[Post | HubError]:
    """The same for each event of a batch; one that is no message stands as what refused it."""
    found: list[Post | HubError] = []
    for number, given in enumerate(events):
        try:
            found.append(post_of(registry, given, f"/{number}", dry_run=dry_run))
        except HubError as refusal:
            found.append(refusal)
    return found


def _attributes(headers: list[tuple[bytes, bytes]]) -> dict[str, Any]:
    """The attributes of binary mode (section 3.1.3). Errors: 400 naming each header that cannot be read."""
    found: dict[str, Any] = {}
    problems = []
    for header, value in headers:
        name = header.decode("latin-1")[3:].lower()
        if name in found:
            problems.append(Problem(f"/{name}", "repeated-name", f"the header ce-{name} comes more than once"))
        elif name in _NO_HEADERS:
            words = "Content-Type" if name == "datacontenttype" else "the body"
            problems.append(Problem(f"/{name}", "not-a-header", f"in binary mode {words} says this"))
        else:
            try:
                found[name] = _decoded(value)
            except UnicodeDecodeError:
                words = "write what is not ASCII as the %XX of its UTF-8 bytes (HTTP binding, section 3.1.3.2)"
                problems.append(Problem(f"/{name}", "encoding", words, sent=shown(value.decode("latin-1"))))
    if problems:
        raise Malformed(f"{len(problems)} of the ce- headers cannot be read.", problems)
    if str(found.get("exercise")).lower() in ("true", "false"):
        found["exercise"] = str(found["exercise"]).lower() == "true"
    return found


def _decoded(value: bytes) -> str:
    """A header's value: quotes first, then percents (section 3.1.3.2)."""
    text = value.decode("ascii").strip()
    if _QUOTED.fullmatch(text):
        text = re.sub(r"\\(.)", r"\1", text[1:-1])
    return unquote_to_bytes(text).decode("utf-8")


def check_key(key: str | None, given: Any) -> None:
    """``Idempotency-Key`` beside an event says the same as its id, or is left out."""
    if key is not None and isinstance(given, dict) and key != given.get("id"):
        raise Refused("Idempotency-Key and the event's id differ. Send one of them, or both alike.")


def check_no_key(key: str | None) -> None:
    if key is not None:
        raise Refused("Leave Idempotency-Key out of a batch: each event has its own id.")
