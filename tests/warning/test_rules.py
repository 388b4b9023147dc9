"""Each rule on series small enough to compute by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from routehub.warning import capacity, caps, chain_reaction, closure, drop, growth, silence, surge, two_counts
from routehub.warning.capacity import CapacityParameters, Occupancy, filling_over
from routehub.warning.caps import Cap, CapParameters, Counted
from routehub.warning.chain_reaction import ChainReactionParameters, Notice
from routehub.warning.closure import Closed, ClosureParameters
from routehub.warning.drop import DropParameters
from routehub.warning.finding import Level
from routehub.warning.graph import RouteGraph
from routehub.warning.growth import GrowthParameters
from routehub.warning.silence import SilenceParameters
from routehub.warning.surge import SurgeParameters
from routehub.warning.two_counts import TwoCountsParameters
from tests.warning.days import CHAIN, Leg, day, graph, series

# Mean 1,000; the squares of ±100 over fourteen days give a deviation of √(14 × 10,000 ÷ 13) = 103.8.
USUAL = [900, 1100] * 8
SURGE, DROP, GROWTH = SurgeParameters(), DropParameters(), GrowthParameters()


def test_a_surge_compares_a_day_with_fourteen_days_two_days_away() -> None:
    found = surge.detect(series([*USUAL, 1301]), day(16), SURGE)
    assert found is not None
    assert (found.level, found.severity, found.score) == (Level.WATCH, "Minor", 2.9)
    assert found.arithmetic == (
        "this day: 1\u202f301",
        "usual (mean of 14 days before): 1\u202f000",
        "change: +30%",
        "z = (1\u202f301 − 1\u202f000) ÷ 104 = 2.9 times the usual scatter",
    )
    assert found.inputs[0] == "MK16"
    assert found.inputs[-1] == "MK0"


@pytest.mark.parametrize(
    ("days", "level"),
    [
        ([1299], None),  # +29.9 %
        ([1300], Level.WATCH),
        ([1749], Level.WATCH),  # z = 7.2, but below +75 %
        ([1751], Level.ALERT),
        ([1300, 1000, 1300], Level.ALERT),  # two of three days
        ([1400, 1000, 1000, 1400], Level.WATCH),  # four days apart
    ],
)
def test_levels_of_a_surge(days: list[int], level: Level | None) -> None:
    # Older days stay at the usual level, so that the days before the last one move its baseline only a little.
    found = surge.detect(series([*USUAL, *days]), day(15 + len(days)), SURGE)
    assert (found.level if found else None) == level


def test_a_surge_needs_ten_people_and_not_only_a_share() -> None:
    twenty = [20, 20] * 8
    assert surge.detect(series([*twenty, 29]), day(16), SURGE) is None


def test_warm_up_takes_fourteen_days() -> None:
    assert surge.detect(series([100] * 13 + [500]), day(13), SURGE) is None
    assert surge.detect(series([100] * 14 + [500]), day(14), SURGE) is not None


def test_small_series_are_compared_by_sums_of_seven_days() -> None:
    four_a_day = [4] * 30
    assert surge.detect(series([*four_a_day, 15]), day(30), SURGE) is None
    found = surge.detect(series([*four_a_day, 9, 9, 9, 9, 9, 9, 9]), day(36), SURGE)
    assert found is not None
    assert found.arithmetic[0] == "few people a day, so sums of 7 days are compared; the 7 days to this one: 63"
    assert found.arithmetic[1] == "usual (mean of 14 such sums before, none with a day of these 7): 28"


def test_a_leg_that_comes_into_use_is_a_surge_from_nobody() -> None:
    found = surge.detect(series([0] * 16 + [3000]), day(16), SURGE)
    assert found is not None
    assert found.headline == "MK: 3\u202f000 people, from nobody"
    assert (found.level, found.score) == (Level.ALERT, 99.9)


def test_a_rhythm_of_weekdays_is_no_surge() -> None:
    sundays = [3000 if n % 7 == 6 else 1000 for n in range(28)]
    assert surge.detect(series(sundays), day(27), SURGE) is None
    assert surge.detect(series([*sundays[:-1], 5000]), day(27), SURGE) is not None


def test_counts_rounded_to_fifty_do_not_look_steadier_than_they_are() -> None:
    rounded = [100] * 16
    # 14 hundreds have no scatter, but a count rounded to 50 hides up to 25: z = (150 − 100) ÷ 25 = 2.
    assert surge.detect(series([*rounded, 150]), day(16), SURGE) is None
    assert surge.detect(series([*[101] * 16, 150]), day(16), SURGE) is not None


def test_a_drop_is_half_or_less_and_far_outside_the_scatter() -> None:
    found = drop.detect(series([*USUAL, 400]), day(16), DROP)
    assert found is not None
    assert (found.level, found.severity, found.direction) == (Level.ALERT, "Moderate", -1)
    assert found.headline == "MK: only 400 people, −60% on the usual"
    assert drop.detect(series([*USUAL, 501]), day(16), DROP) is None
    closed = drop.detect(series([*USUAL, 100]), day(16), DROP)
    assert closed is not None
    assert closed.severity == "Severe"


def test_a_drop_matters_only_from_twenty_a_day() -> None:
    assert drop.detect(series([19] * 16 + [0]), day(16), DROP) is None
    assert drop.detect(series([40] * 16 + [0]), day(16), DROP) is not None


def test_an_earlier_trough_does_not_hide_the_next_one() -> None:
    with_trough = [*USUAL[:10], 60, 80, *USUAL[:4]]
    assert drop.detect(series([*with_trough, 400]), day(16), DROP) is not None


def test_missing_and_incomplete_days_say_nothing() -> None:
    missing = series([*USUAL, None])
    assert surge.detect(missing, day(16), SURGE) is drop.detect(missing, day(16), DROP) is None
    missing.put(day(16), 5, complete=False)
    assert drop.detect(missing, day(16), DROP) is None


def test_slow_growth_is_found_where_no_day_is_a_surge() -> None:
    slow = [round(500 * 1.02**n * (1.3 if n % 2 else 0.7)) for n in range(42)]
    rising = series(slow)
    assert all(surge.detect(rising, day(n), SURGE) is None for n in range(16, 42))
    found = growth.detect(rising, day(41), GROWTH)
    assert found is not None
    assert (found.level, found.rule) == (Level.WATCH, "growth")
    assert growth.detect(series([500, 520] * 21), day(41), GROWTH) is None


def test_two_counts_are_apart_by_more_than_a_tenth_and_25_people() -> None:
    left, entered = series([10005, 10005], "out"), series([9000, 7650], "in")
    p = TwoCountsParameters()
    first = two_counts.detect("MK-RS", left, entered, 0, day(0), p)
    second = two_counts.detect("MK-RS", left, entered, 0, day(1), p)
    assert first is not None
    assert second is not None
    assert (first.level, second.level) == (Level.WATCH, Level.ALERT)
    assert second.arithmetic[2] == "difference 2\u202f355 = 24% of 10\u202f005"
    assert not two_counts.apart(200, 175, p)
    assert two_counts.detect("MK-RS", left, series([]), 0, day(1), p) is None


def test_departures_are_laid_beside_arrivals_by_the_lag() -> None:
    left, entered = series([500, 900, 100], "out"), series([0, 0, 500], "in")
    assert two_counts.detect("GR-MK", left, entered, 2, day(2), TwoCountsParameters()) is None


@pytest.mark.parametrize(
    ("occupied", "word", "level"),
    [(74, None, None), (75, "filling", Level.WATCH), (90, "nearly full", Level.ALERT), (101, "over", Level.ALERT)],
)
def test_levels_of_capacity(occupied: int, word: str | None, level: Level | None) -> None:
    found = capacity.detect(Occupancy("SI", day(0), occupied, 100), CapacityParameters())
    assert (found.level if found else None) == level
    assert found is None or (word is not None and word in found.headline)


def test_days_to_full_is_free_by_inflow_less_outflow() -> None:
    assert filling_over(2000, [6000], 1000) == 0.4
    assert filling_over(2000, [1000], 1000) is None
    assert filling_over(-5, [0], 0) == 0
    assert filling_over(1500, [1000, 1000, 1000], 0) == 1.5
    assert filling_over(1500, [100, 100, 100], 200) is None


def test_silence_grows_with_its_days_and_an_excuse_ends_it() -> None:
    missing = [day(3), day(4)]
    found = silence.detect("MK", day(4), missing, SilenceParameters(), last="m1", legs=["GR-MK"])
    assert found is not None
    assert (found.level, found.headline) == (Level.ALERT, "MK has not reported for 2 days")
    assert "missing is not zero" in found.arithmetic[1]
    assert silence.detect("MK", day(4), missing, SilenceParameters(), excused=True) is None
    assert silence.detect("MK", day(4), [], SilenceParameters()) is None


def test_one_side_above_the_cap_is_enough_and_the_sides_are_never_added_up() -> None:
    cap = Cap("notice", "RS-HR", 580, day(10), day(20))
    counts = [Counted("RS", 560, "r"), Counted("HR", 850, "h")]
    found = caps.detect(cap, day(12), counts, CapParameters())
    assert found is not None
    assert (found.subject, found.severity, found.inputs) == ("RS-HR", "Severe", ("h", "notice"))
    assert found.arithmetic[-1] == "850 − 580 = 270 above the cap (47%)"
    assert not any("1 410" in line.replace("\u202f", " ") for line in found.arithmetic)
    assert caps.detect(cap, day(9), counts, CapParameters()) is None
    assert caps.detect(cap, day(12), [Counted("RS", 580)], CapParameters()) is None


def test_a_chain_reaction_is_two_parties_on_connected_legs_within_72_hours() -> None:
    start = datetime(2016, 2, 17, 12, tzinfo=UTC)
    one = Notice("a", "AT", start, ("SI-AT",))
    two = Notice("b", "SI", start + timedelta(hours=20), ("HR-SI",))
    far = Notice("c", "MK", start + timedelta(hours=30), ("GR-MK",))
    late = Notice("d", "HR", start + timedelta(hours=80), ("RS-HR",))
    p = ChainReactionParameters()
    found = chain_reaction.detect([one, two, far], two, p)
    assert found is not None
    assert (found.severity, found.subject, found.inputs) == ("Severe", "a", ("b", "a"))
    assert chain_reaction.detect([one, far], far, p) is None
    assert chain_reaction.detect([one], Notice("e", "AT", start, ("SI-AT",)), p) is None
    joined = chain_reaction.detect([one, two, far, late], late, p)
    assert joined is not None
    assert joined.inputs == ("d", "b")


def test_a_closed_leg_moves_its_people_to_the_ways_in_use() -> None:
    closed = Closed("RS-HU", day(0), 6000, 0, "measure")
    found = closure.detect(closed, graph(), {"RS-HR": 4000.0}, ClosureParameters())
    assert found is not None
    assert found.headline == "6\u202f000 people a day no longer pass RS-HU: RS-HR +6\u202f000"
    assert (found.category, found.legs) == ("crossing_changed", ("RS-HU", "RS-HR"))


def test_people_without_a_way_in_use_are_stranded_and_the_unused_ways_are_named() -> None:
    found = closure.detect(Closed("GR-MK", day(0), 3000, 100, "drop"), graph(), {}, ClosureParameters())
    assert found is not None
    assert found.headline.endswith("2\u202f900 stay in GR unless GR-BG takes them")
    only = RouteGraph([Leg("MK", "RS", 0)], [])
    stranded = closure.detect(Closed("MK-RS", day(0), 3000, 0, "drop"), only, {}, ClosureParameters())
    assert stranded is not None
    assert stranded.headline.endswith("3\u202f000 stay in MK")


def test_ways_with_little_room_overflow_into_the_others() -> None:
    legs = [*CHAIN, Leg("RS", "RO", 1)]
    moved = closure.spread(
        Closed("RS-HU", day(0), 1000, 0, "measure"), RouteGraph(legs, []), {"RS-HR": 500.0, "RS-RO": 500.0},
        {"RS-HR": 200.0, "RS-RO": 600.0}, ClosureParameters(),
    )  # fmt: skip
    assert (moved.to, moved.stranded) == ({"RS-HR": 200.0, "RS-RO": 600.0}, 200.0)
