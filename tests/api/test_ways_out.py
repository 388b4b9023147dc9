"""What leaves the hub in other forms than JSON: the same things, marked, under stable words."""

import csv
import io
from dataclasses import replace
from typing import Any

import feedparser  # type: ignore[import-untyped]
import httpx
import pytest
from icalendar import Calendar
from python_calamine import CalamineWorkbook

from routehub.api.negotiation import CSV
from routehub.api.sheets.answers import named
from routehub.api.v1 import figures
from routehub.directory.principal import hub_principal
from routehub.intake.receive import Post
from tests.fixtures.furnished import Inside

DAY = "2015-10-20"
FORMS = {
    "/v1/figures": ("json", "csv", "xlsx"), "/v1/figures/latest": ("json", "csv", "xlsx"),
    "/v1/route": ("json", "csv", "xlsx"), "/v1/reporting": ("json", "csv", "xlsx"),
    "/v1/alerts": ("json", "csv", "xlsx"), "/v1/messages": ("json", "csv", "atom"),
    "/v1/conferences": ("json", "ics", "csv", "xlsx"), "/v1/parties": ("json", "csv", "xlsx"),
}  # fmt: skip
TYPES = {
    "json": "application/json", "csv": "text/csv", "atom": "application/atom+xml", "ics": "text/calendar",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip
PLANNED = {"number": 14, "title": "Fourteenth conference", "start": "2015-10-28T15:00:00+01:00", "chair": "EC"}


@pytest.fixture
async def told(hub: Inside) -> Inside:
    """A hub in which one party has reported, one has raised an alert, and one has sent a note that is RED."""
    await hub.set_clock("2015-10-20T06:30:00Z")
    figures = [
        {"indicator": "arrivals", "value": 4584, "counterpart": "GR", "note": "=1+1"},
        {"indicator": "departures", "value": 0, "counterpart": "RS"},
    ]
    alert = {"category": "surge", "severity": "Severe", "urgency": "Expected", "certainty": "Likely",
             "headline": "-2 platforms, \"full\"", "expires": "2015-10-21T06:00:00Z"}  # fmt: skip
    note = {"to": ["RS"], "subject": "SECRETSUBJECT", "text": "SECRETTEXT", "tlp": "RED"}
    for answer in (
        await hub.put_report("MK", DAY, figures, tlp="GREEN"),
        await hub.post("MK", "alerts", alert),
        await hub.post("MK", "notes", note),
    ):
        assert answer.status_code == 201, answer.text
    return hub


async def rows(hub: Inside, address: str, party: str = "RS") -> list[dict[str, str]]:
    answer = await hub.get(party, address)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def book(answer: httpx.Response) -> CalamineWorkbook:
    assert answer.status_code == 200, answer.text
    return CalamineWorkbook.from_filelike(io.BytesIO(answer.content))


async def test_every_address_has_its_forms_by_suffix_and_by_accept(told: Inside):
    async with told.client("RS") as client:
        for path, suffixes in FORMS.items():
            for suffix in suffixes:
                by_suffix = await client.get(f"{path}.{suffix}", headers={"Accept": "text/plain"})
                by_accept = await client.get(path, headers={"Accept": TYPES[suffix]})
                for answer in (by_suffix, by_accept):
                    assert answer.status_code == 200, (path, suffix, answer.text)
                    assert answer.headers["content-type"].partition(";")[0] == TYPES[suffix]
                    assert answer.headers["cache-control"] == "no-store"
                assert "accept" not in by_suffix.headers.get("vary", "").lower()
                assert by_accept.headers["vary"] == "Accept"
                if suffix not in ("json", "atom"):
                    name = by_suffix.headers["content-disposition"]
                    assert name.startswith('attachment; filename="'), name
                    assert name.endswith(f'-2015-10-20.{suffix}"'), name
            assert (await client.get(f"{path}.pdf")).status_code in (404, 405)
            refused = await client.get(path, headers={"Accept": "application/pdf"})
            assert refused.status_code == 406
            assert refused.headers["content-type"] == "application/problem+json"
            assert refused.headers["vary"] == "Accept"
            assert TYPES[suffixes[0]] in refused.json()["offered"]


async def test_figures_as_csv_say_whose_they_are_and_how_they_may_be_handled(told: Inside):
    first, second = await rows(told, "/v1/figures.csv")
    assert (first["party"], first["value"], first["tlp"], first["marking"]) == ("MK", "4584", "GREEN", "live")
    assert first["note"] == "'=1+1"
    assert first["posted_at"].endswith("Z")
    assert second["value"] == "0"
    tagged = await rows(told, "/v1/figures/latest.csv?hxl=true")
    assert tagged[0]["value"] == "#indicator+value+num"


async def test_a_silent_party_is_empty_and_never_zero(told: Inside):
    stations = {row["party"]: row for row in await rows(told, "/v1/route.csv")}
    assert (stations["MK"]["state"], stations["MK"]["arrivals"], stations["MK"]["departures"]) == ("in", "4584", "0")
    assert (stations["RS"]["arrivals"], stations["RS"]["departures"]) == ("", "")
    legs = {row["leg"]: row for row in await rows(told, "/v1/route.csv?table=legs")}
    assert (legs["MK-RS"]["departures"], legs["MK-RS"]["arrivals"], legs["MK-RS"]["differs"]) == ("0", "", "")
    found = book(await told.get("RS", "/v1/route.xlsx"))
    assert found.sheet_names == ["stations", "legs", "About"]
    about = {row[0]: row[1] for row in found.get_sheet_by_name("About").to_python()}
    assert about["marking"] == "TLP:GREEN"
    assert "Europe/" in str(about["local time"])


async def test_a_csv_of_figures_has_all_pages_and_a_limit_links_to_the_next(
    told: Inside, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(figures, "SHEET_PAGE", 1)
    assert len(await rows(told, "/v1/figures.csv")) == 2
    answer = await told.get("RS", "/v1/figures.csv?limit=1&party=MK")
    assert answer.headers["link"].endswith('; rel="next"')
    following = answer.headers["link"].partition("<")[2].partition(">")[0]
    assert [row["value"] for row in await rows(told, following)] == ["0"]
    monkeypatch.setattr(figures, "MOST_IN_A_BOOK", 1)
    refused = await told.get("RS", "/v1/figures.xlsx")
    assert refused.status_code == 422
    assert refused.json()["problems"][0]["code"] == "too-many-rows"
    assert len(await rows(told, "/v1/figures.csv?history=true")) == 2


async def test_alerts_and_reporting_as_sheets(told: Inside):
    (alert,) = await rows(told, "/v1/alerts.csv?open=true")
    assert alert["headline"] == '\'-2 platforms, "full"'
    assert "RS" in alert["waiting_for"].split()
    days = await rows(told, f"/v1/reporting.csv?table=days&from={DAY}&to={DAY}")
    assert {row["party"]: row["mark"] for row in days}["MK"] == "late"
    assert book(await told.get("RS", "/v1/reporting.xlsx")).sheet_names == ["reporting", "days", "About"]


async def test_the_feed_of_messages_is_the_reader_s_own_and_keeps_red_content_back(told: Inside):
    answer = await told.get("RS", "/v1/messages.atom")
    found: Any = feedparser.parse(answer.content)
    assert not found.bozo, found.get("bozo_exception")
    assert found.version == "atom10"
    assert [entry.tags[0].term for entry in found.entries] == ["note", "alert", "report"]
    assert all(entry.id.startswith("urn:uuid:") and entry.updated.endswith("Z") for entry in found.entries)
    assert "SECRET" not in answer.text
    assert found.entries[0].tags[1].term == "TLP:RED"
    assert found.feed.rights == "TLP:RED"
    others: Any = feedparser.parse((await told.get("HR", "/v1/messages.atom")).content)
    assert [entry.tags[0].term for entry in others.entries] == ["alert", "report"]
    assert others.feed.id != found.feed.id
    envelopes = await rows(told, "/v1/messages.csv?limit=2")
    assert [row["kind"] for row in envelopes] == ["report", "alert"]


async def test_a_moved_conference_keeps_its_uid_and_raises_its_sequence(told: Inside):
    found = []
    for changed in ({}, {"state": "moved", "start": "2015-10-29T15:00:00+01:00", "reason": "The Council meets."}):
        if changed:
            await told.set_clock("2015-10-20T07:30:00Z")
        post = Post(told.hub.registry["conference"], PLANNED | changed)
        await told.hub.intake.receive(hub_principal("wbr"), post)
        answer = await told.get("RS", "/v1/conferences.ics")
        event: Any
        (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
        found.append((event["UID"], int(event["SEQUENCE"]), event["CATEGORIES"].cats[0], event.start.day))
    (uid, first, _, day), (same, second, tlp, moved) = found
    assert (uid, day) == (same, moved - 1)
    assert first < second
    assert tlp == "TLP:AMBER"


async def test_the_name_of_a_file_says_that_it_is_an_exercise(told: Inside):
    route, now = told.hub.directory.value.routes["wbr"], told.hub.clock.now()
    assert named(replace(route, marking="exercise"), "figures", now, CSV)["Content-Disposition"] == (
        'attachment; filename="EXERCISE-routehub-wbr-figures-2015-10-20.csv"'
    )


async def test_problem_codes_have_one_spelling(told: Inside):
    answer = await told.get("RS", "/v1/figures?limit=many&from=yesterday")
    codes = [problem["code"] for problem in answer.json()["problems"]]
    assert answer.status_code == 422
    assert "int-parsing" in codes
    assert not any("_" in code for code in codes)
    wrong = await told.post("MK", "reports", {"partie": "MK"})
    assert "unknown-field" in [problem["code"] for problem in wrong.json()["problems"]]
    async with told.client("RS") as client:
        method = await client.delete("/v1/figures")
    assert (method.status_code, method.json()["type"]) == (405, "/docs/problems#wrong-method")
    assert method.headers["allow"] == "GET"
