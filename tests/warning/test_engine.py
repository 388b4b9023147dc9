"""Early warning in a hub: what the back-test says of a table is what the hub tells when the table is posted."""

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select

from routehub.boards.alerts.queries import AlertView, alerts
from routehub.directory.visibility import readable
from routehub.intake.receive import Post
from routehub.journal import follow
from routehub.journal.jobs import Change, Recorded
from routehub.journal.tables import entries
from routehub.warning import stored
from routehub.warning.backtest import Table, backtest
from routehub.warning.engine import Engine, Stopped
from routehub.warning.graph import Flow, RouteGraph
from routehub.warning.parameters import Parameters
from routehub.warning.tables import warning_conditions, warning_routes
from routehub_schemas.kinds.alert.payload import Alert
from routehub_schemas.reference import route as reference_route
from tests.digests.world import ROUTE, World, local, open_world, person

SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"])
FIRST = date(2015, 10, 1)
USUAL = [1000, 1040, 980, 1010, 1060, 990, 1020]
FROM = {"MK": "GR", "RS": "MK"}
GR = [*USUAL * 3, 1000, 990]
MK = [*USUAL * 2, 1010, 1000, 2600, 2500, 1020, 990, 1000, 1010, 1000]
RS = [*USUAL * 2, 1000, 1010, 990, 1020, 1000, 980, 300, 200, 210]
Days = Mapping[str, Sequence[int | None]]
TABLE: Days = {"GR": GR, "MK": MK, "RS": RS}


def day(number: int) -> date:
    return FIRST + timedelta(number)


def keyed(party: str) -> str:
    return f"{party} arrivals" + (f" from {FROM[party]}" if party in FROM else "")


async def post(world: World, party: str, number: int, value: int, **more: Any) -> str:
    figure = ("arrivals", value, FROM[party]) if party in FROM else ("arrivals", value)
    made = await world.report(party, day(number), period="calendar_day", figures=[figure], **more)
    return made.message_id


async def play(
    world: World, table: Mapping[str, Sequence[int | None]], first: int = 0, last: int | None = None
) -> None:
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
        (a for a in alerts(conn, readable(conn, ROUTE, party), ROUTE, local("2015-10-20 00:00")) if a.rule),
        key=lambda a: a.issued_at,
    )


def ids(conn: Connection) -> list[str]:
    return sorted(
        conn.execute(select(entries.c.id).where(entries.c.party == "HUB", entries.c.kind == "alert")).scalars()
    )


@contextlib.asynccontextmanager
async def watched(database_url: str, **more: Any) -> AsyncIterator[World]:
    """A world looks by hand."""
    async with open_world(database_url, local("2015-10-01 12:00"), **more) as world:
        yield world


def expected(table: Days) -> list[tuple[str, str, date]]:
    """What the back-test says."""
    graph = RouteGraph(
        reference_route(ROUTE).legs, [Flow(keyed(p), p, "arrivals", None, FROM.get(p)) for p in table]
    )  # fmt: skip
    length = max(map(len, table.values()))
    days = {day(n): {keyed(p): v[n] if n < len(v) else None for p, v in table.items()} for n in range(length)}
    return sorted(
        (s.finding.rule, s.finding.subject, s.finding.day) for s in backtest(Table(days), graph, Parameters()).scored
    )


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
        assert isinstance(alert, Alert)
        assert alert.rule is not None
        assert alert.headline == "MK arrivals from GR: 2\u202f600 people, +156% on the usual (Sat 17 Oct)"
        assert any("z = (2\u202f600 − 1\u202f014)" in line for line in alert.rule.arithmetic)
        trigger = await world.message(alert.rule.inputs[0])
        assert (trigger.party, trigger.event["data"]["day"]) == ("MK", "2015-10-17")


class Killed(BaseException):
    """The hub ends here, as by ``kill -9``."""


async def test_a_hub_killed_between_alert_and_checkpoint_tells_nothing_twice(
    migrated_database_url: str, monkeypatch: pytest.MonkeyPatch
):
    async with watched(migrated_database_url) as world:
        await play(world, TABLE, last=17)
        submit = world.hub.writer.submit

        async def stop(job: Any) -> Any:
            if isinstance(job, Change) and await world.read(ids):
                raise Killed
            return await submit(job)

        await world.at(local(f"{day(17)} 12:00"))
        with monkeypatch.context() as patched:
            patched.setattr(world.hub.writer, "submit", stop)
            with pytest.raises(Killed):
                await settle(world)
        sent = await world.read(ids)
        assert len(sent) == 1
    async with watched(migrated_database_url, install=False) as world:
        await settle(world)
        assert await world.read(ids) == sent
        assert [rule for rule, _, _ in await world.read(told)] == ["surge"]


