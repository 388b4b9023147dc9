"""The drawing of a route: boxes, lines and words with their places, ready for the template."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from routehub.boards.alerts.queries import AlertView
from routehub.directory.snapshot import Directory
from routehub.views.route import RoutePicture, Station
from routehub.web.route_map import flows
from routehub.web.route_map.flows import STALE, Flow
from routehub.web.route_map.grid import arrange, main_line
from routehub.web.route_map.part import part
from routehub.web.route_map.ways import Sizes, Way, sizes, ways
from routehub_schemas.vocab import SEVERITIES

BOX, LINE = 112, 14
"""The height of a box whose name takes one line, and of one more line."""
LETTER = 6.9
"""The mean width of a letter of a name."""
BROAD_LETTER = 0.6
"""The same of a broad font, by its size."""
BROADEST, SLIMMEST = 24.5, 5.0
LONG, SMALLER = 1500, 0.85
"""From this width on a drawing is made smaller by this much, and moves sideways in its frame."""


@dataclass(frozen=True)
class Box:
    """A station in its place. ``station``: None for a neighbour outside of the route; ``severity``: of its worst open
    alert; ``shown``: whether its figures are recent enough to be shown; ``lines``: its name, broken to the width."""

    code: str
    name: str
    lines: tuple[str, ...]
    x: float
    y: float
    station: Station | None
    severity: str | None
    shown: bool

    @property
    def waits(self) -> bool:
        """Whether the current figures are missing: the box is drawn as earlier."""
        return self.station is not None and self.station.freshness.state in ("due", "late", "silent", "excused")


@dataclass(frozen=True)
class Arrow:
    """A flow in its place. ``breadth``: of a band, by its number."""

    flow: Flow
    way: Way
    breadth: float

    @property
    def band(self) -> str:
        """The outline of a band: a bar with a head, from the first point to the last."""
        (x, y), (to, _) = self.way.points[0], self.way.points[-1]
        half, turn = self.breadth / 2, 1 if to > x else -1
        neck = to - turn * (half + 5) * 0.8
        return (
            f"M{x:g} {y - half:g}H{neck:g}V{y - half - 5:g}L{to:g} {y:g}L{neck:g} {y + half + 5:g}V{y + half:g}H{x:g}Z"
        )


@dataclass(frozen=True)
class RouteMap:
    """The whole drawing, and the same in the order in which a phone shows it: ``line`` along the main line, each with
    the flow that leads on; ``branches`` with what comes in and goes on; ``apart``: stations without a crossing here;
    ``left``: stations of a large route that are not in the part that is drawn."""

    sizes: Sizes
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    line: tuple[tuple[Box, Flow | None], ...]
    branches: tuple[tuple[Box, tuple[Flow, ...], tuple[Flow, ...]], ...]
    apart: tuple[Station, ...]
    left: tuple[Station, ...] = ()

    @property
    def width(self) -> float:
        return self.sizes.width

    @property
    def long(self) -> bool:
        """Whether it is too wide for a screen and is looked at part by part."""
        return self.width > LONG

    @property
    def shown_width(self) -> int:
        return round(self.width * (SMALLER if self.long else 1))

    @property
    def height(self) -> float:
        """Down to the last lane, or to what is written below the numbers of a single one."""
        return max(self.sizes.bottom, self.sizes.tops[0] + BOX + 24)


def draw(picture: RoutePicture, directory: Directory, own: str = "") -> RouteMap:
    """Stations of the main line, and of branches with a count: a border that nobody crosses lately would hide those
    that people do cross. ``own``: the reader's party, around which a large route is drawn in part."""
    listed = [s.party for s in sorted(picture.stations, key=lambda s: (s.position, s.party))]
    lanes = {m.party: m.lane for m in picture.route.memberships}
    told = flows.of_route(picture)
    main = main_line([p for p in listed if not lanes.get(p)], [(f.origin, f.destination) for f in told if f.leg])
    kept = part(listed, main, told, own)
    left = tuple(s for s in picture.stations if s.party not in kept)
    listed, main = [p for p in listed if p in kept], tuple(p for p in main if p in kept)
    told = tuple(flow for flow in told if flow.origin in kept and flow.destination in kept)
    steps = set(itertools.pairwise(main))
    drawn = [flow for flow in told if flow.value is not None or (flow.origin, flow.destination) in steps]
    named = {party for flow in drawn for party in (flow.origin, flow.destination)} | set(main)
    outside = sorted(named - set(listed))
    others = [party for party in listed if party in named and party not in main]
    grid = arrange(main, [*outside, *others], [(flow.origin, flow.destination) for flow in drawn])
    stations, on = {s.party: s for s in picture.stations}, picture.now.astimezone(picture.route.zone).date()
    names = {party: stations[party].name if party in stations else directory.name(party, on) for party in named}
    narrow = sizes(grid, BOX).box
    broken = {party: broken_name(name, narrow - 18) for party, name in names.items()}
    laid = sizes(grid, BOX + LINE * (max((len(lines) for lines in broken.values()), default=1) - 1))
    worst = _worst(picture.alerts)
    boxes = {
        party: Box(
            party, names[party], broken[party], laid.left(grid.at[party]), laid.top(grid.at[party]),
            stations.get(party), worst.get(party), _shown(stations.get(party)),
        )
        for party in named
    }  # fmt: skip
    found = ways(grid, laid)
    along = tuple(sorted((name for name in named if grid.at[name][1] == 0), key=lambda name: grid.at[name]))
    most = max((flow.value or 0 for flow in drawn), default=0) or 1
    arrows = tuple(
        Arrow(flow, found[flow.origin, flow.destination], max(SLIMMEST, BROADEST * (flow.value or 0) / most))
        for flow in drawn
    )
    return RouteMap(
        laid, tuple(sorted(boxes.values(), key=lambda b: (b.y, b.x))), arrows, _line(along, boxes, drawn),
        tuple(
            (boxes[name], tuple(f for f in drawn if f.destination == name), tuple(f for f in drawn if f.origin == name))
            for name in [*outside, *others]
            if name not in along
        ),
        tuple(stations[party] for party in listed if party not in named), left,
    )  # fmt: skip


