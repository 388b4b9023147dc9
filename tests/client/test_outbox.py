"""The outbox: order, refusals, and two processes on one file."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from routehub_client import Hub, Outbox, calls
from routehub_client.outbox import Item, NotThere, send
from tests.client.stub import KEY, Got, Reply, StubHub, problem


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    box = Outbox(tmp_path / "state" / "outbox.sqlite3")
    yield box
    box.close()


@pytest.fixture
def hub(stub: StubHub) -> Iterator[Hub]:
    with Hub(stub.url, KEY, timeout=5) as hub:
        yield hub


def saved(
    outbox: Outbox, hub: str, number: int, *, party: str = "SI", day: str | None = None, checked: bool = True
) -> Item:
    if day is None:
        request = calls.publish(None, "note", {"to": ["MK"], "title": str(number), "text": "x"}).request
    else:
        request = calls.put_report(None, party, day, {"figures": [{"value": number}]}).request
    return outbox.add(request, hub=hub, party=party, what=f"item {number}", checked=checked)


def states(outbox: Outbox) -> list[str]:
    return [item.state for item in outbox.items()]


def test_an_item_is_on_the_disk_before_it_is_tried_and_only_for_its_owner(outbox: Outbox) -> None:
    item = saved(outbox, "http://hub", 1)
    other = sqlite3.connect(outbox.file)
    try:
        assert other.execute("select id, body from item").fetchall() == [(item.id, item.request.body)]
    finally:
        other.close()
    assert stat.S_IMODE(outbox.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(outbox.file.parent.stat().st_mode) == 0o700


def test_every_commit_is_synced(outbox: Outbox) -> None:
    mode, full = (outbox._base.execute(f"pragma {name}").fetchone()[0] for name in ("journal_mode", "synchronous"))
    assert (mode, full) == ("wal", 2)


def test_items_go_out_in_the_order_in_which_they_came(outbox: Outbox, hub: Hub, stub: StubHub) -> None:
    items = [saved(outbox, stub.url, number) for number in range(5)]
    assert [outcome.state for outcome in send(outbox, hub, outbox.open(stub.url, "SI"))] == ["sent"] * 5
    assert [got.key for got in stub.writes] == [item.id for item in items]
    assert list(stub.records) == [item.id for item in items]


def test_what_was_sent_is_listed_for_a_week_without_its_content(outbox: Outbox, hub: Hub, stub: StubHub) -> None:
    item = saved(outbox, stub.url, 1)
    list(send(outbox, hub, [item]))
    (kept,) = outbox.items()
    assert (kept.state, kept.request.body, kept.told["id"]) == ("sent", None, "0199-0001")
    long_ago = (datetime.now(UTC) - timedelta(days=8)).isoformat(timespec="seconds")
    outbox._base.execute("update item set tried_at = ?", (long_ago,))
    assert outbox.items() == []


def test_a_lost_answer_stops_everything_and_the_repeat_makes_no_second_record(
    outbox: Outbox, hub: Hub, stub: StubHub
) -> None:
    items = [saved(outbox, stub.url, number) for number in range(2)]
    stub.lose_answers = True
    stub.hold.set()
    outcomes = list(send(outbox, hub, items))
    assert [outcome.state for outcome in outcomes] == ["waiting", "waiting"]
    assert [got.key for got in stub.writes] == [items[0].id]
    stub.lose_answers = False
    assert [outcome.state for outcome in send(outbox, hub, outbox.open(stub.url, "SI"))] == ["sent", "sent"]
    assert list(stub.records) == [item.id for item in items]


def test_a_busy_hub_is_tried_again_and_a_refusal_asks(outbox: Outbox, hub: Hub, stub: StubHub) -> None:
    item = saved(outbox, stub.url, 1)
    stub.refuse = lambda got: (503, problem(503, "Starting."))
    assert next(iter(send(outbox, hub, [item]))).state == "waiting"
    fault = {"pointer": "/title", "code": "missing", "message": "Give it a title."}
    stub.refuse = lambda got: (422, problem(422, "Refused.", fault))
    assert next(iter(send(outbox, hub, outbox.open(stub.url, "SI")))).state == "asks"
    kept = outbox.find(item.short)
    assert kept.told["problems"] == [fault]
    tries = len(stub.writes)
    assert [outcome.state for outcome in send(outbox, hub, outbox.open(stub.url, "SI"))] == ["asks"]
    assert len(stub.writes) == tries, "what asks is not tried again by itself"


def test_a_refusal_holds_back_later_reports_of_its_day_and_nothing_else(
    outbox: Outbox, hub: Hub, stub: StubHub
) -> None:
    def refuse(got: Got) -> Reply | None:
        return (422, problem(422, "Refused.")) if got.body == {"figures": [{"value": 1}]} else None

    stub.refuse = refuse
    saved(outbox, stub.url, 1, day="2026-01-20")
    saved(outbox, stub.url, 2, day="2026-01-20")
    saved(outbox, stub.url, 3, day="2026-01-21")
    saved(outbox, stub.url, 4)
    list(send(outbox, hub, outbox.open(stub.url, "SI")))
    assert states(outbox) == ["asks", "waiting", "sent", "sent"]


def test_an_ended_sign_in_keeps_everything_waiting(outbox: Outbox, hub: Hub, stub: StubHub) -> None:
    items = [saved(outbox, stub.url, number) for number in range(2)]
    stub.refuse = lambda got: (401, problem(401, "No such key."))
    list(send(outbox, hub, items))
    assert states(outbox) == ["waiting", "waiting"]
    assert len(stub.writes) == 1


def test_figures_that_nobody_looked_at_ask_when_they_are_unusual(outbox: Outbox, hub: Hub, stub: StubHub) -> None:
    stub.warnings = [{"pointer": "/figures/0/value", "code": "unusual", "message": "usual 1 290 to 1 371"}]
    item = saved(outbox, stub.url, 2410, day="2026-01-21", checked=False)
    (outcome,) = send(outbox, hub, [item])
    assert (outcome.state, [warning.message for warning in outcome.unusual]) == ("asks", ["usual 1 290 to 1 371"])
    assert stub.writes == []
    outbox.check_passed(item)
    assert [one.state for one in send(outbox, hub, outbox.open(stub.url, "SI"))] == ["sent"]


def test_one_sender_never_sends_what_another_one_wrote(outbox: Outbox, stub: StubHub) -> None:
    saved(outbox, stub.url, 1, party="SI")
    saved(outbox, "https://elsewhere.example", 2, party="SI")
    assert outbox.open(stub.url, "HR") == []
    assert [item.what for item in outbox.open(stub.url, "SI")] == ["item 1"]


def test_a_process_that_lost_its_answer_does_not_undo_what_another_one_sent(tmp_path: Path) -> None:
    one, two = Outbox(tmp_path / "box"), Outbox(tmp_path / "box")
    try:
        item = saved(one, "http://hub", 1)
        one.sent(item, {"id": "0199"})
        two.tried(item, {"reason": "timed out"})
        assert states(one) == ["sent"]
    finally:
        one.close()
        two.close()


def test_the_same_key_is_not_written_down_twice(outbox: Outbox) -> None:
    item = saved(outbox, "http://hub", 1)
    with pytest.raises(sqlite3.IntegrityError):
        outbox.add(item.request, hub="http://hub", party="SI", what="again")


def test_a_request_without_a_key_cannot_be_saved(outbox: Outbox) -> None:
    with pytest.raises(ValueError, match="key"):
        outbox.add(calls.me(None).request, hub="http://hub", party=None, what="a read")


def test_an_item_that_is_not_there_is_said_to_be_not_there(outbox: Outbox) -> None:
    with pytest.raises(NotThere):
        outbox.find("ZZZZ")
