"""The loop of a follower: it looks when it is rung, and once in a while anyway, so that a lost ring costs time only."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from routehub.core.errors import HubError
from routehub.core.observe import log


class Follower:
    """Calls ``look`` again and again. ``look`` says whether there may be more to do at once. After a look it rests for
    ``rest`` seconds, so that one look takes what came in meanwhile."""

    def __init__(self, name: str, look: Callable[[], Awaitable[bool]], seconds: float, rest: float = 0) -> None:
        self.name, self._look, self._seconds, self._rest = name, look, seconds, rest
        self.rung = asyncio.Event()

    def ring(self) -> None:
        """There is something new. In the event loop only."""
        self.rung.set()

    async def run(self) -> None:
        """For ever. A fault ends this look, not the follower."""
        while True:
            # Not asyncio.wait_for: before Python 3.12 it swallows a cancellation that comes together with the ring,
            # and a hub that stops right after a commit would wait for ever.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._seconds):
                    await self.rung.wait()
            self.rung.clear()
            try:
                while await self._look():
                    pass
            except HubError as fault:
                log(self.name).warning("cannot look now", fault=fault.detail)
            except Exception as fault:  # noqa: BLE001 - the next look may succeed; the log says what failed
                log(self.name).error("a look failed", exc_info=fault)
            if self._rest:
                await asyncio.sleep(self._rest)
