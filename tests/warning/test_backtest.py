"""``routehub backtest``: on tables of its own, on bad ones, and on the real autumn of 2015."""

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from routehub.cli import application
from routehub.core.errors import Refused
from tests.warning.days import day
from tests.warning.test_forecast import wave

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
MAPPING = EXAMPLES / "replay" / "daily-arrivals.json"
EVENTS = EXAMPLES / "backtest" / "events-2015.json"
FLOWS = "flows/daily_arrivals_2015-10-01_2016-01-14.csv"
FROM = "date,MK,RS\n"


def write(path: Path, columns: Mapping[str, Sequence[int | None]]) -> Path:
    length = max(len(values) for values in columns.values())
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["date", *columns])
        for n in range(length):
            rows.writerow([(day(n)).isoformat(), *("" if c[n] is None else c[n] for c in columns.values())])
    return path


def run(*words: str | Path) -> str:
    done = CliRunner().invoke(application("backtest"), ["backtest", *map(str, words)])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.stdout


def document(*words: str | Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(*words, "--json"))
    return found


@pytest.fixture
def falling(tmp_path: Path) -> Path:
    """Sixty days of three parties, then a closed border, then nobody."""
    flow = wave(60)
    closed = [*flow[:38], *[0] * 22]
    return write(tmp_path / "falling.csv", {"MK": flow, "RS": closed, "HR": [closed[0], *closed[:-1]]})


def test_columns_are_known_by_their_names_and_lie_on_the_legs(falling: Path) -> None:
    said = document(falling)
    assert [(s["series"], s["leg"]) for s in said["series"]] == [("MK", "GR-MK"), ("RS", "MK-RS"), ("HR", "RS-HR")]
    assert said["series"][2]["upstream"] == [{"series": "RS", "configured_lag": 1}]
    assert {(f["leg"], f["horizon"]) for f in said["forecasts"]} == {
        (g, h) for g in ("MK-RS", "RS-HR") for h in (1, 2, 3)
    }
    closure = [a for a in said["alerts"] if a["rule"] == "closure"]
    assert closure[0]["day"] == day(38).isoformat()
    assert closure[0]["legs"][0] == "MK-RS"
    assert closure[0]["true"]


def test_a_table_without_a_party_in_between_joins_over_it(tmp_path: Path) -> None:
    said = document(write(tmp_path / "t.csv", {"MK": wave(40), "HR": wave(40, 2), "ZZ": wave(40), "total": wave(40)}))
    assert said["series"][1]["upstream"] == [{"series": "MK", "configured_lag": 1}]
    assert said["notes"] == ["left out, the name says no party of any route: ZZ, total"]


def test_both_counts_of_a_border_are_compared(tmp_path: Path) -> None:
    left = [1000] * 30
    entered = [1000] * 20 + [1300] * 5 + [1000] * 5
    said = document(write(tmp_path / "t.csv", {"MK_RS_departures": left, "RS_MK": entered}))
    assert [(s["leg"], s["upstream"]) for s in said["series"]] == [
        ("MK-RS", []),
        ("MK-RS", [{"series": "MK_RS_departures", "configured_lag": 0}]),
    ]
    apart = [a for a in said["alerts"] if a["rule"] == "two-counts"]
    assert [(a["day"], a["subject"]) for a in apart] == [(day(21).isoformat(), "MK-RS")]


def test_a_table_with_semicolons_is_read_too(falling: Path, tmp_path: Path) -> None:
    european = tmp_path / "european.csv"
    european.write_text(falling.read_text().replace(",", ";"))
    assert document(european) == document(falling)


def test_another_route_and_aliases_are_read(tmp_path: Path) -> None:
    said = document(write(tmp_path / "t.csv", {"LBY_departures": wave(40), "IT": wave(40)}), "--route", "cmr")
    assert said["days"] == 40


def test_every_alert_says_what_the_issue_asks_for_and_fits_a_message(falling: Path) -> None:
    for alert in document(falling)["alerts"]:
        assert {"day", "series", "rule", "score"} <= set(alert)
        assert len(alert["headline"]) <= 160
        assert 1 <= len(alert["arithmetic"]) <= 50
        assert all(len(line) <= 1000 for line in alert["arithmetic"])


def test_later_days_in_the_file_never_change_earlier_alerts(falling: Path, tmp_path: Path) -> None:
    lines = falling.read_text().splitlines(keepends=True)
    cut = tmp_path / "cut.csv"
    cut.write_text("".join(lines[:43]))
    last = day(41).isoformat()
    told = [
        [(a["day"], a["rule"], a["subject"], a["score"]) for a in document(file)["alerts"] if a["day"] <= last]
        for file in (falling, cut)
    ]
    assert told[0] == told[1] != []


