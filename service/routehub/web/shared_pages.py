"""Texts that many ask for at once and that are made once."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable

MOST = 256
"""Texts that are held: some pages for each of a few dozen parties."""


class SharedPages:
    """Renderings by what they follow from; who comes while one is being made waits for it."""

    def __init__(self) -> None:
        self._made: OrderedDict[Hashable, asyncio.Task[str]] = OrderedDict()

    async def text(self, key: Hashable, make: Callable[[], Awaitable[str]]) -> str:
        """The text of a key, made by the first who asks. What fails is not held, and fails for those who waited."""
        task = self._made.get(key)
        if task is None:
            task = self._made[key] = asyncio.ensure_future(make())
            task.add_done_callback(lambda done: self._forget(key, done))
            while len(self._made) > MOST:
                self._made.popitem(last=False)
        return await asyncio.shield(task)  # one reader who leaves does not stop it for the others

    def _forget(self, key: Hashable, done: "asyncio.Task[str]") -> None:
        if done.cancelled() or done.exception() is not None:
            self._made.pop(key, None)
