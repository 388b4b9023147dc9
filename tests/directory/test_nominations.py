"""The 24-hour clock of nominations (S1 p1), and what is valid in time: names, roles, places on the route."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from routehub.core.clock import wall
from routehub.directory import nominations, people, sign_in
from routehub.directory import tables as t
from routehub.directory.nominations import Standing
from routehub.directory.people import Nomination
from routehub.directory.principal import operator_principal
from routehub.directory.sessions import CSRF_HEADER, cookie_name
from tests.fixtures.office import WBR, Door, Office, address

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"])


def standing(office: Office, party: str, after: timedelta = timedelta(0)) -> Standing:
    directory, at = office.directory, wall() + after
    found = nominations.standing(directory, directory.routes[WBR], party, at.date(), at)
    assert found is not None
    return found


def began(office: Office, ago: timedelta) -> None:
    def apply(tx: Any) -> None:
        tx.conn.execute(update(t.routes).values(began_at=wall() - ago))
        tx.directory_changed()

    office.change(apply)


def nominated(office: Office, party: str, name: str) -> str:
    given = Nomination(name=name, email=f"{name.lower()}@{party.lower()}.example", party=party)
    return office.change(lambda tx: people.nominate(tx, operator_principal(WBR), given)).id


def test_a_party_has_24_hours_to_nominate_from_when_the_route_began(office: Office):
    began(office, timedelta(hours=6))
    open_ = standing(office, "HR")
    assert (open_.state, open_.due_at - open_.since) == ("running", timedelta(hours=24))
    assert standing(office, "HR", timedelta(hours=18, minutes=1)).state == "overdue"
    nominated(office, "HR", "Iva")
    done = standing(office, "HR", timedelta(days=3))
    assert (done.state, done.hours, done.accepted) == ("nominated", 6.0, False)


def test_a_party_that_joined_later_has_its_own_clock_and_an_observer_has_none(office: Office):
    joined = datetime.now(UTC).date()

    def apply(tx: Any) -> None:
        tx.conn.execute(update(t.routes).values(began_at=wall() - timedelta(days=90)))
        tx.conn.execute(update(t.route_parties).where(t.route_parties.c.party == "HR").values(valid_from=joined))
        tx.directory_changed()

    office.change(apply)
    assert standing(office, "HR").state == "running"
    assert standing(office, "RS").state == "overdue"
    route = office.directory.routes[WBR]
    assert nominations.standing(office.directory, route, "EUROPOL", joined, wall()) is None
    listed = nominations.standings(office.directory, route, joined, wall())
    assert "EUROPOL" not in {one.party for one in listed}
    assert [one.state for one in listed] == sorted((one.state for one in listed), key=nominations.ORDER.index)


def test_new_reporting_times_are_no_new_beginning_of_the_clock(office: Office):
    today = datetime.now(UTC).date()

    def apply(tx: Any) -> None:
        tx.conn.execute(update(t.routes).values(began_at=wall() - timedelta(days=90)))
        c = t.route_parties.c
        tx.conn.execute(update(t.route_parties).where(c.party == "RS").values(valid_until=today))
        tx.conn.execute(
            insert(t.route_parties).values(
                route=WBR, party="RS", role="member", zone="Europe/Belgrade", reports=True, due="09:00",
                valid_from=today,
            )
        )  # fmt: skip
        tx.directory_changed()

    office.change(apply)
    assert standing(office, "RS").state == "overdue"


def test_when_the_last_contact_point_is_withdrawn_the_clock_begins_anew(office: Office):
    began(office, timedelta(days=30))
    assert standing(office, "MK").state == "nominated"
    mira = office.person("mira").id
    office.change(lambda tx: people.withdraw(tx, operator_principal(WBR), mira, leave_gap=True))
    assert standing(office, "MK").state == "running"
    assert standing(office, "MK", timedelta(hours=25)).state == "overdue"


def test_the_first_sign_in_accepts_the_nomination_and_a_new_one_is_accepted_anew(office: Office):
    person = nominated(office, "HR", "Iva")
    assert office.directory.people[person].accepted_at is None
    office.change(lambda tx: sign_in.begin(tx, person, "link", "a browser", 12))
    first = office.directory.people[person].accepted_at
    assert first is not None
    office.change(lambda tx: sign_in.begin(tx, person, "link", "a browser", 12))
    assert office.directory.people[person].accepted_at == first
    office.change(lambda tx: people.withdraw(tx, operator_principal(WBR), person, leave_gap=True))
    nominated(office, "HR", "Iva")
    assert office.directory.people[person].accepted_at is None


@ON_SQLITE
async def test_who_has_not_nominated_is_shown_to_all_and_waits_for_coordinators_and_the_office(door: Door):
    began(door.office, timedelta(days=3))
    await door.hub.db.read(door.hub.refresh)
    mira, clara, goran = await door.of("mira"), await door.of("clara"), await door.of("goran")
    rows = {one["party"]: one for one in (await mira.get("/v1/nominations")).json()["parties"]}
    assert (rows["SI"]["state"], rows["HR"]["state"]) == ("nominated", "overdue")
    assert "HR,Croatia,member,overdue" in (await mira.get("/v1/nominations.csv")).text
    todo = [one["text"] for one in (await clara.get("/v1/status")).json()["todo"]]
    assert any(text.startswith("No contact point nominated yet:") and "HR" in text for text in todo)
    assert not any("nominated yet" in one["text"] for one in (await mira.get("/v1/status")).json()["todo"])
    person = door.office.person("mira").id
    asked = await goran.post(f"/v1/people/{person}/withdraw")
    assert (asked.status_code, asked.json()["problems"][0]["code"]) == (422, "gap"), "nobody of MK could be reached"
    assert (await goran.post(f"/v1/people/{person}/withdraw?leave_gap=true")).status_code == 200
    own = (await goran.get("/v1/status")).json()["todo"]
    assert [one["text"] for one in own if "Nominate" in one["text"]] == ["Nominate a contact point, within 24 hours"]
    assert "Nominate a contact point" in (await goran.get("/", headers={"Accept": "text/html"})).text


@ON_SQLITE
async def test_who_is_on_duty_now_is_told_with_how_to_reach_them_and_a_party_without_anybody_says_so(door: Door):
    mira = await door.of("mira")
    rows = {one["party"]: one for one in (await mira.get("/v1/duty")).json()["parties"]}
    assert [p["email"] for p in rows["SI"]["on_duty"]] == [address("ana"), address("bor")]
    assert [p["name"] for p in rows["SI"]["deputies"]] == ["Eva"]
    assert (rows["HR"]["covered"], rows["HR"]["on_duty"]) == (False, [])


@ON_SQLITE
async def test_a_country_has_the_name_that_was_official_on_the_day_of_the_record(door: Door):
    """The names of a party have dates: what stood on an earlier day keeps the name of that day."""
    goran, ana = await door.of("goran"), await door.of("ana")
    today = datetime.now(UTC).date()
    note = {"to": ["MK"], "subject": "Trains", "text": "x"}
    message = (await ana.post("/v1/notes", json=note)).json()["id"]

    def apply(tx: Any) -> None:
        n = t.party_names.c
        tx.conn.execute(update(t.party_names).where(n.party == "MK", n.valid_until.is_(None)).values(valid_until=today))
        tx.conn.execute(insert(t.party_names).values(party="MK", valid_from=today, name="A newer name"))
        tx.directory_changed()

    door.office.change(apply)
    await door.hub.db.read(door.hub.refresh)
    assert (await goran.get("/v1/parties/MK")).json()["name"] == "A newer name"
    assert (await goran.get("/v1/me")).json()["party"]["name"] == "A newer name"
    page = (await ana.get(f"/threads/{message}", headers={"Accept": "text/html"})).text
    assert "Read by A newer name" in page
    directory = door.office.directory
    assert directory.name("MK", today - timedelta(days=1)) != "A newer name"
    assert directory.name("MK", date(2016, 1, 22)) == "the former Yugoslav Republic of Macedonia"


@ON_SQLITE
async def test_a_presidency_that_ends_by_the_clock_reads_no_more_and_no_mail_goes_to_it(door: Door):
    """Its people's sessions stay theirs; the party is no longer on the route."""
    office = door.office
    given = Nomination(name="Nel", email="nel@nl.example", party="NL-PRES", roles=["observer"])
    nel = office.change(lambda tx: people.nominate(tx, operator_principal(WBR), given)).id
    signed_in = office.change(lambda tx: sign_in.begin(tx, nel, "link", "a browser", 12))
    client = door.client(**{CSRF_HEADER: signed_in.csrf, "Sec-Fetch-Site": "same-origin"})
    client.cookies.set(cookie_name(door.hub.settings.public_url), signed_in.token)
    await door.hub.db.read(door.hub.refresh)
    assert (await client.get("/v1/messages")).status_code == 200
    today = datetime.now(UTC).date()

    def apply(tx: Any) -> None:
        c = t.route_parties.c
        tx.conn.execute(update(t.route_parties).where(c.party == "NL-PRES").values(valid_until=today))
        tx.directory_changed()

    office.change(apply)
    await door.hub.db.read(door.hub.refresh)
    assert (await client.get("/v1/messages")).status_code == 403
    assert (await client.get("/messages", headers={"Accept": "text/html"})).status_code == 403
    ana = await door.of("ana")
    listed = (await ana.get("/v1/parties")).json()["parties"]
    assert "NL-PRES" not in {one["code"] for one in listed}
    refused = await ana.post("/v1/notes", json={"to": ["NL-PRES"], "subject": "x", "text": "x"})
    assert refused.status_code == 422
    everyone = (await ana.post("/v1/notes", json={"to": ["MK"], "subject": "x", "text": "x"})).json()
    assert everyone["data"]["audience"] == ["MK"]
