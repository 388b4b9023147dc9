"""Whoever is given what is marked TLP:RED stands in the audit, whichever door it was."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from routehub.core.canonical import iso
from routehub.core.clock import wall
from routehub.journal.audit import page
from routehub.journal.red_reads import MOST_WAITING, RedReads
from routehub.journal.tables import entries
from tests.fixtures.office import WBR, Door

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])
NOTE_DOORS = (
    "/v1/messages/{id}", "/v1/messages", "/v1/messages?wait=1", "/v1/messages.cloudevents", "/v1/messages.csv",
    "/v1/messages?q=canary", "/v1/threads", "/messages/{id}", "/messages", "/search?q=canary",
)  # fmt: skip
ALERT_DOORS = (
    "/v1/alerts/{short}", "/v1/alerts", "/v1/alerts.csv", "/v1/alerts.xlsx", "/v1/alerts/{short}.cap",
    "/alerts/{short}", "/alerts", "/",
)  # fmt: skip
ALERT = {
    "category": "surge", "severity": "Severe", "urgency": "Expected", "certainty": "Likely",
    "headline": "A canary that sings", "audience": ["SI"],
}  # fmt: skip


def readings(door: Door, reader: str) -> list[str]:
    """The messages of which the audit says that this person was given them."""
    who = door.office.who(reader)
    rows = door.office.db.read_sync(page, WBR, who.party, None, 1000)
    return [one for row in rows if (row.act, row.actor) == ("read-red", who.actor) for one in row.detail["messages"]]


async def sent(mira: httpx.AsyncClient, kind: str, data: dict[str, Any], tlp: str = "RED") -> dict[str, str]:
    done = await mira.post(f"/v1/{kind}", json=data | {"tlp": tlp})
    assert done.status_code == 201, done.text
    found = dict(done.json())
    return {"id": found["id"], "short": found.get("shortid", "")}


async def test_each_door_tells_the_audit_whom_it_gave_a_red_message(door: Door):
    mira, ana, bor = await door.of("mira"), await door.of("ana"), await door.of("bor")
    alert = ALERT | {"expires": iso(wall() + timedelta(days=2))}
    await sent(mira, "notes", {"to": ["SI"], "subject": "plain", "text": "plain"}, tlp="AMBER")
    given: list[str] = []
    for doors, kind, data in (
        (NOTE_DOORS, "notes", {"to": ["SI"], "subject": "canary", "text": "canary"}),
        (ALERT_DOORS, "alerts", alert),
    ):
        for path in doors:
            one = await sent(mira, kind, data)
            answer = await ana.get(path.format(**one))
            assert answer.status_code == 200, (path, answer.text)
            await door.hub.red_reads.settle()
            assert one["id"] in readings(door, "ana"), path
            given.append(one["id"])
    once = len(set(readings(door, "ana")))
    assert len(readings(door, "ana")) <= 2 * once, "each once a day, and a day may end here"
    assert set(readings(door, "ana")) == set(given)
    await bor.get("/v1/parties")
    await door.hub.red_reads.settle()
    assert readings(door, "bor") == [], "who was given none stands nowhere"
    await bor.get(f"/v1/messages/{given[0]}")
    row = (await bor.get("/v1/audit")).json()["audit"][0]
    assert row["detail"] == {"messages": [given[0]]}, "the audit is asked behind the reading"
    await door.hub.red_reads.settle()
    assert readings(door, "bor") == [given[0]]


async def test_what_follows_a_record_and_is_red_makes_the_record_red(door: Door):
    mira, ana = await door.of("mira"), await door.of("ana")
    alert = ALERT | {"expires": iso(wall() + timedelta(days=2))}
    opened = await sent(mira, "alerts", alert, tlp="AMBER")
    update = await sent(mira, "alerts", alert | {"msg_type": "Update", "references": [opened["id"]]})
    await ana.get("/alerts")
    await door.hub.red_reads.settle()
    assert readings(door, "ana") == [update["id"]]


async def test_with_too_much_to_look_through_the_address_is_kept(door: Door):
    """Rather too much said than nothing."""
    mira = await door.of("mira")
    await sent(mira, "notes", {"to": ["SI"], "subject": "canary", "text": "canary"})
    reads, ana, goran = RedReads(door.hub.db, door.hub.writer), door.office.who("ana"), door.office.who("clara")
    for who in (ana, goran):
        reads.answered(who, "/v1/large", b"x" * (MOST_WAITING // 2))
        reads.answered(who, "/v1/second", b"x" * (MOST_WAITING // 2 + 1))
    await reads.flush()
    assert readings(door, "ana") == ["/v1/second"]
    assert readings(door, "clara") == [], "a party that reads nothing RED is not looked at"
    count = door.office.db.read_sync(lambda conn: len(conn.execute(select(entries.c.id)).all()))
    assert count == 1, "and nothing of it is a message"


async def test_readings_that_were_being_looked_through_when_the_hub_stops_are_written(door: Door):
    mira = await door.of("mira")
    one = await sent(mira, "notes", {"to": ["SI"], "subject": "canary", "text": "canary"})
    reads = RedReads(door.hub.db, door.hub.writer)
    reads.answered(door.office.who("ana"), "/v1/messages", one["id"].encode())
    looking = asyncio.create_task(reads.flush())
    await asyncio.sleep(0)
    looking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await looking
    await reads.settle()
    assert readings(door, "ana") == [one["id"]]


async def test_what_goes_by_a_conference_s_number_and_names_no_message_tells_the_audit_too(door: Door):
    clara, ana, bor = await door.of("clara"), await door.of("ana"), await door.of("bor")
    doors = (
        (ana, "ana", "/v1/conferences/{n}.ics"), (bor, "bor", "/conference/{n}"), (ana, "ana", "/conference"),
        (ana, "ana", "/"),
        (ana, "ana", "/conference/{n}/invitation"), (ana, "ana", "/conference/{n}/minutes"),
        (ana, "ana", "/conference/{n}/propose"), (clara, "clara", "/conference/{n}/draft"),
        (clara, "clara", "/conference/{n}/move"), (clara, "clara", "/conference/{n}/cancel"),
    )  # fmt: skip
    for number, (client, reader, path) in enumerate(doors, 7):
        call = {"number": number, "title": "A call", "start": iso(wall() + timedelta(days=number)), "chair": "EC",
                "audience": ["SI"]}  # fmt: skip
        one = await sent(clara, "conferences", call)
        answer = await client.get(path.format(n=number))
        assert answer.status_code == 200, (path, answer.text)
        await door.hub.red_reads.settle()
        assert one["id"] in readings(door, reader), path
