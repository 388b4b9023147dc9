"""Early warning in a hub: what the back-test says of a table is what the hub tells when the table is posted."""

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, delete, select

from routehub.boards.alerts.queries import AlertView, alerts
from routehub.core.canonical import digest
from routehub.directory.visibility import readable
from routehub.journal.jobs import Change
from routehub.journal.tables import entries
from routehub.warning import stored
from routehub.warning.backtest import Table, backtest
from routehub.warning.graph import Flow, RouteGraph
from routehub.warning.parameters import Parameters
from routehub.warning.tables import warning_conditions, warning_routes
from routehub_schemas.kinds.alert.payload import Alert
from routehub_schemas.reference import route as reference_route
from tests.digests.world import ROUTE, World, local, open_world

FIRST = date(2015, 10, 1)
USUAL = [1000, 1040, 980, 1010, 1060, 990, 1020]
FROM = {"MK": "GR", "RS": "MK"}
GR = [*USUAL * 3, 1000, 990]
MK = [*USUAL * 2, 1010, 1000, 2600, 2500, 1020, 990, 1000, 1010, 1000]
RS = [*USUAL * 2, 1000, 1010, 990, 1020, 1000, 980, 300, 200, 210]
TABLE = {"GR": GR, "MK": MK, "RS": RS}


def day(number: int) -> date:
    return FIRST + timedelta(number)


def keyed(party: str) -> str:
    return f"{party} arrivals" + (f" from {FROM[party]}" if party in FROM else "")


async def post(world: World, party: str, number: int, value: int, **more: Any) -> str:
    figure = ("arrivals", value, FROM[party]) if party in FROM else ("arrivals", value)
    made = await world.report(party, day(number), period="calendar_day", figures=[figure], **more)
    return made.message_id


async def play(world: World, table: Mapping[str, Sequence[int | None]], first: int = 0, last: int | None = None) -> None:
    """Post day after day at 07:30 in Brussels on the morning after, as ``replay`` does."""
    length = max(map(len, table.values())) if last is None else last
    for number in range(first, length):
        await world.at(local(f"{day(number + 1)} 07:30"))
        for party, values in table.items():
            value = values[number] if number < len(values) else None
            if value is not None:
                await post(world, party, number, value)
        await settle(world)


async def close(world: World, number: int) -> None:
    """Go on to the noon by which a day is closed."""
    await world.at(local(f"{day(number + 1)} 12:00"))
    await settle(world)


async def settle(world: World) -> None:
    while await world.hub.warning.look():
        pass


def told(conn: Connection) -> list[tuple[str, str, date]]:
    c = warning_conditions.c
    found = conn.execute(select(c.rule, c.subject, c.told).where(c.told.is_not(None)))
    return sorted((row.rule, row.subject, row.told) for row in found)


def computed(conn: Connection, party: str = "SI") -> list[AlertView]:
    return sorted(
        (a for a in alerts(conn, readable(conn, ROUTE, party), ROUTE, local("2015-12-01 00:00")) if a.rule),
        key=lambda a: a.issued_at,
    )


def ids(conn: Connection) -> list[str]:
    return sorted(conn.execute(select(entries.c.id).where(entries.c.party == "HUB", entries.c.kind == "alert")).scalars())


@contextlib.asynccontextmanager
async def watched(database_url: str, **more: Any) -> AsyncIterator[World]:
    async with open_world(database_url, local("2015-10-01 12:00"), **more) as world:
        for task in world.hub._tasks:
            if task.get_name() == "warning":
                task.cancel()  # the test looks by hand
        yield world


def expected(table: Mapping[str, Sequence[int | None]]) -> list[tuple[str, str, date]]:
    """What the back-test says."""
    graph = RouteGraph(
        reference_route(ROUTE).legs, [Flow(keyed(p), p, "arrivals", None, FROM.get(p)) for p in table]
    )  # fmt: skip
    length = max(map(len, table.values()))
    days = {day(n): {keyed(p): v[n] if n < len(v) else None for p, v in table.items()} for n in range(length)}
    return sorted((s.finding.rule, s.finding.subject, s.finding.day) for s in backtest(Table(days), graph, Parameters()).scored)


async def test_a_replay_tells_what_the_back_test_says(migrated_database_url: str):
    async with watched(migrated_database_url) as world:
        await play(world, TABLE)
        await close(world, len(GR) - 1)
        found = await world.read(told)
        assert found == expected(TABLE)
        assert {rule for rule, _, _ in found} >= {"surge", "drop"}
        surge = next(a for a in await world.read(computed) if a.rule == "surge")
        assert (surge.state, surge.updates) == ("ended", 2)
        message = await world.message(surge.id)
        alert = message.payload
        assert isinstance(alert, Alert) and alert.rule is not None
        assert alert.headline.startswith("MK arrivals from GR: 2\u202f600 people, +15")
        assert any("z = (2\u202f600" in line for line in alert.rule.arithmetic)
        assert (await world.message(alert.rule.inputs[0])).payload.day == day(16)  # type: ignore[attr-defined]
