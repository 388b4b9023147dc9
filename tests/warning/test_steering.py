"""What people set about early warning: parameters of a route, and pauses of reporting. A rebuild sets them again."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, select

from routehub.boards.reporting.freshness import DayReport, freshness, record
from routehub.core.errors import Conflict, NotAllowed, Refused
from routehub.directory import pauses
from routehub.directory.install import derive_route
from routehub.directory.pauses import NewPause, is_paused
from routehub.directory.snapshot import load
from routehub.journal.jobs import Change
from routehub.journal.tables import audit_rows
from routehub.warning import queries, steering, stored
from routehub_schemas import parse
from tests.digests.world import ROUTE, World, local, person
from tests.warning.test_engine import SQLITE, USUAL, close, computed, day, everything, ids, keyed, play, settle, watched
from tests.warning.test_engine import post as post_report

COORDINATOR = person("EC", "coordinator")


async def set_parameters(world: World, said: dict[str, Any]) -> bool:
    done: bool = await world.hub.writer.submit(
        Change(lambda tx: steering.set_parameters(tx, ROUTE, said, "HUB", "terminal"))
    )
    return done


async def pause(world: World, who: Any, **said: Any) -> Any:
    given = parse.validate(NewPause, said)
    made = await world.hub.writer.submit(Change(lambda tx: pauses.make(tx, who, given)))
    await world.hub.db.read(world.hub.directory.refresh)
    return made


async def again(world: World) -> None:
    """Forget all that was worked out, and work it out again."""
    await world.hub.writer.submit(Change(lambda tx: stored.clear(tx.conn)))
    await settle(world)


def audited(conn: Connection) -> list[str]:
    acts = conn.execute(select(audit_rows.c.act).order_by(audit_rows.c.number)).scalars()
    return [act for act in acts if act.startswith(("early", "reporting-pause"))]


async def test_new_parameters_hold_from_the_next_day_that_closes_and_in_a_rebuild(migrated_database_url: str):
    said = {"surge": {"share": 0.05, "alert_share": 0.05}}
    async with watched(migrated_database_url) as world:
        await play(world, {"MK": [*USUAL * 2, 1010, 1290]})
        await close(world, 15)
        assert await world.read(computed) == []  # 29 % more than usual
        assert await set_parameters(world, said)
        assert not await set_parameters(world, said)
        await world.at(local(f"{day(16)} 20:00"))
        await settle(world)
        account = await world.read(queries.account, ROUTE)
        assert (account.changed_from, account.parameters["surge"]["share"]) == (day(16), 0.05)
        await world.at(local(f"{day(17)} 07:30"))
        await post_report(world, "MK", 16, 1280)
        await close(world, 16)
        assert [(a.rule, a.headline) for a in await world.read(computed)] == [
            ("surge", "MK arrivals from GR: 1\u202f280 people, +26% on the usual (Sat 17 Oct)")
        ]
        assert await set_parameters(world, {})
        sent, known = await world.read(ids), await world.read(everything)
        await again(world)
        assert (await world.read(ids), await world.read(everything)) == (sent, known)
        assert await world.read(audited) == ["early-warning-parameters"] * 2
        with pytest.raises(Refused):
            await set_parameters(world, {"drop": {"shares": 1}})


@SQLITE
async def test_an_exercise_takes_the_parameters_along(migrated_database_url: str):
    async with watched(migrated_database_url) as world:
        await set_parameters(world, {"surge": {"watch_z": 3}})
        await world.hub.writer.submit(Change(lambda tx: derive_route(tx.conn, ROUTE)))
        assert [dict(c.said) for c in await world.read(steering.history, f"{ROUTE}-exercise")] == [
            {"surge": {"watch_z": 3}}
        ]


async def test_an_excused_party_is_not_silent_and_a_rebuild_knows_it(migrated_database_url: str):
    async with watched(migrated_database_url) as world:
        await play(world, {"MK": USUAL * 2, "GR": [*USUAL, *USUAL[:4]]})
        await close(world, 13)  # three days without Greece
        [alert] = await world.read(computed)
        assert (alert.rule, alert.state) == ("silence", "open")
        said = {"from": f"{day(14)}", "until": f"{day(17)}", "reason": "Public holiday"}
        made = await pause(world, COORDINATOR, party="GR", **said)
        assert is_paused(world.hub.directory.value, ROUTE, "GR", day(15))
        for number in (14, 15):
            await post_report(world, "MK", number, 1000)
            await close(world, number)
        [alert] = await world.read(computed)
        assert (alert.state, alert.headline) == ("ended", "Excused: GR has not reported for 3 days (Wed 14 Oct)")
        await world.hub.writer.submit(Change(lambda tx: pauses.end(tx, COORDINATOR, made.id)))
        for number in (16, 17):
            await post_report(world, "MK", number, 1000)
            await close(world, number)
        lasting = [line for _, line in await world.read(queries.conditions, ROUTE, open_only=True)]
        assert [(line.condition.rule, line.condition.subject) for line in lasting] == [("silence", "GR")]
        sent, known = await world.read(ids), await world.read(everything)
        await again(world)
        assert (await world.read(ids), await world.read(everything)) == (sent, known)
        assert await world.read(audited) == ["reporting-pause", "reporting-pause-ended"]


@SQLITE
async def test_the_office_or_a_coordinator_excuses_and_nobody_else(migrated_database_url: str):
    async with watched(migrated_database_url) as world:
        said = {"from": "2015-10-01", "until": "2015-10-02", "reason": "Moving the register"}
        for who in (person("MK"), person("GR", "party_office")):
            with pytest.raises(NotAllowed):
                await pause(world, who, party="MK", **said)
        await pause(world, person("MK", "party_office"), **said)
        with pytest.raises(Conflict):
            await pause(world, COORDINATOR, party="MK", **{**said, "from": "2015-10-02"})
        with pytest.raises(Refused) as refused:
            await pause(world, COORDINATOR, party="GR", **{**said, "from": "2015-08-02"})
        assert [p.pointer for p in refused.value.problems] == ["/until", "/from"]
        directory = await world.read(load)
        member = directory.routes[ROUTE].membership("MK", date(2015, 10, 1))
        mine = directory.pauses_of(ROUTE, "MK")
        made = DayReport(local("2015-09-30 07:00"), local("2015-09-30 07:00"), False, "m")
        state = freshness(member, {date(2015, 9, 30): made}, local("2015-10-02 12:00"), mine)
        assert (state.state, state.reason, state.silent_days) == ("excused", "Moving the register", 0)
        later = freshness(member, {date(2015, 9, 30): made}, local("2015-10-03 07:00"), mine)
        assert (later.state, later.silent_days) == ("due", 1)
        kept = record(member, {}, date(2015, 9, 30), date(2015, 10, 2), local("2015-10-02 12:00"), mine)
        assert (kept.expected, [mark for _, mark in kept.days]) == (1, ["missing", "excused", "excused"])


@SQLITE
async def test_places_that_fill_are_told_with_the_days_that_are_left(migrated_database_url: str):
    async with watched(migrated_database_url) as world:
        await play(world, {"GR": USUAL * 2 + [1000], "MK": USUAL * 2})
        await world.at(local(f"{day(15)} 07:30"))
        flows = [("arrivals", 1000, "GR"), ("departures", 400, "RS"), ("places", 2000), ("occupied", 1850)]
        await world.report("MK", day(14), period="calendar_day", figures=flows)
        await close(world, 14)
        found = {a.rule: a for a in await world.read(computed)}
        assert (
            found["capacity"].headline == "MK: nearly full, 1\u202f850 people in 2\u202f000 places (93%) (Thu 15 Oct)"
        )
        assert found["full"].severity == "Severe"
        assert "150 places free, full in 0.3 days" in found["full"].headline
        account = await world.read(queries.account, ROUTE)
        [room] = account.rooms
        assert (room["subject"], room["level"], room["days_to_full"], room["outflow"]) == (
            "MK",
            "nearly_full",
            0.3,
            400,
        )
        sent = await world.read(ids)
        await again(world)
        assert await world.read(ids) == sent
        assert keyed("MK") == "MK arrivals from GR"
