"""The drawing of a route: any route given as data has its stations in places of their own, and lines around them."""

import itertools
import random

import pytest

from routehub.web.route_map.grid import Grid, arrange, main_line
from routehub.web.route_map.ways import Sizes, Way, sizes, ways
from routehub_schemas import reference

FORK = [("A", "B"), ("A", "X"), ("B", "C"), ("X", "C"), ("C", "D"), ("C", "Y"), ("Y", "E"), ("D", "E"), ("Y", "Z")]
"""Two branches that come back, one that ends beside the line."""
HUB = [(one, "H") for one in "ABCD"] + [("H", two) for two in "VWXY"]
"""Many ways into one station and out of it."""
SKIP = [("A", "B"), ("B", "C"), ("C", "D"), ("A", "D"), ("B", "D"), ("D", "A")]
"""Ways past stations of the line, and one back."""


def laid(order: list[str], links: list[tuple[str, str]]) -> tuple[Grid, Sizes, dict[tuple[str, str], Way]]:
    main = main_line(order, links)
    grid = arrange(main, [name for name in order if name not in main], links)
    given = sizes(grid, 112)
    return grid, given, ways(grid, given)


def crossed(grid: Grid, given: Sizes, found: dict[tuple[str, str], Way]) -> list[str]:
    """Lines that run through a box."""
    wrong = []
    for name, cell in grid.at.items():
        if name in grid.bends:
            continue
        left, top = given.left(cell), given.top(cell)
        for link, way in found.items():
            for (x1, y1), (x2, y2) in itertools.pairwise(way.points):
                apart = max(x1, x2) <= left or min(x1, x2) >= left + given.box
                if not (apart or max(y1, y2) <= top or min(y1, y2) >= top + given.height):
                    wrong.append(f"{link} runs through {name}")
    return wrong


def of_reference(code: str) -> tuple[list[str], list[tuple[str, str]]]:
    route = reference.route(code)
    return [p.code for p in route.parties if p.reports], [(leg.origin, leg.destination) for leg in route.legs]


def test_the_main_line_is_the_route_as_it_is_listed():
    assert "".join(main_line(*of_reference("wbr"))) == "GRMKRSHRSIATDE"
    assert main_line(list("ACBD"), [("A", "B"), ("B", "C"), ("C", "D")]) == tuple("ABCD")
    assert main_line(list("AB"), [("A", "B"), ("B", "A")]) == ("A", "B")
    assert main_line(["IT"], []) == ("IT",)


@pytest.mark.parametrize(
    ("order", "links"),
    [of_reference("wbr"), (list("ABCDEXYZ"), FORK), (list("ABCDHVWXY"), HUB), (list("ABCD"), SKIP)],
    ids=["western-balkans", "fork", "hub", "skip"],
)
def test_every_station_has_a_place_and_no_line_runs_through_another(order, links):
    grid, given, found = laid(order, links)
    boxes = [cell for name, cell in grid.at.items() if name not in grid.bends]
    assert len(set(boxes)) == len(order)
    assert set(found) == set(links)
    assert crossed(grid, given, found) == []


def test_any_route_with_a_few_branches_can_be_drawn():
    chance = random.Random(11)
    behind = total = 0
    for _ in range(150):
        order = [chr(65 + n) for n in range(chance.randint(1, 11))]
        line = list(itertools.pairwise(order[: chance.randint(1, len(order))]))
        pairs = list(itertools.combinations(order, 2))
        more = chance.sample(pairs, min(len(pairs), chance.randint(0, 4)))
        links = list(dict.fromkeys([*line, *more]))
        order = sorted({name for link in links for name in link})  # a station without a crossing is not drawn
        grid, given, found = laid(order, links)
        assert len({cell for name, cell in grid.at.items() if name not in grid.bends}) == len(order)
        assert all(len(way.points) >= 2 and way.path.startswith("M") for way in found.values())
        behind += len(crossed(grid, given, found))
        total += len(found)
    assert behind <= total * 0.02  # a box is drawn over a line that finds no way around it


def test_twelve_stations_in_a_row_keep_their_width_and_a_few_do_not_grow():
    row = [chr(65 + n) for n in range(12)]
    grid, given, _ = laid(row, list(itertools.pairwise(row)))
    assert given.box >= 104
    assert given.width > 1316
    assert laid(list("AB"), [("A", "B")])[1].width < 500
    assert grid.lanes == 1
