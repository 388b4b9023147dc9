"""Numbers as people type them (UX 3.1 and check A7)."""

import pytest

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
