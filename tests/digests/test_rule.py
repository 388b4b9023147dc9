"""A series as a calendar sees it: what readers of calendars in Python and JavaScript make of its rule is what the hub
proposes, over both clock changes."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import vobject

from routehub.boards.conferences.queries import ConferenceView
from routehub.digests.render.calendar import Invitation, Person, calendar, published
from routehub.digests.render.rule import repeating
from routehub.digests.series import Series, weekly
from tests.digests.world import BRUSSELS, local

HUB = "https://hub.example"
NOW = local("2026-01-20 12:00")
WEEKS = 80
ICAL = "ical.js@2.2.1"
READ = """
import ICAL from "ical.js";
import fs from "fs";
const calendar = new ICAL.Component(ICAL.parse(JSON.parse(fs.readFileSync(0, "utf8"))));
for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
const utc = (time) => time.convertToZone(ICAL.Timezone.utcTimezone).toString();
const found = { method: calendar.getFirstPropertyValue("method"), events: [], starts: [] };
for (const part of calendar.getAllSubcomponents("vevent")) {
  const event = new ICAL.Event(part);
  found.events.push({ uid: event.uid, sequence: event.sequence, summary: event.summary, start: utc(event.startDate),
    end: utc(event.endDate), attendees: event.attendees.map((one) => one.getFirstValue()),
    names: event.attendees.map((one) => one.getParameter("cn")), status: part.getFirstPropertyValue("status"),
    conference: part.getFirstPropertyValue("conference"), location: event.location });
  const steps = event.iterator();
  for (let at = steps.next(), n = 0; at && n < 80; at = steps.next(), n++) found.starts.push(utc(at));
}
console.log(JSON.stringify(found));
"""


def read_by_script(folder: Path, body: bytes) -> Any:
    script = folder / "read.mjs"
    script.write_text(READ)
    done = subprocess.run(
        ["node", str(script)], cwd=folder, input=json.dumps(body.decode()), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def instants(found: list[str]) -> list[datetime]:
    return sorted(datetime.fromisoformat(text.replace("Z", "+00:00")) for text in found)


def expanded(body: bytes) -> list[datetime]:
    """The starts of all events as vobject and dateutil understand them."""
    known = vars(vobject.icalendar)["__tzidMap"]  # it keeps the first zone that it reads under a name
    for name in [name for name in known if name.startswith("Europe/")]:
        del known[name]
    found: list[datetime] = []
    for event in vobject.readOne(body.decode()).vevent_list:
        rule = getattr(event, "rruleset", None)
        starts = list(rule.xafter(datetime(2026, 1, 1, tzinfo=UTC), WEEKS)) if rule else [event.dtstart.value]
        found += [start.astimezone(UTC) for start in starts]
    return sorted(found)


def conference(start: datetime, **changes: Any) -> ConferenceView:
    facts: dict[str, Any] = {
        "route": "wbr", "series": "weekly", "number": 14, "title": "Conference", "start": start, "minutes": 45,
        "zone": "Europe/Brussels", "link": None, "chair": "EC", "participants": (), "state": "planned", "reason": None,
        "extra": False, "about": None, "tlp": "AMBER", "first_start": start, "revision": 0, "message_id": "m",
        "accepted_at": NOW, "audience_id": 1,
    }  # fmt: skip
    return ConferenceView(**facts | changes)


def body_of(one: Series, *called: ConferenceView) -> bytes:
    proposal = repeating(one, "Conference (proposed)", called, NOW)
    assert proposal is not None
    return published([], HUB, [proposal], title="Western Balkans route: conferences")


SERIES = {
    "thursday at ten": weekly("wbr", BRUSSELS, "EC"),
    "a night that has no half past two": weekly("wbr", BRUSSELS, "EC", weekday="sunday", at=time(2, 30)),
    "athens": weekly("wbr", ZoneInfo("Europe/Athens"), "EC", weekday="monday", at=time(9)),
}


@pytest.mark.parametrize("name", list(SERIES))
def test_a_calendar_comes_to_the_times_that_the_series_proposes(name: str):
    one = SERIES[name]
    called = conference(one.proposed(NOW, 3)[2])
    expected = [start for start in one.proposed(NOW, WEEKS) if start != called.start]
    assert expanded(body_of(one, called))[: len(expected)] == expected


def test_a_reader_in_javascript_comes_to_the_same_times(node_package: Callable[[str], Path]):
    folder = node_package(ICAL)
    for one in SERIES.values():
        called = conference(one.proposed(NOW, 3)[2])
        expected = [start for start in one.proposed(NOW, WEEKS) if start != called.start]
        found = read_by_script(folder, body_of(one, called))
        assert instants(found["starts"])[: len(expected) - 1] == expected[:-1], one.weekday
    guest = Person("contact@mk.example", 'Contact, of "MK"; head')
    invitation = Invitation(
        "wbr", "weekly", 14, "Conference 14: winter, places; and <b>more</b>", local("2026-03-29 10:00"), 45,
        "Europe/Brussels", "https://meet.example/wbr", "planned", NOW, NOW,
        "Agenda: https://hub.example\n\n1. Reporting", HUB,
    )  # fmt: skip
    asked = read_by_script(folder, calendar(invitation, HUB, Person("hub@hub.example", "Commission"), guest))
    (event,) = asked["events"]
    assert asked["method"] == "REQUEST"
    assert event["summary"] == "Conference 14: winter, places; and <b>more</b>"
    assert (event["start"], event["end"]) == ("2026-03-29T08:00:00Z", "2026-03-29T08:45:00Z")
    assert event["attendees"] == ["mailto:contact@mk.example"]
    assert event["names"] == ["Contact, of 'MK'; head"]
    assert event["conference"] == event["location"] == "https://meet.example/wbr"
    later = replace(invitation, state="cancelled", told_at=NOW + timedelta(days=1))
    ended = read_by_script(folder, calendar(later, HUB, Person("hub@hub.example", "Commission"), guest))
    assert ended["method"] == "CANCEL"
    assert ended["events"][0]["uid"] == event["uid"]
    assert ended["events"][0]["sequence"] > event["sequence"]
    assert ended["events"][0]["status"] == "CANCELLED"


def test_a_conference_in_the_second_of_two_equal_hours_is_not_read_as_the_first():
    start = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)  # 02:30 for the second time in Brussels
    invitation = Invitation(
        "wbr", "weekly", 14, "Night", start, 45, "Europe/Brussels", None, "planned", NOW, NOW, "", HUB,
    )  # fmt: skip
    body = calendar(invitation, HUB, Person("hub@hub.example"), Person("a@b.example"))
    assert vobject.readOne(body.decode()).vevent.dtstart.value.astimezone(UTC) == start


def test_a_series_that_is_called_proposes_nothing():
    assert repeating(weekly("wbr", BRUSSELS, "EC", rule="called"), "x", [], NOW) is None
    assert weekly("wbr", BRUSSELS, "EC", rule="called").digest_days(NOW, NOW + timedelta(days=60)) == []


def test_proposals_keep_their_local_time_over_both_clock_changes():
    starts = weekly("wbr", BRUSSELS, "EC").proposed(local("2026-03-20 12:00"), 2)
    assert starts == [local("2026-03-26 10:00"), local("2026-04-02 10:00")]
    assert weekly("wbr", BRUSSELS, "EC").proposed(local("2026-10-22 10:00"), 1) == [local("2026-10-29 10:00")]
    assert date(2026, 10, 29) == starts[0].date() + timedelta(days=217)
