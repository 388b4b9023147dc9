"""A hub stops at once, also in the moment in which a message has just been accepted."""

import asyncio

from routehub.journal.follower import Follower
from tests.fixtures.waiting import PATIENCE


async def test_a_follower_that_is_stopped_while_it_is_rung_does_stop():
    async def look() -> bool:
        return False

    for _ in range(100):
        follower = Follower("test", look, 30)
        task = asyncio.create_task(follower.run())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        follower.ring()
        await asyncio.sleep(0)
        task.cancel()
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(task, return_exceptions=True)
