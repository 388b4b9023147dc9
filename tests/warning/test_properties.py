"""What holds for any series: scale, no future, and a missing day that never alarms as a zero."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from routehub.warning import drop, growth, surge
from routehub.warning.backtest import play
from routehub.warning.drop import DropParameters
from routehub.warning.finding import Level
from routehub.warning.growth import GrowthParameters
from routehub.warning.parameters import Parameters
from routehub.warning.surge import SurgeParameters
from routehub.warning.watch import Watch
from tests.warning.days import day, graph, series, table

COUNTS = st.integers(100, 9000)
DAYS = st.lists(COUNTS, min_size=17, max_size=45)
SOME_MISSING = st.lists(st.one_of(COUNTS, st.none(), st.just(0)), min_size=20, max_size=40)
RULES = ("surge", "drop", "growth")


def found(values: list[int | None]) -> dict[str, tuple[Level, int]]:
    """What the rules of a single series say about its last day."""
    told, last = series(values), day(len(values) - 1)
    made = (
        surge.detect(told, last, SurgeParameters()),
        drop.detect(told, last, DropParameters()),
        growth.detect(told, last, GrowthParameters()),
    )
    return {f.rule: (f.level, f.direction) for f in made if f is not None}


@given(DAYS, st.sampled_from([2, 3, 7]))
def test_more_people_in_the_same_proportions_are_no_less_of_an_event(values: list[int], factor: int) -> None:
    small = {rule: level for rule, (level, _) in found(list(values)).items() if rule in ("surge", "drop")}
    large = {rule: level for rule, (level, _) in found([v * factor for v in values]).items()}
    for rule, level in small.items():
        assert large.get(rule) in (level, Level.ALERT)


@given(SOME_MISSING)
def test_a_missing_day_finds_nothing_and_a_partial_one_neither(values: list[int | None]) -> None:
    assert found([*values, None]) == {}
    partial = series([*values, None])
    partial.put(day(len(values)), 0, complete=False)
    assert drop.detect(partial, day(len(values)), DropParameters()) is None


@given(st.lists(st.integers(900, 1100), min_size=30, max_size=40), st.sets(st.integers(0, 29), max_size=12))
@settings(max_examples=50)
def test_steady_series_with_holes_never_alarm(values: list[int], holes: set[int]) -> None:
    told: list[int | None] = [None if n in holes else v for n, v in enumerate(values)]
    assert not play(table({"GR": values, "MK": told}), graph(("GR", "MK")), Parameters()).at(Level.ALERT)


@given(SOME_MISSING, SOME_MISSING, st.integers(15, 19), SOME_MISSING)
@settings(max_examples=30, deadline=None)
def test_later_days_never_change_what_was_said(
    upstream: list[int | None], here: list[int | None], until: int, other: list[int | None]
) -> None:
    """Cut the table after ``until`` days, or go on with other days: what was said up to there stays the same."""
    length = min(len(upstream), len(here))
    whole = {"GR": upstream[:length], "MK": here[:length]}
    cut = {key: values[:until] for key, values in whole.items()}
    other_end = {key: [*values[:until], *other] for key, values in whole.items()}
    said = []
    for columns in (whole, cut, other_end):
        played = play(table(columns), graph(("GR", "MK")), Parameters())
        said.append((
            [f for f in played.forecasts if f.made < day(until)],
            [a for a in played.alarms if a.finding.day < day(until)],
        ))  # fmt: skip
    assert said[0] == said[1] == said[2]


@given(SOME_MISSING, st.integers(1, 18))
@settings(max_examples=20, deadline=None)
def test_a_watch_goes_on_from_its_state_as_if_it_had_never_stopped(values: list[int | None], at: int) -> None:
    route = graph(("GR", "MK"))
    kept, stopped = Watch(route), Watch(route)
    for number, value in enumerate(values):
        if number == at:
            stopped = Watch.from_json(json.loads(json.dumps(stopped.to_json())), route)
        for watch in (kept, stopped):
            watch.put("GR", day(number), 1000, source=f"g{number}")
            if value is not None:
                watch.put("MK", day(number), value, source=f"m{number}")
        assert kept.step(day(number)) == stopped.step(day(number))
    assert kept.to_json() == stopped.to_json()


@given(SOME_MISSING)
@settings(max_examples=20, deadline=None)
def test_hours_say_the_same_as_their_days(values: list[int | None]) -> None:
    daily, hourly = Watch(graph(("MK",))), Watch(graph(("MK",)))
    for number, value in enumerate(values):
        if value is not None:
            daily.put("MK", day(number), value)
            for hour in range(24):
                hourly.put_hour("MK", day(number), hour, value // 24 + (value % 24 if hour == 23 else 0))
        assert daily.look(day(number)) == hourly.look(day(number))
