"""Notes what keys push to the doors in, from the answers themselves: no door knows of it."""

import json
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from routehub.api.forwarded import fingerprint
from routehub.core.clock import Clock, wall
from routehub.directory import keys
from routehub.directory.current import CurrentDirectory
from routehub.directory.snapshot import KeyView
from routehub.intake.pushes import MOST_PROBLEMS, Push, PushLog, Trouble, push_id
from routehub_schemas.errors import printable

METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})
HELD_OFF = frozenset({429, 503, 507})
SOME = 207
"""Some of several messages were accepted (RFC 4918, 11.1)."""
YES = frozenset({"1", "t", "true", "y", "yes", "on"})
NOTHING_UNUSUAL = b'"warnings":[]'
MOST_BYTES = 524_288
"""An answer beyond this is noted by its status alone: that of a batch of a thousand messages that were all accepted."""
KEY = re.compile(r"rh_[a-z]+_[A-Za-z0-9]+_[A-Za-z0-9_-]+")
MIDDLE, LONG = 200, 500


class Pushes:
    """ASGI middleware. Who sends a key that the hub knows is told of by name; a secret that does not match is noted
    apart, so that a stranger who knows the name of a key cannot fill its log."""

    def __init__(
        self, app: ASGIApp, pushes: PushLog, directory: CurrentDirectory, clock: Clock, certificate_header: str = ""
    ) -> None:
        self._app, self._pushes, self._directory, self._clock = app, pushes, directory, clock
        self._certificate = certificate_header.lower().encode("ascii")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in METHODS or not scope["path"].startswith("/v1/"):
            await self._app(scope, receive, send)
            return
        text = _bearer(scope["headers"])
        said = dict(scope["headers"]).get(self._certificate, b"").decode("latin-1")
        if not (text.startswith("rh_") or (said and not text)):
            await self._app(scope, receive, send)
            return
        answer, at = _Answer(send), self._clock.now()
        try:
            await self._app(scope, receive, answer.send)
        except ClientDisconnect:
            raise
        except Exception:
            answer.status = answer.status or 500
            raise
        finally:
            if answer.status:
                self._note(scope, self._named(text, said), at, answer)

    def _named(self, text: str, said: str) -> tuple[KeyView, bool] | None:
        """After the answer, for a key that was made a moment ago may have become known on the way. A certificate has
        been proved to the proxy: from nobody else its header comes this far."""
        if text:
            return keys.named(self._directory.value, text)
        found = keys.certified(self._directory.value, fingerprint(said) or "", wall())
        return (found, True) if found is not None else None

    def _note(self, scope: Scope, named: tuple[KeyView, bool] | None, at: datetime, answer: "_Answer") -> None:
        if named is not None:
            key, proved = named
            says = answer.says(_is_dry(scope), key, proved=proved)
            path = _clean(scope["path"], MIDDLE)
            self._pushes.add(Push(push_id(), key.id, at, scope["method"], path, answer.status, **says))


