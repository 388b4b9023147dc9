"""The hub's side of the room: it is started when it is first needed, asked over pipes, and started again if it ends."""

import asyncio
import contextlib
import importlib.util
import json
import os
import sys
from typing import Any

from routehub.core.ids import token
from routehub.delivery.channels.base import Failed

SIDE_BY_SIDE = 16
SECONDS = 30.0
"""Longer than the room lets a call take: it answers for those that hang."""
_KEPT = ("PATH", "LANG", "LC_ALL", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR", "PYTHONPATH")
"""What the room sees of the hub's environment: not its database, mail server or proxies."""


def installed() -> bool:
    """Whether the extra ``apprise`` is there."""
    return importlib.util.find_spec("apprise") is not None


class Messenger:
    """Asks the room. ``private``: whether services on private addresses may be called."""

    def __init__(self, *, private: bool) -> None:
        self._private = private
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._places = asyncio.Semaphore(SIDE_BY_SIDE)
        self._opening = asyncio.Lock()

    async def ask(self, **job: str) -> dict[str, Any]:
        """The room's answer. Errors: ``Failed`` when there is none."""
        if not installed():
            raise Failed("Apprise is not installed on this hub", again=True)
        async with self._places:
            name = token(9)
            answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
            self._waiting[name] = answer
            try:
                async with asyncio.timeout(SECONDS):
                    pipe = await self._open()
                    pipe.write(json.dumps({"id": name, **job}).encode() + b"\n")
                    await pipe.drain()
                    return await answer
            except (TimeoutError, OSError):
                raise Failed("no answer from the service in time", again=True) from None
            finally:
                self._waiting.pop(name, None)

    async def _open(self) -> asyncio.StreamWriter:
        async with self._opening:
            if self._process is None or self._process.returncode is not None or self._reading is None:
                words = ["-P", "-m", "routehub.delivery.apprise.room", *(["private"] if self._private else [])]
                self._process = await asyncio.create_subprocess_exec(
                    sys.executable, *words,
                    stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
                    env={name: os.environ[name] for name in _KEPT if name in os.environ}, start_new_session=True,
                )  # fmt: skip
                self._reading = asyncio.create_task(self._read(self._process), name="apprise room")
            assert self._process.stdin is not None
            return self._process.stdin

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        while line := await process.stdout.readline():
            told = json.loads(line)
            answer = self._waiting.get(told["id"])
            if answer is not None and not answer.done():
                answer.set_result(told)
        if self._process is not process:
            return  # another was started meanwhile: its calls go on
        self._reading = None
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(OSError("the room ended"))

    async def close(self) -> None:
        """End the room with the hub."""
        process, reading = self._process, self._reading
        if process is not None and process.stdin is not None:
            process.stdin.close()
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.wait()
        if reading is not None:
            await reading
