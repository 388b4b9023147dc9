"""The operator's commands on people, keys, routes, parties and grants; no hub needs to run."""

import json
import stat
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from routehub.core.clock import wall
from routehub.core.errors import SignInNeeded
from routehub.directory import keys, sign_in
from routehub.journal import audit
from tests.fixtures.office import Office, Terminal, address

Run = Callable[..., str]


@pytest.fixture
def run(office: Office, terminal: Terminal) -> Run:
    """`run("people", "list")` gives standard output; `fails=True` gives standard error."""
    return partial(terminal, office.url)


def rows(run: Run, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run(*words, "--json"))
    return found


def test_a_person_is_nominated_listed_given_a_role_and_withdrawn(run: Run):
    assert run("people", "add", "Jan@si.example", "Jan Novak", "--party", "svn", "--language", "sl") == (
        "Jan Novak <jan@si.example> is nominated for SI on wbr: contact_point.\n"
    )
    assert run("people", "role", "jan@si.example", "deputy") == "Jan Novak on wbr: contact_point, deputy.\n"
    assert run("people", "role", "jan@si.example", "contact_point", "--remove") == "Jan Novak on wbr: deputy.\n"
    found = {row["email"]: row for row in rows(run, "people", "list", "--party", "SI")}
    assert (found["jan@si.example"]["roles"], found["jan@si.example"]["on_duty"]) == (["deputy"], False)
    run("people", "withdraw", "jan@si.example")
    assert "jan@si.example" not in run("people", "list")
    assert "jan@si.example" in run("people", "list", "--all")


def test_a_printed_link_signs_its_person_in_once(run: Run, office: Office):
    link = run("people", "link", address("ana")).strip()
    assert link.startswith("https://hub.example/sign-in/")
    token = link.rsplit("/", 1)[1]
    signed_in = office.change(lambda tx: sign_in.by_link(tx, token, "", 12))
    assert isinstance(signed_in, sign_in.SignedIn)
    assert signed_in.person == office.person("ana").id
    with pytest.raises(SignInNeeded):
        office.change(lambda tx: sign_in.by_link(tx, token, "", 12))


def test_an_operator_sees_how_somebody_signs_in_and_takes_it_away(run: Run, office: Office):
    ana = office.person("ana").id
    office.change(lambda tx: sign_in.set_password(tx, ana, "a hash"))
    office.change(lambda tx: sign_in.begin(tx, ana, "password", "", 12))
    (row,) = rows(run, "people", "ways", address("ana"))
    assert (row["password"], row["passkeys"], row["sessions"]) == (True, [], 1)
    assert run("people", "reset", address("ana")).endswith("Sign-ins ended: 1.\n")
    (row,) = rows(run, "people", "ways", address("ana"))
    assert (row["password"], row["sessions"]) == (False, 0)
    assert "sign-in-reset" in [one.act for one in office.db.read_sync(audit.page, "wbr", "SI", None, 9)]


def test_an_operator_needs_no_party(run: Run, office: Office):
    run("people", "add", "op@hub.example", "Oskar", "--role", "operator")
    assert office.directory.people_by_email["op@hub.example"].roles == {"*": frozenset({"operator"})}


def test_a_key_alone_is_on_standard_output_and_rotates(run: Run, office: Office):
    first = run("keys", "make", "SI", "border-system", "--scope", "post:report", "--days", "30").strip()
    assert keys.authenticate(office.directory, first, wall()).scopes == frozenset({"post:report"})
    second = run("keys", "rotate", first.split("_")[2], "--overlap", "0").strip()
    assert keys.authenticate(office.directory, second, wall()).scopes == frozenset({"post:report"})
    with pytest.raises(SignInNeeded):
        keys.authenticate(office.directory, first, wall())
    run("keys", "revoke", second)
    assert rows(run, "keys", "list") == []
    assert [row["state"] for row in rows(run, "keys", "list", "--all")] == ["revoked", "expired"]


def test_key_files_for_all_reporting_parties_are_the_owner_s_alone(run: Run, office: Office, tmp_path: Path):
    folder = tmp_path / "keys"
    made = rows(run, "keys", "make", "--all", str(folder))
    files = sorted(folder.iterdir())
    assert [file.name for file in files] == sorted(f"{row['party']}.key" for row in made)
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    first = (folder / "SI.key").read_text().strip()
    run("keys", "make", "--all", str(folder))
    second = (folder / "SI.key").read_text().strip()
    assert keys.authenticate(office.directory, second, wall()).party == "SI"
    with pytest.raises(SignInNeeded):
        keys.authenticate(office.directory, first, wall())
    assert len(rows(run, "keys", "list")) == len(made)
    assert second not in run("keys", "list")


def test_an_exercise_is_one_command_and_its_keys_are_its_own(run: Run, office: Office):
    run("grants", "allow", "FRONTEX", "EL")
    assert run("routes", "exercise", "wbr") == "The exercise wbr-exercise is derived from wbr.\n"
    found = {row["code"]: row for row in rows(run, "routes", "list")}
    assert (found["wbr-exercise"]["marking"], found["wbr"]["marking"]) == ("exercise", "live")
    assert rows(run, "grants", "list", "--route", "wbr-exercise") == [{"actor": "FRONTEX", "party": "GR"}]
    key = run("keys", "make", "SI", "drill", "--route", "wbr-exercise").strip()
    assert key.startswith("rh_exercise_")
    assert keys.authenticate(office.directory, key, wall()).route == "wbr-exercise"


def test_parties_have_the_names_of_the_day_that_is_asked_for(run: Run):
    today = {row["code"]: row["name"] for row in rows(run, "parties", "list")}
    then = {row["code"]: row["name"] for row in rows(run, "parties", "list", "--on", "2016-01-28")}
    assert today["MK"] == "North Macedonia"
    assert then["MK"] != today["MK"]


def test_a_grant_is_taken_back(run: Run):
    assert run("grants", "allow", "FRONTEX", "GR") == "FRONTEX may enter on behalf of GR on wbr.\n"
    run("grants", "withdraw", "FRONTEX", "GR")
    assert rows(run, "grants", "list") == []


WRONG = {
    "an e-mail address": ("people", "add", "a,b@si.example", "Ana", "--party", "SI"),
    "There is no party SX": ("people", "add", "jan@si.example", "Jan", "--party", "SX"),
    "belongs to a nominated person": ("people", "add", "ana@si.example", "Ana", "--party", "SI"),
    "Nobody with the address": ("people", "withdraw", "nobody@si.example"),
    "Name the party and its system": ("keys", "make", "SI"),
    "Unknown scope": ("keys", "make", "SI", "s", "--scope", "post:figures"),
    "There is no key of this id": ("keys", "revoke", "rh_live_nosuchky_SECRET"),
    "exists already": ("routes", "install", "wbr"),
    "There is no route template balkans": ("routes", "install", "balkans"),
    "is an exercise or a sample": ("routes", "exercise", "wbr", "--marking", "live"),
    "enters its own figures without this": ("grants", "allow", "SI", "SI"),
    "There is no route nowhere": ("parties", "list", "--route", "nowhere"),
}


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_command_that_cannot_be_done_says_why_in_a_sentence(run: Run):
    for said, words in WRONG.items():
        assert said in run(*words, fails=True)
