"""Deadlines in words, and the arithmetic of rates, projected dates and sums: pure functions."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from routehub.boards.commitments.adding import total
from routehub.boards.commitments.burn_up import burn_up
from routehub.boards.commitments.queries import CommitmentView, Said, Step
from routehub.boards.commitments.standing import Standing, latest, project, series, standing
from routehub_schemas.kinds.commitment.deadline import in_words, reading
from routehub_schemas.kinds.commitment.payload import Deadline

MADE = datetime(2016, 1, 1, 9, tzinfo=UTC)
THURSDAY = date(2015, 10, 29)


@pytest.mark.parametrize(
    ("words", "day", "exact"),
    [
        ("by the end of the year", date(2015, 12, 31), False),
        ("end of November", date(2015, 11, 30), False),
        ("by the end of September", date(2016, 9, 30), False),  # that of 2015 is over
        ("End of February 2016.", date(2016, 2, 29), False),
        ("in the course of 2016", date(2016, 12, 31), False),
        ("by the end of next month", date(2015, 11, 30), False),
        ("end of this week", date(2015, 11, 1), False),
        ("by mid-November", date(2015, 11, 15), False),
        ("by Wednesday", date(2015, 11, 4), True),
        ("by Thursday", date(2015, 11, 5), True),
        ("within 24 hours", date(2015, 10, 30), True),
        ("within two weeks", date(2015, 11, 12), True),
        ("within six months", date(2016, 4, 29), True),
        ("by 4 November", date(2015, 11, 4), True),
        ("31 December 2015", date(2015, 12, 31), True),
        ("2015-12-31", date(2015, 12, 31), True),
    ],
)
def test_a_deadline_in_words_is_read_as_a_day_fuzzy_or_firm(words: str, day: date, exact: bool):
    found = in_words(words, THURSDAY)
    assert found is not None
    assert (found.day, found.exact) == (day, exact)


@pytest.mark.parametrize(
    "words", ["soon", "gradually", "31 November", "2015-02-30", "as soon as possible", "end of the beginning", ""]
)
def test_what_cannot_be_read_is_not_guessed(words: str):
    assert in_words(words, THURSDAY) is None


def test_the_date_of_the_sender_counts_before_the_reading_of_its_words():
    read = reading(Deadline(text="by the end of the year", date=date(2016, 1, 15)), THURSDAY)
    assert read is not None
    assert (read.day, read.exact) == (date(2016, 1, 15), False)


def said(target: int | None = 20_000, **more: Any) -> Said:
    given: dict[str, Any] = {
        "message_id": "m", "short_id": "CM-1", "sequence": 1, "accepted_at": MADE, "title": "Places",
        "category": "pledge", "text": None,
        "owners": ("UNHCR",), "points": ("wbr-2015-final/5",), "target": target, "unit": "places" if target else None,
        "rate": None, "rate_per": None, "deadline_text": None, "deadline": None, "deadline_exact": False,
        "milestones": (), "parent": None, "report": None, "tlp": "AMBER", "party": "UNHCR", "author": "a",
    }  # fmt: skip
    return Said(**given | more)


def step(day: int, value: int | None, stage: str = "in_place", *, month: int = 1, sequence: int = 0) -> Step:
    on = date(2016, month, day)
    at = datetime(2016, month, day, 18, tzinfo=UTC)
    return Step(f"p{month}-{day}", sequence or day, at, stage, value, on, None, None, (), None, "AMBER", "UNHCR", "a")


def view(*steps: Step, said: tuple[Said, ...], id: str = "c", children: tuple[str, ...] = ()) -> CommitmentView:
    return CommitmentView(id, f"CM-{id}", "wbr", "UNHCR", MADE, False, said, tuple(steps), children)


def on(found: CommitmentView, today: date) -> Standing:
    return standing(found, today, datetime(today.year, today.month, today.day, 20, tzinfo=UTC))


def test_the_projected_date_is_what_remains_divided_by_the_recent_rate_and_says_so():
    found = project(said(), series([step(1, 500), step(21, 1_500)]), MADE.date())
    assert (found.basis, found.per_day, found.date) == ("measured", 50.0, date(2017, 1, 25))
    assert found.words == (
        "(20\u202f000 − 1\u202f500) ÷ 50 a day = 370 days from 21 January 2016: 25 January 2017 "
        "(from 500 to 1\u202f500 in 20 days)."
    )


def test_before_two_figures_the_declared_rate_stands_in():
    unhcr = said(12_150, rate=150, rate_per="day")
    found = project(unhcr, [], date(2016, 1, 22))
    assert (found.basis, found.date) == ("declared", date(2016, 4, 12))
    assert found.words.startswith("(12\u202f150 − 0) ÷ 150 a day = 81 days from 22 January 2016: 12 April 2016")
    assert "nothing reported as in place yet" in found.words
    weekly = project(said(70, rate=7, rate_per="week"), [], date(2016, 1, 1))
    assert weekly.date == date(2016, 3, 11)
    measured = project(unhcr, series([step(1, 0), step(11, 1_000)]), date(2016, 1, 1))
    assert (measured.basis, measured.per_day) == ("measured", 100.0)


def test_only_recent_days_make_the_rate():
    spurt = [step(1, 0), step(5, 10_000), step(20, 10_000, month=2), step(1, 10_100, month=3)]
    found = project(said(), series(spurt), MADE.date())
    assert found.per_day == 10.0
    apart = project(said(), series([step(1, 1_000), step(1, 2_000, month=6)]), MADE.date())
    assert apart.basis == "measured"  # two figures that are further apart than the recent days still make one


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([], "Nothing was reported as in place yet, and no rate was declared."),
        ([step(1, 5)], "One figure gives no rate"),
        ([step(1, 5), step(9, 5)], "nothing was added"),
        ([step(1, 5), step(9, 3)], "it goes back"),
        ([step(1, 0), step(28, 1)], "more than 50 years"),
        ([step(1, 5, "pledged"), step(9, 9, "under_way")], "Nothing was reported as in place yet"),
    ],
)
def test_without_a_rate_there_is_no_date_and_the_reason_is_told(steps: list[Step], words: str):
    found = project(said(), series(steps), MADE.date())
    assert found.date is None
    assert words in found.words


def test_reached_is_the_day_on_which_it_first_was():
    found = project(said(1_000), series([step(1, 400), step(9, 1_000), step(20, 1_100)]), MADE.date())
    assert (found.date, found.basis) == (date(2016, 1, 9), None)
    assert "Reached: 1\u202f000 of 1\u202f000 places on 9 January 2016." in found.words
    assert project(said(None), [], MADE.date()).words == "There is no target to reach."


def test_stages_stand_beside_each_other_and_are_not_added_up():
    """400 officers = 183 pledged, 13 deployed, 30 on the way."""
    officers = view(
        step(2, 183, "pledged"), step(3, 13), step(3, 30, "under_way", sequence=9), said=(said(400, unit="officers"),)
    )
    stages = {stage: one.value for stage, one in latest(officers.steps).items()}
    assert stages == {"pledged": 183, "under_way": 30, "in_place": 13}
    assert on(officers, date(2016, 1, 3)).reached == series(officers.steps)[-1]
    assert series(officers.steps)[-1].value == 13


def test_what_is_in_use_is_in_place_too():
    found = series([step(1, 100), step(2, 40, "in_use"), step(3, 120, "in_use")])
    assert [one.value for one in found] == [100, 100, 120]


def test_overdue_is_computed_from_the_deadline_and_the_clock():
    late = view(step(10, 5), said=(said(10, deadline=date(2016, 1, 10)),))
    assert on(late, date(2016, 1, 10)).state == "open"
    after = on(late, date(2016, 1, 12))
    assert (after.state, after.days_overdue) == ("overdue", 2)
    done = view(step(10, 10), said=(said(10, deadline=date(2016, 1, 10)),))
    assert on(done, date(2016, 3, 12)).state == "done"


def test_the_week_says_on_track_behind_done_or_nothing_reported_since():
    def told(deadline: date | None, *steps: Step, today: date = date(2016, 1, 22), target: int = 100) -> Standing:
        return on(view(*steps, said=(said(target, deadline=deadline),)), today)

    steps = (step(10, 10), step(20, 60))  # 5 a day: there on the 28th
    assert told(date(2016, 1, 28), *steps).state == "on_track"
    assert told(date(2016, 1, 27), *steps).state == "behind"
    assert told(None, *steps).state == "open"
    assert told(date(2016, 12, 31), step(10, 60), step(20, 60)).state == "behind"
    assert told(date(2016, 1, 31), *steps, target=50).state == "done"
    silent = told(date(2016, 12, 31), *steps, today=date(2016, 1, 28))
    assert (silent.state, silent.reported_at.date()) == ("nothing_reported", date(2016, 1, 20))
    assert told(date(2016, 1, 28), *steps).change == 50
    assert told(date(2016, 1, 28), step(20, 60)).change is None


def test_without_a_target_the_stage_says_whether_it_is_done():
    network = said(None, category="network")
    assert on(view(step(2, None, "under_way"), said=(network,)), date(2016, 1, 3)).state == "open"
    assert on(view(step(2, None, "in_place"), said=(network,)), date(2016, 1, 3)).state == "done"
    assert on(view(step(2, None, "withdrawn"), said=(network,)), date(2016, 1, 3)).state == "withdrawn"


def test_children_add_up_beside_what_their_parent_says_and_differences_are_shown():
    """50,000 > 20,000 > 1,000 + 12,150; apartments are no places."""
    whole = view(step(22, 1_100), said=(said(20_000),), id="0", children=("1", "2", "3"))
    first = view(step(22, 1_000), said=(said(1_000),), id="1")
    second = view(said=(said(12_150, rate=150, rate_per="day"),), id="2")
    flats = view(said=(said(2_400, unit="apartments"),), id="3")
    found = total(whole, {one.id: one for one in (whole, first, second, flats)})
    assert found is not None
    assert (found.target, found.reached, found.added) == (13_150, 1_000, ("CM-1", "CM-2"))
    assert found.silent == ("CM-2",)
    assert found.words == (
        "Its parts add up to 13\u202f150 of 20\u202f000 places: 6\u202f850 in no part.",
        "In place: 1\u202f100 by its own statement, 1\u202f000 by its parts, 100 apart.",
        "Without a figure: CM-2.", "Not added: CM-3 (counted in apartments).",
    )  # fmt: skip
    assert total(first, {first.id: first}) is None


def test_the_graph_has_the_target_of_each_day_beside_what_was_reached():
    raised = said(300, accepted_at=MADE + timedelta(days=9), sequence=9)
    marks = burn_up(view(step(5, 50), step(12, 90), step(12, 70, "pledged", sequence=99), said=(said(200), raised)))
    assert [(mark.day.day, mark.target, mark.reached) for mark in marks] == [
        (1, 200, None), (5, 200, 50), (10, 300, 50), (12, 300, 90),
    ]  # fmt: skip
    assert marks[-1].stages == {"pledged": 70, "in_place": 90}
