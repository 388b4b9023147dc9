"""Conferences and agendas through the API of a running hub: one digest by its own tick, in six forms."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from icalendar import Calendar
from pypdf import PdfReader

from routehub.core import state
from routehub.core.db import Database
from routehub.digests import series
from routehub.digests.series import weekly
from tests.client.real import furnish
from tests.digests.world import BRUSSELS, local
from tests.fixtures.hub import HubProcess
from tests.fixtures.waiting import wait_for

Get = Callable[..., httpx.Response]


def move(database_url: str, moment: datetime) -> None:
    """What ``replay`` does to the clock of an exercise hub."""
    db = Database(database_url)
    with db.writer.begin() as conn:
        state.set_clock_offset(conn, moment - datetime.now(UTC))
    db.close()


@pytest.fixture
def get(start_hub: Callable[..., HubProcess], migrated_database_url: str) -> Get:
    """A hub on Wednesday at 15:59:57 Brussels time, whose digest is due at 16:00."""
    keys = furnish(migrated_database_url, ["SI", "EC"], marking="exercise")
    db = Database(migrated_database_url)
    with db.writer.begin() as conn:
        begin = local("2026-01-20 12:00")
        series.add(conn, weekly("wbr", BRUSSELS, "EC", plan="wbr-2015-final", first_number=14), begin)
    db.close()
    move(migrated_database_url, local("2026-01-21 16:00") - timedelta(seconds=3))
    hub = start_hub(migrated_database_url, mode="exercise", look_seconds="0.1")

    def ask(path: str, party: str = "SI", **headers: str) -> httpx.Response:
        headers["Authorization"] = f"Bearer {keys[party]}"
        return httpx.get(f"{hub.url}{path}", headers=headers, trust_env=False, timeout=10)

    return ask


def test_the_digest_of_a_running_hub_is_there_in_every_form(get: Get):
    wait_for(lambda: get("/v1/conferences/14/agenda").status_code == 200, 20, "the digest")
    (told,) = get("/v1/conferences").json()["conferences"]
    assert (told["number"], told["start"], told["zone"]) == (14, "2026-01-22T09:00:00.000Z", "Europe/Brussels")
    event = get("/v1/conferences/14/agenda.json").json()
    assert event["type"] == "routehub.agenda.v1"
    assert event["exercise"] is True
    assert [item["rule"] for item in event["data"]["items"]] == ["reporting-this-week", "follow-up"]
    assert get("/v1/conferences/14").json()["agendas"][0]["message"] == event["id"]

    text = get("/v1/conferences/14/agenda.txt")
    assert text.text.startswith("EXERCISE. ")
    assert "0 of 77 daily reports arrived" in text.text
    html = get("/v1/conferences/14/agenda", Accept="text/html;q=0.9, image/png")
    assert html.headers["content-type"] == "text/html; charset=utf-8"
    assert "EXERCISE" in html.text
    assert html.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert get("/v1/conferences/14/agenda.md").text.startswith("**EXERCISE.")
    for path in ("/v1/conferences/14/agenda.ics", "/v1/conferences/14.ics"):
        found: Any
        (found,) = Calendar.from_ical(get(path).content).walk("VEVENT")
        assert found["SUMMARY"].startswith("EXERCISE: Conference 14")
        assert found.start.astimezone(UTC) == local("2026-01-22 10:00")
    for path in ("/v1/conferences/15", "/v1/conferences/15/agenda.txt", "/v1/conferences/15/agenda.ics"):
        assert get(path).status_code == 404
    paper = get("/v1/conferences/14/agenda.pdf")
    assert paper.headers["content-type"] == "application/pdf", paper.text
    assert "EXERCISE-routehub-wbr-agenda-14" in paper.headers["content-disposition"]
    assert paper.content == get("/v1/conferences/14/agenda", Accept="application/pdf").content
    assert "0 of 77 daily reports arrived" in PdfReader(io.BytesIO(paper.content)).pages[0].extract_text()
    assert get("/v1/routes/wbr/conferences/14/agenda.txt").text == text.text
