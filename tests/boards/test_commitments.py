"""Commitments and progress: the rules of DOMAIN 3, with the figures of the readout of 22 January 2016."""

from datetime import date, timedelta
from typing import Any

import pytest

from routehub.boards.commitments.queries import CommitmentView, commitments
from routehub.core.errors import Conflict, HubError, NotAllowed, Refused
from routehub.directory.visibility import readable
from routehub.journal.jobs import Recorded
from routehub.journal.rebuild import fingerprints, rebuild
from routehub.views import plans
from routehub.views.plans import Shown
from tests.digests.conftest import world as world  # noqa: PLC0414 - a fixture
from tests.digests.world import ROUTE, World, local, named, person

SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"])
"""The rules are the same on both databases; what is stored and read back is looked at on both."""
POINT = ["wbr-2015-final/5"]
TODAY = date(2026, 1, 20)
"""The day of the world's clock, a Tuesday."""


async def make(world: World, party: str, title: str, **more: Any) -> Recorded:
    data = {"title": title, "points": POINT, **more}
    return await world.post(person(party), "commitment", **data)


async def report(world: World, to: Recorded, party: str, stage: str, value: int | None = None, **more: Any) -> Recorded:
    data = {"commitment": to.message_id, "stage": stage, "as_of": TODAY.isoformat(), **more}
    return await world.post(person(party), "progress", **data | ({"value": value} if value is not None else {}))


async def seen(world: World, party: str = "SI") -> dict[str, Shown]:
    """Commitments by title, as they stand now."""

    def read(conn: Any) -> dict[str, Shown]:
        route = world.hub.directory.route(ROUTE)
        week = plans.week_of(route, world.clock.now())
        assert week is not None
        return plans.load(conn, readable(conn, ROUTE, party), route, week)

    found: dict[str, Shown] = await world.read(read)
    return {one.view.now.title: one for one in found.values()}


def codes(error: HubError) -> list[tuple[str, str]]:
    return [(problem.pointer, problem.code) for problem in error.problems]


async def test_children_add_up_to_their_parents(world: World):
    """50,000 > 20,000 > 1,000 + 12,150 by 150 vouchers a day and 2,400 apartments."""
    greece = await make(world, "GR", "50,000 places", target=50_000, unit="places", owners=["GR"])
    unhcr = await make(
        world, "UNHCR", "20,000 places", target=20_000, unit="places", owners=["UNHCR", "GR"], parent=greece.message_id
    )
    there = await make(world, "UNHCR", "1,000 places", target=1_000, unit="places", parent=unhcr.message_id)
    agreed = await make(
        world, "UNHCR", "12,150 places", target=12_150, unit="places", rate={"value": 150},
        deadline={"text": "in the course of 2026"}, parent=unhcr.message_id,
    )  # fmt: skip
    await make(world, "UNHCR", "2,400 apartments", target=2_400, unit="apartments", parent=agreed.message_id)
    await report(world, there, "UNHCR", "in_place", 1_000)
    await report(world, unhcr, "UNHCR", "in_place", 1_000)
    found = await seen(world)
    parts = found["20,000 places"].parts
    assert parts is not None
    assert (parts.target, parts.reached) == (13_150, 1_000)
    assert "6\u202f850 in no part" in parts.words[0]
    assert found["50,000 places"].parts is not None
    assert "30\u202f000 in no part" in found["50,000 places"].parts.words[0]
    assert found["1,000 places"].standing.state == "done"
    projected = found["12,150 places"].standing.projection
    assert (projected.date, projected.basis) == (TODAY + timedelta(days=81), "declared")
    assert found["12,150 places"].parts is not None
    assert "counted in apartments" in found["12,150 places"].parts.words[-1]
    with_more = await make(world, "UNHCR", "8,000 places", target=8_000, unit="places", parent=unhcr.message_id)
    assert "beyond-parent" in [caution.code for caution in with_more.cautions]


@SQLITE
async def test_pledges_stand_beside_each_other_by_party(world: World):
    """The pledges of 29 October 2015."""
    for party, places in (("AT", 5_000), ("RS", 3_000), ("HR", 2_000), ("SI", 2_000)):
        await make(world, party, f"Places of {party}", target=places, unit="places", points=["wbr-2015-final/6"])
    found = await seen(world)
    assert {one.view.now.owners: one.view.now.target for one in found.values()} == {
        ("AT",): 5_000, ("RS",): 3_000, ("HR",): 2_000, ("SI",): 2_000,
    }  # fmt: skip
    assert all(one.standing.reached is None for one in found.values())  # silent is not zero


