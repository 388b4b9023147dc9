"""The bell over LISTEN/NOTIFY between hubs on one PostgreSQL."""

import asyncio
import contextlib

import pytest

from routehub.core.db import Database
from routehub.journal.bell.postgres import PostgresBell
from tests.fixtures.waiting import eventually


@pytest.mark.parametrize("database_kind", [pytest.param("postgres", marks=pytest.mark.postgres)])
async def test_a_hub_hears_the_others_and_not_itself(migrated_database_url: str):
    one, other = PostgresBell(migrated_database_url), PostgresBell(migrated_database_url)
    heard: dict[PostgresBell, int] = {one: 0, other: 0}

    async def listen(bell: PostgresBell) -> None:
        def count(_committed: object) -> None:
            heard[bell] += 1

        await bell.listen(count)

    listening = [asyncio.create_task(listen(bell)) for bell in (one, other)]
    db = Database(migrated_database_url)
    try:
        await eventually(lambda: heard == {one: 1, other: 1}, what="both looking once, as they begin to listen")
        for bell in (one, other):  # in this order, in which notices come too
            with db.write() as conn:
                bell.announce(conn)
        await eventually(lambda: heard == {one: 2, other: 2}, what="each hearing the other once")
    finally:
        for task in listening:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*listening)
        db.close()
