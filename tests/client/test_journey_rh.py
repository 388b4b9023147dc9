"""`rh` with a real hub, by the commands of the client's README: one party posts, another one watches and answers."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from routehub_client import verify
from tests.client.conftest import Rh
from tests.client.real import furnish
from tests.client.test_journey import Place, place
from tests.fixtures.databases import sqlite_url
from tests.fixtures.hub import HubProcess
from tests.fixtures.waiting import wait_for
from tests.fixtures.webhooks import WebhookReceiver

__all__ = ["place"]

pytestmark = pytest.mark.timeout(300)
"""A dozen processes each: on a busy machine the usual limit would only measure the machine."""


def signed_in(place: Place, tmp_path: Path, party: str) -> Rh:
    return Rh(tmp_path / party, place.process.url, place.keys[party])


def test_a_first_push_in_five_commands_is_seen_by_who_watches(place: Place, tmp_path: Path) -> None:
    slovenia, croatia = (signed_in(place, tmp_path, party) for party in ("SI", "HR"))
    watching = croatia.start("watch", "figures", "--json", "--count", "1", "--after", "0")
    try:
        del slovenia.environment["ROUTEHUB_KEY_FILE"]
        assert slovenia("login", "--key-file", str(slovenia.key_file)).code == 0
        template = slovenia("figures", "template")
        assert template.code == 0, template.err
        file = tmp_path / "today.json"
        file.write_text(
            template.out.replace('"counterpart": "HR", "value": null', '"counterpart": "HR", "value": 1362')
        )
        assert slovenia("figures", "post", str(file), "--dry-run").code == 0
        posted = slovenia("figures", "post", str(file))
        assert posted.code == 0, posted.err
        out, err = watching.communicate(timeout=60)
    finally:
        watching.kill()
    event = json.loads(out)
    assert (watching.returncode, event["id"], event["source"]) == (0, posted.lines[0], "/parties/SI"), err
    assert event["data"]["figures"][0]["value"] == 1362
    assert "arrivals.HR" in croatia("figures", "show", "SI").out

    wrong = slovenia("figures", "set", "arrivals.HR=1262", "--keep-unusual")
    assert wrong.code == 6, wrong.err
    assert slovenia("figures", "set", "arrivals.HR=1262", "--keep-unusual", "--reason", "Counted twice").code == 0


def test_an_alert_is_raised_acknowledged_and_ended_from_two_terminals(place: Place, tmp_path: Path) -> None:
    slovenia, croatia = (signed_in(place, tmp_path, party) for party in ("SI", "HR"))
    raised = slovenia("-q", "alert", "raise", "people_stranded", "--detail", "About 400 people wait outside.")
    assert raised.code == 0, raised.err
    (id,) = raised.lines
    assert [one["short_id"] for one in croatia("alert", "list", "--mine", "--json").json] == [id]
    assert croatia("alert", "ack", id, "--reply", "Seen").code == 0
    assert croatia("alert", "list", "--mine", "--json").json == []
    assert slovenia("alert", "update", id, "--severity", "extreme").code == 0
    assert croatia("alert", "show", id, "--json").json["severity"] == "Extreme"
    assert croatia("alert", "end", id).code == 4, "only who raised it ends it"
    assert slovenia("alert", "end", id).code == 0
    assert croatia("alert", "list", "--json").json == []


def test_what_was_saved_while_the_hub_was_killed_arrives_once(place: Place, tmp_path: Path) -> None:
    slovenia = signed_in(place, tmp_path, "SI")
    assert slovenia("whoami").code == 0
    place.process.kill9()
    saved = slovenia("alert", "raise", "weather", "--headline", "Snow on the pass")
    assert (saved.code, len(saved.out.strip())) == (7, 4)
    place.process.start()
    status = slovenia("status")
    assert status.code == 0, status.err
    assert f"Sent from the outbox: {saved.out.strip()}" in status.err
    assert "Snow on the pass" in status.out
    assert len(slovenia("alert", "list", "--json").json) == 1
    wait_for(lambda: slovenia("outbox", "send").code == 0, 30, "an empty outbox")
    assert len(slovenia("alert", "list", "--json").json) == 1


def test_a_spreadsheet_is_imported_and_its_bad_cells_are_named(place: Place, tmp_path: Path) -> None:
    slovenia = signed_in(place, tmp_path, "SI")
    file = tmp_path / "october.csv"
    file.write_text("Datum;arrivals.HR;Quelle\n20.10.2015;1.902;x\n21.10.2015;-5;x\n22.10.2015;12,0;x\n")
    words = ("figures", "import", str(file), "--map", "Quelle:-", "--keep-unusual")
    refused = slovenia(*words)
    assert (refused.code, refused.out) == (3, "")
    assert "  row 3, column B (arrivals.HR): a count is not negative. Sent: -5." in refused.err
    tried = slovenia(*words, "--partial", "--dry-run", "--json")
    assert (tried.code, [item["data"]["figures"][0]["value"] for item in tried.json["results"]]) == (3, [1902, 12])
    taken = slovenia(*words, "--partial", "--plain")
    assert (taken.code, [line.split("\t")[1:] for line in taken.lines]) == (
        3, [["SI", "2015-10-20", "1"], ["SI", "2015-10-22", "1"]],
    )  # fmt: skip
    file.write_text(file.read_text().replace("-5", "5"))
    whole = slovenia(*words, "--plain")
    assert (whole.code, len(whole.lines)) == (0, 3), whole.err
    assert whole.lines[0].split("\t")[0] == taken.lines[0].split("\t")[0], "what was on record stays"
    assert slovenia("figures", "import", str(tmp_path / "october.pdf")).code == 2


def test_a_subscription_is_added_tried_paused_and_replayed_from_the_terminal(
    tmp_path: Path, migrated_sqlite: Path, start_hub: Callable[..., HubProcess], webhook_receiver: WebhookReceiver
) -> None:
    file = tmp_path / "hub.sqlite"
    shutil.copyfile(migrated_sqlite, file)
    keys = furnish(sqlite_url(file), ["SI"])
    place = Place(start_hub(sqlite_url(file), webhook_private="true"), keys)
    slovenia = signed_in(place, tmp_path, "SI")
    made = slovenia("subscriptions", "add", "webhook", webhook_receiver.url, "--kind", "alert", "--signing", "both")
    assert made.code == 0, made.err
    id, secret = made.lines
    tested = slovenia("subscriptions", "test", id)
    assert tested.code == 0, tested.err
    (hit,) = webhook_receiver.wait(1)
    (public,) = re.findall(r"whpk_\S+", made.err)
    assert verify([secret], hit.headers, hit.body) == verify(public, hit.headers, hit.body)
    raised = slovenia("-q", "alert", "raise", "people_stranded", "--detail", "About 400 people wait outside.").lines[0]
    webhook_receiver.wait(2)
    wait_for(lambda: "sent" in slovenia("messages", raised, "--deliveries", "--plain").out, 20)
    again = slovenia("subscriptions", "replay", id, "--after", "1.0")
    assert again.code == 0, again.err
    assert webhook_receiver.wait(3)[2].headers["webhook-id"] == webhook_receiver.hits[1].headers["webhook-id"]
    assert slovenia("subscriptions", "replay", id).code == 2
    assert slovenia("subscriptions", "pause", id).code == 0
    assert slovenia("subscriptions", "test", id).code == 6
    assert "paused" in slovenia("subscriptions", "list").out
    assert slovenia("subscriptions", "remove", id).code == 0
    assert slovenia("subscriptions", "log", id).code == 5
