"""The exit codes of UX, each from a run of `rh` as a process, with stdout and stderr kept apart."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from routehub_client import errors
from routehub_client.cli.exits import Exit, Usage, code
from routehub_client.outbox import NotThere
from tests.client.conftest import Rh
from tests.client.stub import ME, StubHub, problem
from tests.fixtures.ports import find_free_port

DAY = "2026-01-21"
SET = ("figures", "set", "arrivals.HR=2410", "--day", DAY)
UNUSUAL = {
    "pointer": "/figures/0/value",
    "code": "unusual",
    "message": "2410, yesterday 1352 (+78%), usual 1290 to 1371",
}


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Usage("x"), Exit.USAGE),
        (errors.Refused(422, "x"), Exit.REFUSED),
        (errors.Refused(400, "x"), Exit.REFUSED),
        (errors.SignInNeeded(401, "x"), Exit.SIGN_IN),
        (errors.NotAllowed(403, "x"), Exit.SIGN_IN),
        (errors.Misconfigured("x"), Exit.SIGN_IN),
        (errors.Unknown(404, "x"), Exit.NOT_FOUND),
        (errors.Gone(410, "x"), Exit.NOT_FOUND),
        (NotThere("x"), Exit.NOT_FOUND),
        (errors.Conflict(409, "x"), Exit.CONFLICT),
        (errors.Conflict(412, "x"), Exit.CONFLICT),
        (errors.NoConnection("hub", "x"), Exit.BUSY),
        (errors.Busy(503, "x"), Exit.BUSY),
        (errors.Gap(5, 6, "1.4"), Exit.FAILED),
    ],
)
def test_every_error_has_its_code(fault: errors.RoutehubError, expected: Exit) -> None:
    assert code(fault) is expected


def test_0_a_post_gives_its_id_first_and_its_words_beside_it(rh: Rh, stub: StubHub) -> None:
    done = rh(*SET)
    assert (done.code, done.lines) == (0, ["0199-0001"])
    assert "messages/0199-0001" in done.err
    quiet = rh("-q", *SET)
    assert (quiet.lines, quiet.err) == (["0199-0002"], "")
    (put, _) = stub.writes
    assert (put.method, put.path) == ("PUT", f"/v1/parties/SI/reports/{DAY}")
    assert put.body == {"figures": [{"indicator": "arrivals", "counterpart": "HR", "value": 2410}]}
    assert put.headers["authorization"].startswith("Bearer rh_sys_")


def test_all_that_was_typed_wrong_is_told_at_once(rh: Rh, stub: StubHub) -> None:
    done = rh("figures", "set", "arivals.HR=xx", "present=7", "departures.AT=y")
    told = ("arivals.HR: 'xx' is not", "departures.AT: 'y' is not", "'arivals' is no figure. Did you mean arrivals?")
    assert [words for words in told if words not in done.err] == []
    assert stub.writes == []


@pytest.mark.parametrize(
    "words",
    [
        ("figures", "set", "arrivals.HR=12x"),
        ("figures", "set", "arrivals.HR"),
        ("figures", "correct", "-"),
        ("figures", "sett"),
        ("figures", "set"),
        ("alert", "raise", "surg"),
        ("status", "--tz", "Nowhere/Never"),
        ("api", "GET", "https://elsewhere.example/v1/me"),
        ("login", "--key", "rh_sys_x_y"),
        ("figures", "post", "/no/such/file"),
    ],
)
def test_2_wrong_usage_is_told_and_nothing_is_sent(rh: Rh, stub: StubHub, words: tuple[str, ...]) -> None:
    done = rh(*words)
    assert (done.code, done.out) == (2, "")
    assert done.err
    assert stub.writes == []


def test_3_every_problem_is_listed_and_json_when_asked(rh: Rh, stub: StubHub) -> None:
    faults: list[dict[str, Any]] = [
        {
            "pointer": "/figures/0/indicator",
            "code": "unknown-indicator",
            "message": "Not in the catalogue.",
            "sent": "arivals",
            "allowed": ["arrivals", "departures"],
            "suggestion": "arrivals",
        },
        {"pointer": "/figures/1/value", "code": "form", "message": "Send a number.", "sent": "12"},
    ]
    stub.refuse = lambda got: (422, problem(422, "The message was refused.", *faults))
    done = rh(*SET)
    assert (done.code, done.out) == (3, "")
    assert "arrivals.HR: no figure has this name" in done.err  # as it was typed, and not by a pointer
    assert "Did you mean arrivals.HR?" in done.err
    assert "/figures/1/value: Send a number." in done.err
    assert [one["pointer"] for one in rh(*SET, "--json").json["problems"]] == [one["pointer"] for one in faults]
    assert rh("outbox", "list", "--json").json == [], "a person was told, so it does not wait"


def test_3_a_file_that_is_no_json_is_refused_here(rh: Rh, stub: StubHub) -> None:
    done = rh("figures", "post", "-", stdin='{"figures": [}')
    assert done.code == 3
    twice = rh("figures", "post", "-", stdin='{"figures": [], "figures": []}')
    assert (twice.code, stub.writes) == (3, [])
    assert "more than once" in twice.err


def test_4_a_refused_key_asks_for_a_new_one(rh: Rh, stub: StubHub) -> None:
    stub.refuse = lambda got: (401, problem(401, "This key has ended."))
    done = rh(*SET)
    assert (done.code, done.out) == (4, "")
    assert "rh login --key-file" in done.err
    stub.refuse = lambda got: (403, problem(403, "This key may not post."))
    assert rh(*SET).code == 4
    assert rh("outbox", "list", "--json").json == []


def test_4_without_a_key_nothing_is_sent(rh: Rh, stub: StubHub) -> None:
    del rh.environment["ROUTEHUB_KEY_FILE"]
    done = rh("status")
    assert done.code == 4
    assert "rh login --key-file" in done.err
    assert stub.requests == []


def test_5_what_is_not_there_is_said_to_be_not_there(rh: Rh) -> None:
    assert rh("alert", "show", "A-7F3K").code == 5
    assert rh("outbox", "drop", "ZZZZ").code == 5


def test_6_a_change_in_between_is_a_conflict(rh: Rh, stub: StubHub) -> None:
    stub.refuse = lambda got: (412, problem(412, "Changed since you read it."))
    assert rh(*SET).code == 6
    fault = {"pointer": "/figures/0/value", "code": "reason-needed", "message": "Say why in `reason`."}
    stub.refuse = lambda got: (422, problem(422, "A reason is needed.", fault))
    done = rh(*SET)
    assert done.code == 6
    assert "send the same again with --reason TEXT" in done.err


def test_7_without_a_connection_the_post_is_saved_and_sent_by_the_next_command(rh: Rh, stub: StubHub) -> None:
    assert rh("whoami").code == 0
    rh.environment["ROUTEHUB_URL"], there = f"http://127.0.0.1:{find_free_port()}", stub.url
    done = rh(*SET, "--party", "SI")
    assert done.code == 7
    short = done.out.strip()
    assert len(short) == 4
    assert f"Saved in outbox as {short}" in done.err
    base = sqlite3.connect(rh.outbox_file)
    with base:
        base.execute("update item set hub = ?", (there,))
    base.close()
    rh.environment["ROUTEHUB_URL"] = there
    assert f"Sent from the outbox: {short}" in rh("alert", "list").err
    assert len(stub.records) == 1


def test_7_a_busy_hub_saves_as_well_and_order_is_kept(rh: Rh, stub: StubHub) -> None:
    stub.refuse = lambda got: (503, problem(503, "Starting."))
    assert [rh("agenda", "propose", f"Item {number}").code for number in (1, 2)] == [7, 7]
    stub.refuse = lambda got: None
    assert rh("agenda", "propose", "Item 3").code == 0
    kept = [got.body["title"] for got in stub.writes if got.key in stub.records]
    assert kept[-3:] == ["Item 1", "Item 2", "Item 3"]
    assert len(stub.records) == 3


def test_8_unusual_figures_are_not_posted_before_somebody_says_so(rh: Rh, stub: StubHub) -> None:
    stub.warnings = [UNUSUAL]
    done = rh(*SET)
    assert (done.code, done.out, stub.writes) == (8, "", [])
    assert "Check 1 unusual figure" in done.err
    assert "arrivals.HR  2410, yesterday 1352 (+78%), usual 1290 to 1371" in done.err
    assert rh("outbox", "list", "--json").json == []
    assert rh(*SET, "--dry-run").code == 8
    kept = rh(*SET, "--keep-unusual")
    assert (kept.code, kept.lines) == (0, ["0199-0001"])


def test_9_a_read_without_a_connection_saves_nothing(rh: Rh, stub: StubHub) -> None:
    rh.environment["ROUTEHUB_URL"] = f"http://127.0.0.1:{find_free_port()}"
    done = rh("status")
    assert (done.code, done.out) == (9, "")
    assert "No connection to 127.0.0.1" in done.err
    assert rh(*SET, "--party", "SI", "--no-outbox").code == 9
    assert rh("outbox", "list", "--json").json == []


def test_a_dry_run_stores_nothing_anywhere(rh: Rh, stub: StubHub) -> None:
    done = rh(*SET, "-n")
    assert (done.code, done.out, stub.writes) == (0, "", [])
    assert "Nothing was stored" in done.err
    assert not rh.outbox_file.exists()


def test_nothing_to_report_is_said_and_is_no_zero(rh: Rh, stub: StubHub) -> None:
    assert rh("figures", "nil", "--day", DAY).code == 0
    assert stub.writes[0].body == {"nothing_to_report": True}


def test_a_key_is_stored_as_a_path_and_a_key_from_stdin_for_its_owner_alone(rh: Rh, stub: StubHub) -> None:
    key = rh.key_file.read_text()
    del rh.environment["ROUTEHUB_KEY_FILE"]
    assert rh("login", "--key-file", str(rh.key_file)).code == 0
    config = rh.home / "config" / "routehub" / "config.json"
    assert json.loads(config.read_text())["live"]["key_file"] == str(rh.key_file)
    assert rh("whoami").lines[0] == "SI figures system for Slovenia (SI)"

    assert rh("login", "--key-file", "-", stdin=key).code == 0
    copy = Path(json.loads(config.read_text())["live"]["key_file"])
    assert (copy.read_text(), copy.stat().st_mode & 0o777) == (key, 0o600)
    told = [path.read_text() for path in rh.home.rglob("*.json")]
    assert all("s_s_s_s" not in text for text in told), "the secret is in no file but its own"

    rh.environment["ROUTEHUB_URL"] = "http://127.0.0.1:9"
    assert rh("whoami").code == 4, "a stored key goes to no other address"
    rh.environment["ROUTEHUB_URL"] = stub.url
    assert rh("logout").code == 0
    assert not copy.exists()
    assert rh("whoami").code == 4


def test_a_key_never_travels_in_clear_text(rh: Rh) -> None:
    rh.environment["ROUTEHUB_URL"] = "http://hub.example"
    done = rh("status")
    assert done.code == 4
    assert "Use https" in done.err


def test_an_exercise_is_marked_and_never_taken_for_live(rh: Rh, stub: StubHub) -> None:
    refused = rh("--exercise", *SET)
    assert (refused.code, stub.writes) == (2, [])
    stub.answers["/v1/me"] = {**ME, "route": {**ME["route"], "exercise": True, "marking": "EXERCISE: sample data"}}
    rh.environment["XDG_CACHE_HOME"] += "-2"
    posted = rh("--exercise", *SET)
    assert (posted.code, posted.lines) == (0, ["0199-0001"])
    assert stub.writes[0].body["exercise"] is True
    assert posted.err.splitlines()[0] == "EXERCISE: sample data"
    stub.answers["/v1/alerts"] = {"alerts": []}
    assert rh("alert", "list", "--json").err.splitlines()[0] == "EXERCISE: sample data"
    assert rh("whoami").lines[0] == "EXERCISE: sample data"
