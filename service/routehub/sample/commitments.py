"""Commitments of the sample: the figures of the readout of 22 January 2016 and of 29 October 2015, moved so that the
readout is today. What was reported since is invented, as everything in the sample."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from routehub.sample.event import PLAN, Around, Event
from routehub_schemas.numbers import written


@dataclass(frozen=True)
class Step:
    """A statement of progress on a day."""

    day: date
    stage: str
    value: int
    text: str = ""


@dataclass(frozen=True)
class Made:
    """A commitment: by whom, on which day, its data, the name of its whole, and its progress."""

    name: str
    party: str
    day: date
    data: dict[str, Any]
    parent: str = ""
    steps: tuple[Step, ...] = ()


def events(around: Around) -> Iterator[Event]:
    """Commitments in the afternoon on which they were made, progress a little later."""
    today = around.now.date()
    for number, one in enumerate(made(today)):
        at = around.at((one.day - today).days, 16, 10 + number)
        of = {"parent": f"commitment {one.parent}"} if one.parent else {}
        yield Event(at, one.party, "commitment", one.data, f"commitment {one.name}", of)
        for step in one.steps:
            data: dict[str, Any] = {"stage": step.stage, "value": step.value, "as_of": step.day.isoformat()}
            data |= {"text": step.text} if step.text else {}
            when = around.at((step.day - today).days, 17, number)
            yield Event(when, one.party, "progress", data, of={"commitment": f"commitment {one.name}"})


def made(today: date) -> Iterator[Made]:
    """In the order in which they are posted: a whole before its parts."""
    year, last = today.year, today - timedelta(days=1)
    first, week = last - timedelta(days=11), last - timedelta(days=8)
    in_year = {"deadline": {"text": f"in the course of {year}"}}
    established = (
        Step(week, "in_place", 640, "First apartments and rooms."),
        Step(last, "in_place", 1_000, f"{written(1_000)} places are established."),
    )
    yield Made("greece", "GR", first, _places(50_000, f"{written(50_000)} places in Greece", 5, owners=["GR", "UNHCR"]))
    owners = ["UNHCR", "GR"]
    private = _places(20_000, f"{written(20_000)} places in private accommodation", 5, owners=owners) | in_year
    yield Made("unhcr", "UNHCR", first, private, "greece", established)
    yield Made("first", "UNHCR", first, _places(1_000, f"First {written(1_000)} places", 5), "unhcr", established)
    agreed = (
        _places(12_150, f"{written(12_150)} places by vouchers and apartments", 5, rate={"value": 150, "per": "day"})
        | in_year
    )
    agreed["text"] = "A partnership agreement is expected to be concluded in the coming days."
    yield Made("agreed", "UNHCR", last, agreed, "unhcr")
    flats = _places(2_400, f"Rental of {written(2_400)} apartments", 5) | {"unit": "apartments"}
    yield Made("flats", "UNHCR", last, flats, "agreed")
    for party, places, there in (("AT", 5_000, 3_900), ("RS", 3_000, 1_150), ("HR", 2_000, 2_000)):
        ready = (Step(last - timedelta(days=2), "in_place", there, "Ready for use."),)
        yield Made(party, party, first, _places(places, f"{written(places)} places along the route", 6), steps=ready)
    due = {"deadline": {"date": last.isoformat()}}
    slovenia = _places(2_000, f"{written(2_000)} places along the route", 6) | due
    yield Made("SI", "SI", first, slovenia, steps=(Step(week, "pledged", 2_000),))
    officers = {
        "title": "400 officers for Slovenia", "points": [f"{PLAN}/13"], "target": 400, "unit": "officers",
        "owners": ["FRONTEX", "SI"], "deadline": {"text": "by the end of the year"},
    }  # fmt: skip
    stages = (
        Step(week, "pledged", 183), Step(last, "under_way", 30, "On the way."), Step(last, "in_place", 13, "Deployed."),
    )  # fmt: skip
    yield Made("officers", "FRONTEX", first, officers, steps=stages)


def _places(target: int, title: str, point: int, **more: Any) -> dict[str, Any]:
    return {"title": title, "points": [f"{PLAN}/{point}"], "target": target, "unit": "places", **more}
