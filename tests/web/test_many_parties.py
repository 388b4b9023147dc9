"""The parties of a long route: those that need a look first, the others folded, and any of them by its name."""

from dataclasses import dataclass, field
from typing import Any

from routehub.web.many_parties import MANY, MOST_FIRST, parties


@dataclass(frozen=True)
class Fresh:
    state: str = "in"


@dataclass(frozen=True)
class Room:
    level: str = "room"


@dataclass(frozen=True)
class Stop:
    party: str
    name: str
    freshness: Fresh = Fresh()
    capacity: Room | None = None
    open_alerts: int = 0


@dataclass(frozen=True)
class Picture:
    stations: tuple[Any, ...]
    legs: tuple[Any, ...] = field(default=())


@dataclass(frozen=True)
class Border:
    from_party: str
    to_party: str


@dataclass(frozen=True)
class Leg:
    leg: Border


def route(many: int, **special: Stop) -> Any:
    """So many parties, P0 to P…, each with a border to the next; some of them as given."""
    stops = tuple(special.get(f"P{n}", Stop(f"P{n}", f"Party {n}")) for n in range(many))
    return Picture(stops, tuple(Leg(Border(f"P{n}", f"P{n + 1}")) for n in range(many - 1)))


def codes(found: Any) -> list[str]:
    return [one.party for one in found]


def test_a_route_of_usual_length_stays_in_travel_order():
    found = parties(route(MANY, P3=Stop("P3", "Silent", Fresh("silent"))), "P9", "")
    assert codes(found.first) == [f"P{n}" for n in range(MANY)]
    assert not found.rest
    assert not found.many


def test_a_long_one_begins_with_the_own_party_its_neighbours_and_those_that_need_a_look():
    special = {
        "P150": Stop("P150", "Late", Fresh("late")), "P160": Stop("P160", "Silent", Fresh("silent")),
        "P170": Stop("P170", "Full", capacity=Room("over_capacity")), "P180": Stop("P180", "Alert", open_alerts=1),
        "P190": Stop("P190", "Due", Fresh("due")),
    }  # fmt: skip
    found = parties(route(200, **special), "P9", "")
    assert codes(found.first) == ["P8", "P9", "P10", "P160", "P150", "P170", "P180"]
    assert len(found.rest) == 200 - 7
    assert codes(found.rest)[:3] == ["P0", "P1", "P2"]
    assert found.many


def test_even_when_all_are_silent_a_table_has_an_end_and_nobody_is_lost():
    picture = Picture(tuple(Stop(f"P{n}", f"Party {n}", Fresh("silent")) for n in range(200)))
    found = parties(picture, "P0", "")  # type: ignore[arg-type]
    assert len(found.first) == MOST_FIRST
    assert set(codes(found.first)) | set(codes(found.rest)) == set(codes(picture.stations))


def test_one_party_is_found_by_its_code_or_the_beginning_of_its_name():
    picture = route(200, P7=Stop("P7", "North Macedonia"))
    assert codes(parties(picture, "P9", "north MAC").first) == ["P7"]
    assert codes(parties(picture, "P9", "p7").first) == ["P7", *(f"P{n}" for n in range(70, 80))]
    assert parties(picture, "P9", "<script>").first == ()
