from datetime import timedelta
from typing import Any

import pytest

from routehub.core.clock import wall
from routehub.core.errors import Conflict, NotAllowed, Refused, Unknown
from routehub.directory import people
from routehub.directory.people import Nomination, PersonChange
from routehub.directory.principal import person_principal
from routehub.directory.snapshot import PersonView
from routehub.journal import audit
from routehub_schemas import parse
from routehub_schemas.errors import Invalid
from tests.fixtures.office import Office


def nominate(office: Office, by: str, **given: Any) -> PersonView:
    data = {"name": "Jan Dvořák", "email": "jan@si.example"} | given
    who = office.who(by)
    return office.change(lambda tx: people.nominate(tx, who, parse.validate(Nomination, data)))


def change(office: Office, by: str, name: str, **given: Any) -> PersonView:
    who, person = office.who(by), office.person(name).id
    return office.change(lambda tx: people.change(tx, who, person, parse.validate(PersonChange, given)))


def test_an_office_nominates_for_its_own_party(office: Office):
    made = nominate(office, "ana", roles=["contact_point", "deputy"], phone="+386 1 428 40 00", languages=["sl", "en"])
    assert (made.party, made.languages) == ("SI", ("sl", "en"))
    assert made.roles == {"wbr": frozenset({"contact_point", "deputy"})}
    assert made in office.directory.on_duty("wbr", "SI", wall())


def test_an_office_nominates_for_no_other_party(office: Office):
    with pytest.raises(NotAllowed):
        nominate(office, "ana", party="MK")


@pytest.mark.parametrize("by", ["bor", "eva", "mira"])
def test_who_is_no_office_nominates_nobody(office: Office, by: str):
    with pytest.raises(NotAllowed):
        nominate(office, by)


def test_an_alias_names_the_party(office: Office):
    assert nominate(office, "olga", party="EL").party == "GR"


@pytest.mark.parametrize("role", ["operator", "chair"])
def test_an_office_gives_no_role_that_is_not_its_own_to_give(office: Office, role: str):
    with pytest.raises((NotAllowed, Refused)):
        nominate(office, "ana", roles=[role])
    with pytest.raises((NotAllowed, Refused)):
        change(office, "ana", "bor", roles=["contact_point", role])


def test_a_coordinating_party_names_its_chair(office: Office):
    assert nominate(office, "clara", email="jan@ec.example", roles=["chair"]).roles["wbr"] == {"chair"}


def test_an_address_is_one_person_s(office: Office):
    with pytest.raises(Conflict):
        nominate(office, "ana", email="BOR@si.example")
    with pytest.raises(Conflict):
        nominate(office, "ana", email="mira@mk.example")


def test_who_was_withdrawn_can_be_nominated_again_with_the_new_roles_only(office: Office):
    office.change(lambda tx: people.withdraw(tx, office.who("ana"), office.person("bor").id))
    again = nominate(office, "ana", email="bor@si.example", roles=["deputy"])
    assert again.active(wall())
    assert again.roles == {"wbr": frozenset({"deputy"})}


@pytest.mark.parametrize(
    ("field", "value"),
    [("email", "a,b@si.example"), ("email", "a@b\r\nBcc: c@d.example"), ("email", "no address"), ("email", "a@b"),
     ("name", "two\nlines"), ("name", " "), ("phone", "call me"), ("languages", ["Slovene!"]), ("roles", ["king"]),
     ("roles", ["deputy", "deputy"]), ("valid_until", "2026-12-01T00:00:00"), ("salary", 1)],
)  # fmt: skip
def test_what_does_not_fit_is_refused_with_its_place(field: str, value: Any):
    with pytest.raises(Invalid) as refusal:
        parse.validate(Nomination, {"name": "Jan", "email": "jan@si.example"} | {field: value})
    assert refusal.value.problems[0].pointer.startswith(f"/{field}")


def test_an_unknown_zone_and_an_end_in_the_past_are_told_together(office: Office):
    past = (wall() - timedelta(days=1)).isoformat().replace("+00:00", "Z")
    with pytest.raises(Refused) as refusal:
        nominate(office, "ana", zone="Europe/Atlantis", valid_until=past)
    assert [problem.pointer for problem in refusal.value.problems] == ["/zone", "/valid_until"]


def test_people_change_how_they_are_reached_and_nothing_else(office: Office):
    assert change(office, "bor", "bor", phone="+386 41 000 000").phone == "+386 41 000 000"
    with pytest.raises(NotAllowed):
        change(office, "bor", "bor", roles=["party_office"])
    with pytest.raises(NotAllowed):
        change(office, "bor", "eva", phone="+386 41 000 000")


def test_what_is_not_named_stays(office: Office):
    before = office.person("bor")
    after = change(office, "ana", "bor", function="Head of the operations centre")
    assert after.function == "Head of the operations centre"
    assert (after.name, after.phone, after.roles) == (before.name, before.phone, before.roles)


def test_the_operator_gives_and_takes_the_operator_s_role(office: Office):
    assert change(office, "olga", "bor", roles=["operator"]).roles == {"*": frozenset({"operator"})}
    assert change(office, "olga", "bor", roles=["contact_point"]).roles == {"wbr": frozenset({"contact_point"})}


def test_an_office_cannot_touch_who_runs_the_hub(office: Office):
    change(office, "olga", "bor", roles=["operator", "contact_point"])
    after = change(office, "ana", "bor", roles=["deputy"])
    assert after.roles == {"*": frozenset({"operator"}), "wbr": frozenset({"deputy"})}


def test_an_operator_of_a_coordinating_party_reads_no_content(office: Office):
    change(office, "olga", "clara", roles=["operator"])
    who = office.who("clara")
    assert who.roles == {"operator"}
    assert not who.reads_feed


def test_a_withdrawn_person_s_open_streams_no_longer_hold(office: Office):
    who = office.who("bor")
    assert office.still_listens(who)
    office.change(lambda tx: people.withdraw(tx, office.who("ana"), office.person("bor").id))
    assert not office.still_listens(who)


def test_a_stream_does_not_outlive_the_session_or_the_roles(office: Office):
    ana = office.person("bor")
    who = person_principal(ana, "wbr", office.directory, wall(), session="h")
    assert office.still_listens(who, {"h"})
    assert not office.still_listens(who)
    change(office, "ana", "bor", roles=[])
    assert not office.still_listens(who, {"h"})


def test_another_party_s_office_withdraws_nobody(office: Office):
    with pytest.raises(NotAllowed):
        office.change(lambda tx: people.withdraw(tx, office.who("goran"), office.person("ana").id))
    with pytest.raises(Unknown):
        office.change(lambda tx: people.withdraw(tx, office.who("goran"), "nobody"))


def test_nominations_are_in_the_audit_without_contact_details(office: Office):
    made = nominate(office, "ana", phone="+386 1 428 40 00")
    newest = office.db.read_sync(audit.page, "wbr", "SI", None, 1)[0]
    assert (newest.act, newest.actor) == ("nominate", office.who("ana").actor)
    assert newest.detail == {"person": made.id, "roles": ["contact_point"]}
