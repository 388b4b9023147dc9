"""From the compiled agenda to the minutes, as a chair and another note-taker do it, on both databases."""

from dataclasses import replace
from typing import Any

import pytest

from routehub.boards.minutes import queries
from routehub.chairing.edits import AgendaChange, ItemEdit, moved
from routehub.chairing.meeting import Held
from routehub.chairing.notes import NewItem, Noted, Present
from routehub.chairing.text import minutes_file
from routehub.core.errors import Conflict, NotAllowed, Refused, Stale, Unknown
from routehub.delivery.mail import MailContext
from routehub.digests.agenda.order import OTHER_BUSINESS
from routehub.digests.bulletin import letter
from routehub.directory.visibility import readable
from routehub_schemas import parse
from routehub_schemas.kinds.minutes.payload import Minutes
from tests.digests.conftest import world as world  # noqa: PLC0414 - a fixture
from tests.digests.world import BRUSSELS, ROUTE, World, local, person

CHAIR = person("EC", "chair", name="Anna Chair")
OTHER = person("UNHCR", "coordinator", name="Ben Notes")
WHICH = ("weekly", 14)
NOTED: dict[str, Any] = {
    "interventions": [{"parties": ["GR", "MK"], "text": "informed about their border.", "public": True}],
    "conclusions": [{"text": "Places are reported weekly.", "publish": "public"}],
    "actions": [{"owners": ["GR"], "what": "Report the places.", "due": "2026-01-27"}],
}


def edit(**items: Any) -> AgendaChange:
    return AgendaChange(items={key.replace("__", ":"): ItemEdit(**one) for key, one in items.items()})


async def compiled(world: World) -> str:
    """Conference 14 on Thursday at 10:00, its agenda compiled on Wednesday; the message of a proposal for it."""
    await world.series(first_number=14)
    item = await world.post(person("SI"), "agenda_item", title="Winter places", conference=14)
    await world.at(local("2026-01-21 16:00"))
    await world.tick()
    return item.message_id


async def test_the_chair_orders_changes_drops_and_closes_the_agenda(world: World):
    proposal, chair = await compiled(world), world.hub.chair
    late = await world.post(person("AT"), "agenda_item", title="Registration hours", conference=14)
    _, paper = await chair.paper(CHAIR, *WHICH)
    assert paper is not None
    keys = [one.key for one in paper.items]
    assert keys == ["reporting-this-week", f"proposal:{proposal}", f"proposal:{late.message_id}", "follow-up"]
    change = AgendaChange(
        items={keys[1]: ItemEdit(minutes=12, lead="UNHCR", outcome="decide"), keys[2]: ItemEdit(dropped="Next week.")}
    )
    changed = await chair.change_agenda(CHAIR, *WHICH, paper.stamp, change)
    with pytest.raises(Stale, match="Anna Chair changed the agenda"):
        await chair.change_agenda(OTHER, *WHICH, paper.stamp, edit(follow_up={"minutes": 1}))
    assert [one.key for one in changed.dropped] == [keys[2]]
    back = await chair.change_agenda(
        OTHER, *WHICH, changed.stamp, AgendaChange(items={keys[2]: ItemEdit(dropped=None)})
    )
    order = moved([one.key for one in back.items], keys[2], -1)
    await chair.change_agenda(CHAIR, *WHICH, None, AgendaChange(order=order, items={keys[2]: ItemEdit(minutes=7)}))
    await chair.change_agenda(CHAIR, *WHICH, None, AgendaChange(items={keys[2]: ItemEdit(dropped="Settled.")}))
    await chair.close_agenda(CHAIR, *WHICH)
    agenda = await world.agenda()
    assert (agenda.state, agenda.edition, [item.rule for item in agenda.items]) == (
        "closed", 2, ["reporting-this-week", "proposal", "follow-up"],
    )  # fmt: skip
    assert [(one.title, one.reason) for one in agenda.dropped] == [("Austria: Registration hours", "Settled.")]
    winter = agenda.items[1]
    assert (winter.minutes, winter.lead, winter.outcome, winter.sources) == (12, "UNHCR", "decide", [proposal])
    with pytest.raises(Conflict, match="late item"):
        await chair.change_agenda(CHAIR, *WHICH, None, AgendaChange(items={keys[1]: ItemEdit(minutes=1)}))
    with pytest.raises(Conflict, match="closed already"):
        await chair.close_agenda(CHAIR, *WHICH)


