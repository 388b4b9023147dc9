"""The rules of readouts without a hub: small counts, errata in their places, ordinals."""

from dataclasses import dataclass
from datetime import date

import pytest

from routehub.boards.readouts.correcting import Run, corrected, found, marked
from routehub.chairing.readouts.template import fill, ordinal
from routehub_schemas.publication import ReadoutLine, ReadoutText, Section
from routehub_schemas.small_counts import small_counts


@dataclass(frozen=True)
class One:
    number: int
    wrong: str
    right: str


def text(*lines: str) -> ReadoutText:
    told = [ReadoutLine(text=line) for line in lines]
    return ReadoutText(
        title="Conference 13", day=date(2016, 1, 22), opening="They met.",
        sections=[Section(heading="Point 13", lines=told)], closing="Again on 28 January.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "flagged"),
    [
        ("Three unaccompanied children were found.", ["Three unaccompanied children"]),
        ("4 people and two families", ["4 people", "two families"]),
        ("about 1\u202f204 people, 12.150 places, 20,003 people", []),
        ("Points 1 and 4, 5 people, 0 people, fewer than 5 people", []),
        ("two states informed about three meetings", []),
    ],
)
def test_a_count_of_fewer_than_five_people_is_found_and_no_other_number(said: str, flagged: list[str]):
    assert small_counts(said) == flagged


def test_an_erratum_strikes_its_words_and_puts_the_right_ones_behind_them():
    runs = marked(text("A meeting on 25 February."), [One(1, "25 February", "25 January")])
    assert runs["/sections/0/lines/0/text"] == (
        Run("A meeting on "), Run("25 February", 0, 1), Run("25 January", 1), Run("."),
    )  # fmt: skip


def test_a_later_erratum_corrects_what_an_earlier_one_put_in():
    errata = [One(1, "25 February", "25 January"), One(2, "on 25 January", "on 26 January")]
    said = text("A meeting on 25 February.")
    assert corrected(said, errata).sections[0].lines[0].text == "A meeting on 26 January."
    assert [(run.text, run.put, run.struck) for run in marked(said, errata)["/sections/0/lines/0/text"]] == [
        ("A meeting ", 0, 0), ("on ", 0, 2), ("25 February", 0, 1), ("25 January", 1, 2), ("on 26 January", 2, 0),
        (".", 0, 0),
    ]  # fmt: skip
    assert found(said, errata, "25") == []


def test_words_are_found_wherever_they_stand_and_as_often():
    said = text("Greece informed.", "Greece and Serbia informed.")
    assert found(said, [], "Greece") == ["/sections/0/lines/0/text", "/sections/0/lines/1/text"]
    assert found(said, [One(1, "Greece informed", "Serbia informed")], "Greece") == ["/sections/0/lines/1/text"]


def test_ordinals_and_places():
    assert [ordinal(n) for n in (1, 13, 20, 21, 22, 111, 113)] == [
        "first", "thirteenth", "twentieth", "21st", "22nd", "111th", "113th",
    ]  # fmt: skip
    assert (
        fill("{ordinal} of {number.real} {a b}", {"ordinal": "first", "number": "1"}) == "first of {number.real} {a b}"
    )
