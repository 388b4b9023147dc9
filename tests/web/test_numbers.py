"""Numbers as people type them (UX 3.1 and check A7)."""

from datetime import UTC, datetime, timedelta

import pytest

from routehub.core.words import whole_percent
from routehub.web import times
from routehub.web.numbers import NotANumber, change, count, read_count


@pytest.mark.parametrize(
    "typed",
    ["1902", "1 902", "1,902", "1.902", "1\u00a0902", "1\u202f902", "1\u2009902", "1'902", "1\u2019902", " 1902 ",
     "\u202f1 902\u00a0"],
)  # fmt: skip
def test_all_these_mean_1902(typed):
    assert read_count(typed) == 1902


@pytest.mark.parametrize(("typed", "meant"), [("0", 0), ("007", 7), ("1 234 567", 1234567), ("12,345", 12345)])
def test_other_whole_numbers(typed, meant):
    assert read_count(typed) == meant


@pytest.mark.parametrize(
    ("typed", "why"),
    [("", "blank"), (" \u202f", "blank"), ("-5", "negative"), ("\u22125", "negative"), ("1.9", "decimal"),
     ("1,90", "decimal"), ("1.9021", "decimal"), ("0.500", "decimal"), ("1e3", "other"), ("12x", "other"),
     ("1 90", "other"), ("1,902.5", "other"), ("1,902.500", "other"), ("1.902,500", "other"), ("٣", "other"),
     ("+5", "other"), ("9999999999", "too-large"), ("9" * 30, "other"), ("1_000", "other"), ("NaN", "other")],
)  # fmt: skip
def test_what_is_no_count_is_refused_with_its_reason(typed, why):
    with pytest.raises(NotANumber) as refused:
        read_count(typed)
    assert refused.value.why == why


def test_thousands_are_parted_by_a_narrow_space_and_minus_is_a_minus():
    assert count(1902) == "1\u202f902"
    assert count(999) == "999"
    assert count(-1234567) == "\u22121\u202f234\u202f567"


def test_a_change_is_a_number_and_a_whole_percentage():
    assert change(1902, 1378) == "+524 (+38%)"
    assert change(35, 38) == "\u22123 (\u22128%)"
    assert change(5, 5) == "no change"
    assert change(5, 0) == "+5"
    assert change(20_000, 1) == "+19\u202f999 (+1999900%)"


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [(310, 950, 33), (2_899, 5_000, 58), (5_813, 6_400, 91), (1, 1_000, 0), (1_999, 2_000, 99), (2_000, 2_000, 100),
     (2_031, 2_000, 102)],
)  # fmt: skip
def test_a_share_is_rounded_and_never_whole_before_it_is(part, whole, shown):
    assert whole_percent(part, whole) == shown


@pytest.mark.parametrize(("minutes", "shown"), [(119, "in 119 min"), (149, "in 2 h"), (297, "in 5 h"), (-1, "")])
def test_how_long_it_takes_is_said_to_the_nearest_hour(minutes, shown):
    now = datetime(2016, 1, 21, 6, tzinfo=UTC)
    assert times.until(now + timedelta(minutes=minutes), now) == shown
