"""`rh` killed in the middle of a post: nothing is lost and nothing is doubled."""

from __future__ import annotations

import signal

from tests.client.conftest import Rh
from tests.client.stub import StubHub
from tests.fixtures.waiting import wait_for

SET = ("figures", "set", "arrivals.HR=1362", "--day", "2026-01-21", "--keep-unusual")


def test_a_post_killed_before_its_answer_makes_exactly_one_record(rh: Rh, stub: StubHub) -> None:
    stub.lose_answers = True
    process = rh.start(*SET)
    try:
        wait_for(lambda: stub.records, 20, "the arrival of the post")
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == -signal.SIGKILL
    stub.hold.set()
    stub.lose_answers = False

    (waiting,) = rh("outbox", "list", "--json").json
    assert (waiting["state"], waiting["what"]) == ("waiting", "figures of SI for 2026-01-21")
    done = rh("outbox", "send")
    assert (done.code, done.lines) == (0, ["0199-0001"])
    assert list(stub.records) == [waiting["id"]]
    assert {got.key for got in stub.writes} == {waiting["id"]}

    assert rh("outbox", "send").code == 0
    assert len(stub.writes) == 2, "what was sent is not sent again"


def test_a_post_killed_during_its_check_is_checked_and_sent_later(rh: Rh, stub: StubHub) -> None:
    import threading

    reached, go_on = threading.Event(), threading.Event()

    def slow(got: object) -> None:
        reached.set()
        go_on.wait(20)

    stub.refuse = slow
    process = rh.start("figures", "set", "arrivals.HR=1362", "--day", "2026-01-21")
    try:
        assert reached.wait(20)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
    finally:
        process.kill()
        go_on.set()
    assert stub.records == {}
    assert rh("outbox", "send").code == 0
    assert len(stub.records) == 1


def test_an_interrupted_post_says_that_it_may_have_arrived(rh: Rh, stub: StubHub) -> None:
    stub.lose_answers = True
    process = rh.start(*SET)
    try:
        wait_for(lambda: stub.records, 20, "the arrival of the post")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130
    assert out == ""
    assert "may have it already" in err
    stub.hold.set()
    stub.lose_answers = False
    assert rh("status").code in {0, 5}, "the next command sends what waits"
    assert len(stub.records) == 1
    assert [item["state"] for item in rh("outbox", "list", "--json").json] == ["sent"]