@SQLITE
async def test_progress_is_by_stage(world: World):
    """400 officers = 183 pledged, 13 deployed, 30 on the way."""
    officers = await make(world, "FRONTEX", "400 officers", target=400, unit="officers", points=["wbr-2015-final/13"])
    for stage, value in (("pledged", 183), ("in_place", 13), ("under_way", 30)):
        await report(world, officers, "FRONTEX", stage, value)
    shown = (await seen(world))["400 officers"]
    assert {step.stage: step.value for step in shown.view.steps} == {"pledged": 183, "in_place": 13, "under_way": 30}
    assert shown.standing.percent == 3


@SQLITE
async def test_overdue_is_computed_never_typed(world: World):
    made = await make(world, "GR", "Places", target=10, unit="places", deadline={"text": "by Thursday"})
    assert [c.code for c in made.cautions if c.pointer == "/deadline/text"] == ["read-as"]
    assert (await seen(world))["Places"].standing.state == "open"
    await world.at(local("2026-01-22 23:00"))
    assert (await seen(world))["Places"].standing.state == "open"
    await world.at(local("2026-01-23 00:30"))
    assert (await seen(world))["Places"].standing.state == "overdue"
    with pytest.raises(Refused):
        await make(world, "GR", "Late", overdue=True)


@SQLITE
async def test_progress_beyond_the_target_needs_a_reason_and_stays_visible(world: World):
    made = await make(world, "GR", "Places", target=1_000, unit="places")
    with pytest.raises(Refused) as refusal:
        await report(world, made, "GR", "in_place", 1_001)
    assert codes(refusal.value) == [("/value", "beyond-target")]
    taken = await report(world, made, "GR", "in_place", 1_001, reason="One more was found.")
    assert [caution.code for caution in taken.cautions] == ["beyond-target"]
    assert (await seen(world))["Places"].standing.percent == 100


@SQLITE
async def test_progress_goes_backwards_only_with_a_reason(world: World):
    made = await make(world, "GR", "Places", target=1_000, unit="places")
    await report(world, made, "GR", "in_place", 500)
    for day, value in ((TODAY, 499), (TODAY - timedelta(days=1), 501)):
        with pytest.raises(Refused) as refusal:
            await report(world, made, "GR", "in_place", value, as_of=day.isoformat())
        assert codes(refusal.value) == [("/value", "backwards")]
    await report(world, made, "GR", "in_place", 450, reason="50 were given back.")
    found = (await seen(world))["Places"]
    assert [(step.value, step.reason) for step in found.view.steps] == [(500, None), (450, "50 were given back.")]
    earlier = await report(world, made, "GR", "in_place", 200, as_of=(TODAY - timedelta(days=9)).isoformat())
    assert "earlier-day" in [caution.code for caution in earlier.cautions]
    assert (await seen(world))["Places"].standing.reached == found.standing.reached


@SQLITE
async def test_what_was_corrected_and_is_said_again_is_news(world: World):
    made = await make(world, "GR", "Places", target=1_000, unit="places")
    first = await report(world, made, "GR", "in_place", 500)
    assert (await report(world, made, "GR", "in_place", 500)).message_id == first.message_id
    await report(world, made, "GR", "in_place", 50, reason="A digit too many.")
    again = await report(world, made, "GR", "in_place", 500)
    assert again.message_id != first.message_id
    reached = (await seen(world))["Places"].standing.reached
    assert reached is not None
    assert reached.value == 500


@SQLITE
async def test_the_sum_of_the_parts_counts_none_that_its_sender_may_not_see(world: World):
    whole = await make(world, "EC", "Whole", target=1_000, unit="places", owners=["EC"])
    await make(world, "GR", "Hidden", target=700, unit="places", parent=whole.message_id, audience=["EC"])
    for party, told in (("MK", []), ("GR", ["beyond-parent"])):
        part = await make(world, party, "Part", target=400, unit="places", parent=whole.message_id, audience=["EC"])
        assert [c.code for c in part.cautions if c.code == "beyond-parent"] == told


@SQLITE
async def test_a_stage_without_a_value_goes_back_only_with_a_reason(world: World):
    made = await make(world, "GR", "Winter plan", category="winter_plan")
    await report(world, made, "GR", "in_place")
    with pytest.raises(Refused) as refusal:
        await report(world, made, "GR", "under_way")
    assert codes(refusal.value) == [("/stage", "backwards")]
    await report(world, made, "GR", "under_way", reason="The tents were not heated.")


