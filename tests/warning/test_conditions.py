"""A condition is opened once, updated while it lasts, ended when it is over, and never twice for one."""

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from routehub.warning.conditions import Conditions, Ended, Opened, Step, Updated, step
from routehub.warning.finding import Finding, Level
from tests.warning.days import day

SURGE_OF_MK = ("surge", "MK")
WATCH = Finding(
    "surge", Level.WATCH, "MK", day(0), 2.6, "Minor", "Expected", "Likely", "surge", "1 300 people", (), "calm",
    inputs=("m0",), direction=1,
)  # fmt: skip
ALERT = replace(WATCH, level=Level.ALERT, severity="Severe")
DROP = replace(ALERT, direction=-1, inputs=("m9",))


def live(*days: Finding | str | None) -> list[Step]:
    """One entry a day: a finding, None where there was none, "missing" where nobody could look."""
    state, steps = Conditions(), []
    for number, found in enumerate(days):
        finding = found if isinstance(found, Finding) else None
        looked = [] if found == "missing" else [SURGE_OF_MK]
        state, made = step(state, day(number), [finding] if finding else [], looked)
        steps += made
    return steps


def kinds(steps: list[Step]) -> list[str]:
    return [type(one).__name__ for one in steps]


def test_it_opens_goes_on_and_ends_after_two_calm_days() -> None:
    steps = live(WATCH, WATCH, None, None, None)
    assert kinds(steps) == ["Opened", "Updated", "Ended"]
    assert isinstance(steps[-1], Ended)
    assert (steps[-1].day, steps[-1].why, steps[-1].condition.days) == (day(3), "over", 2)


def test_one_calm_day_between_two_loud_ones_is_one_condition() -> None:
    assert kinds(live(WATCH, None, WATCH, None, WATCH)) == ["Opened", "Updated", "Updated"]


def test_people_are_asked_again_only_when_it_gets_worse() -> None:
    steps = live(WATCH, ALERT, WATCH, ALERT)
    assert [one.raised for one in steps if isinstance(one, Updated)] == [True, False, False]


def test_a_missing_day_neither_ends_nor_feeds_it() -> None:
    assert kinds(live(WATCH, "missing", "missing", None, WATCH)) == ["Opened", "Updated"]
    unseen = live(WATCH, *["missing"] * 9)
    assert kinds(unseen) == ["Opened", "Ended"]
    assert isinstance(unseen[-1], Ended)
    assert unseen[-1].why == "unseen"


def test_the_other_direction_ends_the_one_and_opens_the_other() -> None:
    steps = live(WATCH, DROP)
    assert kinds(steps) == ["Opened", "Ended", "Opened"]
    assert isinstance(steps[0], Opened)
    assert isinstance(steps[2], Opened)
    assert steps[0].condition.key != steps[2].condition.key


def test_the_same_day_again_says_nothing_new_unless_it_is_worse() -> None:
    state, _ = step(Conditions(), day(0), [WATCH], [SURGE_OF_MK])
    state, again = step(state, day(0), [WATCH], [SURGE_OF_MK])
    assert again == []
    state, nothing = step(state, day(0), [], [SURGE_OF_MK])
    assert nothing == []
    _, worse = step(state, day(0), [ALERT], [SURGE_OF_MK])
    assert kinds(worse) == ["Updated"]


def test_the_key_follows_from_rule_subject_and_what_set_it_off() -> None:
    keys = [live(found)[0].condition.key for found in (WATCH, replace(WATCH, headline="x", score=9.9), DROP)]
    assert keys[0] == keys[1] != keys[2]


DAYS = st.lists(st.sampled_from([WATCH, ALERT, DROP, None, "missing"]), min_size=1, max_size=40)


@given(DAYS)
def test_at_most_one_condition_of_a_rule_and_subject_lasts_at_any_time(days: list[Finding | str | None]) -> None:
    open_keys: set[str] = set()
    for one in live(*days):
        if isinstance(one, Opened):
            assert not open_keys
            open_keys.add(one.condition.key)
        elif isinstance(one, Ended):
            open_keys.remove(one.condition.key)
        else:
            assert one.condition.key in open_keys


@given(DAYS, st.integers(0, 39))
def test_a_saved_state_goes_on_like_the_one_that_was_never_saved(days: list[Finding | str | None], at: int) -> None:
    kept, saved = Conditions(), Conditions()
    for number, found in enumerate(days):
        if number == at:
            saved = Conditions.from_json(json.loads(json.dumps(saved.to_json())))
        findings = [found] if isinstance(found, Finding) else []
        looked = [] if found == "missing" else [SURGE_OF_MK]
        kept, expected = step(kept, day(number), findings, looked)
        saved, steps = step(saved, day(number), findings, looked)
        assert steps == expected
