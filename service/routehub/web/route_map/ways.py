"""Where the lines between the stations of a grid run, in the units of the drawing (its viewBox).

A line leaves a station downwards at its lower edge or to the right at its right edge, and arrives from the left or from
below: deeper lanes lie farther from the corners, so that lines of one station do not cross each other.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from routehub.web.route_map.grid import Cell, Grid, Link

Point = tuple[float, float]
FULL = 1316
"""The width that is filled where there is room for it; many columns make the drawing wider."""
GAP, WIDEST_GAP, NARROWEST, WIDEST = 60, 130, 104, 150
TOP, BETWEEN, LOW_LANE, CURVE, APART = 30, 34, 44, 20, 46
OVER = 46
"""Between two lines that run above the main line, so that each has room for its number."""


@dataclass(frozen=True)
class Sizes:
    """What the columns and lanes measure. ``tops``: where each lane begins; ``heights``: of its boxes."""

    box: float
    gap: float
    height: float
    tops: tuple[float, ...]
    heights: tuple[float, ...]
    columns: int

    @property
    def width(self) -> float:
        return self.columns * (self.box + self.gap) - self.gap

    @property
    def bottom(self) -> float:
        return self.tops[-1] + self.heights[-1] + 4

    def left(self, cell: Cell) -> float:
        return cell[0] * (self.box + self.gap)

    def top(self, cell: Cell) -> float:
        return self.tops[cell[1]]

    def middle(self, cell: Cell) -> float:
        return self.tops[cell[1]] + self.heights[cell[1]] / 2


def sizes(grid: Grid, height: float) -> Sizes:
    """Boxes as wide as the columns allow; a lane without boxes is low."""
    n = grid.columns
    box = min(WIDEST, max(NARROWEST, (FULL + GAP) / n - GAP))
    gap = min(WIDEST_GAP, max(GAP, (FULL - n * box) / (n - 1))) if n > 1 else GAP
    full = {lane for _, lane in grid.boxes()}
    used = {lane for _, lane in grid.at.values()}
    heights = tuple(height if lane in full else LOW_LANE if lane in used else 0 for lane in range(grid.lanes))
    tops, y = [], float(TOP + OVER * max(grid.over.values(), default=0))
    for lane in heights:
        tops.append(y)
        y += lane + (BETWEEN if lane else 0)
    return Sizes(round(box), round(gap), height, tuple(tops), heights, n)


@dataclass(frozen=True)
class Way:
    """One link as a line: its corners, and where its number stands. ``band``: between neighbours of the main line,
    drawn as broad as its number is large; ``beside``: the number stands at the right of a line that goes down."""

    points: tuple[Point, ...]
    label: Point
    band: bool = False
    beside: bool = False

    @property
    def path(self) -> str:
        """The ``d`` of the line with rounded corners, up to its head."""
        said = [f"M{_n(self.points[0])}"]
        for before, corner, after in zip(self.points, self.points[1:], self.points[2:], strict=False):
            said.append(f"L{_n(_toward(corner, before))}Q{_n(corner)} {_n(_toward(corner, after))}")
        return "".join(said) + f"L{_n(_toward(self.points[-1], self.points[-2], 9))}"

    @property
    def head(self) -> str:
        """A triangle at the last point."""
        (x, y), (bx, by) = self.points[-1], self.points[-2]
        if x == bx:
            back = 10 if by > y else -10
            return f"M{_n((x, y))}l-7 {back}h14z"
        return f"M{_n((x, y))}l{-10 if x > bx else 10} -7v14z"


def _n(point: Point) -> str:
    return f"{point[0]:g} {point[1]:g}"


def _toward(corner: Point, other: Point, far: float = CURVE) -> Point:
    """The point on the way from a corner, at most half way."""
    dx, dy = other[0] - corner[0], other[1] - corner[1]
    length = abs(dx) + abs(dy)
    share = min(far, length / 2) / length if length else 0
    return round(corner[0] + dx * share, 1), round(corner[1] + dy * share, 1)


@dataclass
class _Ends:
    """Where lines touch one station: from left to right below it, from top to bottom at its sides."""

    below: list[tuple[tuple[int, int], Link]] = field(default_factory=list)
    right: list[tuple[tuple[int, int], Link]] = field(default_factory=list)
    left: list[tuple[tuple[int, int], Link]] = field(default_factory=list)


def ways(grid: Grid, sizes: Sizes) -> dict[Link, Way]:
    """Every link of the grid as a line. One that leads back is drawn as any other, with its head at the other end."""
    pieces: dict[Link, list[Link]] = {
        link: list(itertools.pairwise(names)) for link, names in grid.ways.items() if link not in grid.over
    }
    ends = _ends(grid, [piece for some in pieces.values() for piece in some])
    found = {}
    for link, some in pieces.items():
        points: list[Point] = []
        for piece in some:
            points += [p for p in _points(grid, sizes, ends, piece) if p not in points[-1:]]
        one, other = grid.at[link[0]], grid.at[link[1]]
        band = one[1] == other[1] == 0 and abs(one[0] - other[0]) == 1 and len(some) == 1
        found[link] = Way(tuple(points), _label(grid, sizes, points), band, one[0] == other[0])
    return found | {link: _over(grid, sizes, link, level) for link, level in grid.over.items()}


def _over(grid: Grid, sizes: Sizes, link: Link, level: int) -> Way:
    """Up from the upper edge of one station, along above the line, and down to the other: the higher, the nearer to the
    middle of the box it leaves."""
    (column, _), (to, _) = one, other = grid.at[link[0]], grid.at[link[1]]
    ahead = 1 if to > column else -1
    aside = sizes.box * max(0.08, 0.34 - 0.09 * (level - 1)) * ahead
    x, end = sizes.left(one) + sizes.box / 2 + aside, sizes.left(other) + sizes.box / 2 - aside
    top = sizes.top(one)
    y = top - 24 - OVER * (level - 1)
    points = ((x, top - 3), (x, y), (end, y), (end, top - 3))
    return Way(points, (round((x + end) / 2, 1), y))


def _turned(grid: Grid, piece: Link) -> Link:
    """A piece from left to right, and from top to bottom within a column."""
    one, other = grid.at[piece[0]], grid.at[piece[1]]
    return piece if one <= other else (piece[1], piece[0])


def _ends(grid: Grid, pieces: Sequence[Link]) -> dict[str, _Ends]:
    found = {name: _Ends() for name in grid.at}
    for piece in pieces:
        origin, destination = _turned(grid, piece)
        (from_column, from_lane), (to_column, to_lane) = grid.at[origin], grid.at[destination]
        if from_column == to_column:
            found[origin].below.append(((1, 0), piece))
        elif to_lane > from_lane:  # down, then to the right: the deepest nearest to the middle
            found[origin].below.append(((1, -to_lane), piece))
            found[destination].left.append(((0, -from_column), piece))
        elif to_lane < from_lane:  # to the right, then up
            found[origin].right.append(((0, to_column), piece))
            found[destination].below.append(((0, from_lane), piece))
        elif not to_lane == from_lane == 0:
            found[origin].right.append(((1, 0), piece))
            found[destination].left.append(((1, 0), piece))
    return found


def _points(grid: Grid, sizes: Sizes, ends: Mapping[str, _Ends], piece: Link) -> list[Point]:
    origin, destination = _turned(grid, piece)
    one, other = grid.at[origin], grid.at[destination]
    if one[0] == other[0]:
        x = _below(sizes, grid, ends, origin, piece)
        points = [(x, _foot(grid, sizes, origin)), (x, _head_of(grid, sizes, destination))]
    elif other[1] > one[1]:
        x = _below(sizes, grid, ends, origin, piece)
        y = _beside(sizes, grid, ends[destination].left, destination, piece)
        points = [(x, _foot(grid, sizes, origin)), (x, y), (_west(grid, sizes, destination), y)]
    elif other[1] < one[1]:
        x = _below(sizes, grid, ends, destination, piece)
        y = _beside(sizes, grid, ends[origin].right, origin, piece)
        points = [(_east(grid, sizes, origin), y), (x, y), (x, _foot(grid, sizes, destination))]
    else:
        points = _level(grid, sizes, ends, piece, origin, destination)
    return points if (origin, destination) == piece else points[::-1]


def _level(
    grid: Grid, sizes: Sizes, ends: Mapping[str, _Ends], piece: Link, origin: str, destination: str
) -> list[Point]:
    """Within one lane; where lines come in at different heights, with a step before the end."""
    leaves = _beside(sizes, grid, ends[origin].right, origin, piece)
    arrives = _beside(sizes, grid, ends[destination].left, destination, piece)
    x, to = _east(grid, sizes, origin), _west(grid, sizes, destination)
    if leaves == arrives:
        return [(x, leaves), (to, arrives)]
    step = to - sizes.gap / 2
    return [(x, leaves), (step, leaves), (step, arrives), (to, arrives)]


def _below(sizes: Sizes, grid: Grid, ends: Mapping[str, _Ends], name: str, piece: Link) -> float:
    """The x of a line at the lower edge of a station; all of a bend's lines meet in its middle."""
    if name in grid.bends:
        return sizes.left(grid.at[name]) + sizes.box / 2
    all_of_it = sorted(ends[name].below, key=lambda end: (end[0], end[1]))
    place = [link for _, link in all_of_it].index(piece)
    return round(sizes.left(grid.at[name]) + sizes.box * (place + 1) / (len(all_of_it) + 1), 1)


