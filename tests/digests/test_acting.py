"""Measures and movements on the agenda: what is not agreed, what is objected to, and what came at short notice."""

from typing import Any

import pytest

from tests.digests.world import World, local, named, person

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])
CAP: dict[str, Any] = {
    "type": "daily_cap", "title": "580 a day", "legs": ["SI-AT"], "reasons": "Full.",
    "caps": [{"counts": "in_transit", "people": 580}],
}  # fmt: skip


async def compiled(world: World) -> None:
    await world.at(local("2026-01-21 16:00"))
    assert await world.tick() == 1


async def test_a_measure_with_an_objection_or_at_short_notice_is_on_the_agenda(world: World):
    await world.series()
    await world.at(local("2026-01-20 10:00"))
    later: dict[str, Any] = CAP | {"legs": ["HR-SI"], "start": local("2026-01-23 10:00").isoformat()}
    quiet = await world.post(person("SI"), "measure", **later)
    short = await world.post(person("AT"), "measure", **CAP, start=local("2026-01-20 20:00").isoformat())
    view = await world.post(person("HR"), "response", to=short.message_id, act="object", text="Trains would stand.")
    await compiled(world)
    [item] = [item for item in (await world.agenda()).items if item.rule == "measure"]
    assert (item.outcome, item.why) == ("discuss", "A measure with 1 objection, short notice.")
    assert item.points == ["wbr-2015-final/1", "wbr-2015-final/13"]
    assert "Croatia objects: Trains would stand." in item.lines
    assert item.sources == [short.message_id, view.message_id]
    assert quiet.message_id not in item.sources


async def test_a_view_that_is_for_the_named_only_neither_comes_on_the_agenda_nor_holds_it_up(world: World):
    await world.series()
    await world.at(local("2026-01-20 10:00"))
    short = await world.post(person("AT"), "measure", **CAP, start=local("2026-01-20 20:00").isoformat())
    said = {"to": short.message_id, "act": "object", "text": "Only for you."}
    view = await world.post(person("HR"), "response", tlp="RED", **said)
    await compiled(world)
    agenda = await world.agenda()
    [item] = [item for item in agenda.items if item.rule == "measure"]
    assert item.why == "A measure with short notice."
    assert "Only for you" not in str(agenda)
    assert view.message_id not in str(agenda)


async def test_a_movement_without_agreement_is_to_be_decided_until_it_is_agreed(world: World):
    await world.series()
    await world.at(local("2026-01-20 10:00"))
    trains: dict[str, Any] = {
        "leg": "HR-SI", "people": 960, "transport": "train", "vehicles": 2, "audience": ["*"],
        "at": local("2026-01-23 09:30").isoformat(), "answer_by": local("2026-01-21 12:00").isoformat(),
    }  # fmt: skip
    first = await world.post(person("HR"), "movement", **trains)
    agreed = await world.post(person("HR"), "movement", **trains | {"people": 100})
    hidden = await world.post(person("HR"), "movement", **trains | {"people": 777, "audience": ["SI"]})
    await world.post(person("SI"), "response", to=agreed.message_id, act="agree")
    await compiled(world)
    item = named(await world.agenda())["movement-without-agreement"]
    assert (item.title, item.outcome) == ("Croatia to Slovenia: 2 trains, about 960 people", "decide")
    assert item.why == "It needs the agreement of Slovenia: not agreed."
    assert item.sources == [first.message_id]
    assert hidden.message_id not in str(await world.agenda()), "what not everybody reads is not on it"
