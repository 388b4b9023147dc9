"""A route of one's own from a data file: what is wrong with it is told at once, what is right becomes a route."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from benchmarks.synthetic import route_file as large
from routehub_schemas import reference
from routehub_schemas.errors import Invalid
from routehub_schemas.kinds.alert.payload import Alert
from routehub_schemas.reference import route_file
from tests.fixtures.office import Office, Terminal

Run = Callable[..., str]


@pytest.fixture
def run(office: Office, terminal: Terminal) -> Run:
    return partial(terminal, office.url)


def told(data: dict[str, Any]) -> set[tuple[str, str]]:
    with pytest.raises(Invalid) as refused:
        route_file.read(json.dumps(data))
    return {(problem.pointer, problem.code) for problem in refused.value.problems}


def test_the_routes_that_ship_are_such_files():
    for code in reference.ROUTES:
        assert route_file.read(json.dumps(reference.template(code))).route == reference.route(code)


def test_everything_that_is_wrong_is_told_at_once_with_its_place():
    data = reference.template("wbr")
    data["parties"][0]["zone"] = "Europe/Atens"
    data["parties"].append(data["parties"][1])
    data["legs"].append({"origin": "GR", "destination": "QM"})
    data["legs"].append(data["legs"][0])
    data["places"].append({"code": "QM/centre", "name": "Centre", "kind": "centre", "party": "QM"})
    data["new_parties"] = [{"code": "GR", "kind": "state", "names": [{"name": "Hellas", "short": "Hellas"}]}]
    data["plans"] = ["wbr-2016"]
    data["usual"] = {"due": "05:00"}
    found = told(data)
    assert found >= {
        ("/parties/0/zone", "unknown-zone"), ("/parties/18", "twice"),
        ("/legs/15/destination", "unknown-party"), ("/legs/16", "twice"), ("/places/43/code", "unknown-place"),
        ("/places/43/party", "unknown-party"), ("/new_parties/0/code", "known"), ("/plans/0", "unknown-plan"),
        ("/parties/0/due", "too-early"),
    }  # fmt: skip
    assert told(reference.template("cmr") | {"code": "C M R", "legs": [{"origin": "IT"}], "colour": "red"}) == {
        ("/code", "form"), ("/legs/0/destination", "missing"), ("/colour", "unknown-field"),
    }  # fmt: skip


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_route_is_made_of_a_file_beside_the_one_that_is_there(run: Run, office: Office, tmp_path: Path):
    file = tmp_path / "mine.json"
    file.write_text(json.dumps(large(30, 60, "mine")))
    assert "is in order: 30 parties (26 new), 60 legs" in run("routes", "new", "--from", str(file), "--check")
    assert "mine" not in office.directory.routes
    assert "The route mine is made (exercise)" in run("routes", "new", "--from", str(file), "--marking", "exercise")
    made = office.directory.routes["mine"]
    assert (len(made.memberships), len(made.legs), made.marking) == (30, 60, "exercise")
    assert "GR" not in {member.party for member in made.memberships}
    assert "this party is known already" in run("routes", "new", "--from", str(file), fails=True)
    again = run("routes", "new", "other", "--from", "wbr", "--title", "Another")
    assert again.startswith("The route other is made (live): 18 parties (0 new), 15 legs")
    printed = json.loads(run("routes", "template", "cmr"))
    assert printed == reference.template("cmr")
    assert "no file that can be read" in run("routes", "new", "--from", "nowhere.json", fails=True)


def test_a_message_for_everybody_on_a_large_route_can_be_read_again():
    """Its audience is written out as the codes of all."""
    parties = [party["code"] for party in large(200, 500)["parties"]]
    alert = {
        "category": "surge", "severity": "Minor", "urgency": "Expected", "certainty": "Likely", "headline": "x",
        "expires": "2026-03-03T00:00:00Z", "audience": parties,
    }  # fmt: skip
    assert len(Alert.model_validate_json(json.dumps(alert)).audience or ()) == 200
