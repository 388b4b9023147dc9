from datetime import timedelta
from typing import Any

import pytest

from routehub.core.canonical import digest
from routehub.core.clock import wall
from routehub.core.errors import Conflict, NotAllowed, Refused, SignInNeeded, Unknown
from routehub.directory import grants, key_office, keys
from routehub.directory.grants import Grant
from routehub.directory.install import derive_route, install_route
from routehub.directory.key_office import Made, NewKey, Rotation
from routehub.directory.principal import may_report_for
from routehub.journal import audit
from tests.fixtures.office import Office

ALLOWED = keys.known_scopes(frozenset({"report", "alert"}))
SCOPES = ["post:report", "read:feed"]


def make(office: Office, by: str = "ana", **given: Any) -> Made:
    data = {"system": "border-system", "scopes": SCOPES} | given
    who = office.who(by)
    return office.change(lambda tx: key_office.make(tx, who, NewKey(**data), ALLOWED))


def rotate(office: Office, key: str, overlap: int = 7) -> Made:
    who = office.who("ana")
    return office.change(lambda tx: key_office.rotate(tx, who, key, Rotation(overlap_days=overlap), ALLOWED))


def revoke(office: Office, key: str, by: str = "ana") -> None:
    who = office.who(by)
    office.change(lambda tx: key_office.revoke(tx, who, key))


def test_a_key_opens_its_own_party_s_door(office: Office):
    made = make(office)
    who = keys.authenticate(office.directory, made.text, wall())
    assert (who.party, who.name, who.scopes) == ("SI", "border-system", frozenset(SCOPES))
    assert made.text.startswith(f"rh_live_{made.key.id}_")


def test_only_the_hash_of_a_key_is_kept_and_the_audit_names_it(office: Office):
    made = make(office)
    secret = made.text.rsplit("_", 1)[1] if made.text.count("_") == 3 else made.text.split("_", 3)[3]
    assert made.key.secret_hash == digest(secret)
    newest = office.db.read_sync(audit.page, "wbr", "SI", None, 1)[0]
    assert (newest.act, newest.detail["key"]) == ("key-made", made.key.id)
    assert secret not in str(newest)


@pytest.mark.parametrize(
    "wrong", ["", "x", "rh_live", "rh_live__", "rh_live_abcdefgh_x", "rh_exercise_{id}_{secret}", "rh_live_{id}_żółw",
              "rh_live_{id}_", "RH_live_{id}_{secret}", "rh_live_{id}_{secret}x"],
)  # fmt: skip
def test_every_wrong_key_is_answered_alike(office: Office, wrong: str):
    made = make(office)
    secret = made.text.split("_", 3)[3]
    with pytest.raises(SignInNeeded, match="unknown, expired or revoked"):
        keys.authenticate(office.directory, wrong.format(id=made.key.id, secret=secret), wall())


def test_two_keys_of_a_system_are_active_and_not_three(office: Office):
    first, _second = make(office), make(office)
    with pytest.raises(Conflict):
        make(office)
    make(office, system="another")
    revoke(office, first.key.id)
    make(office)


def test_a_rotation_leaves_the_old_key_for_the_overlap(office: Office):
    old = make(office)
    new = rotate(office, old.key.id)
    assert new.key.scopes == old.key.scopes
    assert keys.authenticate(office.directory, old.text, wall() + timedelta(days=6))
    with pytest.raises(SignInNeeded):
        keys.authenticate(office.directory, old.text, wall() + timedelta(days=8))
    assert keys.authenticate(office.directory, new.text, wall() + timedelta(days=8))


def test_a_second_rotation_ends_the_oldest(office: Office):
    first = make(office)
    second = rotate(office, first.key.id)
    third = rotate(office, second.key.id)
    with pytest.raises(SignInNeeded):
        keys.authenticate(office.directory, first.text, wall())
    for made in (second, third):
        assert keys.authenticate(office.directory, made.text, wall())


def test_a_revoked_key_is_refused_and_its_streams_no_longer_hold(office: Office):
    made = make(office)
    who = keys.authenticate(office.directory, made.text, wall())
    assert office.still_listens(who)
    revoke(office, made.key.id)
    assert not office.still_listens(who)
    with pytest.raises(SignInNeeded):
        keys.authenticate(office.directory, made.text, wall())
    with pytest.raises(Conflict):
        rotate(office, made.key.id)


def test_an_expired_key_is_refused(office: Office):
    made = make(office, days=1)
    with pytest.raises(SignInNeeded):
        keys.authenticate(office.directory, made.text, wall() + timedelta(days=2))
    who = keys.authenticate(office.directory, made.text, wall())
    assert not office.still_listens(who, after=timedelta(days=2))


