"""Conferences beside the rule, and sub-groups: who is invited, what a calendar is told, which agendas go out."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from routehub.core.errors import NotAllowed
from routehub.delivery.mail import Mail, Mailbox
from routehub.directory.tables import hand_overs, people, person_roles
from routehub.journal.jobs import Change
from routehub.journal.message import Transaction
from tests.digests.world import World, local, person
from tests.fixtures.waiting import eventually

CHAIR = person("EC", "chair", "coordinator")
EXTRA: dict[str, Any] = {
    "number": 14, "title": "Extraordinary", "start": "2026-01-23T08:00:00Z", "chair": "EC", "extra": True,
}  # fmt: skip


async def test_an_extra_conference_has_an_agenda_of_its_own_and_takes_nobody_s_place(world: World):
    await world.series(first_number=14)
    await world.post(CHAIR, "conference", **EXTRA)
    await world.at(local("2026-01-21 16:00"))
    await world.tick()
    assert {c.number: c.start for c in await world.conferences()} == {
        14: local("2026-01-23 09:00"), 15: local("2026-01-22 10:00"),
    }  # fmt: skip
    await world.at(local("2026-01-22 14:59"))
    await world.tick()
    assert [a.conference for a in await world.agendas()] == [15]
    await world.at(local("2026-01-22 15:00"))
    await world.tick()
    assert [(a.conference, a.edition) for a in await world.agendas()] == [(15, 1), (14, 1)]
    meeting = (await world.agenda()).meeting
    assert meeting is not None
    assert meeting.next == local("2026-01-29 10:00")
    await world.at(local("2026-01-22 15:01"))
    await world.tick()
    assert len(await world.agendas()) == 2


async def test_a_conference_of_few_has_an_agenda_for_these_alone(world: World):
    await world.series(first_number=15)
    few = {"audience": ["SI", "MK", "EC"], "participants": ["SI", "MK"]}
    await world.post(CHAIR, "conference", tlp="RED", **EXTRA | few)
    with pytest.raises(NotAllowed, match="EC chairs conference 14"):
        await world.post(person("SI", "chair"), "conference", tlp="RED", **EXTRA | few, state="cancelled", reason="No.")
    await world.at(local("2026-01-22 15:00"))
    await world.tick()
    assert 14 not in [a.conference for a in await world.agendas("BG")]
    (draft,) = [a for a in await world.agendas("MK") if a.conference == 14]
    assert (draft.conference, draft.state) == (14, "draft")
    item = await world.message(draft.message_id)
    assert (item.tlp, sorted(item.parties)) == ("RED", ["EC", "MK", "SI"])
    await world.at(local("2026-01-23 07:00"))
    await world.tick()
    closed = [a for a in await world.agendas("SI") if a.conference == 14][-1]
    assert (closed.conference, closed.state) == (14, "closed")
    assert (await world.message(closed.message_id)).thread == item.thread


async def test_a_sub_group_by_rule_is_invited_and_gets_no_agenda(world: World):
    await world.series(name="police", participants=("SI", "MK"), reports_to="weekly", first_number=3)
    await world.at(local("2026-01-21 16:00"))
    await world.tick()
    (called,) = await world.conferences("BG")
    assert (called.series, called.number, called.participants) == ("police", 3, ("SI", "MK"))
    assert await world.agendas() == []
    await world.at(local("2026-01-28 16:00"))
    await world.tick()
    assert [c.number for c in await world.conferences()] == [3, 4]


# --- mail ---------------------------------------------------------------------------------------------


class Post:
    """Takes what the hub hands over."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, Mail]] = []

    async def send(self, to: Mailbox, mail: Mail, *, message_id: str | None = None) -> None:
        self.letters.append((to.address, mail))

    def got(self) -> dict[str, Mail]:
        return dict(self.letters)


@pytest.fixture
async def post(world: World, monkeypatch: pytest.MonkeyPatch) -> Post:
    """Contact points of three parties, and SI's deputy who stands in from the day of the conference on."""
    found = Post()
    monkeypatch.setattr(world.hub.mail, "send", found.send)

    def nominate(tx: Transaction) -> None:
        always = datetime(2020, 1, 1, tzinfo=UTC)
        for party, role in (
            ("SI", "contact_point"),
            ("SI", "deputy"),
            ("MK", "contact_point"),
            ("EC", "contact_point"),
        ):
            name = f"{party}-{role}"
            tx.conn.execute(people.insert().values(
                id=name, party=party, name=f'Contact, of "{party}"' if role != "deputy" else "The deputy",
                email=f"{name}@example.org", zone="Europe/Athens", valid_from=always,
            ))  # fmt: skip
            tx.conn.execute(person_roles.insert().values(person=name, route="wbr", role=role))
        start = tx.wall + timedelta(hours=20)
        tx.conn.execute(hand_overs.insert().values(
            id="h", route="wbr", person="SI-contact_point", deputy="SI-deputy", starts=start,
            ends=start + timedelta(days=7), made_by="test", accepted_at=tx.wall,
        ))  # fmt: skip
        tx.directory_changed()

    await world.hub.writer.submit(Change(nominate))
    await world.hub.db.read_own(world.hub.refresh)
    return found


