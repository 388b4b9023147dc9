"""Four weeks of the real series of 2015 as a conference would have had them: golden files, to be read in review. The
figures are UNHCR's daily estimates; what else is told in these weeks follows the published readouts (pledges of 29
October, 400 officers for Slovenia) or is made up to show a rule at work. Written anew with
ROUTEHUB_TEST_WRITE_GOLDEN=1."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from routehub.cli.series import Mapping, steps
from routehub.digests.render import layout
from tests.digests.test_golden import compare, the_page
from tests.digests.world import BRUSSELS, World, local, open_world, person

pytestmark = [pytest.mark.shared_data, pytest.mark.parametrize("database_kind", ["sqlite"])]

MAPPING = Path(__file__).parents[2] / "docs" / "examples" / "replay" / "daily-arrivals.json"
DIGESTS = [date(2015, 10, 28) + timedelta(days=7 * week) for week in range(4)]
"""The first is the one before the first conference of the contact points, on 29 October 2015: the Wednesday after the
clocks were put back."""
PLAN = "wbr-2015-final"
Told = tuple[datetime, str, str, str, dict[str, Any]]
"""When, by whom, under which name, the kind, and its data; ``{name}`` stands for the id of what was told before."""


def figures(table: Path) -> Iterator[Told]:
    """Each day's figures on the morning after, as ``routehub replay`` posts them."""
    for step in steps(table, Mapping.read(MAPPING)):
        if DIGESTS[0] - timedelta(days=15) <= date.fromisoformat(step.label) < DIGESTS[-1]:
            for one in step.reports:
                if one.party != "IT":  # not on this route
                    yield step.at, one.party, "", "report", {"party": one.party, "day": one.day.isoformat(), **one.body}


def story() -> Iterator[Told]:
    need = {"category": "need", "title": "Officers for the border with Croatia", "quantity": 400,
            "unit": "border_guards", "due": at("2015-11-09 18:00"), "points": [f"{PLAN}/13"]}  # fmt: skip
    yield local("2015-10-26 09:00"), "SI", "officers", "request", need
    yield local("2015-10-27 08:00"), "HR", "", "movement", {
        "leg": "HR-SI", "people": 960, "transport": "train", "vehicles": 2, "at": at("2015-10-29 06:00"),
        "answer_by": at("2015-10-28 20:00"), "audience": ["*"],
    }  # fmt: skip
    for party, places in (("AT", 5_000), ("RS", 3_000), ("HR", 2_000), ("SI", 2_000)):
        pledge = {"title": f"{places:,} places along the route", "target": places, "unit": "places",
                  "points": [f"{PLAN}/6"], "deadline": {"date": "2015-11-09"}}  # fmt: skip
        yield local("2015-10-29 11:30"), party, party, "commitment", pledge
    yield local("2015-10-30 10:00"), "FRONTEX", "", "offer", {
        "need": "{officers}", "title": "Officers of member states", "quantity": 183, "unit": "border_guards",
    }  # fmt: skip
    yield local("2015-11-02 18:00"), "GR", "", "alert", {
        "category": "transport_disrupted", "severity": "Moderate", "urgency": "Expected", "certainty": "Likely",
        "headline": "Ferry strike: no departures from the islands", "expires": at("2015-11-06 12:00"),
        "description": "A trough along the route a few days later, then a peak.", "points": [f"{PLAN}/1"],
    }  # fmt: skip
    asked = {"category": "information", "title": "Trains that wait at Dobova", "asked": ["HR", "AT"]}
    yield local("2015-11-03 09:00"), "SI", "trains", "request", asked | {"due": at("2015-11-04 12:00")}
    yield (
        local("2015-11-04 10:00"),
        "HR",
        "",
        "response",
        {"to": "{trains}", "act": "answer", "text": "Two, until 18:00."},
    )
    yield local("2015-11-05 08:00"), "AT", "", "response", {"to": "{trains}", "act": "answer", "text": "None."}
    for party, there in (("AT", 5_000), ("HR", 2_000), ("RS", 1_150)):
        told = {"commitment": f"{{{party}}}", "stage": "in_place", "value": there, "as_of": "2015-11-08"}
        yield local("2015-11-09 09:00"), party, "", "progress", told
    yield local("2015-11-10 14:00"), "AT", "timetable", "agenda_item", {
        "title": "One timetable for all trains", "outcome": "decide", "minutes": 8, "points": [f"{PLAN}/3"],
    }  # fmt: skip
    yield local("2015-11-11 09:00"), "EC", "", "response", {"to": "{timetable}", "act": "accept"}
    yield local("2015-11-17 20:00"), "MK", "filter", "measure", {
        "type": "nationality_restriction", "title": "Entry for three nationalities only", "legs": ["GR-MK"],
        "nationalities": ["SY", "IQ", "AF"], "reasons": "Others are sent back further along the route.",
        "start": at("2015-11-18 18:00"),
    }  # fmt: skip
    yield local("2015-11-18 09:00"), "GR", "", "response", {
        "to": "{filter}", "act": "concerns", "text": "People will be stranded on our side.",
    }  # fmt: skip


def at(text: str) -> str:
    return local(text).astimezone(BRUSSELS).isoformat()


async def tell(world: World, one: Told, names: dict[str, str]) -> None:
    moment, party, name, kind, data = one
    await world.at(moment)
    said = {key: value.format(**names) if key in ("to", "need", "commitment") else value for key, value in data.items()}
    who = person(party, "chair") if party == "EC" else person(party)
    names[name] = (await world.post(who, kind, **said)).message_id


async def test_four_real_weeks_read_as_in_their_golden_files(migrated_database_url: str, shared_data: Path):
    table = shared_data / "flows" / "daily_arrivals_2015-10-01_2016-01-14.csv"
    told = sorted([*figures(table), *story()], key=lambda one: one[0])
    names: dict[str, str] = {}
    async with open_world(migrated_database_url, local("2015-10-14 06:00")) as world:
        await world.at(local("2015-10-21 17:00"))
        await world.series(link="https://meet.example/wbr")
        for digest in DIGESTS:
            due = local(f"{digest} 16:00")
            while told and told[0][0] <= due:
                await tell(world, told.pop(0), names)
            await world.at(due)
            assert await world.tick() == 1
            compare(f"real-{digest}.txt", layout.text(await the_page(world)))
    assert not told