async def test_a_closed_agenda_says_what_the_chair_had_decided_of_each_proposal(world: World):
    accepted, chair = await compiled(world), world.hub.chair
    await world.post(person("AT"), "agenda_item", title="Registration hours", conference=14)
    await chair.decide(CHAIR, *WHICH, accepted, "accept", None)
    _, paper = await chair.paper(CHAIR, *WHICH)
    assert paper is not None
    assert paper.minutes == sum(one.item["minutes"] for one in paper.items) + OTHER_BUSINESS
    await chair.close_agenda(CHAIR, *WHICH)
    assert [item.why for item in (await world.agenda()).items if item.rule == "proposal"] == [
        "Proposed by Slovenia; accepted by the chair.",
        "Proposed by Austria; the chair had not decided when the agenda was closed.",
    ]


async def test_what_is_accepted_after_the_close_is_a_late_item_of_a_new_edition(world: World):
    await compiled(world)
    chair = world.hub.chair
    await chair.close_agenda(CHAIR, *WHICH)
    late = await world.post(person("AT"), "agenda_item", title="Registration hours", conference=14)
    assert [(c.pointer, c.code) for c in late.cautions] == [("/conference", "agenda-closed")]
    assert (await world.agenda()).edition == 2
    await chair.decide(CHAIR, *WHICH, late.message_id, "accept", None)
    agenda = await world.agenda()
    assert (agenda.edition, agenda.state, agenda.items[-1].late) == (3, "closed", True)
    assert agenda.items[-1].title == "Austria: Registration hours"
    held, _ = await chair.paper(CHAIR, *WHICH)
    assert await chair.add_late(world.hub.directory.route(ROUTE), held) is None


