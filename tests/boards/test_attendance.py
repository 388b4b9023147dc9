"""Who attends a conference: each party answers for itself, for the time that it was asked about."""

from typing import Any

import pytest

from routehub.boards.conferences.attendance import Place, attendance
from routehub.boards.conferences.queries import conference
from routehub.boards.statements.queries import outcomes
from routehub.core.errors import NotAllowed, Refused
from routehub.directory.principal import Principal
from routehub.directory.visibility import readable
from routehub.journal.jobs import Recorded
from tests.digests.conftest import world as world  # noqa: PLC0414 - a fixture
from tests.digests.world import ROUTE, World, local, person

CHAIR = person("EC", "chair", "coordinator")
POLICE: dict[str, Any] = {
    "series": "police", "number": 1, "title": "National police authorities", "start": "2026-01-22T09:00:00Z",
    "chair": "EC", "participants": ["AT", "HR", "DE", "EL", "RS", "SI", "MK"],
}  # fmt: skip


async def answer(world: World, party: str, to: Recorded, act: str, **more: Any) -> Recorded:
    return await world.post(person(party), "response", to=to.message_id, act=act, **more)


async def places(world: World, reader: str = "SI") -> dict[str, Place]:
    def read(conn: Any) -> list[Place]:
        ids = readable(conn, ROUTE, reader)
        view = conference(conn, ids, ROUTE, "police", 1)
        return attendance(conn, ids, world.hub.directory.route(ROUTE), view) if view is not None else []

    return {place.party: place for place in await world.read(read)}


async def states(world: World) -> dict[str, str]:
    return {party: place.state for party, place in (await places(world)).items() if place.state != "unanswered"}


async def test_each_party_says_who_comes_who_speaks_for_it_or_why_it_does_not_come(world: World):
    called = await world.post(CHAIR, "conference", **POLICE)
    assert list(await places(world)) == ["GR", "MK", "RS", "HR", "SI", "AT", "DE", "EC"]
    await answer(world, "SI", called, "attend", delegates=["Ana Kovač, border police", "<b>x</b>"])
    await answer(world, "MK", called, "attend", represented_by="SI")
    await answer(world, "AT", called, "decline", text="A holiday.")
    found = await places(world)
    assert await states(world) == {"SI": "attends", "MK": "represented", "AT": "declined", "EC": "chairs"}
    assert found["SI"].delegates == ("Ana Kovač, border police", "<b>x</b>")
    assert found["MK"].represented_by == "SI"
    assert found["AT"].text == "A holiday."
    again = await answer(world, "MK", called, "attend", represented_by="SI")
    assert again.unchanged
    left = await answer(world, "SI", called, "decline", text="Ill.")
    assert [caution.code for caution in left.cautions] == ["speaks-for-others"]


@pytest.mark.parametrize(("other", "words"), [("MK", "itself"), ("BG", "not invited"), ("AT", "does not attend")])
async def test_only_an_invited_party_that_comes_can_speak_for_another(world: World, other: str, words: str):
    called = await world.post(CHAIR, "conference", **POLICE)
    await answer(world, "AT", called, "decline", text="A holiday.")
    with pytest.raises(Refused) as refusal:
        await answer(world, "MK", called, "attend", represented_by=other)
    assert words in refusal.value.problems[0].message


async def test_who_is_not_invited_cannot_answer(world: World):
    called = await world.post(CHAIR, "conference", **POLICE)
    with pytest.raises(Refused, match="does not invite BG"):
        await answer(world, "BG", called, "attend")


async def test_a_move_asks_everybody_again_and_a_cancelled_one_takes_no_answer(world: World):
    called = await world.post(CHAIR, "conference", **POLICE)
    await answer(world, "SI", called, "attend")
    later = POLICE | {"start": "2026-01-22T11:00:00Z"}
    moved = await world.post(CHAIR, "conference", **later, state="moved", reason="The Council.")
    assert await states(world) == {"EC": "chairs"}
    assert (await places(world))["SI"].earlier
    await answer(world, "SI", moved, "attend")
    await world.post(CHAIR, "conference", **later, state="cancelled", reason="Snow.")
    with pytest.raises(Refused, match="was cancelled"):
        await answer(world, "MK", moved, "attend")


async def test_a_conference_is_joined_from_an_hour_before_and_not_after_its_end(world: World):
    called = await world.post(CHAIR, "conference", **POLICE)
    await answer(world, "SI", called, "attend", delegates=["The head"])
    with pytest.raises(Refused, match="one hour before"):
        await answer(world, "SI", called, "join")
    await world.at(local("2026-01-22 09:58"))
    await answer(world, "SI", called, "join")
    place = (await places(world))["SI"]
    assert (place.state, place.delegates, place.joined_at) == ("joined", ("The head",), place.at)
    assert (await answer(world, "SI", called, "join")).unchanged
    await world.at(local("2026-01-22 12:00"))
    with pytest.raises(Refused, match="is over"):
        await answer(world, "MK", called, "join")