def event(mail: Mail) -> Any:
    assert mail.calendar is not None
    return Calendar.from_ical(mail.calendar)


async def test_those_who_are_invited_get_a_request_and_every_change_of_it(world: World, post: Post):
    facts: dict[str, Any] = {
        "series": "police", "number": 1, "title": "Police: winter, places; <b>more</b>", "about": "Borders.",
        "start": "2026-01-22T09:00:00Z", "chair": "EC", "participants": ["SI", "MK"], "link": "https://call.example/1",
    }  # fmt: skip
    await world.post(CHAIR, "conference", **facts)
    await eventually(lambda: len(post.letters) >= 4, 10)
    # on duty now, on duty when it begins, the other party, and the chair's own contact point
    assert sorted(post.got()) == [
        "EC-contact_point@example.org", "MK-contact_point@example.org", "SI-contact_point@example.org",
        "SI-deputy@example.org",
    ]  # fmt: skip
    mail = post.got()["MK-contact_point@example.org"]
    assert mail.subject == "Say whether you attend: conference 1 of police, Thu 22 Jan, 10:00 CET"
    assert "For you: Thu 22 Jan, 11:00 EET (Athens)" in mail.text
    assert "/routes/wbr/conference/1/invitation?series=police" in mail.text
    assert "&lt;b&gt;more&lt;/b&gt;" in (mail.html or "")
    asked = event(mail)
    (first,) = asked.walk("VEVENT")
    assert (asked["METHOD"], first["ATTENDEE"]) == ("REQUEST", "mailto:MK-contact_point@example.org")
    post.letters.clear()
    await world.at(local("2026-01-20 13:00"))
    await world.post(CHAIR, "conference", **facts | {"start": "2026-01-22T11:00:00Z"}, state="moved", reason="Snow.")
    await eventually(lambda: len(post.letters) >= 4, 10)
    (moved,) = event(post.got()["SI-deputy@example.org"]).walk("VEVENT")
    assert moved["UID"] == first["UID"]
    assert moved["SEQUENCE"] > first["SEQUENCE"]
    assert moved.start.astimezone(UTC) == local("2026-01-22 12:00")
    post.letters.clear()
    await world.at(local("2026-01-20 14:00"))
    await world.post(CHAIR, "conference", **facts | {"start": "2026-01-22T11:00:00Z"}, state="cancelled", reason="Ice.")
    await eventually(lambda: len(post.letters) >= 4, 10)
    mail = post.got()["MK-contact_point@example.org"]
    assert mail.subject == "Cancelled: conference 1 of police, Thu 22 Jan, 12:00 CET"
    ended = event(mail)
    assert (ended["METHOD"], ended.walk("VEVENT")[0]["STATUS"]) == ("CANCEL", "CANCELLED")
    assert ended.walk("VEVENT")[0]["SEQUENCE"] > moved["SEQUENCE"]


async def test_what_the_hub_calls_for_all_comes_once_with_its_agenda(world: World, post: Post):
    await world.series(first_number=14)
    await world.at(local("2026-01-21 16:00"))
    await world.tick()
    await eventually(lambda: len(post.letters) >= 3, 10)
    assert all("genda" in mail.subject for _, mail in post.letters if mail.calendar)
    (calendar,) = {str(event(mail).walk("VEVENT")[0]["UID"]) for _, mail in post.letters if mail.calendar}
    assert calendar == "conference-14.weekly.wbr@hub.example"
    (view,) = await world.conferences()
    sequence = event(next(mail for _, mail in post.letters if mail.calendar)).walk("VEVENT")[0]["SEQUENCE"]
    assert sequence == int((view.accepted_at - datetime(2015, 1, 1, tzinfo=UTC)).total_seconds())


async def test_an_extra_one_called_after_the_next_follows_up_the_last_that_was_held(world: World):
    await world.series(first_number=13)
    for moment in ("2026-01-21 16:00", "2026-01-28 16:00"):  # 13 is held, 14 is tomorrow
        await world.at(local(moment))
        await world.tick()
    start = local("2026-01-28 17:00")
    await world.post(CHAIR, "conference", **EXTRA | {"number": 15, "start": start.isoformat()})
    await world.hub.chair.compile(CHAIR, "weekly", 15)
    agenda = await world.agenda()
    assert (agenda.conference, agenda.items[-1].title) == (15, "Follow-up of conference 13")
    assert agenda.closes_at == start  # two hours before it there was no agenda
