"""The conferences board: revisions, proposals and decisions, each seen by those who may."""

from typing import Any

import pytest
from sqlalchemy import delete

from routehub.boards.conferences import ConferencesBoard
from routehub.boards.conferences.queries import ProposalView, conference, conferences, proposals_of
from routehub.core.errors import NotAllowed, Refused
from routehub.directory.visibility import readable
from routehub.journal import follow
from routehub.journal.jobs import Change
from tests.digests.conftest import world as world  # noqa: PLC0414 - a fixture
from tests.digests.world import ROUTE, World, local, person

CHAIR = person("EC", "chair")
FACTS: dict[str, Any] = {"number": 14, "title": "Conference", "start": "2026-01-22T09:00:00Z", "chair": "EC"}


async def seen(world: World, party: str) -> list[ProposalView]:
    found: list[ProposalView] = await world.read(
        lambda conn: proposals_of(conn, readable(conn, ROUTE, party), ROUTE)
    )  # fmt: skip
    return found


async def test_a_conference_stands_as_its_last_message_says_and_counts_its_changes(world: World):
    await world.post(CHAIR, "conference", **FACTS)
    moved = await world.post(
        CHAIR, "conference", **FACTS | {"start": "2026-01-23T09:00:00Z", "state": "moved", "reason": "Snow."}
    )  # fmt: skip
    (found,) = await world.conferences()
    assert (found.state, found.revision, found.message_id) == ("moved", 1, moved.message_id)
    assert (found.start, found.first_start) == (local("2026-01-23 10:00"), local("2026-01-22 10:00"))


async def test_the_same_conference_again_is_nothing_new(world: World):
    first = await world.post(CHAIR, "conference", **FACTS)
    again = await world.post(CHAIR, "conference", **FACTS)
    assert again.unchanged
    assert again.message_id == first.message_id


@pytest.mark.parametrize("state", ["moved", "cancelled"])
async def test_what_was_never_called_cannot_be_moved_or_cancelled(world: World, state: str):
    with pytest.raises(Refused, match="no conference 14"):
        await world.post(CHAIR, "conference", **FACTS, state=state)


async def test_only_the_chair_and_coordinators_call_a_conference(world: World):
    with pytest.raises(NotAllowed):
        await world.post(person("SI"), "conference", **FACTS)


async def test_a_change_told_to_some_is_not_seen_by_the_others(world: World):
    await world.post(CHAIR, "conference", **FACTS)
    await world.post(CHAIR, "conference", **FACTS, link="https://meet.example/secret", audience=["MK"])
    (wide,) = await world.conferences("SI")
    (narrow,) = await world.conferences("MK")
    assert (wide.link, wide.revision) == (None, 0)
    assert (narrow.link, narrow.revision) == ("https://meet.example/secret", 1)


async def test_the_chair_accepts_or_declines_and_may_think_again(world: World):
    item = await world.post(person("SI"), "agenda_item", title="Winter places")
    assert [p.state for p in await seen(world, "AT")] == ["open"]
    await world.post(CHAIR, "response", to=item.message_id, act="decline", text="Too early.")
    assert [p.state for p in await seen(world, "AT")] == ["declined"]
    await world.post(CHAIR, "response", to=item.message_id, act="accept")
    (found,) = await seen(world, "AT")
    assert found.state == "accepted"
    again = await world.post(CHAIR, "response", to=item.message_id, act="accept")
    assert again.unchanged


async def test_nobody_else_decides_on_a_proposal(world: World):
    item = await world.post(person("SI"), "agenda_item", title="Winter places")
    with pytest.raises(NotAllowed):
        await world.post(person("AT"), "response", to=item.message_id, act="accept")


async def test_a_decision_told_to_some_reads_as_undecided_to_the_others(world: World):
    item = await world.post(person("SI"), "agenda_item", title="Winter places")
    await world.post(CHAIR, "response", to=item.message_id, act="decline", text="No.", audience=["SI"])
    assert [p.state for p in await seen(world, "SI")] == ["declined"]
    assert [p.state for p in await seen(world, "AT")] == ["open"]


async def test_a_proposal_for_a_conference_that_is_over_or_cancelled_is_refused(world: World):
    await world.post(CHAIR, "conference", **FACTS)
    await world.post(CHAIR, "conference", **FACTS | {"number": 15, "start": "2026-01-29T09:00:00Z"})
    await world.post(
        CHAIR, "conference", **FACTS | {"number": 15, "start": "2026-01-29T09:00:00Z", "state": "cancelled"}
    )  # fmt: skip
    with pytest.raises(Refused, match="cancelled"):
        await world.post(person("SI"), "agenda_item", title="Late", conference=15)
    await world.at(local("2026-01-22 12:00"))
    with pytest.raises(Refused, match="over"):
        await world.post(person("SI"), "agenda_item", title="Late", conference=14)


async def test_a_rebuild_from_the_journal_gives_the_same_board(world: World):
    await world.series(first_number=14)
    item = await world.post(person("SI"), "agenda_item", title="Winter places")
    await world.post(CHAIR, "response", to=item.message_id, act="accept")
    await world.at(local("2026-01-21 16:00"))
    await world.tick()
    before = (await world.conferences(), await seen(world, "SI"), await world.agendas())
    board, registry = ConferencesBoard(lambda: world.hub.directory.value), world.hub.registry

    def rebuild(tx):
        for table in board.tables:
            tx.conn.execute(delete(table))
        for message in follow.everything(tx.conn, registry):
            if message.kind in board.kinds:
                board.project(tx, message)

    await world.hub.writer.submit(Change(rebuild))
    assert (await world.conferences(), await seen(world, "SI"), await world.agendas()) == before


async def test_unknown_and_hidden_conferences_read_alike(world: World):
    await world.post(CHAIR, "conference", **FACTS, audience=["MK"])

    def read(conn):
        ids = readable(conn, ROUTE, "SI")
        return conferences(conn, ids, ROUTE), conference(conn, ids, ROUTE, "weekly", 14)

    assert await world.read(read) == ([], None)
