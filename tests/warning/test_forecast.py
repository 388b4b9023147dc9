"""The forecast: lags learned, experts weighted online, intervals that hold as often as promised."""

import json
import math
import random
from collections.abc import Sequence
from datetime import date

import pytest

from routehub.warning.backtest import backtest, play
from routehub.warning.forecast import Forecast, Forecaster
from routehub.warning.forecast.interval import Interval, IntervalParameters
from routehub.warning.forecast.lags import LagParameters, learn_lag, pass_through
from routehub.warning.forecast.mixture import Mixture, MixtureParameters, combined
from routehub.warning.graph import Flow, RouteGraph
from routehub.warning.numbers import log, unlog
from routehub.warning.parameters import Parameters
from routehub.warning.scoring import score_forecasts
from tests.warning.days import CHAIN, day, graph, series, table

LAGS = LagParameters()


def wave(days: int, seed: int = 1, level: float = 3000) -> list[int]:
    chance = random.Random(seed)
    return [round(level * math.exp(0.5 * math.sin(n / 5) + chance.gauss(0, 0.25))) for n in range(days)]


def forecasts(columns: dict[str, Sequence[int | None]]) -> list[Forecast]:
    return list(play(table(columns), graph(tuple(columns)), Parameters()).forecasts)


def logs(values: Sequence[int | None]) -> list[float | None]:
    return [None if v is None else log(v) for v in values]


def test_the_lag_is_learned_from_21_days_on_and_configured_before() -> None:
    upstream = wave(60)
    here = [0, 0, 0, *[round(0.5 * x) for x in upstream[:-3]]]
    learned = learn_lag(logs(here[-42:]), logs(upstream[-42:]), 1, 60, LAGS)
    assert learned.days == 3
    assert learned.correlation == pytest.approx(1, abs=0.01)
    assert learn_lag(logs(here[-42:]), logs(upstream[-42:]), 1, 20, LAGS).days == 1


def test_pass_through_is_the_median_ratio_at_the_lag() -> None:
    upstream = [100, 200, 400, 100, 200, 400, 100, 200]
    here = [None, 50, 100, 200, 50, 9999, 200, 50]
    assert pass_through(here, upstream, 1, LAGS) == (0.5, 7)
    assert pass_through([5] * 8, [5] * 8, 0, LAGS) is None  # too few people upstream
    assert pass_through([5000] * 8, [100] * 8, 0, LAGS) is None  # others feed it


def test_a_forecast_shows_its_arithmetic() -> None:
    upstream = [1000] * 40
    made = forecasts({"GR": upstream, "MK": [800] * 40})
    last = [f for f in made if f.key == "MK" and f.horizon == 2][-1]
    assert round(last.centre) == 800
    lines = last.arithmetic()
    assert any("GR Mon 9 Nov: 1\u202f000 × pass-through 0.80 (median of 14 days) = 800" in line for line in lines)
    assert lines[-1].startswith("together (weighted mean of the logarithms): 800, 80 % interval ")
    assert sum(last.shares.values()) == pytest.approx(1)


def test_a_day_upstream_that_has_not_come_is_taken_from_its_own_forecast() -> None:
    made = forecasts({"GR": [1000] * 30, "MK": [800] * 30, "RS": [800] * 30})
    look = [f for f in made if f.key == "RS"][-1].looks["lag MK"]
    assert look.ahead
    assert "(forecast)" in look.words()


def test_where_the_upstream_leads_the_forecast_beats_both_naive_ones() -> None:
    upstream = wave(120)
    here = [900, 900, *[round(0.9 * x) for x in upstream[:-2]]]
    scores = {s.horizon: s for s in score_forecasts(forecasts({"GR": upstream, "MK": here})[60:], _values(here))}
    assert scores[1].ratio is not None
    assert scores[1].ratio < 0.5
    assert scores[2].ratio is not None
    assert scores[2].ratio < 0.5


def test_where_the_upstream_says_nothing_the_forecast_is_hardly_worse_than_the_better_naive_one() -> None:
    scores = score_forecasts(forecasts({"GR": wave(120, 1), "MK": wave(120, 7)}), _values(wave(120, 7)))
    assert all(s.ratio is not None and s.ratio < 1.12 for s in scores)


def _values(here: Sequence[int | None]) -> dict[str, dict[date, int]]:
    return {"MK": {day(n): v for n, v in enumerate(here) if v is not None}}