def test_parameters_of_a_file_are_used(falling: Path, tmp_path: Path) -> None:
    quiet = tmp_path / "quiet.json"
    quiet.write_text('{"drop": {"log_z": -9000}, "closure": {"least": 10000}}')
    assert not [a for a in document(falling, "--parameters", quiet)["alerts"] if a["rule"] in ("drop", "closure")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no rows"),
        ("date,MK\n", "no rows"),
        ("date,foo\n2015-10-01,3\n", "no column names a party"),
        ("date,MK,MK\n2015-10-01,3,4\n", "more than once"),
        (FROM + "2015-10-01,3\n", "2 cells, the header has 3"),
        (FROM + "01.10.2015,3,4\n", "not a date"),
        (FROM + "2015-10-01,3,4\n2015-10-01,3,4\n", "a second time"),
        (FROM + "2015-10-01,-3,4\n", "not a whole number"),
        (FROM + "2015-10-01,NaN,4\n", "not a whole number"),
        (FROM + "2015-10-01,3.5,4\n", "not a whole number"),
        (FROM + "2015-10-01,3,4\n2095-10-01,3,4\n", "more than 4000 days"),
        ("date,MK\n\n,\n", "no rows"),
        ("date,MK\n2015-10-01,\x00\n", "not a whole number"),
    ],
)
def test_bad_tables_are_answered_in_words(tmp_path: Path, text: str, words: str) -> None:
    table = tmp_path / "table.csv"
    table.write_text(text)
    with pytest.raises(Refused) as refused:
        run(table)
    assert words in " ".join([refused.value.detail, *(p.message for p in refused.value.problems)])


def test_all_bad_cells_are_named_at_once(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text(FROM + "2015-10-01,x,4\n2015-10-02,3,y\n")
    with pytest.raises(Refused) as refused:
        run(table)
    assert [p.pointer for p in refused.value.problems] == ["/2/MK", "/3/RS"]


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ('[{"first": "2015-10-17", "on": ["MK"], "direction": "sideways"}]', "/0/direction"),
        ('[{"first": "17 October", "on": ["MK"]}]', "/0/first"),
        ('[{"first": "2015-10-17"}]', "/0/on"),
        ('[{"first": "2015-10-17", "last": "2015-10-16", "on": ["MK"]}]', "/0/last"),
        ('[{"first": "2015-10-17", "on": ["MK"], "where": 1}]', "/0/where"),
        ("[3]", "/0"),
        ("{}", None),
        ("{", None),
    ],
)
def test_bad_lists_of_events_are_answered_in_words(falling: Path, tmp_path: Path, said: str, pointer: str) -> None:
    events = tmp_path / "events.json"
    events.write_text(said)
    with pytest.raises(Refused) as refused:
        run(falling, "--events", events)
    assert pointer is None or pointer in [p.pointer for p in refused.value.problems]


def test_an_unknown_route_and_a_file_that_is_not_there_are_said(falling: Path, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="There is no route 'xyz'"):
        run(falling, "--route", "xyz")
    with pytest.raises(Refused, match="No such file"):
        run(tmp_path / "none.csv")
    with pytest.raises(Refused, match="directory"):
        run(tmp_path)


def test_one_day_and_an_empty_period_give_a_table_all_the_same(tmp_path: Path) -> None:
    assert "0 series-days" in run(write(tmp_path / "one.csv", {"MK": [5], "RS": [None]}))


@pytest.mark.shared_data
def test_the_real_autumn_of_2015(shared_data: Path) -> None:
    """Bounds that hold comfortably; the figures themselves stand in docs/early-warning.md."""
    said = document(shared_data / FLOWS, "--mapping", MAPPING, "--events", EVENTS)
    assert said["false_alarms_per_100_series_days"] < 2
    assert said["coverage"]["n"] > 1500
    assert 0.75 <= said["coverage"]["share"] <= 0.85
    together = {one["horizon"]: one for one in said["forecasts_together"]}
    assert together[1]["mean_ratio"] < 0.9
    assert together[1]["better_on"] >= 6
    assert all(f["ratio_to_better_naive"] < 1.15 for f in said["forecasts"] if f["leg"] != "HR-HU")
    leads = {event["name"]: event["lead_days"] for event in said["events"]}
    assert leads["Hungary closes its border with Croatia"] == 0
    assert leads["The route moves to Slovenia"] == 0
    assert leads["Ferry strike: trough in North Macedonia"] >= 1
    lags = {f["leg"]: f["lag"] for f in said["forecasts"] if f["horizon"] == 1}
    assert (lags["GR-MK"], lags["MK-RS"], lags["RS-HR"], lags["HR-SI"]) == (2, 0, 1, 0)


@pytest.mark.shared_data
@pytest.mark.parametrize(
    "shape",
    [
        lambda header: [name for name in header if name not in ("RS", "IT")],
        lambda header: ["SI", "AT", "date", "HR"],
    ],
)
def test_the_real_series_with_fewer_columns(
    shared_data: Path, tmp_path: Path, shape: Callable[[list[str]], list[str]]
) -> None:
    with (shared_data / FLOWS).open() as file:
        rows = list(csv.DictReader(file))
    names = shape(list(rows[0]))
    part = tmp_path / "part.csv"
    with part.open("w", newline="") as file:
        writer = csv.DictWriter(file, names, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows[45:])
    said = document(part, "--events", EVENTS)
    assert 0.72 <= said["coverage"]["share"] <= 0.88
    assert said["first"] == (day(0) + timedelta(45)).isoformat()
