"""Knocking at every door of a hub as somebody, without anything being stored."""

import json
from dataclasses import dataclass, replace
from typing import Any

import httpx

from routehub.api.documents import openapi
from tests.fixtures.addresses import Address
from tests.fixtures.furnished import Inside
from tests.safety.actors import Actor

FORM = "application/x-www-form-urlencoded"
ENDLESS = {"/v1/events", "/v1/stream"}
NOBODY_S = "01999999-9999-7999-8999-999999999999"


@dataclass
class World:
    """A hub with something of every kind in it, and words for the parameters of its addresses."""

    hub: Inside
    fills: dict[str, dict[str, str]]
    """By the first part of a path, then by parameter."""
    bodies: dict[tuple[str, str], Any]

    async def knock(self, actor: Actor, door: Address) -> str:
        """What the actor gets: ``in`` (the door opens, whatever it then says), ``no``, ``sign in``, ``not there``."""
        if door.method == "WEBSOCKET":
            return await self._listen(actor, door)
        address = self.address(door)
        if door.path == "/v1/events":
            address += "?after=1.x"  # a cursor that none is: refused once the reader is known
        if door.path.startswith("/v1/") or door.method == "GET":
            body = self.bodies.get((door.method, door.path))
            answer = await actor.client.request(
                door.method, address, content=None if body is None else json.dumps(body).encode(),
                headers={"Content-Type": "application/json"} if body is not None else {},
            )  # fmt: skip
        else:
            answer = await actor.client.post(address, data={"csrf": actor.csrf, "code": "x", "key": "x"})
        return outcome(answer, door)

    def address(self, door: Address) -> str:
        about = next((part for part in door.path.removeprefix("/v1").split("/") if part), "")
        words = self.fills[""] | self.fills.get(about.partition(".")[0], {})
        return door.fill(words)

    async def _listen(self, actor: Actor, door: Address) -> str:
        """A WebSocket's first answer, to a handshake as our own page sends it."""
        headers = [(name.lower().encode(), value.encode()) for name, value in actor.client.headers.items()]
        jar = "; ".join(f"{cookie.name}={cookie.value}" for cookie in actor.client.cookies.jar)
        origin = self.hub.hub.settings.public_url
        scope = {
            "type": "websocket", "path": door.path, "raw_path": door.path.encode(), "query_string": b"after=1.x",
            "root_path": "", "scheme": "ws", "subprotocols": [], "client": ("192.0.2.7", 40_000),
            "server": ("127.0.0.1", 1), "extensions": {"websocket.http.response": {}},
            "headers": [*headers, (b"cookie", jar.encode()), (b"origin", origin.encode())],
        }  # fmt: skip
        told: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "websocket.connect"}

        async def send(message: Any) -> None:
            told.append(message)

        await self.hub.app(scope, receive, send)
        return outcome(httpx.Response(told[0].get("status", 200)), door)


def outcome(answer: httpx.Response, door: Address) -> str:
    assert answer.status_code < 500, f"{door.method} {door.path}: {answer.status_code} {answer.text[:300]}"
    if answer.status_code == 401 or answer.headers.get("location", "").startswith("/sign-in?next="):
        return "sign in"
    if answer.status_code == 403:
        return "no"
    return "not there" if answer.status_code == 404 else "in"


def store_nothing(hub: Inside) -> None:
    """From now on everything is tried to its end, rights among it, and nothing is kept."""
    writer = hub.hub.writer
    submit, submit_each = writer.submit, writer.submit_each
    writer.submit = lambda job: submit(replace(job, dry_run=True))  # type: ignore[method-assign]
    writer.submit_each = lambda jobs: submit_each([replace(job, dry_run=True) for job in jobs])  # type: ignore[method-assign]


def bodies(document: dict[str, Any]) -> dict[tuple[str, str], Any]:
    """The first example of a body for each door of the API."""
    found: dict[tuple[str, str], Any] = {}
    for method, path, operation in openapi.operations(document):
        content = operation.get("requestBody", {}).get("content", {})
        for media, said in content.items():
            for example in said.get("examples", {}).values():
                if "json" in media and not isinstance(example["value"], (list, str)):
                    found.setdefault((method.upper(), path), example["value"])
    return found
