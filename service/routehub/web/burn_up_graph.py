"""The graph of a commitment as numbers for an SVG drawing. The table beside it says the same in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from routehub.boards.commitments.burn_up import Mark

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 640, 220, 12, 24, 14


@dataclass(frozen=True)
class Dot:
    """A value on its day."""

    x: int
    y: int
    day: date
    value: int


@dataclass(frozen=True)
class Graph:
    """``reached`` and ``target``: the points of two lines; ``target`` goes in steps. ``deadline``: the x of that day.
    ``projected``: where the line of what is reached meets the target at its present rate."""

    width: int
    height: int
    base: int
    first: date
    last: date
    most: int
    reached: tuple[Dot, ...]
    target: str
    deadline: int | None
    projected: Dot | None

    @property
    def line(self) -> str:
        return " ".join(f"{dot.x},{dot.y}" for dot in self.reached)


def graph(
    marks: Sequence[Mark], today: date, deadline: date | None = None, projected: date | None = None
) -> Graph | None:
    """None where there is no value on two different days to draw."""
    told = [mark for mark in marks if mark.target is not None]
    if not told:
        return None
    horizon = [today, *(day for day in (deadline, projected) if day is not None and (day - today).days <= 730)]
    first, last = marks[0].day, max(marks[-1].day, *horizon)
    span = (last - first).days
    if span <= 0:
        return None
    most = max(max(mark.target or 0, mark.reached or 0) for mark in marks) or 1

    def x(day: date) -> int:
        return LEFT + round((WIDTH - 2 * LEFT) * min((day - first).days, span) / span)

    def y(value: int) -> int:
        return HEIGHT - BOTTOM - round((HEIGHT - BOTTOM - TOP) * value / most)

    reached = tuple(
        Dot(x(mark.day), y(mark.reached), mark.day, mark.reached) for mark in marks if mark.reached is not None
    )
    corners: list[str] = []
    for mark in told:
        if corners:
            corners.append(f"{x(mark.day)},{corners[-1].partition(',')[2]}")
        corners.append(f"{x(mark.day)},{y(mark.target or 0)}")
    corners.append(f"{x(last)},{corners[-1].partition(',')[2]}")
    target = told[-1].target or 0
    meets = Dot(x(projected), y(target), projected, target) if projected is not None and projected <= last else None
    return Graph(
        WIDTH, HEIGHT, HEIGHT - BOTTOM, first, last, most, reached, " ".join(corners),
        x(deadline) if deadline is not None and first <= deadline <= last else None, meets,
    )  # fmt: skip
