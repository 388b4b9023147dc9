"""17 and 18 February 2016 on an exercise route, from public facts: a cap of 3,200 people in transit and 80 applications
is announced; neighbours give views; five parties sign a joint statement; the cap becomes 580; one side counts 850.

The hub shows the preview, the views, short notice, the breach to both sides, the chain reaction, and what was known at
each hour."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.databases import sqlite_url
from tests.fixtures.furnished import Inside, RouteOf, furnish, inside
from tests.fixtures.waiting import eventually

FIVE = ["AT", "HR", "MK", "RS", "SI"]
LINE = (("MK", "GR", 5300), ("RS", "MK", 5200), ("HR", "RS", 5150), ("SI", "HR", 5150), ("AT", "SI", 5100))
"""Who counts whom: people a day before the cap."""


@pytest.fixture
async def route(tmp_path: Path, migrated_sqlite: Path) -> AsyncIterator[Inside]:
    file = tmp_path / "hub.sqlite"
    shutil.copyfile(migrated_sqlite, file)
    held = furnish(sqlite_url(file), RouteOf("wbr", "wbr", "exercise"))
    async with inside(sqlite_url(file), tmp_path, held, look_seconds=0.2) as hub:
        yield hub


async def ok(answer: Any) -> dict[str, Any]:
    assert answer.status_code in (200, 201), answer.text
    found: dict[str, Any] = answer.json()
    return found


async def post(hub: Inside, party: str, door: str, **body: Any) -> str:
    return str((await ok(await hub.post(party, door, body))).get("shortid") or "")


async def read(hub: Inside, party: str, address: str) -> dict[str, Any]:
    return await ok(await hub.get(party, f"/v1/{address}"))


async def report(hub: Inside, party: str, day: int, **flows: int) -> None:
    figures = [
        {"indicator": name.split("_")[0], "counterpart": name.split("_")[1], "value": n} for name, n in flows.items()
    ]
    stock = [{"indicator": "places", "value": 8000}, {"indicator": "occupied", "value": 4200}]
    await ok(await hub.put_report(party, f"2016-02-{day:02}", [*figures, *stock]))


async def told(hub: Inside, party: str, rule: str) -> dict[str, Any]:
    """The open alert of a rule, as a party sees it."""

    async def found() -> dict[str, Any] | None:
        alerts = (await read(hub, party, "alerts?open=true"))["alerts"]
        return next((alert for alert in alerts if alert["rule"] == rule), None)

    alert: dict[str, Any] | None = await eventually(found, 20, f"an alert of {rule}")
    assert alert is not None
    return alert


def given(measure: dict[str, Any]) -> dict[str, str]:
    return {one["party"]: one["view"]["act"] for one in measure["views"] if one["view"]}


async def test_the_story_of_17_and_18_february_2016(route: Inside) -> None:
    hub = route
    for day in range(10, 18):
        await hub.set_clock(f"2016-02-{day}T08:00:00Z")
        for party, origin, people in LINE:
            await report(hub, party, day, **{f"arrivals_{origin}": people})

    # 17 February, in the afternoon: what would it do? Then the notice, a day and a half ahead.
    await hub.set_clock("2016-02-17T13:00:00Z")
    cap: dict[str, Any] = {
        "type": "daily_cap", "title": "3,200 in transit and 80 applications a day", "legs": ["SI-AT"],
        "start": "2016-02-19T00:00:00+01:00", "views_by": "2016-02-18T12:00:00+01:00",
        "reasons": "More people come in a day than can be registered and housed.",
        "caps": [{"counts": "in_transit", "people": 3200}, {"counts": "asylum_applications", "people": 80}],
    }  # fmt: skip
    before = (await ok(await hub.post("AT", "measures/preview", cap)))["preview"]
    assert "about 1\u202f900 a day stay in SI; full in 2 days" in before["lines"][0]
    first = await post(hub, "AT", "measures", **cap)
    seen = await read(hub, "RS", f"measures/{first}")
    assert (seen["state"], seen["hours_of_notice"], seen["short_notice"]) == ("views_open", 34.0, False)
    assert seen["preview"]["legs"][0]["stay"] == 1900, "the same preview stands beside the notice"
    todo = (await read(hub, "SI", "status"))["todo"]
    assert f"View on {first}: Austria, {cap['title']}" in [item["text"] for item in todo]

    # 18 February, in the morning: neighbours give views; Slovenia's comes too late.
    await hub.set_clock("2016-02-18T09:00:00Z")
    await post(hub, "HR", "responses", to=first, act="concerns", text="Trains will stand at Dobova.")
    await post(hub, "GR", "responses", to=first, act="object", text="People will be stranded at Idomeni.")
    await hub.set_clock("2016-02-18T12:00:00Z")
    late = await hub.post("SI", "responses", {"to": first, "act": "object", "text": "We cannot house them."})
    assert late.status_code == 409

    # In the afternoon five heads of police meet; all sign.
    await hub.set_clock("2016-02-18T15:00:00Z")
    text = {"title": "Joint statement of the heads of police", "text": "One form of registration along the route."}
    statement = await post(hub, "HR", "statements", **text, signatories=FIVE)
    for party in set(FIVE) - {"HR"}:
        await post(hub, party, "responses", to=statement, act="sign")
    assert (await read(hub, "GR", f"statements/{statement}"))["state"] == "in_force"

    # In the evening the cap becomes 580, and Slovenia tells of the same together with those before it.
    await hub.set_clock("2016-02-18T18:00:00Z")
    lower = {"caps": [{"counts": "in_transit", "people": 580}]}
    rest = {name: value for name, value in cap.items() if name not in ("views_by", "title")}
    await post(hub, "AT", "measures", **rest | lower, title="580 a day", updates=first)
    same = {**rest, **lower, "title": "580 a day at Dobova", "legs": ["HR-SI"], "co_authors": ["HR"]}
    joint = await post(hub, "SI", "measures", **same)
    await post(hub, "HR", "responses", to=joint, act="confirm")
    changed = await read(hub, "MK", f"measures/{first}")
    assert (changed["short_notice"], changed["hours_of_notice"]) == (True, 5.0)
    assert [one["short_notice"] for one in changed["notices"]] == [False, True]
    chain = await told(hub, "GR", "chain-reaction")
    assert "2 parties took measures on connected borders" in chain["headline"]

    # 20 February: one side counts 850, the other 560. Both are told; the figures stand beside each other.
    for day, people in ((18, 5100), (19, 3000)):
        await hub.set_clock(f"2016-02-19T0{day - 12}:00:00Z")
        await report(hub, "AT", day, arrivals_SI=people)
    await hub.set_clock("2016-02-20T08:00:00Z")
    await report(hub, "SI", 20, departures_AT=850, arrivals_HR=600)
    await report(hub, "AT", 20, arrivals_SI=560)
    await hub.set_clock("2016-02-23T12:00:00Z")
    breach = await told(hub, "SI", "cap")
    assert "850 people passed SI-AT" in breach["headline"]
    assert (await told(hub, "AT", "cap"))["id"] == breach["id"]
    days = (await read(hub, "AT", f"measures/{first}"))["compliance"]
    [on] = [one for one in days if one["day"] == "2016-02-20"]
    assert (on["cap"], on["verdict"]) == (580, "over")
    assert [(side["party"], side["people"], side["over"]) for side in on["sides"]] == [("SI", 850, 270), ("AT", 560, 0)]

    # What was known at each hour.
    for hour, state, limit, views in (
        ("17T14:00", "views_open", 3200, {}),
        ("18T10:00", "views_open", 3200, {"HR": "concerns", "GR": "object"}),
        ("18T14:00", "views_closed", 3200, {"HR": "concerns", "GR": "object"}),
        ("18T19:00", "notified", 580, {"HR": "concerns", "GR": "object"}),
        ("20T09:00", "in_force", 580, {"HR": "concerns", "GR": "object"}),
    ):
        then = await read(hub, "RS", f"measures/{first}?as_of=2016-02-{hour}:00Z")
        assert (then["state"], then["caps"][0]["people"], given(then)) == (state, limit, views), hour
    known = (await read(hub, "RS", "measures?as_of=2016-02-18T17:00:00Z"))["measures"]
    assert [one["short_id"] for one in known] == [first], "of the second nobody knew yet"
