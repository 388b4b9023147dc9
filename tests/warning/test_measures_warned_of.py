"""Announced measures: figures above a cap are told to both sides, and measures that answer each other to everybody."""

from typing import Any

from routehub_schemas.kinds.alert.payload import Alert
from tests.digests.world import World, local, person
from tests.warning.test_engine import SQLITE, close, computed, day, everything, ids, settle, watched
from tests.warning.test_steering import again

NOTICE = {
    "type": "daily_cap", "title": "Daily limits at the southern border", "legs": ["SI-AT"],
    "start": "2015-10-03T00:00:00+02:00", "reasons": "More people come than can be housed in a day.",
}  # fmt: skip


async def announce(world: World, party: str, **more: Any) -> str:
    made = await world.post(person(party), "measure", **{**NOTICE, **more})
    await settle(world)
    return made.message_id


async def count(world: World, number: int, left: int, entered: int) -> None:
    """Both sides of the border report a day on the morning after it, and the hub closes it."""
    await world.at(local(f"{day(number + 1)} 07:30"))
    await world.report("SI", day(number), period="calendar_day", figures=[("departures", left, "AT")])
    await world.report("AT", day(number), period="calendar_day", figures=[("arrivals", entered, "SI")])
    await close(world, number)


async def test_figures_above_a_cap_are_told_with_the_notice_and_end_with_it(migrated_database_url: str):
    async with watched(migrated_database_url) as world:
        notice = await announce(world, "AT", caps=[{"counts": "in_transit", "people": 580}])
        await count(world, 1, 900, 900)  # the day before it holds
        await count(world, 2, 560, 850)
        [alert] = await world.read(computed)
        assert (alert.rule, alert.severity, alert.legs) == ("cap", "Severe", ("SI-AT",))
        assert alert.headline == "850 people passed SI-AT on Sat 3 Oct, cap 580"
        told = (await world.message(alert.id)).payload
        assert isinstance(told, Alert)
        assert told.rule is not None
        assert notice in told.rule.inputs
        assert "SI counted 560 on Sat 3 Oct" in told.rule.arithmetic
        assert {"SI", "AT", "EC"} <= (await world.message(alert.id)).parties
        await world.post(person("AT"), "response", to=notice, act="end")
        for number in (3, 4):
            await count(world, number, 900, 900)
        [alert] = await world.read(computed)
        assert alert.state == "ended"
        sent, known = await world.read(ids), await world.read(everything)
        await again(world)
        assert (await world.read(ids), await world.read(everything)) == (sent, known)


@SQLITE
async def test_measures_of_two_parties_on_connected_borders_are_a_chain_reaction_at_once(migrated_database_url: str):
    async with watched(migrated_database_url) as world:
        await count(world, 0, 500, 500)
        first = await announce(world, "AT", caps=[{"counts": "in_transit", "people": 3200}])
        await announce(world, "MK", legs=["GR-MK"], type="fence", title="A fence")
        hidden = {"legs": ["HR-SI"], "type": "closure", "title": "Closed"}
        await announce(world, "SI", **hidden, audience=["AT", "EC"])
        assert await world.read(ids) == []  # far away, or not for all of the route
        second = await announce(world, "SI", **hidden)
        [alert] = await world.read(computed)
        assert (alert.rule, alert.severity) == ("chain-reaction", "Severe")
        told = (await world.message(alert.id)).payload
        assert isinstance(told, Alert)
        assert told.rule is not None
        assert set(told.rule.inputs) == {first, second}
        await world.at(local("2015-10-03 09:00"))
        await announce(world, "HR", legs=["RS-HR"], type="partial_closure", title="Half closed")
        [alert] = await world.read(computed)
        assert (alert.severity, alert.updates) == ("Extreme", 1)
        for number in range(1, 6):
            await count(world, number, 500, 500)
        [alert] = await world.read(computed)
        assert alert.state == "ended"
        sent = await world.read(ids)
        await again(world)
        assert await world.read(ids) == sent