async def test_every_problem_of_a_change_is_told_at_once_and_others_do_not_chair(world: World):
    await compiled(world)
    chair = world.hub.chair
    wrong = AgendaChange(
        items={
            "reception": ItemEdit(minutes=3), "follow-up": ItemEdit(dropped="No time."),
            "reporting-this-week": ItemEdit(lead="ATLANTIS"),
        },
        order=["reporting-this-week"],
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        await chair.change_agenda(CHAIR, *WHICH, None, wrong)
    assert [p.pointer for p in refused.value.problems] == [
        "/items/reception", "/items/follow-up/dropped", "/items/reporting-this-week/lead", "/order",
    ]  # fmt: skip
    with pytest.raises(NotAllowed):
        await chair.paper(person("SI"), *WHICH)
    with pytest.raises(Unknown):
        await chair.paper(CHAIR, "weekly", 99)


async def test_two_note_takers_do_not_overwrite_each_other_and_the_notes_become_minutes(world: World):
    await compiled(world)
    chair = world.hub.chair
    with pytest.raises(Conflict, match="Move it to begin earlier"):
        await chair.start(CHAIR, *WHICH)
    await world.at(local("2026-01-22 09:58"))
    meeting = await chair.start(CHAIR, *WHICH)
    assert (await world.agenda()).state == "closed"
    assert [one.head.rule for one in meeting.items] == ["reporting-this-week", "proposal", "follow-up"]
    sent = parse.validate(Noted, NOTED)
    note = await chair.save_item(CHAIR, *WHICH, 2, 1, sent)
    assert ([one.id for one in note.noted.conclusions], [one.id for one in note.noted.actions]) == (
        ["C14.1"],
        ["A14.1"],
    )
    with pytest.raises(Held, match="Anna Chair is writing"):
        await chair.save_item(OTHER, *WHICH, 2, note.version, sent)
    await chair.hold(OTHER, *WHICH, 2, take_over=True)
    with pytest.raises(Stale, match="Anna Chair changed item 2"):
        await chair.save_item(OTHER, *WHICH, 2, 1, sent)
    more = await chair.save_item(OTHER, *WHICH, 3, None, sent)
    assert [one.id for one in more.noted.actions] == ["A14.2"]
    stray = sent.model_copy(update={"conclusions": note.noted.conclusions})
    with pytest.raises(Refused) as refused:
        await chair.save_item(OTHER, *WHICH, 3, None, stray)
    assert [p.pointer for p in refused.value.problems] == ["/conclusions/0/id"]
    added = await chair.add_item(CHAIR, *WHICH, NewItem(title="Any other business"))
    assert added.number == 4
    there = {
        "attendance": [{"party": "EC", "present": True}, {"party": "BG", "present": False, "represented_by": "RO"}]
    }
    await chair.note_present(CHAIR, *WHICH, meeting.version, parse.validate(Present, there))
    await world.at(local("2026-01-22 10:44"))
    recorded = await chair.end(CHAIR, *WHICH)
    said = (await world.message(recorded.message_id)).payload.model_dump(mode="json")
    assert [item["number"] for item in said["items"]] == [1, 2, 3, 4]
    assert said["items"][1]["conclusions"][0] == {
        "id": "C14.1", "text": "Places are reported weekly.", "publish": "public", "points": [],
    }  # fmt: skip
    with pytest.raises(Conflict, match="minutes are sent"):
        await chair.save_item(CHAIR, *WHICH, 2, None, sent)
    found = await world.read(
        lambda conn: queries.actions(conn, readable(conn, ROUTE, "GR"), ROUTE, world.clock.now(), BRUSSELS)
    )
    assert [(one.id, one.state) for one in found] == [("A14.1", "open"), ("A14.2", "open")]
    opened = await chair.correct(CHAIR, *WHICH)
    assert (opened.state, opened.edition) == ("correcting", 2)
    await chair.save_item(CHAIR, *WHICH, 3, None, Noted())
    again = await chair.end(CHAIR, *WHICH)
    corrected = (await world.message(again.message_id)).payload.model_dump(mode="json")
    assert (corrected["edition"], corrected["ended"], corrected["items"][2]["actions"]) == (2, said["ended"], [])


async def test_the_agenda_closes_by_itself_and_is_not_compiled_again(world: World):
    await compiled(world)
    await world.at(local("2026-01-22 07:59"))
    await world.tick()
    assert (await world.agenda()).state == "draft"
    await world.at(local("2026-01-22 08:00"))
    await world.tick()
    await world.tick()
    assert [(one.edition, one.state) for one in await world.agendas()] == [(1, "draft"), (2, "closed")]
    late = await world.post(person("AT"), "agenda_item", title="Registration hours", conference=14)
    await world.post(CHAIR, "response", to=late.message_id, act="accept")
    await world.at(local("2026-01-22 08:05"))
    await world.tick()
    assert (await world.agenda()).items[-1].late


async def test_actions_are_followed_up_next_week_and_their_owners_reminded(world: World):
    await compiled(world)
    await world.at(local("2026-01-22 10:00"))
    chair = world.hub.chair
    await chair.start(CHAIR, *WHICH)
    await chair.save_item(CHAIR, *WHICH, 2, None, parse.validate(Noted, NOTED))
    await world.at(local("2026-01-22 10:40"))
    await chair.end(CHAIR, *WHICH)
    notes: list[Any] = []
    for morning in ("2026-01-25 09:00", "2026-01-26 09:00", "2026-01-27 09:00", "2026-01-28 09:00"):
        await world.at(local(morning))
        await world.tick()
        notes.append([m.event["data"]["text"].splitlines()[0] for m in await world.messages("GR") if m.kind == "note"])
    assert [len(some) for some in notes] == [0, 1, 2, 3]
    assert notes[-1][-1] == "A14.1 of conference 14 was due Tue 27 Jan: Report the places."
    await world.at(local("2026-01-28 16:00"))
    await world.tick()
    last = (await world.agenda()).items[-1]
    assert last.rule == "follow-up"
    assert last.lines == [
        "C14.1: Places are reported weekly.",
        "A14.1, Greece: Report the places. Due Tue 27 Jan, overdue: Greece.",
    ]  # fmt: skip
    assert [(one.party, one.text) for one in last.prepare] == [("GR", "Say when A14.1 will be done")]


async def test_a_correction_that_corrects_nothing_ends_and_no_number_is_given_twice(world: World):
    await compiled(world)
    await world.at(local("2026-01-22 10:00"))
    chair, sent = world.hub.chair, parse.validate(Noted, NOTED)
    await chair.start(CHAIR, *WHICH)
    await chair.save_item(CHAIR, *WHICH, 2, None, sent)
    await world.at(local("2026-01-22 10:40"))
    first = await chair.end(CHAIR, *WHICH)
    await world.post(person("GR"), "response", to=first.message_id, item="A14.1", act="complete")
    await chair.correct(CHAIR, *WHICH)
    same = await chair.end(CHAIR, *WHICH)
    assert (same.message_id, same.unchanged) == (first.message_id, True)
    _, meeting = await chair.meeting(CHAIR, *WHICH)
    assert meeting is not None
    assert (meeting.state, meeting.edition) == ("ended", 1)
    await chair.correct(CHAIR, *WHICH)
    await chair.save_item(CHAIR, *WHICH, 2, None, Noted())
    note = await chair.save_item(CHAIR, *WHICH, 2, None, sent)
    assert [one.id for one in note.noted.actions] == ["A14.2"], "what Greece completed is another one"
    second = await chair.end(CHAIR, *WHICH)
    assert (await world.message(second.message_id)).event["data"]["edition"] == 2


async def test_a_moved_conference_closes_by_its_new_time_and_tells_all_only_what_all_know(world: World):
    await compiled(world)
    held: dict[str, Any] = {"number": 14, "title": "Weekly", "chair": "EC", "minutes": 60, "state": "moved"}
    later, secret = local("2026-01-23 10:00"), local("2026-01-24 10:00")
    await world.post(CHAIR, "conference", start=later.isoformat(), audience=["*"], **held)
    some: dict[str, Any] = {"participants": ["EC", "GR"], "audience": ["EC", "GR"], "reason": "Secret"}
    await world.post(CHAIR, "conference", tlp="RED", start=secret.isoformat(), **held, **some)
    await world.at(local("2026-01-22 08:00"))
    await world.tick()
    assert (await world.agenda()).state == "draft"
    await world.hub.chair.close_agenda(CHAIR, *WHICH)
    meeting = (await world.agenda()).meeting
    assert meeting is not None
    assert meeting.start == later


async def test_what_rests_on_a_conference_for_named_parties_stays_red(world: World):
    await world.at(local("2026-01-22 09:55"))
    said = {"series": "police", "number": 1, "title": "Police", "chair": "EC", "participants": ["EC", "GR"]}
    held = await world.post(
        CHAIR, "conference", tlp="RED", start=local("2026-01-22 10:00").isoformat(), audience=["EC", "GR"], **said
    )
    chair, which = world.hub.chair, ("police", 1)
    await chair.start(CHAIR, *which)
    await chair.add_item(CHAIR, *which, NewItem(title="Checks"))
    action = NOTED["actions"][0]
    await chair.save_item(CHAIR, *which, 1, None, parse.validate(Noted, {"actions": [action]}))
    await world.at(local("2026-01-22 10:40"))
    minutes = await world.message((await chair.end(CHAIR, *which)).message_id)
    assert (minutes.tlp, minutes.event["data"]["references"]) == ("RED", [held.message_id])
    await world.at(local("2026-01-26 09:00"))
    await world.tick()
    notes = [m for m in await world.messages("GR") if m.kind == "note"]
    assert [m.tlp for m in notes] == ["RED"]
    directory, hub = world.hub.directory.value, "https://hub.example"
    context = MailContext(directory.routes[ROUTE], "GR", "Contact", BRUSSELS, directory, world.clock.now(), hub)
    wanted = [one.text for one in await world.read(letter.todo, context)]
    assert "Action A1.1: Report the places" in wanted, "mails say what stands before the colon"
    assert isinstance(minutes.payload, Minutes)
    drill = replace(directory.routes[ROUTE], marking="exercise")
    lines = minutes_file(minutes.payload, directory, drill, minutes.tlp).splitlines()
    assert (lines[0], lines[-1]) == ("This is an exercise. Nothing in it is real.", "Handling: TLP:RED")
