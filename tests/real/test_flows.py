"""106 real days posted as their parties through the public door, and read back equal: live and as of any evening."""

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from typer.testing import CliRunner

from routehub.cli import application
from routehub.cli.series import Mapping
from tests.fixtures.furnished import CMR, WBR, bearer, furnish, write_keys
from tests.fixtures.hub import HubProcess
from tests.journal.stored import everything

pytestmark = pytest.mark.shared_data

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples" / "replay"
BRUSSELS = ZoneInfo("Europe/Brussels")
Cell = tuple[str, str, str, str | None]
"""Day, party, indicator and place."""


@dataclass
class Replayed:
    """The table, the hub that it was posted to, and the cells by what they are about."""

    hub: HubProcess
    keys: dict[tuple[str, str], str]
    cells: dict[Cell, int]
    told: str

    def figures(self, route: str, **query: str) -> dict[Cell, Any]:
        """All figures of a route as its coordinators read them, page by page."""
        found: dict[Cell, Any] = {}
        after: dict[str, str] = {}
        while True:
            answer = httpx.get(
                f"{self.hub.url}/v1/figures", params={"limit": "500", **query, **after},
                headers=bearer(self.keys[(route, "EC")]), trust_env=False, timeout=30,
            )  # fmt: skip
            assert answer.status_code == 200, answer.text
            page = answer.json()
            found |= {(f["day"], f["party"], f["indicator"], f["place"]): f["value"] for f in page["figures"]}
            if page["next"] is None:
                return found
            after = {"after": page["next"]}


def cells_of(table: Path, mapping: Mapping) -> dict[Cell, int]:
    with table.open() as rows:
        return {
            (row[mapping.day], series["party"], series["indicator"], series.get("place")): int(float(row[column]))
            for row in csv.DictReader(rows)
            for column, series in mapping.columns.items()
            if row[column]
        }


@pytest.fixture
def replayed(
    shared_data: Path, migrated_database_url: str, start_hub: Callable[..., HubProcess], tmp_path: Path
) -> Replayed:
    table = shared_data / "flows" / "daily_arrivals_2015-10-01_2016-01-14.csv"
    keys = furnish(migrated_database_url, WBR, CMR)
    hub = start_hub(migrated_database_url, mode="exercise")
    wanted = [("cmr", "IT"), *(("wbr", party) for party in ("GR", "MK", "RS", "HR", "HU", "SI", "AT"))]
    folder = write_keys(tmp_path / "keys", keys, *wanted)
    mapping = EXAMPLES / "daily-arrivals.json"
    done = CliRunner().invoke(
        application(), ["replay", str(table), "--mapping", str(mapping), "--keys", str(folder), "--url", hub.url]
    )
    assert done.exit_code == 0, (done.output, done.exception)
    return Replayed(hub, keys, cells_of(table, Mapping.read(mapping)), done.output)


@pytest.mark.timeout(300)
def test_every_cell_comes_back_as_it_was_and_posted_again_nothing_is_doubled(
    replayed: Replayed, migrated_database_url: str, shared_data: Path, tmp_path: Path, database_kind: str
):
    assert len(replayed.cells) == 106 * 9 - 6
    assert replayed.figures("wbr") | replayed.figures("cmr") == replayed.cells
    for evening in ("2015-10-17", "2015-11-03", "2015-12-24"):
        moment = datetime.combine(date.fromisoformat(evening), time(20), BRUSSELS)
        known = {cell: value for cell, value in replayed.cells.items() if cell[0] < evening}
        then = moment.isoformat()
        assert replayed.figures("wbr", as_of=then) | replayed.figures("cmr", as_of=then) == known
    counts, faults = everything(migrated_database_url)
    reports = {(day, party) for day, party, _, _ in replayed.cells}
    assert counts["report_made"] == len(reports)
    assert faults == []
    assert f"106 of 106 days posted: {len(reports)} new." in replayed.told
    assert computed_alerts(replayed) == backtested_alerts(shared_data)
    if database_kind == "sqlite":
        post_again(replayed, tmp_path, shared_data)


def computed_alerts(replayed: Replayed) -> set[tuple[str, str, str]]:
    """Rule, series and day of every alert that the hub raised on the Western Balkans route."""
    headers = bearer(replayed.keys[("wbr", "EC")])
    ask = {"params": {"past": "true"}, "headers": headers, "trust_env": False, "timeout": 30}
    said = httpx.get(f"{replayed.hub.url}/v1/early-warning", **ask).json()  # type: ignore[arg-type]
    return {
        (c["rule"], c["subject"], c["alert_day"])
        for c in said["conditions"]
        if c["alert"] is not None and c["rule"] != "silence"  # a table has no parties that say nothing
    }


