"""Periods and freshness: pure functions over the party's zone, both clock-change days among them."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from routehub.boards.reporting.freshness import DayReport, freshness, record
from routehub.directory.reporting_day import calendar_day, current_day, due_at, instant, period_of, reporting_day
from routehub.directory.snapshot import Membership

SKOPJE = Membership("MK", "member", ZoneInfo("Europe/Skopje"), True, time(8), time(6), 0, 0, None, None)
TODAY = date(2015, 10, 20)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Skopje")).astimezone(UTC)


def made(*days: date, at_hour: str = "07:00") -> dict[date, DayReport]:
    return {day: DayReport(at(f"{day}T{at_hour}"), at(f"{day}T{at_hour}"), False, "m") for day in days}


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2015, 3, 29), 23), (date(2015, 10, 25), 25), (date(2015, 10, 20), 24)]
)
def test_a_reporting_day_lasts_as_long_as_the_clocks_say(day: date, hours: int):
    assert reporting_day(SKOPJE, day).hours == hours
    assert calendar_day(SKOPJE, day).hours == hours


@pytest.mark.parametrize("year", range(2014, 2027))
def test_the_days_of_a_year_follow_each_other_without_gap_or_overlap(year: int):
    day = date(year, 1, 1)
    while day.year == year:
        for kind in (reporting_day, calendar_day):
            assert kind(SKOPJE, day).end == kind(SKOPJE, day + timedelta(days=1)).start
        day += timedelta(days=1)


def test_a_time_that_does_not_exist_is_the_first_after_the_gap():
    assert instant(date(2015, 3, 29), time(2, 30), SKOPJE.zone) == datetime(2015, 3, 29, 1, tzinfo=UTC)


def test_a_time_that_comes_twice_is_its_first():
    assert instant(date(2015, 10, 25), time(2, 30), SKOPJE.zone) == datetime(2015, 10, 25, 0, 30, tzinfo=UTC)


def test_a_reporting_day_has_the_date_on_which_it_ends():
    period = reporting_day(SKOPJE, TODAY)
    assert (period.start, period.end) == (at("2015-10-19T06:00"), at("2015-10-20T06:00"))
    assert current_day(SKOPJE, at("2015-10-20T05:59")) == date(2015, 10, 19)
    assert current_day(SKOPJE, at("2015-10-20T06:00")) == TODAY


def test_a_calendar_day_counts_for_the_reporting_day_that_ends_after_it():
    assert period_of(SKOPJE, "calendar_day", date(2015, 10, 19), None).counts_for == TODAY


@pytest.mark.parametrize(
    ("now", "reports", "state"),
    [
        ("2015-10-20T07:59", made(date(2015, 10, 19)), "due"),
        ("2015-10-20T08:00", made(date(2015, 10, 19)), "late"),
        ("2015-10-20T09:00", made(TODAY), "in"),
        ("2015-10-20T09:00", {TODAY: DayReport(at("2015-10-20T07:00"), at("2015-10-20T07:00"), True, "m")},
         "nothing_to_report"),
        ("2015-10-20T07:00", made(date(2015, 10, 18)), "silent"),
        ("2015-10-20T05:00", made(date(2015, 10, 19)), "in"),
        ("2015-10-20T09:00", {}, "late"),
    ],
)  # fmt: skip
def test_a_party_is_due_late_silent_or_in(now: str, reports: dict[date, DayReport], state: str):
    assert freshness(SKOPJE, reports, at(now)).state == state


def test_the_due_time_follows_the_party_s_clock_over_both_changes():
    assert due_at(SKOPJE, date(2015, 10, 24)) == datetime(2015, 10, 24, 6, tzinfo=UTC)
    assert due_at(SKOPJE, date(2015, 10, 26)) == datetime(2015, 10, 26, 7, tzinfo=UTC)


def test_rates_count_what_was_due_and_no_open_day():
    days = made(date(2015, 10, 17)) | made(date(2015, 10, 18), at_hour="09:00")
    found = record(SKOPJE, days, date(2015, 10, 17), TODAY, at("2015-10-20T07:00"))
    assert [mark for _, mark in found.days] == ["in", "late", "missing", "open"]
    assert (found.expected, found.arrived, found.on_time) == (3, 2, 1)
