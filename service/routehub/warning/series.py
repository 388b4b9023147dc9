"""Daily series: what is known of one figure day by day. Missing is not zero, and an incomplete day is not a day."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Self

KEEP_DAYS = 70
"""How many days a series remembers: 42 for lags, 14 and 2 for baselines, 7 for sums, and some to spare."""
HOURS = 24
MOST_SOURCES = 500
"""A month of hourly reports has more messages than an alert may name (1,000); the newest say enough."""
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of one day. ``value`` None: not reported; ``complete`` False: not (yet) the whole day.

    sources: keys that the caller maps to message ids, oldest first.
    """

    value: int | None
    complete: bool = True
    sources: tuple[str, ...] = ()


class DailySeries:
    """The newest ``keep`` days of one series. Putting a day again revises it; the later reading counts."""

    __slots__ = ("_days", "_hours", "_keep", "_values", "key")

    def __init__(self, key: str, keep: int = KEEP_DAYS) -> None:
        self.key = key
        self._keep = keep
        self._days: dict[date, Reading] = {}
        self._hours: dict[date, dict[int, tuple[int | None, str]]] = {}
        self._values: dict[int, int] = {}
        """Values of complete days by ordinal: what the rules read, over and over."""

    def put(self, day: date, value: int | None, *, complete: bool = True, source: str = "") -> None:
        """A figure of a whole day, or of a part of it (``complete=False``)."""
        self._set(day, Reading(value, complete, (source,) if source else ()))

    def put_hour(self, day: date, hour: int, value: int | None, *, hours: int = HOURS, source: str = "") -> bool:
        """One hour of a day that has ``hours`` of them (23 and 25 at clock changes). True once the day is complete."""
        told = self._hours.setdefault(day, {})
        told[hour] = (value, source)
        if len(told) < hours and day in self._days:
            return False  # a part of the day never takes the place of what is known of the whole
        values = [v for v, _ in told.values() if v is not None]
        complete = len(values) >= hours
        sources = tuple(dict.fromkeys(s for _, s in told.values() if s))
        self._set(day, Reading(sum(values), complete, sources))
        return complete

    def _set(self, day: date, reading: Reading) -> None:
        self._days[day] = reading
        if reading.complete and reading.value is not None:
            self._values[day.toordinal()] = reading.value
        else:
            self._values.pop(day.toordinal(), None)
        if len(self._days) > self._keep:
            self._forget(max(self._days) - self._keep * ONE_DAY)

    def _forget(self, oldest: date) -> None:
        for day in [d for d in self._days if d <= oldest]:
            del self._days[day]
            self._hours.pop(day, None)
            self._values.pop(day.toordinal(), None)

    def value(self, day: date) -> int | None:
        """The value of a complete day; None when it is missing or incomplete."""
        return self._values.get(day.toordinal())

    def window(self, last: date, days: int) -> list[int | None]:
        """``days`` values up to and with ``last``, oldest first."""
        end = last.toordinal() + 1
        return list(map(self._values.get, range(end - days, end)))

    def known(self, until: date) -> int:
        """How many complete days with a value there are up to ``until``."""
        end = until.toordinal()
        return len(self._values) if end >= max(self._values, default=0) else sum(d <= end for d in self._values)

    def sources(self, last: date, days: int = 1) -> tuple[str, ...]:
        """Where the values of a window come from, the newest first, each once."""
        wanted = (self._days.get(last - timedelta(back)) for back in range(days))
        newest = (s for r in wanted if r is not None and r.complete for s in reversed(r.sources))
        return tuple(dict.fromkeys(newest))[:MOST_SOURCES]

    def days(self) -> Iterator[tuple[date, Reading]]:
        """All days that are remembered, oldest first."""
        return iter(sorted(self._days.items()))

    def to_json(self) -> dict[str, Any]:
        """The state, to go on from later: ``from_json(to_json())`` answers everything alike."""
        return {
            "key": self.key, "keep": self._keep,
            "days": {d.isoformat(): [r.value, r.complete, list(r.sources)] for d, r in self.days()},
            "hours": {
                d.isoformat(): {str(hour): list(told) for hour, told in sorted(hours.items())}
                for d, hours in sorted(self._hours.items())
            },
        }  # fmt: skip

    @classmethod
    def from_json(cls, state: dict[str, Any]) -> Self:
        series = cls(state["key"], state["keep"])
        for day, (value, complete, sources) in state["days"].items():
            series._set(date.fromisoformat(day), Reading(value, complete, tuple(sources)))
        for day, hours in state["hours"].items():
            series._hours[date.fromisoformat(day)] = {int(h): (told[0], told[1]) for h, told in hours.items()}
        return series


def seven_day_sums(values: Iterable[int | None], at_least: int = 5) -> list[float | None]:
    """For each day from the seventh on the sum of its seven days. Missing days count as the mean of the others; with
    fewer than ``at_least`` known days the sum is missing."""
    all_values = list(values)
    sums: list[float | None] = []
    for end in range(7, len(all_values) + 1):
        known = [v for v in all_values[end - 7 : end] if v is not None]
        sums.append(sum(known) * 7 / len(known) if len(known) >= at_least else None)
    return sums
