"""Whether the database answers. One that is stopped refuses whoever asks; one that is frozen, or behind a line that has
gone silent, says nothing for as long as that lasts, and whoever asks it waits (PROMISES A7).

So it is asked once a second on a connection of its own. When it has not answered for some seconds, requests that wait
for it are answered with 503, and those that come meanwhile are so at once.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any, TypeVar

from routehub.core.errors import Busy
from routehub.core.observe import log

T = TypeVar("T")
EVERY = 1.0
PATIENCE = 5.0
"""Seconds without an answer after which the database counts as away."""
AWAY = "The hub's database does not answer right now. Nothing was stored; send the same again."
UNSURE = (
    "The hub's database has stopped answering. Whether this was stored cannot be said yet: send the same again, under "
    "the same key, and it is stored once."
)


class Pulse:
    """Of one database. ``waiting``: what requests wait for; in the event loop only."""

    def __init__(self) -> None:
        self.away = False
        self._waiting: set[asyncio.Future[Any]] = set()

    def check(self) -> None:
        """Errors: Busy while the database is away."""
        if self.away:
            raise Busy(AWAY, retry_after=5)

    @contextlib.contextmanager
    def waited_for(self, future: "asyncio.Future[Any]") -> Iterator[None]:
        """While somebody waits for this: it ends with Busy when the database falls silent."""
        self._waiting.add(future)
        try:
            yield
        finally:
            self._waiting.discard(future)

    async def result(self, running: "Future[T]") -> T:
        """What a thread comes to; Busy when the database falls silent, and the thread is left to itself."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()

        def ended(done: "Future[T]") -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(_pass_on, done, answer)

        running.add_done_callback(ended)
        with self.waited_for(answer):
            try:
                return await answer
            except (asyncio.CancelledError, Busy):
                running.cancel()  # where it has not begun yet
                raise

    async def watch(self, ask: Callable[[], "Future[object]"]) -> None:
        """For ever: ask, and see whether there is an answer. ``ask`` begins a question in a thread of its own."""
        while True:
            asked = asyncio.wrap_future(ask())
            done, _ = await asyncio.wait({asked}, timeout=PATIENCE)
            if not done:
                self._silent()
                await asyncio.wait({asked})
                log("database").warning("the database answers again")
            self.away = False
            asked.exception()  # a database that refuses says so to whoever asks it
            await asyncio.sleep(EVERY)

    def _silent(self) -> None:
        self.away = True
        log("database").error("the database does not answer", seconds=PATIENCE, waiting=len(self._waiting))
        for future in tuple(self._waiting):
            if not future.done():
                future.set_exception(Busy(UNSURE, retry_after=5))


def _pass_on(done: "Future[T]", answer: "asyncio.Future[T]") -> None:
    if answer.done() or done.cancelled():
        return
    if (fault := done.exception()) is not None:
        answer.set_exception(fault)
    else:
        answer.set_result(done.result())
