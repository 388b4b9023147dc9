"""Following the stream, decision by decision, without a socket."""

import json
from typing import Any

import pytest

from routehub_client import errors
from routehub_client.backoff import Backoff
from routehub_client.course import CURSOR_GONE, ENDED, RESTARTING, TOO_SLOW, Again, Course, Notice


def event(feed: int, previous: int | None = None) -> str:
    told: dict[str, Any] = {
        "specversion": "1.0",
        "id": f"id-{feed}",
        "source": "/parties/MK",
        "type": "routehub.note.v1",
        "time": "2026-01-21T06:00:00Z",
        "cursor": f"1.{feed}",
        "feed": feed,
        "data": {},
    }
    return json.dumps(told if previous is None else told | {"previous": previous})


def first(head: str = "1.0", recovered: bool = True) -> str:
    return json.dumps({"recovered": recovered, "head": head})


def beat(head: str) -> str:
    return json.dumps({"heartbeat": True, "head": head, "time": "2026-01-21T06:00:00Z"})


def opened(course: Course, head: str = "1.0") -> Course:
    course.opened()
    assert course.frame(first(head)) is None
    return course


def test_consecutive_numbers_pass_and_move_the_cursor() -> None:
    course = opened(Course("1.4"))
    assert [course.frame(event(feed)) is not None for feed in (5, 6)] == [True, True]
    assert course.cursor == "1.6"


def test_from_now_means_from_the_head_of_the_first_frame() -> None:
    course = opened(Course(), head="1.41")
    assert course.cursor == "1.41"
    assert course.frame(event(42)) is not None


def test_what_was_seen_does_not_come_twice() -> None:
    course = opened(Course("1.4"))
    course.frame(event(5))
    course.opened()
    assert course.frame(event(5)) is None


def test_a_missing_number_is_asked_for_once_more_from_the_cursor() -> None:
    course = opened(Course("1.4"))
    course.frame(event(5))
    with pytest.raises(Again):
        course.frame(event(7))
    assert course.cursor == "1.5"
    opened(course)
    assert [course.frame(event(feed)) is not None for feed in (6, 7)] == [True, True]


def test_a_number_that_stays_missing_is_a_gap() -> None:
    course = opened(Course("1.4"))
    with pytest.raises(Again):
        course.frame(event(6))
    opened(course)
    with pytest.raises(errors.Gap) as caught:
        course.frame(event(6))
    assert (caught.value.expected, caught.value.got, caught.value.cursor) == (5, 6, "1.4")


def test_a_filtered_stream_skips_numbers_and_is_checked_by_previous() -> None:
    course = opened(Course("1.4", filtered=True))
    assert course.frame(event(9, previous=4)) is not None
    assert course.frame(event(15, previous=9)) is not None
    with pytest.raises(Again):
        course.frame(event(20, previous=17))


def test_a_filtered_stream_begins_where_it_was_asked_to() -> None:
    with pytest.raises(Again):
        opened(Course("1.4", filtered=True)).frame(event(9, previous=7))
    assert opened(Course(filtered=True), head="1.7").frame(event(9, previous=7)) is not None


def test_a_loss_at_the_very_end_shows_at_the_second_heartbeat() -> None:
    course = opened(Course("1.4"))
    course.frame(beat("1.5"))
    with pytest.raises(Again):
        course.frame(beat("1.5"))


def test_an_event_between_two_heartbeats_is_no_loss() -> None:
    course = opened(Course("1.4"))
    course.frame(beat("1.5"))
    course.frame(event(5))
    course.frame(beat("1.6"))
    course.frame(event(6))
    course.frame(beat("1.6"))


def test_an_ended_sign_in_is_not_tried_again() -> None:
    with pytest.raises(errors.SignInNeeded):
        opened(Course()).lost(ENDED)


def test_a_slow_reader_comes_back_at_once() -> None:
    assert opened(Course()).lost(TOO_SLOW) == 0.0


def test_a_restart_is_waited_for_with_growing_jitter_until_the_line_stands() -> None:
    told: list[Notice] = []
    course = Course("1.4", report=told.append, backoff=Backoff(first=1.0, longest=8.0, chance=lambda: 1.0))
    assert [course.lost(RESTARTING) for _ in range(5)] == [1.0, 2.0, 4.0, 8.0, 8.0]
    opened(course)
    assert course.lost(1006) == 1.0
    assert [notice.what for notice in told] == ["waiting"] * 5 + ["connected", "waiting"]


def test_jitter_spreads_clients_over_the_whole_wait() -> None:
    assert Backoff(first=1.0, chance=lambda: 0.0).next() == pytest.approx(0.1)
    assert Backoff(first=1.0, chance=lambda: 0.999).next() == pytest.approx(0.9991)


def test_a_cursor_of_another_epoch_is_told_and_not_passed_over() -> None:
    gone = errors.Gone(410, "This cursor belongs to an earlier epoch.")
    with pytest.raises(errors.Gone):
        Course("1.4").refused(gone)


def test_a_cursor_that_is_lost_while_the_line_stands_is_told_as_well() -> None:
    with pytest.raises(errors.Gone):
        opened(Course("1.4")).lost(CURSOR_GONE)


def test_a_reader_may_choose_to_go_on_from_the_head() -> None:
    told: list[Notice] = []
    course = Course("1.4", resync="head", report=told.append)
    assert course.refused(errors.Gone(410, "gone")) == 0.0
    assert course.cursor is None
    assert [notice.what for notice in told] == ["resync"]
    opened(course, head="2.7")
    assert course.cursor == "2.7"


def test_a_busy_hub_is_tried_again_when_it_says() -> None:
    assert Course().refused(errors.Busy(503, "Starting.", retry_after=30.0)) >= 30.0


@pytest.mark.parametrize("kind", [errors.SignInNeeded, errors.NotAllowed, errors.Unknown])
def test_a_no_is_a_no(kind: type[errors.HubError]) -> None:
    with pytest.raises(kind):
        Course("1.1").refused(kind(400, "no"))


@pytest.mark.parametrize("frame", ["", "[]", "{", "null", "[" * 100_000])
def test_a_frame_that_cannot_be_read_is_fetched_again(frame: str) -> None:
    with pytest.raises(Again):
        opened(Course("1.4")).frame(frame)


def test_an_unknown_frame_is_passed_over() -> None:
    assert opened(Course("1.4")).frame('{"notice":"new in a later version"}') is None