def backtested_alerts(shared_data: Path) -> set[tuple[str, str, str]]:
    """The same by `routehub backtest`, up to the last day that was closed when the replay ended."""
    table = shared_data / "flows" / "daily_arrivals_2015-10-01_2016-01-14.csv"
    mapping = EXAMPLES / "daily-arrivals.json"
    done = CliRunner().invoke(application(), ["backtest", str(table), "--mapping", str(mapping), "--json"])
    said = json.loads(done.output)
    columns = json.loads(mapping.read_text())["columns"]
    return {
        (alert["rule"], _called(columns[alert["series"]]), alert["day"])
        for alert in said["alerts"]
        if alert["series"] != "IT" and alert["day"] < said["last"]
    }


def _called(series: dict[str, str]) -> str:
    words = [series["party"], series["indicator"]]
    words += [f"at {series['place']}"] if "place" in series else []
    return " ".join([*words, *([f"from {series['counterpart']}"] if "counterpart" in series else [])])


def post_again(replayed: Replayed, tmp_path: Path, shared_data: Path) -> None:
    """Without its notes a replay begins anew; the keys of its reports keep it from doubling them."""
    before = everything(replayed.hub.database_url)[0]
    folder = tmp_path / "keys"
    table = shared_data / "flows" / "daily_arrivals_2015-10-01_2016-01-14.csv"
    command = ["replay", str(table), "--mapping", str(EXAMPLES / "daily-arrivals.json"), "--keys", str(folder)]
    again = CliRunner().invoke(application(), [*command, "--url", replayed.hub.url])
    assert "0 of 106 days posted: nothing to do." in again.output
    anew = CliRunner().invoke(application(), [*command, "--url", replayed.hub.url, "--no-resume"])
    assert anew.exit_code == 0
    assert "there already" in anew.output
    assert "new" not in anew.output.replace("news", "")
    after = everything(replayed.hub.database_url)[0]
    assert {name: after[name] for name in ("entry", "figure_revision")} == {
        name: before[name] for name in ("entry", "figure_revision")
    }


@dataclass
class Count:
    """One row of the revisions: what was said on a date about a day."""

    day: str
    value: int
    said: date


def first_dates(table: Path, to: Path, most: int) -> Path:
    """The rows that were said on the first so many dates."""
    with table.open() as rows:
        head, *lines = rows
    dates = sorted({line.strip().rsplit(",", 1)[1] for line in lines})[:most]
    to.write_text("".join([head, *(line for line in lines if line.strip().rsplit(",", 1)[1] in dates)]))
    return to


@pytest.mark.timeout(300)
def test_for_any_date_the_hub_answers_what_was_known_then(
    shared_data: Path, migrated_database_url: str, start_hub: Callable[..., HubProcess], tmp_path: Path,
    database_kind: str,
):  # fmt: skip
    table = shared_data / "revisions" / "italy_daily_arrivals_by_report_date_2019-2021.csv"
    most = 54
    if database_kind == "postgres":  # the same queries: a third of them is enough to see that they find the same
        table, most = first_dates(table, tmp_path / "some.csv", 18), 18
    keys = furnish(migrated_database_url, CMR)
    hub = start_hub(migrated_database_url, mode="exercise", default_route="cmr")
    folder = write_keys(tmp_path / "keys", keys, ("cmr", "IT"))
    mapping = EXAMPLES / "counts-by-report-date.json"
    done = CliRunner().invoke(
        application(), ["replay", str(table), "--mapping", str(mapping), "--keys", str(folder), "--url", hub.url]
    )
    assert done.exit_code == 0, (done.output, done.exception)
    with table.open() as rows:
        said = [Count(r["day"], int(r["arrivals"]), date.fromisoformat(r["as_of"])) for r in csv.DictReader(rows)]
    replayed = Replayed(hub, keys, {}, done.output)
    said = [count for count in said if count.day <= count.said.isoformat()]  # the rest had not come yet
    dates = sorted({count.said for count in said})
    assert len(dates) == most
    revised = 0
    for asked in (dates[0] - timedelta(days=1), *dates[::6], dates[-1]):
        known = {count.day: count.value for count in said if count.said <= asked}
        revised += len(known) != len({(c.day, c.value) for c in said if c.said <= asked})
        moment = datetime.combine(asked, time(23, 30), ZoneInfo("Europe/Rome")).isoformat()
        got = replayed.figures("cmr", as_of=moment)
        assert {day: value for (day, _, _, _), value in got.items()} == known, asked
    assert revised > most // 9, "the series holds no revisions"
    assert everything(migrated_database_url)[1] == []
