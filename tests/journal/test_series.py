"""Reading a table of days by series: what each cell says, and what is refused with line and column."""

import json
from pathlib import Path
from typing import Any

import pytest

from routehub.cli.series import Mapping, steps
from routehub.core.errors import Refused

WIDE: dict[str, Any] = {
    "day": "date",
    "columns": {
        "MK": {"party": "MK", "indicator": "arrivals", "counterpart": "GR"},
        "islands": {"party": "GR", "indicator": "arrivals", "place": "GR/islands"},
        "mainland": {"party": "GR", "indicator": "departures", "place": "GR/islands"},
    },
}
LONG: dict[str, Any] = {
    "day": "day", "as_of": "as_of", "value": "n", "series": {"party": "IT", "indicator": "arrivals"},
    "at": "20:00", "days_after": 0, "zone": "Europe/Rome", "reason": "Counted again.",
}  # fmt: skip


def read(folder: Path, mapping: dict[str, Any], text: str) -> Any:
    table, meaning = folder / "table.csv", folder / "mapping.json"
    table.write_text(text)
    meaning.write_text(json.dumps(mapping))
    return steps(table, Mapping.read(meaning))


def test_each_party_has_one_report_a_day_with_all_its_columns(tmp_path: Path):
    (step,) = read(tmp_path, WIDE, "date,MK,islands,mainland\n2015-10-20,5,7.0,0\n")
    by_party = {report.party: report.body["figures"] for report in step.reports}
    assert [figure["value"] for figure in by_party["GR"]] == [7, 0]
    assert by_party["MK"] == [{"indicator": "arrivals", "counterpart": "GR", "value": 5}]
    assert step.at.isoformat() == "2015-10-21T05:30:00+00:00"


def test_an_empty_cell_is_no_figure_and_an_empty_party_no_report(tmp_path: Path):
    first, second = read(tmp_path, WIDE, "date,MK,islands,mainland\n2015-10-20,,7,\n2015-10-21,,,\n")
    assert [(report.party, len(report.body["figures"])) for report in first.reports] == [("GR", 1)]
    assert second.reports == ()


def test_report_dates_are_posted_in_turn_and_days_ahead_of_them_left_out(tmp_path: Path):
    first, second = read(
        tmp_path, LONG, "day,n,as_of\n2019-10-01,5,2019-10-15\n2019-10-16,0,2019-10-15\n2019-10-01,6,2019-09-30\n"
        "2019-09-30,1,2019-09-30\n",
    )  # fmt: skip
    assert [(s.label, [(r.day.isoformat(), r.body["figures"][0]["value"]) for r in s.reports])
            for s in (first, second)] == [("2019-09-30", [("2019-09-30", 1)]),
                                          ("2019-10-15", [("2019-10-01", 5)])]  # fmt: skip
    assert second.at.isoformat() == "2019-10-15T18:00:00+00:00"
    assert second.reports[0].body["reason"] == "Counted again."


def test_the_keys_are_the_same_for_the_same_table_and_others_for_another(tmp_path: Path):
    text = "date,MK,islands,mainland\n2015-10-20,5,7,0\n"
    one, again = read(tmp_path, WIDE, text), read(tmp_path, WIDE, text)
    other = read(tmp_path, WIDE, text.replace("5", "6"))
    assert [r.key for r in one[0].reports] == [r.key for r in again[0].reports]
    assert {r.key for r in one[0].reports}.isdisjoint({r.key for r in other[0].reports})


@pytest.mark.parametrize("cell", ["-1", "1.5", "many", "1e400", "NaN", "Infinity"])
def test_a_cell_that_is_no_count_is_named_with_line_and_column(tmp_path: Path, cell: str):
    with pytest.raises(Refused, match="line 2, column MK"):
        read(tmp_path, WIDE, f"date,MK,islands,mainland\n2015-10-20,{cell},7,0\n")


@pytest.mark.parametrize(
    ("change", "word"),
    [({"colums": {}}, "colums"), ({"columns": {"MK": {"party": "MK"}}}, "indicator"),
     ({"zone": "Europe/Nowhere"}, "Nowhere"),
     ({"columns": {"MK": {"party": "MK", "indicator": "arrivals", "plase": "x"}}}, "plase"), ({"at": "noon"}, "noon")],
)  # fmt: skip
def test_a_mapping_that_is_not_understood_says_what(tmp_path: Path, change: dict[str, Any], word: str):
    with pytest.raises(Refused, match=word):
        read(tmp_path, WIDE | change, "date,MK,islands,mainland\n")