class _Answer:
    """What went out: status, headers, and the body where it says what was wrong or unusual."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0
        self._headers: dict[bytes, bytes] = {}
        self._body = bytearray()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._headers = dict(message.get("headers", []))
        elif message["type"] == "http.response.body" and len(self._body) <= MOST_BYTES:
            self._body += message.get("body", b"")
        await self._send(message)

    def says(self, dry_run: bool, key: KeyView, *, proved: bool) -> dict[str, Any]:
        """The fields of a push that the answer gives."""
        said = self._document() if self.status >= 400 or self.status == SOME else {}
        if self.status < 400 and not said:
            return self._accepted(dry_run)
        code, detail = str(said.get("type", "")).rpartition("#")[2], str(said.get("detail") or "The hub failed.")
        found, more = _of_items(said) or (said.get("problems") or [], said.get("more", 0))
        if self.status == SOME:
            counted = f"{said.get('accepted')} accepted, {said.get('refused')} refused."
            code, detail = "some-refused", said.get("detail") or counted
        outcome = "held-off" if self.status in HELD_OFF else "refused"
        if not proved:
            outcome, code, detail, found = "unproved", "wrong-secret", "The secret part of the key is not right.", []
        elif self.status == 401:
            code, detail = _ended(key)
        return {
            "outcome": outcome, "dry_run": dry_run, "code": code, "detail": _clean(detail, LONG),
            "problems": _troubles(found), "more": more + max(0, len(found) - MOST_PROBLEMS),
        }  # fmt: skip

    def _accepted(self, dry_run: bool) -> dict[str, Any]:
        again = b"idempotent-replay" in self._headers or b"unchanged" in self._headers
        outcome = "checked" if dry_run else "unchanged" if again else "accepted"
        address = self._headers.get(b"location", b"").decode("latin-1")
        message = address.rpartition("/messages/")[2] if "/messages/" in address else None
        found = [] if NOTHING_UNUSUAL in self._body else self._document().get("warnings") or []
        return {
            "outcome": outcome, "dry_run": dry_run, "message": message, "problems": _troubles(found),
            "more": max(0, len(found) - MOST_PROBLEMS),
        }  # fmt: skip

    def _document(self) -> dict[str, Any]:
        if b"json" not in self._headers.get(b"content-type", b"") or len(self._body) > MOST_BYTES:
            return {}
        try:
            found = json.loads(self._body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


def _of_items(said: dict[str, Any]) -> tuple[list[dict[str, Any]], int] | None:
    """The problems of a post of several, which point to their items by number; and how many more there are. None where
    no item tells of its own: a file has one list for all its rows."""
    found: list[dict[str, Any]] = []
    more = 0
    for number, result in enumerate(said.get("results", ())):
        problem = result.get("problem")
        if problem is not None:
            code = str(problem.get("type", "")).rpartition("#")[2]
            found += problem.get("problems") or [
                {"pointer": f"/{number}", "code": code, "message": problem.get("detail")}
            ]
            more += problem.get("more", 0)
    return (found, more) if found else None


def _bearer(headers: Iterable[tuple[bytes, bytes]]) -> str:
    header = next((value for name, value in headers if name == b"authorization"), b"").decode("latin-1")
    scheme, _, text = header.partition(" ")
    return text.strip() if scheme.lower() == "bearer" else ""


def _is_dry(scope: Scope) -> bool:
    asked = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("dry_run", [""])
    return asked[-1].lower() in YES


def _ended(key: KeyView) -> tuple[str, str]:
    """Why a key with the right secret was turned away. Its party may know; the answer itself never says."""
    if key.revoked_at is not None:
        return "key-revoked", "This key was revoked. Send with the newer one, or make another."
    if not key.active(wall()):
        return "key-expired", "This key has expired. Make another, or rotate in time."
    return "sign-in-needed", "The key was not taken: its class (rh_live_, rh_exercise_) is not that of the route."


def _troubles(found: Iterable[Any]) -> tuple[Trouble, ...]:
    listed = [one for one in found if isinstance(one, dict)][:MOST_PROBLEMS]
    return tuple(
        Trouble(
            _clean(one.get("pointer"), MIDDLE), _clean(one.get("code"), MIDDLE), _clean(one.get("message"), LONG),
            _suggestion(one),
        )
        for one in listed
    )  # fmt: skip


def _suggestion(one: dict[str, Any]) -> str | None:
    """A word of the hub's own. Other suggestions are made of the value that was sent, which is not kept."""
    allowed, found = one.get("allowed"), one.get("suggestion")
    return _clean(found, MIDDLE) if isinstance(allowed, list) and found in allowed else None


def _clean(text: Any, most: int) -> str:
    """Printable, bounded, and without a key that was pasted into the wrong place."""
    return printable(KEY.sub("rh_…", str(text or "")), most)
