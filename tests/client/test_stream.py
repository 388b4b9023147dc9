"""Both streams against a real WebSocket server that breaks off in every way a hub can."""

from __future__ import annotations

import http
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

from routehub_client import AsyncHub, Gap, Gone, Hub, Notice, SignInNeeded
from tests.client.stub import KEY, problem
from tests.client.test_course import beat, event, first

Visit = Callable[[ServerConnection], None]


class Server:
    """One visit after the other; the last one is repeated. `asked` keeps the query of each handshake."""

    def __init__(self, visits: list[Visit | tuple[int, str]]) -> None:
        self.visits = visits
        self.asked: list[dict[str, list[str]]] = []
        self.headers: list[Headers] = []
        self.url = ""

    def refuse(self, _connection: ServerConnection, request: Request) -> Response | None:
        self.asked.append(parse_qs(urlsplit(request.path).query))
        self.headers.append(request.headers)
        visit = self._visit()
        if callable(visit):
            return None
        status, title = visit
        body = json.dumps(problem(status, title)).encode()
        headers = Headers({"Content-Type": "application/problem+json", "Content-Length": str(len(body))})
        return Response(status, http.HTTPStatus(status).phrase, headers, body)

    def handle(self, connection: ServerConnection) -> None:
        visit = self._visit()
        assert callable(visit)
        visit(connection)

    def _visit(self) -> Visit | tuple[int, str]:
        return self.visits[min(len(self.asked), len(self.visits)) - 1]


@contextmanager
def streaming(*visits: Visit | tuple[int, str]) -> Iterator[Server]:
    told = Server(list(visits))
    with serve(
        told.handle,
        "127.0.0.1",
        0,
        process_request=told.refuse,
        subprotocols=["cloudevents.json"],  # type: ignore[list-item]
    ) as server:
        told.url = f"http://127.0.0.1:{server.socket.getsockname()[1]}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield told
        finally:
            server.shutdown()
            thread.join()


def say(*frames: str, code: int = 1000, reason: str = "") -> Visit:
    def visit(connection: ServerConnection) -> None:
        for frame in frames:
            connection.send(frame)
        connection.close(code, reason)

    return visit


def cut(*frames: str) -> Visit:
    """Sends, then the line is gone without a close frame."""

    def visit(connection: ServerConnection) -> None:
        for frame in frames:
            connection.send(frame)
        connection.socket.close()

    return visit


def feeds(url: str, many: int, after: str | None = None, **more: Any) -> list[int | None]:
    with Hub(url, KEY) as hub:
        return [event.feed for event in islice(hub.stream(after, **more), many)]


async def feeds_async(url: str, many: int, after: str | None = None, **more: Any) -> list[int | None]:
    found: list[int | None] = []
    async with AsyncHub(url, KEY) as hub:
        stream = hub.stream(after, **more)
        async for one in stream:
            found.append(one.feed)
            if len(found) == many:
                break
        await stream.aclose()  # type: ignore[attr-defined]
    return found


@pytest.fixture(params=["blocking", "asyncio"])
def read(request: pytest.FixtureRequest) -> Callable[..., list[int | None]]:
    """The same reading with each of the two clients."""
    if request.param == "blocking":
        return feeds

    def run(*given: Any, **named: Any) -> list[int | None]:
        import asyncio

        return asyncio.run(feeds_async(*given, **named))

    return run


def test_each_event_comes_once_and_in_order_whatever_breaks(read: Callable[..., list[int | None]]) -> None:
    with streaming(
        say(first("1.0"), event(1), event(2), code=1012, reason="restarting"),
        cut(first("1.2"), event(3)),
        say(first("1.3"), event(3), event(4), code=4008, reason="too slow"),
        (503, "Starting."),
        say(first("1.4"), beat("1.4"), event(5), code=1000),
        say(first("1.5"), event(6)),
    ) as server:
        assert read(server.url, 6, "1.0") == [1, 2, 3, 4, 5, 6]
        afters = [asked["after"][0] for asked in server.asked]
        assert afters == ["1.0", "1.2", "1.3", "1.4", "1.4", "1.5"]


def test_the_key_travels_in_the_header_and_not_in_the_address(read: Callable[..., list[int | None]]) -> None:
    with streaming(say(first("1.0"), event(1))) as server:
        read(server.url, 1, "1.0", kind=["alert", "report"], party="MK")
        assert server.headers[0]["Authorization"] == f"Bearer {KEY}"
        assert server.asked[0] == {"kind": ["alert", "report"], "party": ["MK"], "after": ["1.0"]}


def test_a_withdrawn_key_ends_the_stream(read: Callable[..., list[int | None]]) -> None:
    with streaming(say(first("1.0"), event(1), code=4001, reason="revoked")) as server, pytest.raises(SignInNeeded):
        read(server.url, 2, "1.0")


def test_a_refused_key_is_not_tried_again(read: Callable[..., list[int | None]]) -> None:
    with streaming((401, "No such key.")) as server:
        with pytest.raises(SignInNeeded, match="No such key"):
            read(server.url, 1)
        assert len(server.asked) == 1


def test_a_foreign_cursor_is_an_error_unless_one_chose_otherwise(read: Callable[..., list[int | None]]) -> None:
    with streaming((410, "This cursor belongs to an earlier epoch.")) as server, pytest.raises(Gone):
        read(server.url, 1, "1.9")
    told: list[Notice] = []
    with streaming((410, "gone"), say(first("2.3"), event(4))) as server:
        assert read(server.url, 1, "1.9", resync="head", report=told.append) == [4]
        assert "after" not in server.asked[1]
    assert [notice.what for notice in told] == ["resync", "connected"]


def test_a_lost_event_is_fetched_again_and_a_missing_one_is_reported(
    read: Callable[..., list[int | None]],
) -> None:
    with streaming(say(first("1.0"), event(1), event(3)), say(first("1.1"), event(2), event(3))) as server:
        assert read(server.url, 3, "1.0") == [1, 2, 3]
    with streaming(say(first("1.0"), event(1), event(3)), say(first("1.1"), event(3))) as server:
        with pytest.raises(Gap):
            read(server.url, 3, "1.0")
        assert [asked["after"][0] for asked in server.asked] == ["1.0", "1.1"]
