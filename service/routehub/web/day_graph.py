"""A graph of numbers by day as places in an SVG drawing. The table beside it says the same in words."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from routehub.core.words import number

WIDTH, NARROW, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 560, 440, 200, 62, 14, 12, 28
MOST_MARKS = 5
"""Days that are named below the graph."""
STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True)
class Series:
    """One line: ``name`` as it is told in the key, ``style`` as in the style sheet, a value for each day or None."""

    name: str
    style: str
    values: Sequence[float | None]


@dataclass(frozen=True)
class Fan:
    """What is expected: from the last known value on, an interval that widens. ``values``: day, low, middle, high."""

    name: str
    start: float | None
    values: Sequence[tuple[date, float, float, float]]


@dataclass(frozen=True)
class Line:
    """``parts``: points of each run of days; ``dots``: days that stand alone."""

    name: str
    style: str
    parts: tuple[str, ...]
    dots: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class DayGraph:
    """``rows``: heights with their numbers; ``marks``: days with their x; ``fan``: the outline of the interval, and
    ``middle`` the line in it; ``level``: the y of a limit, such as the number of places."""

    rows: tuple[tuple[float, str], ...]
    marks: tuple[tuple[float, date], ...]
    lines: tuple[Line, ...]
    fan: str
    middle: str
    fan_name: str
    level: float | None
    level_name: str
    today: float | None
    width: int
    height: int = HEIGHT
    left: int = LEFT
    base: int = HEIGHT - BOTTOM
    top: int = TOP

    @property
    def narrow(self) -> bool:
        return self.width == NARROW

    @property
    def right(self) -> int:
        return self.width - RIGHT


def day_graph(
    days: Sequence[date], series: Sequence[Series], *, fan: Fan | None = None, level: float | None = None,
    level_name: str = "", width: int = WIDTH,
) -> DayGraph | None:  # fmt: skip
    """None where there is nothing to draw. Heights begin at 0, so that twice as high is twice as many. ``width``:
    NARROW for one of several beside each other, so that its words stay as large."""
    told = [v for one in series for v in one.values if v is not None]
    future = list(fan.values) if fan else []
    if not told or len(days) + len(future) < 2:
        return None
    most = max([*told, *(high for _, _, _, high in future), level or 0, 1])
    step = _step(most)
    top = step * -(-most // step)
    last = max([days[-1], *(day for day, *_ in future)])
    span = max(1, (last - days[0]).days)

    def x(day: date) -> float:
        return round(LEFT + (width - LEFT - RIGHT) * (day - days[0]).days / span, 1)

    def y(value: float) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * max(0.0, value) / top, 1)

    lines = tuple(_line(one, [x(day) for day in days], y) for one in series)
    outline, middle = "", ""
    if fan and future:
        begin = [(days[-1], fan.start, fan.start, fan.start)] if fan.start is not None else []
        points = [*begin, *future]
        above = [f"{x(d)},{y(high)}" for d, _, _, high in points]
        below = [f"{x(d)},{y(low)}" for d, low, _, _ in reversed(points)]
        outline, middle = " ".join([*above, *below]), " ".join(f"{x(d)},{y(mid)}" for d, _, mid, _ in points)
    return DayGraph(
        tuple((y(step * n), number(round(step * n))) for n in range(int(top / step) + 1)),
        tuple((x(day), day) for day in _marked(days[0], last)), lines, outline, middle, fan.name if fan else "",
        y(level) if level is not None else None, level_name, x(days[-1]) if future else None, width,
    )  # fmt: skip


def _step(most: float) -> float:
    """The distance of the rows: 1, 2, 2.5 or 5 times a power of ten, so that there are about four of them."""
    power = 1.0
    while power * 10 * 4 <= most:
        power *= 10
    return max(1.0, next(power * s for s in STEPS if power * s * 4 >= most or s == STEPS[-1]))


def _line(series: Series, xs: Sequence[float], y: Callable[[float], float]) -> Line:
    runs: list[list[tuple[float, float]]] = [[]]
    for at, value in zip(xs, series.values, strict=True):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((at, y(value)))
    parts = tuple(" ".join(f"{a},{b}" for a, b in run) for run in runs if len(run) > 1)
    return Line(series.name, series.style, parts, tuple(run[0] for run in runs if len(run) == 1))


def _marked(first: date, last: date) -> Iterable[date]:
    span = (last - first).days
    step = max(1, -(-span // MOST_MARKS))
    return [last - timedelta(days=back) for back in range(0, span + 1, step)][::-1]
