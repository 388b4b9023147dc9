"""What people type as a figure."""

import pytest

from routehub_client.cli.figuretext import Unreadable, count, figure, key


@pytest.mark.parametrize("typed", ["1902", "1 902", "1,902", "1.902", "1\u202f902", "1\u00a0902", " 1902 "])
def test_thousands_may_be_written_in_any_european_way(typed: str) -> None:
    assert count(typed) == 1902


def test_millions_need_the_same_sign_throughout() -> None:
    assert count("1.234.567") == 1_234_567
    with pytest.raises(Unreadable):
        count("1.234,567")


@pytest.mark.parametrize(
    "typed", ["1.9", "-5", "1e3", "12x", "", "1,90", "1.90", "1,9020", "+5", "0x10", "½", "١٩", "1__0", "1 902,5"]
)
def test_what_is_not_a_whole_number_is_refused_and_not_guessed(typed: str) -> None:
    with pytest.raises(Unreadable, match="or 0"):
        count(typed)


def test_zero_is_a_number() -> None:
    assert count("0") == 0


def test_a_figure_names_its_indicator_other_side_and_place() -> None:
    assert figure("arrivals.hr=1 362") == {"indicator": "arrivals", "counterpart": "HR", "value": 1362}
    assert figure("occupied@MK/gevgelija-centre=1980") == {
        "indicator": "occupied",
        "place": "MK/gevgelija-centre",
        "value": 1980,
    }
    assert figure("arrivals.GR@GR-MK/gevgelija=7") == {
        "indicator": "arrivals",
        "counterpart": "GR",
        "place": "GR-MK/gevgelija",
        "value": 7,
    }


def test_blank_is_not_zero() -> None:
    with pytest.raises(Unreadable, match="blank is not 0"):
        figure("present=")


@pytest.mark.parametrize("typed", ["arrivals", "=5", "a.b.c=5", "arrivals.=5", "x@=1"])
def test_a_figure_that_cannot_be_read_says_how_to_write_it(typed: str) -> None:
    with pytest.raises(Unreadable, match="Write"):
        figure(typed)


def test_reading_and_naming_are_each_others_inverse() -> None:
    for name in ("arrivals.HR", "present", "occupied@MK/gevgelija-centre", "arrivals.GR@GR-MK/gevgelija"):
        assert key(figure(f"{name}=1")) == name