@pytest.mark.parametrize("by", ["bor", "eva", "mira", "goran"])
def test_only_the_party_s_own_office_makes_its_keys(office: Office, by: str):
    with pytest.raises(NotAllowed):
        make(office, by, party="SI")


def test_another_party_s_key_reads_like_none(office: Office):
    made = make(office)
    for key in (made.key.id, "nosuchkey"):
        with pytest.raises(Unknown, match="no such key that you can see"):
            revoke(office, key, "goran")


def test_an_unknown_scope_is_refused_with_the_known_ones(office: Office):
    with pytest.raises(Refused) as refusal:
        make(office, scopes=["post:figures"])
    assert refusal.value.problems[0].allowed == sorted(ALLOWED)


def test_the_systems_of_an_observer_observe(office: Office):
    observers = [m.party for m in office.directory.routes["wbr"].memberships if m.role == "observer"]
    made = make(office, "olga", party=observers[0])
    assert keys.authenticate(office.directory, made.text, wall()).roles == {"observer"}


def test_an_exercise_has_keys_of_its_own(office: Office):
    def derive(tx: Any) -> None:
        derive_route(tx.conn, "wbr")
        tx.directory_changed()

    live = make(office)
    office.change(derive)
    who = office.who("ana", "wbr-exercise")
    drill = office.change(lambda tx: key_office.make(tx, who, NewKey(system="border-system", scopes=SCOPES), ALLOWED))
    assert drill.text.startswith("rh_exercise_")
    assert keys.authenticate(office.directory, drill.text, wall()).route == "wbr-exercise"
    assert keys.authenticate(office.directory, live.text, wall()).route == "wbr"


def test_an_exercise_has_the_parties_people_and_grants_of_its_route_and_is_marked(office: Office):
    office.change(lambda tx: grants.allow(tx, office.who("olga"), Grant(actor="FRONTEX", party="GR")))

    def derive(tx: Any) -> str:
        tx.directory_changed()
        return derive_route(tx.conn, "wbr")

    code = office.change(derive)
    directory = office.directory
    live, drill = directory.routes["wbr"], directory.routes[code]
    assert (drill.exercise, drill.marking) == (True, "exercise")
    assert (drill.memberships, drill.legs, drill.places) == (live.memberships, live.legs, live.places)
    assert (code, "FRONTEX", "GR") in directory.grants
    assert office.person("ana").roles[code] == office.person("ana").roles["wbr"]
    with pytest.raises(Conflict):
        office.change(derive)


@pytest.mark.parametrize("code", ["WBR", "../x", "a b", "x" * 41, "-x"])
def test_the_code_of_a_route_fits_an_address(office: Office, code: str):
    with pytest.raises(Conflict):
        office.change(lambda tx: install_route(tx.conn, "cmr", code=code))


def test_a_party_lets_another_enter_for_it_and_takes_it_back(office: Office):
    goran = office.who("goran")
    office.change(lambda tx: grants.allow(tx, goran, Grant(actor="FRONTEX")))
    key = make(office, "olga", party="FRONTEX")
    frontex = keys.authenticate(office.directory, key.text, wall())
    assert may_report_for(office.directory, frontex, "MK")
    assert not may_report_for(office.directory, frontex, "GR")
    assert grants.visible(office.directory, office.who("mira")) == [("FRONTEX", "MK")]
    assert grants.visible(office.directory, office.who("ana")) == []
    office.change(lambda tx: grants.withdraw(tx, goran, "FRONTEX", "MK"))
    assert not may_report_for(office.directory, frontex, "MK")
    with pytest.raises(Unknown):
        office.change(lambda tx: grants.withdraw(tx, goran, "FRONTEX", "MK"))


def test_nobody_helps_himself_to_another_party_s_entries(office: Office):
    for by in ("ana", "bor"):
        with pytest.raises(NotAllowed):
            office.change(lambda tx, by=by: grants.allow(tx, office.who(by), Grant(actor="SI", party="MK")))  # type: ignore[misc]


@pytest.mark.parametrize(("actor", "party"), [("XX", "SI"), ("SI", "SI")])
def test_a_grant_between_parties_that_cannot_be_is_refused(office: Office, actor: str, party: str):
    with pytest.raises(Refused):
        office.change(lambda tx: grants.allow(tx, office.who("olga"), Grant(actor=actor, party=party)))


def test_a_key_that_acts_as_the_chair_is_made_by_the_chair_or_the_operator_alone(office: Office):
    scopes = ["post:report", "chair"]
    with pytest.raises(NotAllowed, match="acts as the chair"):
        make(office, scopes=scopes)
    made = make(office, by="olga", scopes=scopes, party="SI")
    assert keys.authenticate(office.directory, made.text, wall()).roles == {"national_system", "chair"}
    other = make(office, system="other")
    assert keys.authenticate(office.directory, other.text, wall()).roles == {"national_system"}
