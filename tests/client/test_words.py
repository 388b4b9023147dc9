"""How numbers, times and foreign text look on the terminal."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from routehub_client.cli.words import Clock, change, clean, count, number

BRUSSELS = Clock(ZoneInfo("Europe/Brussels"), datetime(2026, 1, 21, 6, 2, tzinfo=UTC))


def test_numbers_have_narrow_spaces_and_a_true_minus() -> None:
    assert number(1902) == "1\u202f902"
    assert number(-1_234_567) == "\u22121\u202f234\u202f567"
    assert number(0) == "0"
    assert number(None) == ""


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (524, "524 more"),
        (-3, "3 less"),
        (0, "no change"),
        ({"absolute": 524, "percent": 38.2}, "524 more (+38%)"),
        (None, ""),
    ],
)
def test_a_change_is_a_number_and_a_percentage(told: object, shown: str) -> None:
    assert change(told) == shown


def test_one_day_many_days() -> None:
    assert (count(1, "day"), count(3, "day")) == ("1 day", "3 days")


def test_a_time_of_today_is_short_and_of_another_day_says_which() -> None:
    assert BRUSSELS.time("2026-01-21T04:40:00Z") == "05:40"
    assert BRUSSELS.time("2026-01-20T20:15:00Z") == "Tue 20 Jan, 21:15"
    assert BRUSSELS.day("2025-06-01") == "Sun 1 Jun 2025"


def test_a_time_alone_names_its_zone_also_across_the_clock_change() -> None:
    assert BRUSSELS.stamp("2026-01-21T04:40:00Z") == "05:40 CET"
    assert BRUSSELS.stamp("2026-07-01T04:40:00Z") == "Wed 1 Jul, 06:40 CEST"
    assert BRUSSELS.head() == "Wed 21 Jan, 07:02 CET"
    assert BRUSSELS.name == "Brussels (CET)"


def test_programs_get_iso_times_with_the_offset() -> None:
    assert BRUSSELS.iso("2026-01-21T04:40:00Z") == "2026-01-21T05:40:00+01:00"


@pytest.mark.parametrize("told", [None, "", "soon", "2026-01-21T04:40:00"])
def test_a_time_that_says_nothing_shows_nothing(told: object) -> None:
    assert BRUSSELS.time(told) == ""


def test_text_of_others_cannot_drive_the_terminal() -> None:
    assert clean("a\x1b[31mred\x07\r\nb\u202egnp") == "a [31mred b gnp"
