"""Bulletins and monitoring reports through the doors of the API, as one party reads them."""

import csv
import io

import pytest

from routehub.digests.bulletin import times
from routehub.digests.bulletin.times import BulletinTime
from routehub.journal.jobs import Change
from tests.digests.world import BRUSSELS, ROUTE, local
from tests.fixtures.furnished import Inside


@pytest.fixture
async def morning(hub: Inside) -> Inside:
    """A hub after its first bulletin, of which Serbia may read more than Slovenia."""
    await hub.set_clock("2026-01-20T10:00:00Z")
    begin = hub.hub.clock.now()
    at = BulletinTime(ROUTE, times.USUAL, BRUSSELS)
    await hub.hub.writer.submit(Change(lambda tx: times.set_time(tx.conn, at, begin)))
    alert = {
        "category": "other", "severity": "Severe", "urgency": "Immediate", "certainty": "Observed",
        "headline": "Gevgelija nearly full", "expires": "2026-01-22T10:00:00Z", "audience": ["RS"],
    }  # fmt: skip
    assert (await hub.post("MK", "alerts", alert)).status_code == 201
    commitment = {
        "title": "2,000 places", "owners": ["SI"], "category": "pledge", "points": ["wbr-2015-final/6"],
        "target": 2000, "unit": "places",
    }  # fmt: skip
    assert (await hub.post("SI", "commitments", commitment)).status_code == 201
    await hub.set_clock(local("2026-01-21 06:45").isoformat())
    await hub.hub.schedule.tick()
    return hub


async def test_a_bulletin_is_read_by_its_day_and_shows_each_party_its_own_lines(morning: Inside):
    (row,) = (await morning.get("SI", "/v1/bulletins")).json()["bulletins"]
    assert (row["date"], row["expected"], row["changes"]) == ("2026-01-21", 11, 0)
    serbia = (await morning.get("RS", "/v1/bulletins/latest")).json()
    assert [line["text"] for line in serbia["lines"]] == ["Gevgelija nearly full"]
    slovenia = (await morning.get("SI", "/v1/bulletins/2026-01-21")).json()
    assert slovenia["lines"] == []
    assert slovenia["message"] == serbia["message"]
    text = await morning.get("SI", "/v1/bulletins/latest.txt")
    assert text.headers["tlp"] == "AMBER"
    assert "Gevgelija" not in text.text
    assert "Nothing changed from Tue 20 Jan" in text.text
    assert "Gevgelija" in (await morning.get("RS", "/v1/bulletins/2026-01-21.txt")).text
    asked = ("2026-01-20", "2026-02-31", "2026-02-31.txt", "soon", "2026-01-21.pdf")
    answers = [(await morning.get("SI", f"/v1/bulletins/{day}")).status_code for day in asked]
    assert answers == [404, 404, 404, 422, 422]
    posted = await morning.post("SI", "bulletins", {})
    assert posted.status_code in (403, 404, 405)


async def test_a_monitoring_report_comes_as_json_csv_and_pdf(morning: Inside):
    told = (await morning.get("EC", "/v1/plans/wbr-2015-final/report?week=2026-W04")).json()
    assert (told["days"]["first"], told["days"]["over"], len(told["points"])) == ("2026-01-19", False, 17)
    (one,) = next(point for point in told["points"] if point["number"] == "6")["commitments"]
    assert (one["title"], one["made"], one["reached"], one["change"]) == ("2,000 places", True, None, None)
    table = await morning.get("EC", "/v1/plans/wbr-2015-final/report.csv?first=2026-01-01&last=2026-01-20")
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert [row["title"] for row in rows if row["point"] == "6"] == ["2,000 places"]
    assert len(rows) == 17
    paper = await morning.get("EC", "/v1/plans/wbr-2015-final/report.pdf?week=2026-W04")
    assert paper.content.startswith(b"%PDF-")
    assert paper.headers["tlp"] == "AMBER"


NO_REPORT = {
    "week=2026-W60": "/query/week",
    "week=2027-W01": "/query/week",
    "first=2026-01-01": "/query/last",
    "last=2026-01-01": "/query/first",
    "first=2026-01-12&last=2026-01-01": "/query/last",
    "first=2026-02-01&last=2026-02-12": "/query/first",
    "week=2026-W03&first=2026-01-01&last=2026-01-12": "/query/week",
    "first=soon&last=2026-01-12": "/query/first",
}


async def test_days_that_make_no_report_are_refused_with_the_place_of_the_fault(hub: Inside):
    await hub.set_clock("2026-01-20T10:00:00Z")
    for asked, pointer in NO_REPORT.items():
        answer = await hub.get("EC", f"/v1/plans/wbr-2015-final/report?{asked}")
        assert answer.status_code == 422, (asked, answer.text)
        assert [problem["pointer"] for problem in answer.json()["problems"]] == [pointer], asked