@SQLITE
async def test_circular_parents_are_refused(world: World):
    first = await make(world, "GR", "First")
    second = await make(world, "GR", "Second", parent=first.message_id)
    third = await make(world, "GR", "Third", parent=second.message_id)
    for parent in (first, second, third):
        with pytest.raises(Refused) as refusal:
            await make(world, "GR", "First", updates=first.message_id, parent=parent.message_id)
        assert codes(refusal.value) == [("/parent", "circular")]
    note = await world.post(person("GR"), "note", subject="x", text="x", to=["SI"])
    with pytest.raises(Refused) as refusal:
        await make(world, "GR", "Fourth", parent=note.message_id)
    assert codes(refusal.value) == [("/parent", "not-a-commitment")]


@SQLITE
async def test_a_parent_that_one_may_not_see_is_answered_like_an_unknown_one(world: World):
    hidden = await make(world, "GR", "Hidden", audience=["MK"])
    answers = []
    for parent in (hidden.message_id, "0190b7a2-6c1e-7d3f-8a44-5b6c7d8e9f00"):
        with pytest.raises(Refused) as refusal:
            await make(world, "SI", "Part of it", parent=parent)
        answers.append((codes(refusal.value), str(refusal.value)))
    assert answers[0] == answers[1] == ([("/parent", "unknown-message")], answers[0][1])
    assert "Hidden" not in await seen(world)
    assert "Hidden" in await seen(world, "MK")


@SQLITE
async def test_a_short_id_is_stored_as_the_id_of_the_message(world: World):
    whole = await make(world, "GR", "Whole")
    assert whole.message is not None
    part = await make(world, "GR", "Part", parent=whole.message.short_id)
    assert part.message is not None
    assert part.message.event["data"]["parent"] == whole.message_id
    taken = await report(world, whole, "GR", "under_way", commitment=whole.message.short_id)
    assert taken.message is not None
    assert taken.message.event["data"]["commitment"] == whole.message_id


@SQLITE
async def test_only_owners_or_who_recorded_it_say_how_far_it_is_or_change_it(world: World):
    made = await make(world, "EC", "Visa policy", owners=["RS", "AL"], category="recommendation")
    with pytest.raises(NotAllowed, match="RS and AL"):
        await report(world, made, "GR", "under_way")
    with pytest.raises(NotAllowed):
        await make(world, "GR", "Mine now", updates=made.message_id)
    with pytest.raises(NotAllowed, match="Name GR among"):
        await make(world, "GR", "For others", owners=["RS"])
    await report(world, made, "AL", "under_way", report="Fifth report on visa suspension")
    await report(world, made, "EC", "in_place", report="Sixth report on visa suspension")
    steps = (await seen(world))["Visa policy"].view.steps
    assert [(step.party, step.report) for step in steps] == [
        ("AL", "Fifth report on visa suspension"), ("EC", "Sixth report on visa suspension"),
    ]  # fmt: skip


@SQLITE
async def test_a_change_keeps_what_was_said_before_and_reaches_the_same_readers(world: World):
    made = await make(world, "GR", "Places", target=100, unit="places", audience=["MK", "EC"])
    with pytest.raises(Refused) as refusal:
        await make(world, "GR", "Places", target=200, unit="places", updates=made.message_id, audience=["MK"])
    assert codes(refusal.value) == [("/audience", "other-audience")]
    await report(world, made, "GR", "in_place", 60)
    more = await make(world, "GR", "Places", target=200, unit="places", updates=made.message_id)
    found = (await seen(world, "MK"))["Places"]
    assert [one.target for one in found.view.said] == [100, 200]
    assert found.standing.percent == 30
    assert (await make(world, "GR", "Places", target=200, unit="places", updates=made.message_id)).unchanged
    less = await make(world, "GR", "Places", target=50, unit="places", updates=more.message_id)
    assert "below-progress" in [caution.code for caution in less.cautions]
    assert "Places" not in await seen(world, "SI")


@SQLITE
async def test_what_is_withdrawn_has_ended(world: World):
    made = await make(world, "GR", "Places", target=100, unit="places")
    await report(world, made, "GR", "withdrawn", reason="Taken over by the national programme.")
    assert (await seen(world))["Places"].standing.state == "withdrawn"
    with pytest.raises(Conflict, match="withdrawn"):
        await report(world, made, "GR", "in_place", 5)
    with pytest.raises(Conflict):
        await make(world, "GR", "Again", updates=made.message_id)
    with pytest.raises(Refused) as refusal:
        await make(world, "GR", "Part", parent=made.message_id)
    assert codes(refusal.value) == [("/parent", "withdrawn")]


