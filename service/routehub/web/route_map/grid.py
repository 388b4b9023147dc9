"""Where each station stands: one main line from left to right in lane 0, branches in lanes below it. Worked out from
the order of the stations and the links between them alone, so that a route given as data needs no coordinates."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from graphlib import TopologicalSorter
from math import inf

Link = tuple[str, str]
Cell = tuple[int, int]
"""Column and lane."""
DEEPEST = 6
"""Lanes that are tried before a line may run behind a box."""
MOST_LOOKS = 2_000


@dataclass
class Grid:
    """at: the cell of each station and bend; main: the stations of the main line; ways: the links as drawn, each
    through its bends; bends: points without a box, by which a line goes around what stands in its way; over: links that
    pass stations of lane 0, each with the height above it at which it does."""

    main: tuple[str, ...]
    at: dict[str, Cell] = field(default_factory=dict)
    ways: dict[Link, tuple[str, ...]] = field(default_factory=dict)
    bends: set[str] = field(default_factory=set)
    over: dict[Link, int] = field(default_factory=dict)

    @property
    def columns(self) -> int:
        return 1 + max((column for column, _ in self.at.values()), default=0)

    @property
    def lanes(self) -> int:
        return 1 + max((lane for _, lane in self.at.values()), default=0)

    def boxes(self) -> frozenset[Cell]:
        return frozenset(cell for name, cell in self.at.items() if name not in self.bends)


def onward(order: Sequence[str], links: Iterable[Link]) -> dict[str, list[str]]:
    """The links from each station without those that lead back, so that there is no round trip left (depth-first from
    the first station on: Cormen et al., Introduction to Algorithms, 20.3)."""
    rank = {name: place for place, name in enumerate(order)}
    given: dict[str, list[str]] = {name: [] for name in order}
    for origin, destination in links:
        if origin in given and destination in given and origin != destination:
            given[origin].append(destination)
    found: dict[str, list[str]] = {name: [] for name in order}
    under_way: set[str] = set()
    done: set[str] = set()

    def visit(name: str) -> None:
        under_way.add(name)
        for then in sorted(given[name], key=lambda n: rank[n]):
            if then in under_way:
                continue
            found[name].append(then)
            if then not in done:
                visit(then)
        under_way.discard(name)
        done.add(name)

    for name in order:
        if name not in done:
            visit(name)
    return found


def main_line(order: Sequence[str], links: Iterable[Link]) -> tuple[str, ...]:
    """The stations as the route lists them, as far as each leads to the next; where that is much shorter than the
    longest way through the route, the longest way."""
    ahead = onward(order, links)
    listed: list[str] = []
    for name in order:
        if listed and name not in ahead[listed[-1]]:
            break
        listed.append(name)
    longest = _longest(order, ahead)
    return tuple(listed) if len(listed) >= max(2, len(longest) - 1) else longest


def _longest(order: Sequence[str], ahead: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Among ways of the same length, the one whose stations are listed first."""
    rank = {name: place for place, name in enumerate(order)}
    known: dict[str, tuple[str, ...]] = {}

    def better(way: tuple[str, ...]) -> tuple[int, list[int]]:
        return -len(way), [rank[name] for name in way]

    for name in TopologicalSorter(ahead).static_order():  # those that a station leads to come before it
        known[name] = min(((name, *known[then]) for then in ahead[name]), key=better, default=(name,))
    return min((known[name] for name in order), key=better, default=())


def arrange(main: Sequence[str], others: Sequence[str], links: Sequence[Link]) -> Grid:
    """Lay out the main line, then each branch where its lines cross no box; ``others``: in the order of travel."""
    return _arranged(tuple(main), tuple(others), tuple(links))


@lru_cache(maxsize=256)
def _arranged(main: tuple[str, ...], others: tuple[str, ...], links: tuple[Link, ...]) -> Grid:
    """Kept in mind: a route keeps its shape from page to page."""
    ahead = onward([*main, *others], links)
    grid = Grid(main, {name: (column, 0) for column, name in enumerate(main)})
    grid.at = _Search(ahead, _after_those_before(others, ahead)).best(grid.at)
    known = [link for link in links if link[0] in grid.at and link[1] in grid.at]
    _pass_over(grid, known)
    for link in known:
        grid.ways[link] = link if link in grid.over else _way(grid, link)
    _from_nought(grid)
    return grid


