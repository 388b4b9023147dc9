"""All or nothing: message, feed rows, chains, boards, audit and idempotency stand or fall together (PROMISES A5)."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from tests.fixtures.accounting import Account
from tests.fixtures.furnished import Inside
from tests.journal.stored import arrivals, counts, everything

ALERT = {
    "category": "surge", "status": "Actual", "severity": "Severe", "urgency": "Immediate", "certainty": "Observed",
    "headline": "Arrivals at Gevgelija doubled", "expires": "2015-10-22T00:00:00Z",
}  # fmt: skip


class Faulty:
    """Makes the n-th write statement of the hub's writer fail, as a database does that breaks."""

    def __init__(self, hub: Inside) -> None:
        self.engine = hub.hub.db.writer
        self.at = 0
        self.seen = 0
        self.statements: list[str] = []

    def __call__(self, _c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE", "NOTIFY", "RELEASE")):
            return
        self.seen += 1
        self.statements.append(statement)
        if self.seen == self.at:
            raise OperationalError(statement, {}, Exception("planted"))

    def fail_at(self, number: int) -> None:
        self.at, self.seen, self.statements = number, 0, []


@pytest.fixture
def faulty(hub: Inside) -> Iterator[Faulty]:
    # What follows the journal writes too, at moments of its own; here only acceptance is to fail.
    for task in hub.hub._tasks:
        if task.get_name() in ("dispatcher", "worker"):
            task.cancel()
    found = Faulty(hub)
    event.listen(found.engine, "before_cursor_execute", found)
    yield found
    event.remove(found.engine, "before_cursor_execute", found)


def rows_of(hub: Inside) -> dict[str, int]:
    return hub.hub.db.read_sync(counts)


async def three_messages(hub: Inside, mark: str) -> list[int]:
    """A report, an alert and a note at once, as one commit takes them; answers their statuses."""
    figures = [arrivals(int(mark) + 1, status="provisional")]
    answers = await asyncio.gather(
        hub.put_report("MK", "2015-10-20", figures, Idempotency_Key=f"r{mark}"),
        hub.post("GR", "alerts", ALERT, key=f"a{mark}"),
        hub.post("AT", "notes", {"to": ["SI"], "subject": "s", "text": mark}, key=f"n{mark}"),
    )
    return [answer.status_code for answer in answers]


async def test_a_fault_at_any_write_leaves_no_trace_and_the_retry_stores_all(
    hub: Inside, faulty: Faulty, hub_url: str, account: Account
):
    await hub.set_clock("2015-10-21T05:30:00Z")
    assert await three_messages(hub, "0") == [201, 201, 201]
    number = met = 0
    while True:
        number += 1
        before = rows_of(hub)
        faulty.fail_at(number)
        statuses = await three_messages(hub, str(number))
        missed = faulty.seen < number
        faulty.fail_at(0)
        if missed:
            break
        met += 503 in statuses  # the others met a write of a follower, which does it again
        after = rows_of(hub)
        grown = {name: after[name] - before[name] for name in ("entry", "idempotency_key", "audit_row")}
        assert set(grown.values()) == {statuses.count(201)}
        assert {200, 201} >= set(await three_messages(hub, str(number)))
    account.tried["faults planted, one at each write"] = number - 1
    assert met >= 15, f"only {met} writes were met"
    stored, faults = everything(hub_url)
    assert (stored["entry"], stored["report_made"], stored["alert_record"]) == (3 * number + 3, number + 1, number + 1)
    assert faults == []


async def test_a_board_that_fails_takes_its_message_with_it_and_no_other(
    hub: Inside, hub_url: str, monkeypatch: pytest.MonkeyPatch
):
    board = next(board for board in hub.hub.boards if board.name == "alerts")
    project = board.project

    def broken(tx: Any, message: Any) -> None:
        project(tx, message)
        raise ZeroDivisionError

    await hub.set_clock("2015-10-21T05:30:00Z")
    monkeypatch.setattr(board, "project", broken)
    before, _ = everything(hub_url)
    assert await three_messages(hub, "1") == [201, 500, 201]
    after, faults = everything(hub_url)
    assert after["entry"] - before["entry"] == 2
    assert after["alert_record"] == after["alert_message"] == after["acknowledgement"] == after["short_id"] == 0
    assert faults == []


async def test_a_change_that_fails_takes_its_audit_with_it(hub: Inside, hub_url: str):
    from routehub.journal.jobs import Change

    def broken(tx: Any) -> None:
        tx.audit("try", "wbr", "MK", "tests", {})
        raise ZeroDivisionError

    before = everything(hub_url)
    with pytest.raises(ZeroDivisionError):
        await hub.hub.writer.submit(Change(broken))
    assert everything(hub_url) == before
