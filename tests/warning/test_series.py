"""Missing is not zero, and a day of hours counts once it is whole."""

import json
from datetime import timedelta

from routehub.warning.series import DailySeries, seven_day_sums
from tests.warning.days import day, series


def test_hours_make_a_day_only_when_all_of_them_are_there() -> None:
    hourly = DailySeries("MK")
    assert not any(hourly.put_hour(day(0), hour, 10, source=f"h{hour}") for hour in range(23))
    assert hourly.value(day(0)) is None
    assert hourly.put_hour(day(0), 23, 10, source="h23")
    assert hourly.value(day(0)) == 240
    assert hourly.sources(day(0))[0] == "h23"


def test_a_day_of_a_clock_change_has_its_own_number_of_hours() -> None:
    autumn = DailySeries("MK")
    done = [autumn.put_hour(day(24), hour, 4, hours=25) for hour in range(25)]
    assert done == [False] * 24 + [True]
    assert autumn.value(day(24)) == 100


def test_a_withdrawn_hour_takes_the_day_back() -> None:
    hourly = DailySeries("MK")
    for hour in range(24):
        hourly.put_hour(day(0), hour, 1)
    hourly.put_hour(day(0), 5, None)
    assert hourly.value(day(0)) is None
    hourly.put_hour(day(0), 5, 3)
    assert hourly.value(day(0)) == 26


def test_some_hours_never_replace_the_figure_of_the_whole_day() -> None:
    daily = series([1902])
    daily.put_hour(day(0), 7, 12)
    assert daily.value(day(0)) == 1902


def test_an_incomplete_day_is_no_day() -> None:
    partial = series([100, 100])
    partial.put(day(1), 30, complete=False)
    assert partial.window(day(1), 3) == [None, 100, None]
    assert partial.known(day(1)) == 1


def test_a_series_remembers_a_bounded_past_and_goes_on_from_its_state() -> None:
    long = series(list(range(500)))
    assert len(list(long.days())) == 70
    again = DailySeries.from_json(json.loads(json.dumps(long.to_json())))
    assert again.window(day(499), 80) == long.window(day(499), 80)
    assert again.sources(day(499), 80) == long.sources(day(499), 80)
    assert long.known(day(499) - timedelta(10)) == 60


def test_sums_of_seven_days_bridge_two_missing_days_and_no_more() -> None:
    assert seven_day_sums([1, 2, 3, 4, 5, 6, 7]) == [28]
    assert seven_day_sums([2, None, 2, None, 2, 2, 2]) == [14]
    assert seven_day_sums([2, None, None, None, 2, 2, 2]) == [None]
