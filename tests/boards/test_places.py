"""Collective use: free places by party and day, and explained suggestions who could take what."""

from datetime import date, datetime, timedelta
from typing import Any

from routehub.views.places import coming
from routehub.views.suggestions import Room, suggest
from tests.fixtures.furnished import Inside

DAY = date(2015, 10, 30)
LEGS = [("GR", "MK"), ("MK", "RS"), ("RS", "HR"), ("HR", "SI")]


def room(party: str, places: int, occupied: int, tomorrow: int = 0, **more: Any) -> Room:
    return Room(party, DAY, places, occupied, tomorrow, inputs=(f"m-{party}",), **more)


def test_a_neighbour_with_room_comes_before_a_far_one_with_more():
    found = suggest([room("MK", 2000, 1980), room("RS", 3000, 2100), room("SI", 9000, 0)], LEGS)
    assert [(s.from_party, s.to_party, s.people, s.leg) for s in found] == [
        ("MK", "RS", 150, "MK-RS"), ("MK", "SI", 30, None),
    ]  # fmt: skip
    assert found[0].inputs == ("m-MK", "m-RS")
    assert found[0].arithmetic == (
        "MK, 2015-10-30: 1\u202f980 people in 2\u202f000 places",
        "MK beyond 90%: 1\u202f980 − 1\u202f800 = 180",
        "RS, 2015-10-30: up to 75% of 3\u202f000 places = 2\u202f250, less 2\u202f100 people = 150",
        "the smaller of what is left of both: 150",
    )
    assert "nobody has agreed" in found[0].why


def test_the_same_room_is_not_suggested_twice_and_nobody_is_filled_beyond_room():
    found = suggest([room("MK", 1000, 1000), room("HR", 1000, 980), room("RS", 1000, 640)], LEGS)
    assert [(s.from_party, s.to_party, s.people) for s in found] == [("MK", "RS", 100), ("HR", "RS", 10)]
    assert "100 of these suggested above, 10 left" in found[1].arithmetic[-2]


def test_what_comes_tomorrow_counts_on_both_sides():
    assert suggest([room("MK", 1000, 800), room("RS", 1000, 200)], LEGS) == [], "nobody is nearly full"
    found = suggest([room("MK", 1000, 800, 300, days_to_full=0.7), room("RS", 1000, 200, 400)], LEGS)
    assert [(s.to_party, s.people) for s in found] == [("RS", 150)]


def test_a_total_and_its_parts_are_not_both_expected():
    def forecast(counterpart: str | None, place: str | None, people: int) -> dict[str, Any]:
        return {
            "party": "SI", "indicator": "arrivals", "counterpart": counterpart, "place": place, "day": "2015-10-31",
            "leg": "HR-SI", "low": people, "expected": people, "high": people,
        }  # fmt: skip

    parts = [forecast("HR", None, 900), forecast("HU", None, 100), forecast(None, "HR-SI/dobova", 700)]
    assert [one.expected for one in coming("SI", [forecast(None, None, 1000), *parts], DAY)] == [1000]
    assert [one.expected for one in coming("SI", parts, DAY)] == [1000]
    assert [one.expected for one in coming("SI", parts[2:], DAY)] == [700]


async def test_the_board_shows_only_what_was_reported_to_all_and_never_a_zero_for_silence(hub: Inside):
    await hub.set_clock("2015-10-30T07:00:00Z")
    moment = datetime(2015, 10, 30)

    async def stock(party: str, back: int, places: int, occupied: int, **more: Any) -> None:
        day = (moment - timedelta(days=back)).date().isoformat()
        figures = [
            {"indicator": name, "value": value, "service": "shelter"}
            for name, value in (("places", places), ("occupied", occupied))
        ]
        answer = await hub.put_report(party, day, figures, **more)
        assert answer.status_code == 201, answer.text

    # The pledges of 29 October 2015 as places (AT 5,000, RS 3,000, HR 2,000, SI 2,000).
    await stock("SI", 0, 2000, 1980)
    await stock("HR", 0, 2000, 1000)
    await stock("RS", 4, 3000, 100)
    await stock("AT", 0, 5000, 1, audience=["SI"])
    found = (await hub.get("MK", "/v1/places")).json()
    parties = {one["party"]: one for one in found["parties"]}
    assert (parties["SI"]["free"], parties["SI"]["level"]) == (20, "nearly_full")
    silent, narrow = parties["RS"], parties["AT"]
    assert (silent["free"], silent["last_report"]) == (None, "2015-10-26")
    assert [day["free"] for day in silent["days"]] == [None, None, 2900, None, None, None, None]
    assert (narrow["free"], narrow["last_report"]) == (None, None), "for Slovenia alone: no input of what all see"
    assert [(s["from_party"], s["to_party"], s["people"]) for s in found["suggestions"]] == [("SI", "HR", 180)]
    assert "total" not in str(found), "places of different parties are never added up"
    assert (await hub.get("SI", "/v1/places")).json()["parties"] == found["parties"], "the same for all"
    assert (await hub.get("LU-PRES", "/v1/places")).json()["parties"] == []
    lines = (await hub.get("MK", "/v1/places.csv")).text.splitlines()
    assert "RS,Serbia,2015-10-30,not reported,,,,,,,,2015-10-26,live" in lines
    suggested = (await hub.get("MK", "/v1/places.csv?table=suggestions")).text
    assert "SI,HR,180,HR-SI" in suggested