def _shown(station: Station | None) -> bool:
    return station is not None and station.capacity is not None and station.freshness.day - station.capacity.day < STALE


def _line(
    main: tuple[str, ...], boxes: Mapping[str, Box], drawn: list[Flow]
) -> tuple[tuple[Box, Flow | None], ...]:  # fmt: skip
    by_ends = {(flow.origin, flow.destination): flow for flow in drawn}
    onward = [*itertools.pairwise(main), ("", "")]
    return tuple((boxes[party], by_ends.get(link)) for party, link in zip(main, onward, strict=True))


def _worst(open_alerts: tuple[AlertView, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for alert in open_alerts:
        worse = found.get(alert.party)
        if worse is None or SEVERITIES.index(alert.severity) < SEVERITIES.index(worse):
            found[alert.party] = alert.severity
    return found


def broken_name(name: str, width: float) -> tuple[str, ...]:
    """A name in at most two lines of a width; what does not fit ends in an ellipsis, and is whole in the table."""
    most = max(4, int(width / LETTER))
    lines: list[str] = []
    for word in name.split():
        if lines and len(lines[-1]) + 1 + len(word) <= most:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    kept = lines[:2]
    if len(lines) > 2:
        kept[1] += "…"
    # One letter too many is drawn narrower: see `squeezed`.
    return tuple(line if len(line) <= most + 1 else f"{line[: most - 1].rstrip('…')}…" for line in kept) or (name,)


def squeezed(text: str, size: float, width: float) -> bool:
    """Whether a text could run out of its box where the reader's font is a broad one, as on machines without the usual
    fonts: such a text is set to the width of the box. ``size``: of the font."""
    return len(text) * size * BROAD_LETTER > 1.1 * width
