"""Lines and graphs as numbers, and since when a reader looks: without a hub."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from routehub.web.day_graph import Fan, Series, day_graph
from routehub.web.route_map.drawing import broken_name
from routehub.web.sparkline import sparkline
from routehub.web.visits import since, visits

NOW = datetime(2016, 1, 21, 6, 2, tzinfo=UTC)
BRUSSELS = ZoneInfo("Europe/Brussels")
DAYS = [date(2016, 1, 15) + timedelta(days=n) for n in range(7)]


def test_a_day_without_a_figure_is_a_gap_and_not_a_zero():
    line = sparkline([1400, None, 1500, 1450, None, 1600, 1700])
    assert line is not None
    assert line.words == "Last 7 days, lowest 1\u202f400, highest 1\u202f700, 2 without a figure"
    assert len(line.parts) == 2
    assert sparkline([None, 3]) is None
    flat = sparkline([5, 5])
    assert flat is not None
    assert flat.last == (66.0, 12.0)
    assert sparkline([7, 8, None]).last is None  # type: ignore[union-attr]


def test_a_graph_begins_at_nought_and_keeps_its_gaps():
    graph = day_graph(DAYS, [Series("MK count", "entered", [900, 950, None, 1000, 1100, None, 1200])])
    assert graph is not None
    assert [text for _, text in graph.rows] == ["0", "500", "1\u202f000", "1\u202f500"]
    assert graph.rows[0][0] == graph.base
    assert [len(line.parts) for line in graph.lines] == [2]
    assert len(graph.lines[0].dots) == 1
    assert graph.marks[-1][1] == DAYS[-1]
    assert day_graph(DAYS, [Series("MK count", "entered", [None] * 7)]) is None


def test_what_is_expected_widens_from_the_last_known_value():
    ahead = [(DAYS[-1] + timedelta(days=n), 900.0 - 50 * n, 1000.0, 1300.0 + 100 * n) for n in (1, 2)]
    graph = day_graph(DAYS, [Series("now", "entered", [1000] * 7)], fan=Fan("Expected", 1000, ahead), level=1200)
    assert graph is not None
    assert len(graph.fan.split()) == 6
    assert graph.fan.split()[0] == graph.fan.split()[-1]
    assert graph.level is not None
    assert graph.top <= graph.level <= graph.base


def test_the_last_visit_is_the_one_before_the_pages_of_now():
    first = visits(None, NOW)
    assert since("", first, BRUSSELS, NOW) == ("24h", NOW - timedelta(hours=24))
    again = visits(first.text, NOW + timedelta(minutes=5))
    assert again.before is None
    morning = NOW + timedelta(hours=20)
    later = visits(again.text, morning)
    assert since("", later, BRUSSELS, morning) == ("last", NOW - timedelta(minutes=2))  # on a round time before it
    assert since("18:00", later, BRUSSELS, NOW)[1] == datetime(2016, 1, 20, 17, tzinfo=UTC)
    assert since("24h", later, BRUSSELS, morning)[0] == "24h"


def test_a_cookie_that_says_nothing_sensible_is_a_first_visit():
    ahead = visits(None, NOW + timedelta(days=3)).text
    for text in ("", "x", "1.2.3", "9" * 30 + ".1", "٣.٤", "0.0", ahead):
        assert visits(text, NOW).before is None, text


def test_a_long_name_takes_two_lines_and_ends_in_an_ellipsis():
    assert broken_name("Croatia", 94) == ("Croatia",)
    assert broken_name("North Macedonia", 94) == ("North", "Macedonia")
    said = broken_name("the former Yugoslav Republic of Macedonia", 94)
    assert len(said) == 2
    assert said[1].endswith("…")
