"""The movable clock of an exercise hub: one door, kept in the database, the same at every hub."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from routehub.core import state
from routehub.core.clock import MovableClock, wall
from routehub.journal.jobs import Change
from tests.fixtures.furnished import EVERYTHING, Inside, furnish, inside
from tests.fixtures.waiting import eventually
from tests.journal.stored import arrivals

THEN = "2015-10-20T05:30:00Z"


async def told(hub: Inside) -> datetime:
    answer = (await hub.get("EC", "/v1/clock")).json()
    return datetime.fromisoformat(answer["now"])


async def test_messages_are_accepted_at_the_time_that_was_set(hub: Inside):
    await hub.set_clock(THEN)
    answer = await hub.put_report("MK", "2015-10-19", [arrivals(5)])
    assert answer.json()["time"].startswith("2015-10-20T05:3")
    assert abs(await told(hub) - datetime(2015, 10, 20, 5, 30, tzinfo=UTC)) < timedelta(minutes=1)


async def test_setting_it_is_audited(hub: Inside):
    await hub.set_clock(THEN)
    audit = (await hub.get("EC", "/v1/audit")).text
    assert "set-clock" in audit or "set-clock" in await _acts(hub)


async def _acts(hub: Inside) -> str:
    from sqlalchemy import select

    from routehub.journal.tables import audit_rows

    return str(await hub.hub.db.read(lambda conn: list(conn.execute(select(audit_rows.c.act)).scalars())))


async def test_a_restart_keeps_it(migrated_database_url: str, tmp_path: Path):
    held = furnish(migrated_database_url)
    async with inside(migrated_database_url, tmp_path, held) as hub:
        await hub.set_clock(THEN)
    async with inside(migrated_database_url, tmp_path, held) as hub:
        assert (await told(hub)).year == 2015


async def test_another_hub_follows_within_a_moment(postgres_template: Callable[[], str], tmp_path: Path):
    url = postgres_template()
    held = furnish(url)
    async with inside(url, tmp_path, held) as one, inside(url, tmp_path, held) as two:
        await one.set_clock(THEN)

        async def moved() -> bool:
            return (await told(two)).year == 2015

        await eventually(moved, 5, "the other hub's clock")


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_look_that_began_earlier_does_not_set_it_back(hub: Inside):
    """Posts right after setting the clock, many times: each has to come at the new time."""
    for year in range(2010, 2030):
        await hub.set_clock(f"{year}-10-20T05:30:00Z")
        answers = await asyncio.gather(
            *(hub.post("MK", "notes", {"to": ["RS"], "subject": "s", "text": f"{year} {n}"}) for n in range(3))
        )
        assert {answer.json()["time"][:4] for answer in answers} == {str(year)}


def test_an_older_offset_does_not_replace_a_newer_one():
    clock = MovableClock()
    clock.take(2, timedelta(days=2))
    clock.take(1, timedelta(days=1))
    assert clock.offset == timedelta(days=2)
    clock.set(wall() + timedelta(days=5))  # one's own, as of who builds a sample
    clock.take(3, timedelta(days=3))
    assert clock.offset > timedelta(days=4)


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_post_bears_the_time_of_all_hubs_where_its_own_has_missed_a_change(hub: Inside):
    """As one does that was frozen while the clock of the exercise was moved."""
    await hub.set_clock(THEN)
    assert isinstance(hub.hub.clock, MovableClock)
    hub.hub.clock.take(1_000, timedelta(0))  # what it believes
    _, offset = hub.hub.db.read_sync(state.clock_offset)
    moved = f"2000 {offset // timedelta(microseconds=1)}"
    await hub.hub.writer.submit(Change(lambda tx: state.write(tx.conn, "clock", moved)))
    posted = await hub.post("MK", "notes", {"to": ["RS"], "subject": "s", "text": "t"})
    assert posted.json()["time"][:10] == THEN[:10]


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_live_hub_has_no_clock_to_move(migrated_database_url: str, tmp_path: Path):
    held = furnish(migrated_database_url)
    async with inside(migrated_database_url, tmp_path, held, mode="live") as hub, hub.client("EC") as client:
        answer = await client.put("/v1/clock", json={"now": THEN})
        assert answer.status_code == 409
        assert (await client.get("/v1/clock")).json()["movable"] is False


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_it_takes_a_scope_of_its_own(migrated_database_url: str, tmp_path: Path):
    held = furnish(migrated_database_url, scopes=EVERYTHING - {"set:clock"})
    async with inside(migrated_database_url, tmp_path, held) as hub, hub.client("EC") as client:
        assert (await client.put("/v1/clock", json={"now": THEN})).status_code == 403


@pytest.mark.parametrize("now", ["", "yesterday", "2015-10-20T05:30:00", 5, None, "0001-01-01T00:00:00Z"])
@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_it_is_set_to_a_time_with_its_offset(hub: Inside, now: object):
    async with hub.client("EC") as client:
        assert (await client.put("/v1/clock", json={"now": now})).status_code == 422
