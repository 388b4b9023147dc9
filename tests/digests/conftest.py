"""The world of the digests: a hub on a Tuesday, on both databases."""

from collections.abc import AsyncIterator

import pytest

from tests.digests.world import World, local, open_world

TUESDAY = local("2026-01-20 12:00")


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[World]:
    async with open_world(migrated_database_url, TUESDAY) as found:
        yield found