@SQLITE
async def test_milestones_are_reached_by_their_titles_and_days_to_come_are_not_progress(world: World):
    made = await make(world, "GR", "Places", target=100, unit="places", milestones=[{"title": "Half of it"}])
    with pytest.raises(Refused) as refusal:
        await report(world, made, "GR", "in_place", milestones=["Half of them"], as_of="2026-01-23")
    assert codes(refusal.value) == [
        ("/as_of", "future"), ("/value", "missing"), ("/milestones/0", "unknown-milestone"),
    ]  # fmt: skip
    assert refusal.value.problems[2].suggestion == "Half of it"
    taken = await report(world, made, "GR", "in_place", 50, milestones=["half of it"])
    assert (await report(world, made, "GR", "in_place", 50, milestones=["half of it"])).message_id == taken.message_id


@SQLITE
async def test_an_owner_has_to_be_able_to_read_it(world: World):
    with pytest.raises(Refused) as refusal:
        await make(world, "GR", "Together", owners=["GR", "SI"], audience=["MK"])
    assert codes(refusal.value) == [("/owners/1", "not-a-reader")]


async def test_the_weeks_status_is_as_it_was_known_then(world: World):
    made = await make(world, "GR", "Places", target=100, unit="places", deadline={"date": "2026-03-01"})
    await report(world, made, "GR", "in_place", 10)
    await world.at(local("2026-01-28 09:00"))
    await report(world, made, "GR", "in_place", 90, as_of="2026-01-27")
    route = world.hub.directory.route(ROUTE)

    def status(name: str) -> Any:
        week = plans.week_of(route, world.clock.now(), name)
        assert week is not None
        return lambda conn: plans.load(conn, readable(conn, ROUTE, "SI"), route, week)

    (then,) = (await world.read(status("2026-W04"))).values()
    (now,) = (await world.read(status("2026-W05"))).values()
    assert (then.standing.reached.value, now.standing.reached.value, now.standing.change) == (10, 90, 80)
    assert await world.read(status("2026-W03")) == {}
    assert plans.week_of(route, world.clock.now(), "2026-W06") is None


@SQLITE
async def test_commitments_past_their_date_come_on_the_agenda_one_item_per_point(world: World):
    await world.series(first_number=14)
    for title in ("Places in the north", "Places in the south"):
        await make(world, "GR", title, target=100, unit="places", deadline={"date": "2026-01-10"})
    await make(world, "GR", "Not yet", target=5, unit="places", deadline={"date": "2026-03-10"})
    await make(world, "GR", "Hidden", target=5, unit="places", deadline={"date": "2026-01-10"}, audience=["MK"])
    await make(world, "AT", "Older numbering", points=["wbr-2015-draft/8"], deadline={"date": "2026-01-12"})
    await world.at(local("2026-01-21 16:00"))
    await world.tick()
    found = [item for item in (await world.agenda()).items if item.rule == "commitment-overdue"]
    assert [(item.points, item.lead, item.outcome) for item in found] == [
        (["wbr-2015-final/5"], "GR", "discuss"), (["wbr-2015-final/9"], "AT", "discuss"),
    ]  # fmt: skip
    assert found[0].title == "Point 5: 2 commitments past their date"
    assert len(found[0].lines) == len(found[0].sources) == 2
    assert "Hidden" not in str(named(await world.agenda()))


async def test_a_rebuild_gives_the_same_board(world: World):
    made = await make(world, "GR", "Places", target=100, unit="places", deadline={"text": "end of March"})
    await report(world, made, "GR", "in_place", 10, text="Ten.")
    await make(world, "GR", "More places", target=200, unit="places", updates=made.message_id)
    boards = [board for board in world.hub.boards if board.name == "commitments"]

    def read(conn: Any) -> list[CommitmentView]:
        return commitments(conn, readable(conn, ROUTE, "SI"), ROUTE)

    before = await world.read(read)
    with world.hub.db.write() as conn:
        marks = fingerprints(conn, boards)
        rebuild(conn, boards, world.hub.registry)
        assert fingerprints(conn, boards) == marks
    assert await world.read(read) == before