def _beside(sizes: Sizes, grid: Grid, some: list[tuple[tuple[int, int], Link]], name: str, piece: Link) -> float:
    """The y of a line at a side of a station."""
    middle = sizes.middle(grid.at[name])
    if name in grid.bends:
        return middle
    places = [link for _, link in sorted(some, key=lambda end: (end[0], end[1]))]
    if piece not in places:
        return middle
    step = min(APART, (sizes.height - 24) / max(1, len(places) - 1))
    return round(middle + (places.index(piece) - (len(places) - 1) / 2) * step, 1)


def _west(grid: Grid, sizes: Sizes, name: str) -> float:
    return sizes.left(grid.at[name]) + (sizes.box / 2 if name in grid.bends else -3)


def _east(grid: Grid, sizes: Sizes, name: str) -> float:
    return sizes.left(grid.at[name]) + (sizes.box / 2 if name in grid.bends else sizes.box + 3)


def _foot(grid: Grid, sizes: Sizes, name: str) -> float:
    cell = grid.at[name]
    return sizes.middle(cell) if name in grid.bends else sizes.top(cell) + sizes.height + 3


def _head_of(grid: Grid, sizes: Sizes, name: str) -> float:
    cell = grid.at[name]
    return sizes.middle(cell) if name in grid.bends else sizes.top(cell) - 3


def _label(grid: Grid, sizes: Sizes, points: Sequence[Point]) -> Point:
    """The middle of that gap between two columns which the longest level part of the line crosses; beside a line that
    only goes down, its middle."""
    level = [(a, b) for a, b in itertools.pairwise(points) if a[1] == b[1] and a[0] != b[0]]
    if not level:
        (x, y), (_, to) = points[0], points[-1]
        return x, (y + to) / 2
    a, b = max(level, key=lambda part: abs(part[0][0] - part[1][0]))
    low, high = sorted((a[0], b[0]))
    pitch = sizes.box + sizes.gap
    gaps = [n * pitch + sizes.box + sizes.gap / 2 for n in range(grid.columns - 1)]
    inside = [x for x in gaps if low - 4 <= x - sizes.gap / 2 + 8 and x + sizes.gap / 2 - 8 <= high + 4]
    at = inside[0] if b[0] > a[0] and points.index(a) == 0 else inside[-1] if inside else (low + high) / 2
    return round(at, 1), a[1]