@dataclass
class _Search:
    """The cells of all branches together for which the fewest lines run behind boxes, in as few and as near lanes as
    may be: depth-first, left where it is no better than the best so far. It looks at a bounded number of cells."""

    ahead: Mapping[str, Sequence[str]]
    names: Sequence[str]
    cost: float = inf
    cells: dict[str, Cell] = field(default_factory=dict)
    looks: int = 0

    def best(self, at: Mapping[str, Cell]) -> dict[str, Cell]:
        self._place(0, dict(at), 0.0)
        return self.cells

    def _place(self, number: int, at: dict[str, Cell], cost: float) -> None:
        if number == len(self.names):
            self.cost, self.cells = cost, dict(at)
            return
        name = self.names[number]
        boxes, crossed = frozenset(at.values()), self._crossed(at)
        ends = [at[n] for n in (*_before(name, self.ahead), *self.ahead[name]) if n in at]
        found = sorted((_price(cell, ends, boxes, crossed), cell) for cell in self._candidates(name, at))
        for price, cell in found:
            self.looks += 1
            if cost + price >= self.cost or (self.looks > MOST_LOOKS and self.cells):
                return
            self._place(number + 1, {**at, name: cell}, cost + price)

    def _candidates(self, name: str, at: Mapping[str, Cell]) -> list[Cell]:
        """Between the stations before and those after, in any lane that is free there."""
        before = [at[n][0] for n in _before(name, self.ahead) if n in at]
        after = [at[n][0] for n in self.ahead[name] if n in at]
        low = max(before) + 1 if before else min(after, default=1) - 1
        high = max(low, min(after) - 1) if after else low
        if after and low >= min(after):
            low = high = max(before, default=low)
        taken, deepest = set(at.values()), max(DEEPEST, len(self.names) + 1)
        cells = ((column, lane) for lane in range(deepest) for column in range(low, high + 1))
        return [cell for cell in cells if cell not in taken]

    def _crossed(self, at: Mapping[str, Cell]) -> Counter[Cell]:
        """How many of the lines between those that stand already run through each cell."""
        lines = ((at[a], at[b]) for a, many in self.ahead.items() for b in many if a in at and b in at)
        return Counter(cell for one, other in lines for cell in passed(one, other))


def _price(cell: Cell, ends: Iterable[Cell], boxes: frozenset[Cell], crossed: Mapping[Cell, int]) -> float:
    """A line behind a box costs more than any lane."""
    own = sum(len(boxes & passed(cell, end)) for end in ends)
    return 100.0 * (own + crossed.get(cell, 0)) + cell[1] + cell[0] / 100


def _before(name: str, ahead: Mapping[str, Sequence[str]]) -> list[str]:
    return [origin for origin, then in ahead.items() if name in then]


def _after_those_before(others: Sequence[str], ahead: Mapping[str, Sequence[str]]) -> list[str]:
    """Branches, each after the branches that lead to it."""
    left, found = list(others), []
    while left:
        free = [name for name in left if not any(origin in left for origin in _before(name, ahead))]
        found.append((free or left)[0])
        left.remove(found[-1])
    return found


@lru_cache(maxsize=50_000)
def passed(one: Cell, other: Cell) -> frozenset[Cell]:
    """The cells between two stations through which their line runs: down below the upper one, along the lane of the
    lower one."""
    upper, lower = sorted((one, other), key=lambda cell: cell[1])
    (at, top), (to, bottom) = upper, lower
    step = 1 if to > at else -1
    down = {(at, lane) for lane in range(top + 1, bottom + (to != at))}
    along = {(column, bottom) for column in range(at, to, step)} if top != bottom else set()
    level = {(column, top) for column in range(at + step, to, step)} if top == bottom else set()
    return frozenset((down | along | level) - {one, other})


def _pass_over(grid: Grid, links: Sequence[Link]) -> None:
    """Links past stations of lane 0 run above it, the shorter ones nearer: nothing else is there."""
    spans = {
        link: tuple(sorted((grid.at[link[0]][0], grid.at[link[1]][0])))
        for link in links
        if grid.at[link[0]][1] == grid.at[link[1]][1] == 0 and grid.boxes() & passed(grid.at[link[0]], grid.at[link[1]])
    }
    for link in sorted(spans, key=lambda one: (spans[one][1] - spans[one][0], spans[one])):
        low, high = spans[link]
        near = [grid.over[other] for other in grid.over if spans[other][0] <= high and low <= spans[other][1]]
        grid.over[link] = max(near, default=0) + 1


def _way(grid: Grid, link: Link) -> tuple[str, ...]:
    """A link as it is drawn: as it comes, or by a bend in a free lane where boxes stand in its way."""
    one, other = grid.at[link[0]], grid.at[link[1]]
    boxes = grid.boxes()
    if not boxes & passed(one, other):
        return link
    taken = boxes | {grid.at[bend] for bend in grid.bends}
    low, high = sorted((one[0], other[0]))
    for lane in range(min(one[1], other[1]) + 1, DEEPEST + 2):
        for column in range(low, high + 1):
            cell = (column, lane)
            free = cell not in taken and column not in (one[0], other[0])
            if free and not any(boxes & passed(cell, end) for end in (one, other)):
                bend = f"{link[0]}>{link[1]}"
                grid.at[bend] = cell
                grid.bends.add(bend)
                return link[0], bend, link[1]
    return link


def _from_nought(grid: Grid) -> None:
    """Who comes before the main line's first station pushes all others to the right."""
    least = min((column for column, _ in grid.at.values()), default=0)
    for name, (column, lane) in grid.at.items():
        grid.at[name] = (column - least, lane)
