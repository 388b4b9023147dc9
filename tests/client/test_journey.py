"""The client with a real hub: what one party posts, another one reads."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from routehub_client import AsyncHub, Conflict, Gone, Hub, Outbox, Refused, SignInNeeded, Unknown
from routehub_client.outbox import send
from tests.client.real import furnish
from tests.fixtures.databases import sqlite_url
from tests.fixtures.hub import HubProcess
from tests.formats.documents import document, info


@dataclass(frozen=True)
class Place:
    """A hub that runs, and the keys of the parties that speak with it."""

    process: HubProcess
    keys: dict[str, str]

    def hub(self, party: str) -> Hub:
        return Hub(self.process.url, self.keys[party], timeout=20)


@pytest.fixture
def place(tmp_path: Path, migrated_sqlite: Path, start_hub: Callable[..., HubProcess]) -> Place:
    file = tmp_path / "hub.sqlite"
    shutil.copyfile(migrated_sqlite, file)
    keys = furnish(sqlite_url(file), ["SI", "HR", "AT"])
    return Place(start_hub(sqlite_url(file)), keys)


@pytest.fixture
def slovenia(place: Place) -> Iterator[Hub]:
    with place.hub("SI") as hub:
        yield hub


@pytest.fixture
def croatia(place: Place) -> Iterator[Hub]:
    with place.hub("HR") as hub:
        yield hub


def yesterday() -> str:
    return (datetime.now(UTC).date() - timedelta(days=1)).isoformat()


def figures(**values: int) -> dict[str, Any]:
    return {"figures": [{"indicator": name, "value": value} for name, value in values.items()]}


def test_a_report_is_posted_corrected_and_read_by_a_neighbour(slovenia: Hub, croatia: Hub) -> None:
    day = yesterday()
    first = slovenia.put_report("SI", day, {"figures": [{"indicator": "arrivals", "counterpart": "HR", "value": 1362}]})
    assert first.fresh
    again = slovenia.put_report("SI", day, {"figures": [{"indicator": "arrivals", "counterpart": "HR", "value": 1362}]})
    assert (again.fresh, again.id) == (False, first.id)

    changed = {"figures": [{"indicator": "arrivals", "counterpart": "HR", "value": 1262}]}
    with pytest.raises(Refused) as caught:
        slovenia.put_report("SI", day, changed)
    assert [problem.code for problem in caught.value.problems] == ["reason-needed"]
    slovenia.put_report("SI", day, {**changed, "reason": "Counted twice"})

    (figure,) = croatia.figures(party="SI", start=day, end=day, history=True)
    assert (figure["value"], figure["status"], figure["counterpart"]) == (1262, "revised", "HR")
    assert [(old["value"], old["reason"]) for old in figure["history"]] == [(1362, None), (1262, "Counted twice")]
    assert [one["value"] for one in croatia.latest(party="SI")] == [1262]


def test_every_problem_comes_back_with_its_place_and_a_near_match(slovenia: Hub) -> None:
    with pytest.raises(Refused) as caught:
        slovenia.put_report(
            "SI",
            yesterday(),
            {"figures": [{"indicator": "arivals", "value": 1}, {"indicator": "present", "value": "12"}]},
        )
    told = {problem.pointer: problem for problem in caught.value.problems}
    assert "/figures/1/value" in told
    with pytest.raises(Refused) as caught:
        slovenia.put_report("SI", yesterday(), figures(arivals=1))
    assert caught.value.problems[0].suggestion == "arrivals"


def test_a_try_stores_nothing_and_a_repeat_with_the_same_key_is_one_message(slovenia: Hub) -> None:
    day = yesterday()
    tried = slovenia.put_report("SI", day, figures(present=5840), dry_run=True)
    assert tried.id is None
    assert slovenia.figures(party="SI", start=day, end=day) == []
    note = {"to": ["HR"], "subject": "Buses", "text": "Two more from noon."}
    one = slovenia.publish("note", note, key="note-1")
    two = slovenia.publish("note", note, key="note-1")
    assert (one.fresh, two.fresh, one.id == two.id) == (True, False, True)
    with pytest.raises(Refused):
        slovenia.publish("note", {**note, "text": "Other words."}, key="note-1")
    assert [event.kind for event in slovenia.messages()] == ["note"]


def test_the_feed_is_read_page_by_page_from_a_cursor(slovenia: Hub, croatia: Hub) -> None:
    for number in range(5):
        slovenia.publish("note", {"to": ["HR"], "subject": f"Note {number}", "text": "x"})
    page = croatia.page(limit=2)
    assert ([event.data["subject"] for event in page.messages], page.more) == (["Note 0", "Note 1"], True)
    rest = list(croatia.messages(page.next))
    assert [event.data["subject"] for event in rest] == ["Note 2", "Note 3", "Note 4"]
    assert [event.feed for event in rest] == [3, 4, 5]
    assert rest[0].sender == "SI"
    with pytest.raises(Gone):
        croatia.page("9.1")


def test_an_alert_is_raised_acknowledged_and_ended(slovenia: Hub, croatia: Hub) -> None:
    data = {
        "category": "surge", "severity": "Severe", "urgency": "Immediate", "certainty": "Observed",
        "headline": "Sudden rise at Dobova", "expires": (datetime.now(UTC) + timedelta(hours=24)).isoformat(),
    }  # fmt: skip
    raised = slovenia.publish("alert", data)
    assert raised.short_id is not None
    assert raised.short_id.startswith("A-")
    croatia.publish("response", {"to": raised.short_id, "act": "acknowledge", "text": "Seen"})
    (alert,) = croatia.alerts()
    seen = {one["party"]: one["state"] for one in alert["acknowledgements"]}
    assert (seen["HR"], seen["AT"]) == ("acknowledged", "waiting")
    slovenia.publish("alert", {**data, "msg_type": "Cancel", "references": [raised.id]})
    assert croatia.alerts() == []
    assert croatia.alert(raised.short_id)["state"] == "ended"


def test_the_boards_answer_in_the_shapes_that_the_client_names(slovenia: Hub) -> None:
    slovenia.put_report("SI", yesterday(), figures(present=5840))
    picture = slovenia.route()
    assert picture["route"]["code"] == "wbr"
    assert "SI" in {station["party"] for station in picture["stations"]}
    assert {"leg", "from", "to", "departures", "arrivals", "differs"} <= set(picture["legs"][0])
    assert "SI" in {one["party"] for one in slovenia.reporting()}
    status = slovenia.status(datetime.now(UTC) - timedelta(hours=24))
    assert status["expected"] >= status["reported"] >= 0
    assert "arrivals" in {one["name"] for one in slovenia.indicators()}


def test_what_one_may_not_see_is_as_if_it_were_not_there(slovenia: Hub, place: Place) -> None:
    note = slovenia.publish("note", {"to": ["HR"], "subject": "Buses", "text": "x"})
    assert note.id is not None
    with place.hub("AT") as austria:
        with pytest.raises(Unknown):
            austria.message(note.id)
        assert list(austria.messages()) == []


def test_a_false_key_is_refused(place: Place) -> None:
    key = place.keys["SI"]
    with Hub(place.process.url, key[:-4] + "AAAA") as hub, pytest.raises(SignInNeeded):
        hub.page()


def test_a_stale_version_is_a_conflict(slovenia: Hub) -> None:
    first = slovenia.put_report("SI", yesterday(), figures(present=10))
    slovenia.put_report("SI", yesterday(), {**figures(present=11), "reason": "Late bus"})
    assert first.id is not None
    with pytest.raises(Conflict):
        slovenia.put_report("SI", yesterday(), {**figures(present=12), "reason": "x"}, if_match=f'"{first.id}"')


def test_the_same_from_asyncio(place: Place) -> None:
    async def journey() -> list[str]:
        async with AsyncHub(place.process.url, place.keys["SI"]) as hub:
            await asyncio.gather(
                *(hub.publish("note", {"to": ["HR"], "subject": f"Note {n}", "text": "x"}) for n in range(3))
            )
            return [event.kind async for event in hub.messages()]

    assert asyncio.run(journey()) == ["note"] * 3


def test_what_waited_while_the_hub_was_down_arrives_once_and_in_order(place: Place, tmp_path: Path) -> None:
    from routehub_client import calls

    outbox = Outbox(tmp_path / "outbox.sqlite3")
    try:
        with place.hub("SI") as hub:
            place.process.kill9()
            for number in range(3):
                call = calls.publish(None, "note", {"to": ["HR"], "subject": f"Note {number}", "text": "x"})
                outbox.add(call.request, hub=hub.address.url, party="SI", what="note")
            open_ = outbox.open(hub.address.url, "SI")
            assert [outcome.state for outcome in send(outbox, hub, open_)] == ["waiting"] * 3
            place.process.start()
            assert [outcome.state for outcome in send(outbox, hub, open_)] == ["sent"] * 3
            assert [outcome.posted.fresh for outcome in send(outbox, hub, open_) if outcome.posted] == [False] * 3
        with place.hub("HR") as croatia:
            assert [event.data["subject"] for event in croatia.messages()] == ["Note 0", "Note 1", "Note 2"]
    finally:
        outbox.close()


def test_an_alert_of_another_issuer_is_imported_once(slovenia: Hub, croatia: Hub) -> None:
    end = (datetime.now(UTC) + timedelta(hours=6)).replace(microsecond=0).isoformat()
    storm = document(infos=[info(expires=end, headline="Storm")])
    first, again = (slovenia.import_alert(storm, audience=["HR"]) for _ in range(2))
    assert (first.fresh, again.fresh, again.id) == (True, False, first.id)
    assert [alert["headline"] for alert in croatia.alerts()] == ["Storm"]
