"""The minutes board: editions, who reads them, and how actions stand by what owners say and the day."""

from datetime import timedelta
from typing import Any

import pytest

from routehub.boards.minutes import queries
from routehub.boards.minutes.queries import ActionView
from routehub.core.errors import Conflict, NotAllowed, Refused
from routehub.directory.visibility import readable
from tests.digests.conftest import world as world  # noqa: PLC0414 - a fixture
from tests.digests.world import BRUSSELS, ROUTE, World, local, person

CHAIR = person("EC", "chair")
ITEM: dict[str, Any] = {
    "number": 1, "title": "Reception", "points": ["wbr-2015-final/5"],
    "conclusions": [{"id": "C14.1", "text": "Places are reported weekly.", "publish": "public"}],
    "actions": [{"id": "A14.1", "owners": ["GR", "UNHCR"], "what": "Report the places.", "due": "2026-01-27"}],
}  # fmt: skip
MINUTES: dict[str, Any] = {
    "conference": 14, "began": "2026-01-20T09:00:00Z", "ended": "2026-01-20T10:00:00Z", "items": [ITEM],
}  # fmt: skip


async def action(world: World, party: str = "SI", id_: str = "A14.1") -> ActionView:
    def read(conn: Any) -> ActionView | None:
        ids = readable(conn, ROUTE, party)
        return queries.action(conn, ids, ROUTE, world.clock.now(), BRUSSELS, "weekly", id_)

    found: ActionView | None = await world.read(read)
    assert found is not None
    return found


async def test_an_action_is_done_when_all_its_owners_say_so_and_overdue_by_the_clock(world: World):
    sent = await world.post(CHAIR, "minutes", **MINUTES)
    assert (await action(world)).state == "open"
    done = {"to": sent.message_id, "act": "complete", "item": "A14.1"}
    first = await world.post(person("GR"), "response", **done)
    again = await world.post(person("GR"), "response", **done)
    assert again.unchanged
    assert again.message_id == first.message_id
    assert ((await action(world)).state, (await action(world)).waiting) == ("open", ("UNHCR",))
    await world.at(local("2026-01-28 00:01"))
    assert (await action(world)).state == "overdue"
    later = {"to": sent.message_id, "act": "more_time", "item": "A14.1", "new_time": "2026-02-03T12:00:00Z"}
    await world.post(person("UNHCR"), "response", **later)
    found = await action(world)
    assert (found.state, found.due.isoformat(), found.first_due.isoformat()) == ("open", "2026-02-03", "2026-01-27")
    await world.post(CHAIR, "response", **done, text="Both reported in the call.")
    assert (await action(world)).state == "done"
    with pytest.raises(Conflict, match="GR has reported"):
        await world.post(person("GR"), "response", **later)


async def test_only_owners_and_the_chair_speak_for_an_action_and_it_has_to_be_there(world: World):
    sent = await world.post(CHAIR, "minutes", **MINUTES)
    with pytest.raises(Refused, match="GR, UNHCR"):
        await world.post(person("SI"), "response", to=sent.message_id, act="complete", item="A14.1")
    with pytest.raises(Refused) as unknown:
        await world.post(person("GR"), "response", to=sent.message_id, act="complete", item="A14.9")
    assert [(p.pointer, p.allowed) for p in unknown.value.problems] == [("/item", ["A14.1"])]
    note = await world.post(person("SI"), "note", subject="Places", text="How many?", to=["GR"])
    with pytest.raises(Refused):
        await world.post(person("GR"), "response", to=note.message_id, act="complete", item="A14.1")


async def test_a_correction_takes_the_place_of_the_minutes_and_keeps_what_was_reported(world: World):
    sent = await world.post(CHAIR, "minutes", **MINUTES)
    await world.post(person("GR"), "response", to=sent.message_id, act="complete", item="A14.1")
    assert (await world.post(CHAIR, "minutes", **MINUTES)).unchanged
    changed = MINUTES | {"items": [ITEM | {"title": "Reception in Greece"}]}
    with pytest.raises(Refused, match="edition 2"):
        await world.post(CHAIR, "minutes", **changed)
    await world.post(CHAIR, "minutes", **changed, edition=2)
    found = await action(world)
    assert (found.title, found.waiting) == ("Reception in Greece", ("UNHCR",))
    await world.post(person("UNHCR"), "response", to=sent.message_id, act="complete", item="A14.1")
    assert (await action(world)).state == "done"


async def test_minutes_reach_nobody_who_did_not_know_of_the_conference(world: World):
    facts: dict[str, Any] = {"number": 14, "title": "Police", "start": "2026-01-20T09:00:00Z", "chair": "EC"}
    await world.post(CHAIR, "conference", **facts, audience=["MK", "RS", "GR", "UNHCR"])
    with pytest.raises(Refused, match="did not read of the conference"):
        await world.post(CHAIR, "minutes", **MINUTES)
    await world.post(CHAIR, "minutes", **MINUTES, audience=["MK", "GR", "UNHCR"])
    assert (await action(world, "MK")).id == "A14.1"
    hidden = await world.read(
        lambda conn: queries.actions(conn, readable(conn, ROUTE, "SI"), ROUTE, world.clock.now(), BRUSSELS)
    )
    assert hidden == []


async def test_minutes_come_from_the_chair_after_the_end_and_name_owners_who_read_them(world: World):
    with pytest.raises(NotAllowed):
        await world.post(person("SI"), "minutes", **MINUTES)
    ended = (world.clock.now() + timedelta(hours=1)).isoformat()
    with pytest.raises(Refused) as refused:
        await world.post(CHAIR, "minutes", **MINUTES | {"ended": ended}, audience=["MK", "GR"])
    assert {p.pointer for p in refused.value.problems} == {"/ended", "/items/0/actions/0/owners/1"}
