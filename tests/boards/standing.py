"""One hub for a whole module, once on each database: its tests leave their messages behind and ask only for their own.
A module that uses it is marked with `pytest.mark.asyncio(loop_scope="module")`."""

import shutil
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.fixtures.databases import BOTH, sqlite_url
from tests.fixtures.furnished import Inside, furnish, inside
from tests.fixtures.postgres import fresh_name


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=BOTH)
async def standing(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Inside]:
    """An exercise hub with the Western Balkans route."""
    folder = tmp_path_factory.mktemp("standing")
    server: Any = None
    name = fresh_name()
    if request.param == "sqlite":
        file = folder / "hub.sqlite"
        shutil.copyfile(request.getfixturevalue("migrated_sqlite"), file)
        url = sqlite_url(file)
    else:
        server = request.getfixturevalue("postgres_server")
        url = server.create(name, template=request.getfixturevalue("migrated_postgres"))
    async with inside(url, folder, furnish(url), rate_per_minute=100_000) as found:
        yield found
    if server is not None:
        server.drop(name)
