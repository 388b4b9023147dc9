"""Where each station stands: one main line from left to right in lane 0, branches in lanes below it. Worked out from
the order of the stations and the links between them alone, so that a route given as data needs no coordinates."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

Link = tuple[str, str]
Cell = tuple[int, int]
"""Column and lane."""
DEEPEST = 8
"""Lanes that are tried before a line may run behind a box."""


@dataclass
class Grid:
    """at: the cell of each station and bend; main: the stations of the main line; links: as drawn, each through its
    bends; bends: points without a box, by which a line goes around what stands in its way."""

    main: tuple[str, ...]
    at: dict[str, Cell] = field(default_factory=dict)
    ways: dict[Link, tuple[str, ...]] = field(default_factory=dict)
    bends: set[str] = field(default_factory=set)

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

    def from_(name: str) -> tuple[str, ...]:
        if name not in known:
            known[name] = min(((name, *from_(then)) for then in ahead[name]), key=better, default=(name,))
        return known[name]

    return min((from_(name) for name in order), key=better, default=())


def arrange(main: Sequence[str], others: Sequence[str], links: Sequence[Link]) -> Grid:
    """Lay out the main line, then each branch where its lines cross no box; ``others``: in the order of travel."""
    order = [*main, *others]
    ahead = onward(order, links)
    grid = Grid(tuple(main), {name: (column, 0) for column, name in enumerate(main)})
    for name in _after_those_before(others, ahead):
        grid.at[name] = _cell(grid, name, ahead)
    _from_nought(grid)
    for link in links:
        if link[0] in grid.at and link[1] in grid.at:
            grid.ways[link] = _way(grid, link)
    return grid


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


def _cell(grid: Grid, name: str, ahead: Mapping[str, Sequence[str]]) -> Cell:
    """The first free cell, the nearest lane first, from which no line crosses a box."""
    before = [grid.at[n] for n in _before(name, ahead) if n in grid.at]
    after = [grid.at[n] for n in ahead[name] if n in grid.at]
    first = max((column for column, _ in before), default=None)
    last = min((column for column, _ in after), default=None)
    low = first + 1 if first is not None else (last - 1 if last is not None else 0)
    high = last - 1 if last is not None else low
    if high < low:
        low = high = first if first is not None else low
    boxes, lines = grid.boxes(), _crossed(grid, ahead)
    for lane in range(DEEPEST):
        for column in range(low, high + 1):
            cell = (column, lane)
            ways = [passed(cell, other) for other in (*before, *after)]
            if cell not in boxes and cell not in lines and not any(boxes & way for way in ways):
                return cell
    return low, 1 + max((lane for column, lane in boxes if column == low), default=0)


def _crossed(grid: Grid, ahead: Mapping[str, Sequence[str]]) -> set[Cell]:
    """Cells through which lines between the stations that stand already run."""
    found: set[Cell] = set()
    for origin, then in ahead.items():
        for destination in then:
            if origin in grid.at and destination in grid.at:
                found |= passed(grid.at[origin], grid.at[destination])
    return found


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


def _way(grid: Grid, link: Link) -> tuple[str, ...]:
    """A link as it is drawn: straight, or by a bend in a free lane where boxes stand between."""
    one, other = grid.at[link[0]], grid.at[link[1]]
    boxes = grid.boxes()
    if one[1] != other[1] or one[0] == other[0] or not boxes & passed(one, other):
        return link
    column = min(one[0], other[0]) + 1
    taken = boxes | {grid.at[bend] for bend in grid.bends}
    for lane in range(max(one[1], other[1]) + 1, DEEPEST + 2):
        cell = (column, lane)
        if cell not in taken and not any(boxes & passed(cell, end) for end in (one, other)):
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
