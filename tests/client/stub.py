"""A stand-in for the hub at the outer edge: a real HTTP server that keeps what it is sent by its key."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "rh_sys_SIab12_" + "s_" * 21 + "s"
ME: dict[str, Any] = {
    "party": {"code": "SI", "name": "Slovenia"},
    "name": "SI figures system",
    "roles": ["national_system"],
    "scopes": ["write:report", "read:feed"],
    "route": {
        "code": "wbr",
        "title": "Western Balkans route",
        "zone": "Europe/Brussels",
        "exercise": False,
        "marking": None,
    },
    "key": {"id": "SIab12", "system": "SI figures system", "expires": None},
    "now": "2026-01-21T06:02:00Z",
}


@dataclass(frozen=True)
class Got:
    """One request as it came."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: Any

    @property
    def key(self) -> str | None:
        return self.headers.get("idempotency-key")

    @property
    def dry(self) -> bool:
        return self.query.get("dry_run") == ["true"]


Reply = tuple[int, Any] | tuple[int, Any, dict[str, str]]


@dataclass
class StubHub:
    """`answers` holds what GET gives by path; `refuse` may answer a write before it is stored."""

    answers: dict[str, Any] = field(default_factory=lambda: {"/v1/me": ME})
    refuse: Callable[[Got], Reply | None] = lambda got: None
    warnings: list[dict[str, Any]] = field(default_factory=list)
    lose_answers: bool = False
    """Store what comes, then close the line without a word, as a dying network does."""
    hold: threading.Event = field(default_factory=threading.Event)
    """While this is clear and `lose_answers` is set, a stored write waits for it before the line closes."""
    requests: list[Got] = field(default_factory=list)
    records: dict[str, str] = field(default_factory=dict)
    url: str = ""

    @property
    def writes(self) -> list[Got]:
        return [got for got in self.requests if got.method != "GET" and not got.dry]

    def answer(self, got: Got) -> Reply | None:
        """The reply, or None for a lost one."""
        self.requests.append(got)
        if got.method == "GET":
            found = self.answers.get(got.path)
            if callable(found):
                found = found(got)
            return (200, found) if found is not None else (404, problem(404, "There is no such thing."))
        refused = self.refuse(got)
        if refused is not None:
            return refused
        if got.dry:
            return 200, {"type": "routehub.report.v1", "warnings": self.warnings, "dry_run": True}
        return self._store(got)

    def _store(self, got: Got) -> Reply | None:
        key = got.key or f"none-{len(self.records)}"
        fresh = key not in self.records
        id = self.records.setdefault(key, f"0199-{len(self.records) + 1:04}")
        if self.lose_answers:
            self.hold.wait(20)
            return None
        told = {"id": id, "shortid": None, "warnings": self.warnings, "web": f"{self.url}/messages/{id}"}
        if got.path.endswith("/alerts"):
            told["shortid"] = f"A-7F{len(self.records):02}"
        return (201, told) if fresh else (200, told, {"Idempotent-Replay": "true"})


def problem(status: int, title: str, *problems: dict[str, Any]) -> dict[str, Any]:
    return {"type": "about:blank", "title": title, "status": status, "problems": list(problems)}


@contextmanager
def serving(hub: StubHub) -> Iterator[StubHub]:
    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            parts = urlsplit(self.path)
            raw = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): text for name, text in self.headers.items()}
            body = json.loads(raw) if raw else None
            reply = hub.answer(Got(self.command, parts.path, parse_qs(parts.query), headers, body))
            if reply is None:
                self.close_connection = True
                return
            status, told, *more = reply
            text = told.encode() if isinstance(told, str) else json.dumps(told).encode()
            self.send_response(status)
            kind = "application/problem+json" if status >= 400 else "application/json"
            for name, value in {
                "Content-Type": kind,
                "Content-Length": str(len(text)),
                **(more[0] if more else {}),
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PUT = do_DELETE = handle_any  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.hold.set()
        server.shutdown()
        server.server_close()
        thread.join()
