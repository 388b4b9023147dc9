"""A reader that resumes from its cursor after any break, by WebSocket, server-sent events and polling."""

import asyncio
import contextlib
import itertools
import json
import ssl
from collections.abc import AsyncGenerator, Sequence
from typing import Any

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from tests.fixtures.furnished import bearer
from tests.fixtures.waiting import eventually

SILENCE = 0.6  # a reader gives up on a wire that says nothing for so long; heartbeats come every 0.2 s here
BROKEN = (OSError, TimeoutError, httpx.HTTPError, WebSocketException, EOFError)
Event = dict[str, Any]


class Reader:
    """Everything that came, in the order in which it came, over any number of connections. url: of a hub, or of several
    between which it changes with each connection."""

    def __init__(
        self, form: str, url: str | Sequence[str], key: str, breaking: asyncio.Event,
        trust: ssl.SSLContext | None = None,
    ) -> None:  # fmt: skip
        self._form, self._key, self._trust = form, key, trust
        self._turns = itertools.cycle([url] if isinstance(url, str) else url)
        self._url = next(self._turns)
        self._breaking = breaking
        self.cursor = "0"
        self.came: list[tuple[int, str]] = []
        self.connections = 0
        self.unrecovered = 0
        self.gave_up = 0

    async def run(self) -> None:
        """Read for ever; a close on purpose and a break are taken alike."""
        forms = {"websocket": self._websocket, "sse": self._sse, "poll": self._poll}
        while True:
            self._breaking.clear()
            try:
                async with contextlib.aclosing(forms[self._form]()) as events:
                    self.connections += 1
                    await self._take(events)
            except BROKEN:
                self.gave_up += 1
            self._url = next(self._turns)
            await asyncio.sleep(0.01)

    async def has(self, number: int) -> None:
        """Until so many messages have come in all."""
        await eventually(lambda: len(self.came) >= number, 30, "messages between two breaks")

    async def gives_up(self) -> None:
        """Until it has noticed that its connection is dead."""
        before = self.gave_up
        await eventually(lambda: self.gave_up > before, 30, "a reader giving up")

    async def _take(self, events: AsyncGenerator[Event, None]) -> None:
        while not self._breaking.is_set():
            async with asyncio.timeout(SILENCE if self._form != "poll" else 3):
                event = await anext(events, None)
            if event is None:
                return
            if event.get("recovered") is False:
                self.unrecovered += 1
            if "feed" in event:
                self.came.append((event["feed"], event["id"]))
                self.cursor = event["cursor"]

    async def _websocket(self) -> AsyncGenerator[Event, None]:
        address = f"{self._url.replace('http', 'ws', 1)}/v1/stream?after={self.cursor}"
        async with connect(
            address, additional_headers=bearer(self._key), open_timeout=1.5, close_timeout=0.2, proxy=None,
            compression=None, ssl=self._trust,
        ) as socket:  # fmt: skip
            async for text in socket:
                yield json.loads(text)

    async def _sse(self) -> AsyncGenerator[Event, None]:
        headers = bearer(self._key) | {"Last-Event-ID": self.cursor}
        async with (
            httpx.AsyncClient(trust_env=False, timeout=1.5, verify=self._trust or True) as client,
            client.stream("GET", f"{self._url}/v1/events", headers=headers) as answer,
        ):
            async for line in answer.aiter_lines():
                if line.startswith("data: "):
                    yield json.loads(line[6:])

    async def _poll(self) -> AsyncGenerator[Event, None]:
        async with httpx.AsyncClient(
            trust_env=False, timeout=1.5, headers=bearer(self._key), verify=self._trust or True
        ) as client:
            while True:
                query = {"after": self.cursor, "wait": "1", "limit": "7"}
                answer = await client.get(f"{self._url}/v1/messages", params=query)
                answer.raise_for_status()
                for event in answer.json()["messages"]:
                    yield event
                yield {}

    def faults(self, stored: list[tuple[int, str]]) -> list[str]:
        """What is not each message once and in order."""
        if self.came == stored:
            return []
        numbers = [number for number, _ in self.came]
        found = [f"{number} came {numbers.count(number)} times" for number in sorted(set(numbers))
                 if numbers.count(number) > 1]  # fmt: skip
        found += [f"{number} never came" for number, _ in stored if number not in set(numbers)]
        return [f"{self._form}: {fault}" for fault in found or ["they came out of order"]]