async def test_a_second_engine_and_a_rebuild_come_to_the_same_alerts(migrated_database_url: str):
    async with watched(migrated_database_url) as world:
        hub = world.hub
        second = Engine(hub.db, hub.writer, hub.intake, hub.directory, hub.clock, "https://other.example")
        await play(world, TABLE, last=18)
        await second.look()
        await close(world, 17)
        while await second.look():
            pass
        sent, known = await world.read(ids), await world.read(everything)
        assert len(sent) == len(set(sent)) >= 2
        await hub.writer.submit(Change(lambda tx: stored.clear(tx.conn)))
        assert await world.read(everything) == ([], [])
        await settle(world)
        assert await world.read(ids) == sent
        assert await world.read(everything) == known
        await play(world, TABLE, first=18, last=21)  # what was told before the rebuild goes on after it
        assert await world.read(told) == expected({party: values[:20] for party, values in TABLE.items()})
        surge = next(a for a in await world.read(computed) if a.rule == "surge")
        assert surge.state == "ended"


@SQLITE
async def test_a_revision_of_a_past_day_is_taken_in_and_opens_nothing(migrated_database_url: str):
    async with watched(migrated_database_url) as world:
        await play(world, {"MK": USUAL * 2 + [1010]})
        await close(world, 14)
        before = await world.read(ids)
        await post(world, "MK", 10, 9000, reason="Counted again.")
        await settle(world)
        assert await world.read(ids) == before == []
        memory = await world.read(stored.load, world.hub.registry, world.hub.directory.value)
        await world.hub.warning.look()
        assert memory.routes[ROUTE].closed == day(14)


@SQLITE
async def test_a_late_report_of_the_day_closed_last_is_still_looked_at(migrated_database_url: str):
    async with watched(migrated_database_url) as world:
        await play(world, {"MK": USUAL * 2 + [1010], "GR": USUAL * 2 + [1000, 1000]})
        await close(world, 15)
        assert await world.read(ids) == []
        await post(world, "MK", 15, 5000)
        await settle(world)
        assert await world.read(told) == [("surge", keyed("MK"), day(15))]


@SQLITE
async def test_what_not_everyone_may_read_is_never_an_input(migrated_database_url: str):
    async with watched(migrated_database_url) as world:
        await play(world, {"MK": USUAL * 2 + [1010]})
        await close(world, 14)
        await post(world, "MK", 15, 9000, audience=["RS", "EC"])
        await close(world, 15)
        assert await world.read(ids) == []


async def test_silence_is_told_once_and_ends_with_the_next_report(migrated_database_url: str):
    async with watched(migrated_database_url) as world:
        await play(world, {"MK": USUAL * 2, "GR": [*USUAL, *USUAL[:4]]})
        for number in (14, 15):
            await close(world, number)
            await post(world, "MK", number, 1000)
        found = [a for a in await world.read(computed) if a.rule == "silence"]
        assert [(a.headline, a.state) for a in found] == [("GR has not reported for 5 days (Fri 16 Oct)", "open")]
        count = len(await world.read(ids))
    async with watched(migrated_database_url, install=False) as world:
        await settle(world)
        assert len(await world.read(ids)) == count
        await world.at(local(f"{day(17)} 07:30"))
        await post(world, "GR", 16, 1000)
        await post(world, "MK", 16, 1000)
        await close(world, 16)
        found = [a for a in await world.read(computed) if a.rule == "silence"]
        assert [a.state for a in found] == ["ended"]


@SQLITE
async def test_an_exercise_stays_an_exercise(migrated_database_url: str):
    async with watched(migrated_database_url, marking="exercise") as world:
        await play(world, {"MK": [*USUAL * 2, 5000]})
        await close(world, 14)
        [alert] = await world.read(computed)
        assert (alert.status, alert.exercise) == ("Exercise", True)


def everything(conn: Connection) -> tuple[list[Any], list[Any]]:
    """State and conditions as they are stored."""
    r, c = warning_routes.c, warning_conditions.c
    return (
        [tuple(row) for row in conn.execute(select(r.route, r.state, r.board, r.closed).order_by(r.route))],
        [tuple(row) for row in conn.execute(select(*c).order_by(c.route, c.key))],
    )


@SQLITE
async def test_a_hub_that_ends_while_the_journal_is_read_again_does_not_wait_for_it(migrated_database_url: str):
    """PROMISES E1: an orderly end within 15 seconds, with any journal."""
    async with watched(migrated_database_url) as world:
        note = world.hub.registry["note"]
        posts = [Post(note, {"to": ["MK"], "subject": "Trains", "text": f"Line {number}"}) for number in range(1_000)]
        made = await world.hub.intake.receive_many(person("GR"), posts)
        assert [one for one in made if not isinstance(one, Recorded)] == []
        await world.hub.writer.submit(Change(lambda tx: stored.clear(tx.conn)))
        ending = Engine(world.hub.db, world.hub.writer, world.hub.intake, world.hub.directory, world.hub.clock, "x")
        ending.stop()
        with pytest.raises(Stopped):
            await ending.look()
        assert not await world.read(lambda conn: follow.is_following(conn, stored.NAME))