async def test_an_answer_is_read_by_those_who_read_the_invitation_and_by_nobody_else(world: World):
    narrow = POLICE | {"participants": ["SI", "MK"]}
    called = await world.post(CHAIR, "conference", **narrow, audience=["SI", "MK", "EC"])
    with pytest.raises(Refused, match="leave the audience"):
        await answer(world, "SI", called, "attend", audience=["EC"])
    await answer(world, "SI", called, "attend")
    assert (await places(world, "MK"))["SI"].state == "attends"
    assert await places(world, "AT") == {}
    with pytest.raises(Refused, match="not there"):
        await answer(world, "AT", called, "attend")


async def test_two_who_call_the_same_number_do_not_overwrite_each_other(world: World):
    await world.post(CHAIR, "conference", **POLICE)
    with pytest.raises(Refused) as refusal:
        await world.post(CHAIR, "conference", **POLICE | {"start": "2026-01-23T09:00:00Z"})
    assert refusal.value.problems[0].code == "number-taken"
    gap = await world.post(CHAIR, "conference", **POLICE | {"number": 4, "start": "2026-01-23T09:00:00Z"})
    assert [(caution.code, caution.usual) for caution in gap.cautions] == [("leaves-a-gap", 2)]


async def test_participants_read_their_invitation(world: World):
    with pytest.raises(Refused, match="leaves out") as refusal:
        await world.post(CHAIR, "conference", **POLICE, audience=["SI", "MK"])
    assert refusal.value.problems[0].sent == ["AT", "HR", "DE", "GR", "RS"]


async def test_what_has_taken_place_is_neither_moved_nor_cancelled(world: World):
    await world.post(CHAIR, "conference", **POLICE)
    await world.at(local("2026-01-22 12:00"))
    with pytest.raises(Refused, match="is over"):
        await world.post(CHAIR, "conference", **POLICE, state="cancelled")
    late = await world.post(CHAIR, "conference", **POLICE | {"number": 2})
    assert [caution.code for caution in late.cautions] == ["in-the-past"]


async def test_a_sub_group_reports_back_to_the_next_agenda(world: World):
    await world.series(first_number=14)
    await world.post(CHAIR, "conference", **POLICE | {"start": "2026-01-20T13:00:00Z"})
    await world.at(local("2026-01-20 16:00"))
    meeting = {"name": "Police authorities", "day": "2026-01-20", "series": "police", "number": 1}
    told = await world.post(
        CHAIR, "statement", type="meeting_outcome", title="Practices at internal borders", text="They compared them.",
        meeting=meeting, points=["wbr-2015-final/13"],
    )  # fmt: skip

    def read(conn: Any) -> list[str]:
        return [one.id for one in outcomes(conn, readable(conn, ROUTE, "BG"), ROUTE, series="police", number=1)]

    assert await world.read(read) == [told.message_id]
    await world.at(local("2026-01-21 16:00"))
    await world.tick()
    item = next(item for item in (await world.agenda()).items if item.rule == "meeting-outcome")
    assert (item.title, item.lead, item.outcome) == ("Outcome: Police authorities, Tue 20 Jan", "EC", "note")
    assert item.sources == [told.message_id]
    assert item.points == ["wbr-2015-final/13"]


async def test_the_key_of_a_coordinator_calls_conferences_and_that_of_another_party_does_not(world: World):
    def system(party: str) -> Principal:
        scopes = frozenset({"post:conference"})
        return Principal(ROUTE, party, "A system", "key:1", frozenset({"national_system"}), scopes=scopes)

    with pytest.raises(NotAllowed, match="Coordinators and the chair"):
        await world.post(system("SI"), "conference", **POLICE)
    await world.post(system("EC"), "conference", **POLICE)


async def test_the_minutes_begin_with_who_has_joined_and_who_speaks_for_whom(world: World):
    facts: dict[str, Any] = {"number": 14, "title": "Conference", "start": "2026-01-22T09:00:00Z", "chair": "EC"}
    called = await world.post(CHAIR, "conference", **facts)
    await answer(world, "SI", called, "attend", delegates=["Ana Kovač, border police"])
    await answer(world, "MK", called, "attend", represented_by="SI")
    await answer(world, "RS", called, "attend")
    await world.at(local("2026-01-22 09:58"))
    await answer(world, "SI", called, "join")
    meeting = await world.hub.chair.start(CHAIR, "weekly", 14)
    there = {one.party: one for one in meeting.attendance}
    assert [party for party, one in there.items() if one.present] == ["SI", "EC"]
    assert there["SI"].people == ["Ana Kovač, border police"]
    assert there["MK"].represented_by == "SI"