def test_after_a_break_the_last_value_counts_most() -> None:
    made = forecasts({"GR": [3000] * 40, "MK": [3000] * 30 + [40] * 10})
    after = {f.made: f for f in made if f.key == "MK" and f.horizon == 1}
    assert after[day(29)].centre == pytest.approx(3000, rel=0.01)
    assert after[day(30)].centre < 300
    assert after[day(32)].centre < 60
    assert after[day(32)].shares["last value"] > 0.3


def test_a_leg_that_is_closed_and_opens_again_is_followed_both_ways() -> None:
    made = forecasts({"GR": [3000] * 60, "MK": [3000] * 25 + [0] * 15 + [2500] * 20})
    by_day = {f.made: f.centre for f in made if f.key == "MK" and f.horizon == 1}
    assert by_day[day(38)] < 5
    assert by_day[day(44)] == pytest.approx(2500, rel=0.15)


def test_missing_days_are_skipped_and_widen_the_interval() -> None:
    here = [1000 + n % 7 for n in range(40)]
    told = [f for f in forecasts({"GR": [1000] * 40, "MK": here}) if f.key == "MK"][-3]
    gap = [f for f in forecasts({"GR": [1000] * 39 + [None], "MK": [*here[:-1], None]}) if f.key == "MK"][-3]
    assert gap.missing == 2
    assert gap.high / gap.low > told.high / told.low
    assert gap.centre == pytest.approx(told.centre, rel=0.05)


def test_the_mixture_is_never_much_worse_than_its_best_expert() -> None:
    chance = random.Random(3)
    p, mixture = MixtureParameters(), Mixture()
    errors = {"good": 0.0, "bad": 0.0, "mixture": 0.0}
    for n in range(300):
        actual = log(1000 * math.exp(chance.gauss(0, 0.1)))
        # The better one changes after half of the time.
        far, near = actual + chance.gauss(0.5, 0.5), actual + chance.gauss(0, 0.15)
        said = {"good": near if n < 150 else far, "bad": far if n < 150 else near}
        centre = combined(mixture.shares(said), said)
        errors["mixture"] += abs(centre - actual)
        for name, value in said.items():
            errors[name] += abs(value - actual)
        mixture.learn(said, centre, actual, p)
    assert errors["mixture"] < 0.7 * min(errors["good"], errors["bad"])
    assert all(weight > 0.001 for weight in mixture.shares(["good", "bad"]).values())


@pytest.mark.parametrize("scatter", [0.1, 0.4, 1.0])
def test_an_interval_holds_as_often_as_promised_whatever_the_scatter(scatter: float) -> None:
    chance = random.Random(5)
    p = IntervalParameters()
    interval, inside = Interval.new(1, p), 0
    for _ in range(400):
        low, high = interval.around(5000, 0, p)
        actual = unlog(log(5000) + chance.gauss(0, scatter))
        inside += low <= actual <= high
        interval.learn(low, high, actual, p)
    assert 0.77 <= inside / 400 <= 0.87


def test_a_saved_forecaster_goes_on_exactly_alike() -> None:
    route = RouteGraph(CHAIN, [Flow("GR", "GR", "arrivals"), Flow("MK", "MK", "arrivals")])
    told = {"GR": series(wave(50, 1), "GR"), "MK": series(wave(50, 2))}
    kept = Forecaster(route)
    for n in range(30):
        kept.step(day(n), told)
    again = Forecaster.from_json(json.loads(json.dumps(kept.to_json())), route)
    for n in range(30, 50):
        assert again.step(day(n), told) == kept.step(day(n), told)
    assert again.to_json() == kept.to_json()


def test_a_figure_that_comes_late_is_learned_from_when_it_comes() -> None:
    route = RouteGraph(CHAIN, [Flow("GR", "GR", "arrivals"), Flow("MK", "MK", "arrivals")])
    told = {"GR": series(wave(30, 1), "GR"), "MK": series([*wave(28, 2), None, None])}
    forecaster = Forecaster(route)
    for n in range(30):
        forecaster.step(day(n), told)
    before = forecaster.to_json()["intervals"]
    told["MK"].put(day(28), 3000)
    forecaster.step(day(30), told)
    assert forecaster.to_json()["intervals"] != before


def test_days_of_a_leg_that_nobody_uses_say_nothing_about_the_interval() -> None:
    result = backtest(table({"GR": [3000] * 60, "MK": [0] * 60}), graph(("GR", "MK")), Parameters())
    assert [f.counted for f in result.forecasts] == [0, 0, 0]
    assert [f.ratio for f in result.forecasts] == [None, None, None]
