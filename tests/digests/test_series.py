"""When digests are due and conferences meet: local times in a named zone, weekdays by name."""

from datetime import date, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routehub.core.errors import Refused
from routehub.digests.series import Series, weekly
from tests.digests.world import BRUSSELS, local


def series(**changes: object) -> Series:
    return weekly("wbr", BRUSSELS, "EC", **changes)


def test_the_conference_is_the_first_thursday_after_the_digest():
    assert series().meets(date(2026, 1, 21)) == local("2026-01-22 10:00")


def test_a_digest_on_the_day_of_the_conference_is_for_that_day_or_for_the_next_week():
    before = series(digest_weekday="thursday", digest_at=time(8))
    assert before.meets(date(2026, 1, 22)) == local("2026-01-22 10:00")
    after = series(digest_weekday="thursday", digest_at=time(16))
    assert after.meets(date(2026, 1, 22)) == local("2026-01-29 10:00")


def test_a_digest_is_due_after_one_instant_and_up_to_another():
    due = local("2026-01-21 16:00")
    assert series().digest_days(due - timedelta(seconds=1), due) == [date(2026, 1, 21)]
    assert series().digest_days(due, due + timedelta(days=6)) == []


def test_both_clock_changes_keep_the_local_time():
    found = [series().due(day) for day in (date(2026, 3, 25), date(2026, 4, 1), date(2026, 10, 21), date(2026, 10, 28))]
    assert [moment.hour for moment in found] == [15, 14, 14, 15]


def test_a_local_time_that_does_not_exist_means_the_first_instant_after_the_gap():
    night = series(digest_weekday="sunday", digest_at=time(2, 30))
    assert night.due(date(2026, 3, 29)) == local("2026-03-29 03:00")
    assert night.digest_days(local("2026-03-28 12:00"), local("2026-03-29 12:00")) == [date(2026, 3, 29)]


def test_an_ambiguous_local_time_means_its_first_occurrence_only():
    night = series(digest_weekday="sunday", digest_at=time(2, 30))
    assert night.due(date(2026, 10, 25)) == local("2026-10-25 01:30") + timedelta(hours=1)
    assert night.digest_days(local("2026-10-25 00:00"), local("2026-10-25 12:00")) == [date(2026, 10, 25)]
    assert night.digest_days(night.due(date(2026, 10, 25)), local("2026-10-25 12:00")) == []


@given(
    start=st.datetimes(
        min_value=local("2015-01-01 00:00").replace(tzinfo=None),
        max_value=local("2030-01-01 00:00").replace(tzinfo=None),
    ),
    steps=st.lists(st.integers(1, 20 * 24 * 60), min_size=1, max_size=20),
    weekday=st.sampled_from(("monday", "wednesday", "sunday")),
    at=st.times(),
)
def test_however_the_clock_steps_forward_each_week_is_due_once(start, steps, weekday, at):
    one = series(digest_weekday=weekday, digest_at=at.replace(second=0, microsecond=0))
    begin = moment = start.replace(tzinfo=BRUSSELS)
    seen = []
    for minutes in steps:
        seen += one.digest_days(moment, moment + timedelta(minutes=minutes))
        moment += timedelta(minutes=minutes)
    assert seen == one.digest_days(begin, moment)
    assert all(later - earlier == timedelta(days=7) for earlier, later in pairwise(seen))


def test_a_weekday_is_a_name():
    with pytest.raises(Refused, match="weekday"):
        series(weekday="3")
