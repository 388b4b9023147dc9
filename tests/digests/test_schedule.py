"""The weekly digest comes once, at the right local time, whatever the clock and the hubs do (PROMISES 7, B5)."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from routehub.core.clock import wall
from routehub.digests import occurrences
from routehub.digests.schedule import Schedule
from routehub.digests.tables import digest_occurrences
from routehub.digests.tasks.agenda import AgendaDigest
from routehub.journal.jobs import Change
from routehub.journal.message import Transaction
from tests.digests.world import World, local, open_world, person, together
from tests.fixtures.waiting import eventually


async def test_nothing_is_due_before_wednesday_afternoon(world: World):
    await world.series()
    await world.at(local("2026-01-21 15:59"))
    assert await world.tick() == 0
    assert await world.occurrences() == []


async def test_at_its_time_the_hub_calls_the_conference_and_posts_its_agenda(world: World):
    await world.series(first_number=14, link="https://meet.example/wbr")
    await world.at(local("2026-01-21 16:00"))
    assert await world.tick() == 1
    (conference,) = await world.conferences()
    assert (conference.number, conference.start, conference.chair) == (14, local("2026-01-22 10:00"), "EC")
    (agenda,) = await world.agendas()
    assert (agenda.conference, agenda.edition) == (14, 1)
    (occurrence,) = await world.occurrences()
    assert (occurrence.state, occurrence.late, occurrence.message_id) == ("posted", False, agenda.message_id)
    assert await world.tick() == 0


async def test_numbers_continue_week_by_week(world: World):
    await world.series(first_number=14)
    for week in range(3):
        await world.at(local("2026-01-21 16:00") + timedelta(days=7 * week))
        assert await world.tick() == 1
    assert [c.number for c in await world.conferences()] == [14, 15, 16]
    assert [a.conference for a in await world.agendas()] == [14, 15, 16]


async def test_the_chair_s_conference_goes_before_the_series_rule(world: World):
    await world.series()
    await world.post(
        person("EC", "chair"), "conference", number=13, title="Extraordinary", start="2026-01-23T09:00:00Z", chair="SI"
    )  # fmt: skip
    await world.at(local("2026-01-21 16:00"))
    await world.tick()
    (conference,) = await world.conferences()
    assert (conference.number, conference.chair) == (13, "SI")
    meeting = (await world.agenda()).meeting
    assert meeting is not None
    assert meeting.start == local("2026-01-23 10:00")


@pytest.mark.parametrize(("state", "start"), [("cancelled", "2026-01-22T09:00:00Z"), ("moved", "2026-01-30T09:00:00Z")])
async def test_a_cancelled_or_moved_conference_has_no_digest_that_week(world: World, state: str, start: str):
    await world.series(first_number=14)
    facts: dict[str, Any] = {"number": 14, "title": "Conference", "chair": "EC"}
    await world.post(person("EC", "chair"), "conference", start="2026-01-22T09:00:00Z", **facts)
    await world.post(person("EC", "chair"), "conference", start=start, state=state, reason="Snow.", **facts)
    await world.at(local("2026-01-21 16:00"))
    assert await world.tick() == 1
    (occurrence,) = await world.occurrences()
    assert occurrence.state == "skipped"
    assert "Conference 14 was" in (occurrence.reason or "")
    assert await world.agendas() == []
    await world.at(local("2026-01-28 16:00"))
    await world.tick()
    assert [a.conference for a in await world.agendas()] == [15 if state == "cancelled" else 14]


async def test_a_clock_moved_by_weeks_skips_what_is_old_and_marks_what_is_late(world: World):
    await world.series()
    await world.at(local("2026-02-05 09:00"))
    assert await world.tick() == 3
    states = [(o.local_date, o.state, o.late) for o in await world.occurrences()]
    assert states == [
        (date(2026, 1, 21), "skipped", True),
        (date(2026, 1, 28), "skipped", True),
        (date(2026, 2, 4), "posted", True),
    ]
    agenda = await world.agenda()
    assert agenda.due_at == local("2026-02-04 16:00")
    assert agenda.compiled_at - agenda.due_at >= timedelta(hours=17)


async def test_exactly_a_day_late_is_still_compiled(world: World):
    await world.series()
    await world.at(local("2026-01-22 15:59"))
    await world.tick()
    assert [o.state for o in await world.occurrences()] == ["posted"]


async def test_a_clock_moved_back_repeats_nothing_and_goes_on(world: World):
    await world.series()
    await world.at(local("2026-01-21 16:00"))
    await world.tick()
    await world.at(local("2026-01-13 12:00"))
    assert await world.tick() == 0
    await world.at(local("2026-01-14 16:00"))
    assert await world.tick() == 1
    await world.at(local("2026-01-21 17:00"))
    assert await world.tick() == 0
    assert [o.local_date.day for o in await world.occurrences()] == [14, 21]


async def test_each_digest_comes_at_the_same_local_time_on_both_sides_of_a_clock_change(world: World):
    await world.at(local("2026-03-20 12:00"))
    await world.series()
    for due in (local("2026-03-25 16:00"), local("2026-04-01 16:00")):
        await world.at(due - timedelta(seconds=5))
        assert await world.tick() == 0
        await world.at(due)
        assert await world.tick() == 1
    before, after = [c.start for c in await world.conferences()]
    assert (before.hour, after.hour) == (9, 8)


async def test_two_schedules_racing_for_a_claim_post_one_edition(world: World):
    await world.series()
    hub = world.hub
    second = Schedule(hub.db, hub.writer, hub.clock, 3600, hub.tasks_of_schedule())
    await world.at(local("2026-01-21 16:00"))
    ended = await together(hub.schedule.tick(), second.tick(), hub.schedule.tick(), second.tick())
    assert [task for one in ended for task in one] == ["agenda"]
    assert len(await world.agendas()) == 1
    assert len(await world.conferences()) == 1


@pytest.mark.parametrize("database_kind", [pytest.param("postgres", marks=pytest.mark.postgres)])
async def test_two_hubs_on_one_database_post_one_edition(migrated_database_url: str):
    start = local("2026-01-20 12:00")
    async with (
        open_world(migrated_database_url, start) as one,
        open_world(migrated_database_url, start, install=False) as other,
    ):
        await one.series()
        await one.bulletins()
        for week in range(4):
            moment = local("2026-01-21 16:00") + timedelta(days=7 * week)
            await together(one.at(moment), other.at(moment))
            await together(one.tick(), other.tick(), one.tick(), other.tick())
        assert len(await one.agendas()) == 4
        assert len(await other.conferences()) == 4
        told = [o.local_date for o in await other.occurrences() if (o.task, o.state) == ("bulletin", "posted")]
        assert told == [date(2026, 1, 21) + timedelta(days=7 * week) for week in range(4)]


async def test_a_hub_that_died_after_posting_is_taken_over_without_a_second_edition(world: World):
    await world.series()
    await world.at(local("2026-01-21 16:00"))
    await world.tick()
    (posted,) = await world.occurrences()

    def die(tx: Transaction) -> None:
        tx.conn.execute(
            digest_occurrences.update().values(
                state="claimed", claimed_by="dead", lease_until=wall() - timedelta(seconds=1), message_id=None
            )
        )

    await world.hub.writer.submit(Change(die))
    assert await world.tick() == 1
    (again,) = await world.occurrences()
    assert again.message_id == posted.message_id
    assert len(await world.agendas()) == 1


async def test_a_claim_is_respected_until_its_lease_has_run_out(world: World):
    await world.series()
    await world.at(local("2026-01-21 16:00"))
    task = AgendaDigest(world.hub.db, world.hub.intake, world.hub.directory, world.clock)
    await world.hub.schedule.look(task, world.clock.now())
    (due,) = await world.read(occurrences.open_ones, world.clock.now(), wall(), ["agenda"])

    def claim(by: str, later: timedelta) -> Change[bool]:
        return Change(lambda tx: occurrences.claim(tx.conn, due, by, wall() + later))

    assert await world.hub.writer.submit(claim("one", timedelta(0)))
    assert not await world.hub.writer.submit(claim("two", timedelta(seconds=59)))
    assert await world.tick() == 0
    assert await world.hub.writer.submit(claim("two", timedelta(seconds=61)))
    ended = await world.hub.writer.submit(
        Change(lambda tx: occurrences.end(tx.conn, due, "one", "posted", tx.now, message_id="x"))
    )
    assert not ended


async def test_the_scheduler_ticks_by_itself(migrated_database_url: str):
    async with open_world(migrated_database_url, local("2026-01-20 12:00")) as world:
        world.hub.schedule.stop()
        await world.series()
        await world.at(local("2026-01-21 16:00"))
        world.hub.schedule._every = 0.05
        world.hub.schedule.start()
        await eventually(world.agendas, 10)


async def test_a_tick_that_a_stop_cuts_off_is_no_error(migrated_database_url: str, caplog: pytest.LogCaptureFixture):
    begun, ended = asyncio.Event(), asyncio.Event()

    async def tick() -> list[str]:
        begun.set()
        try:
            await asyncio.sleep(30)
        finally:
            ended.set()
        return []

    async with open_world(migrated_database_url, local("2026-01-20 12:00")) as world:
        world.hub.schedule.stop()
        world.hub.schedule._every = 0.01
        world.hub.schedule.tick = tick  # type: ignore[method-assign]
        world.hub.schedule.start()
        await begun.wait()
    await ended.wait()
    await asyncio.sleep(0)
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []
