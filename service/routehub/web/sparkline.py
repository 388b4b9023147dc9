"""A small line of the last days beside a number, with its words: the table or page behind it has the numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

from routehub.core.language import _
from routehub.core.words import number

WIDTH, LOW, HIGH = 66.0, 20.0, 4.0
"""The y of the lowest and of the highest value."""


@dataclass(frozen=True)
class Sparkline:
    """``parts``: points of each run of days with a value, for a day without one is a gap and not a zero; ``last``: the
    newest value's place, if it is of the last day."""

    parts: tuple[str, ...]
    last: tuple[float, float] | None
    words: str


def sparkline(values: Sequence[int | None]) -> Sparkline | None:
    """``values``: by day, the oldest first. None where no two days have a value."""
    told = [value for value in values if value is not None]
    if len(told) < 2:
        return None
    least, most = min(told), max(told)

    step = WIDTH / (len(values) - 1)

    def y(value: int) -> float:
        return round(LOW - (LOW - HIGH) * (value - least) / (most - least), 1) if most > least else (LOW + HIGH) / 2

    runs: list[list[str]] = [[]]
    for at, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(f"{round(at * step, 1):g},{y(value):g}")
    last = values[-1]
    end = (WIDTH, y(last)) if last is not None else None
    missing = len(values) - len(told)
    words = _(
        "Last %(n)s days, lowest %(least)s, highest %(most)s", n=len(values), least=number(least), most=number(most)
    )
    words += _(", %(missing)s without a figure", missing=missing) if missing else ""
    return Sparkline(tuple(" ".join(run) for run in runs if len(run) > 1), end, words)
