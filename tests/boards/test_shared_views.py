"""What is worked out for several readers rests on figures for everyone alone (DECISIONS 1), whoever looks at it."""

from datetime import UTC, datetime
from typing import Any

from routehub.views.briefing import by_time
from routehub.views.changes import Todo
from tests.fixtures.furnished import Inside

DAY, BEFORE = "2015-10-20", "2015-10-19"


def figure(indicator: str, value: int, counterpart: str | None = None) -> dict[str, Any]:
    return {"indicator": indicator, "value": value, **({"counterpart": counterpart} if counterpart else {})}


async def test_a_narrower_figure_is_no_input_of_a_shared_view_for_those_who_may_read_it_either(hub: Inside):
    await hub.set_clock(f"{DAY}T20:00:00Z")
    wide = [figure("arrivals", 1000, "GR"), figure("places", 100), figure("occupied", 50)]
    assert (await hub.put_report("MK", DAY, wide)).status_code == 201
    narrow = [figure("departures", 7111, "MK"), figure("places", 7222), figure("occupied", 7333)]
    for party, figures, words in (("GR", narrow[:1], ["neighbours"]), ("RS", narrow[1:], ["EC", "MK"])):
        assert (await hub.put_report(party, DAY, figures, audience=words)).is_success
    for back, value in ((BEFORE, 100), (DAY, 7444)):
        report = {"figures": [figure("arrivals", value, "MK")], "audience": ["EC"], "tlp": "RED"}
        async with hub.client("RS") as client:
            assert (await client.put(f"/v1/parties/RS/reports/{back}", json=report)).is_success
    for reader in ("EC", "MK", "GR"):
        picture = (await hub.get(reader, "/v1/route")).json()
        stations = {station["party"]: station for station in picture["stations"]}
        (leg,) = (leg for leg in picture["legs"] if leg["leg"] == "GR-MK")
        assert (leg["sides"], leg["departures"], leg["arrivals"]["value"]) == (1, None, 1000), reader
        assert stations["MK"]["capacity"]["occupied"] == 50
        assert stations["RS"]["figures"] == {}
        assert stations["RS"]["capacity"] is None
        said = (await hub.get(reader, "/v1/status")).text + (await hub.get(reader, "/v1/route.csv?table=legs")).text
        assert not any(value in said for value in ("7111", "7 111", "7222", "7333", "7 333", "7444", "7 444"))
    read = (await hub.get("EC", "/v1/figures")).text
    assert all(value in read for value in ("7111", "7222", "7333", "7444")), "as figures they are read all the same"
    assert stations["GR"]["reporting"]["state"] == "in", "that a party has reported is known to who reads its report"


async def test_observers_see_in_shared_views_what_everyone_and_they_may_read(hub: Inside):
    await hub.set_clock(f"{DAY}T20:00:00Z")
    assert (await hub.put_report("MK", DAY, [figure("arrivals", 1111, "GR")], audience=["*", "observers"])).is_success
    assert (await hub.put_report("RS", DAY, [figure("arrivals", 2222, "MK")])).is_success
    assert (await hub.put_report("HR", DAY, [figure("arrivals", 3333, "RS")], audience=["observers"])).is_success
    seen = (await hub.get("EUROPOL", "/v1/route")).text
    assert [value in seen for value in ("1111", "2222", "3333")] == [True, False, False]


def test_what_waits_now_stands_first_then_by_time_and_last_what_has_none():
    found = [
        Todo("in a week", datetime(2026, 1, 28, tzinfo=UTC), None), Todo("alert", None, "A-1", at_once=True),
        Todo("late", datetime(2026, 1, 20, tzinfo=UTC), None), Todo("today", datetime(2026, 1, 21, tzinfo=UTC), None),
        Todo("statement", None, None),
    ]  # fmt: skip
    found.insert(0, found.pop())
    assert [item.text for item in by_time(found)] == ["alert", "late", "today", "in a week", "statement"]
