"""One party's own total of an indicator for a day. Its own entries over its own borders may be added up; numbers of
different parties never are (DECISIONS 2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from routehub.boards.figures.queries import DayValue, FigureValue

ONE_DAY = timedelta(days=1)
PEOPLE = frozenset({"sex", "age_band", "nationality"})
"""Breakdowns that are no part of a total."""


@dataclass(frozen=True)
class Total:
    """A party's number for one reporting day. ``flags``: p provisional, e estimated or modelled, r revised,
    k carried over (UX 6); ``parts``: how many entries it was added up from; ``messages``: where it comes from."""

    value: int
    day: date
    flags: str
    parts: int
    accepted_at: datetime
    messages: tuple[str, ...]


def fulfilled_day(value: FigureValue) -> date:
    """The reporting day that a figure belongs to: a calendar day ends during the next one."""
    return value.day + ONE_DAY if value.bucket == "calendar_day" else value.day


def flags_of(values: Iterable[FigureValue]) -> str:
    found = set()
    for value in values:
        if value.status == "provisional":
            found.add("p")
        if value.method in ("estimated", "modelled"):
            found.add("e")
        if value.revised:
            found.add("r")
        if value.carried_over:
            found.add("k")
    return "".join(sorted(found))


def daily(values: Iterable[FigureValue]) -> list[FigureValue]:
    """Figures of whole days without a breakdown by sex, age or nationality, and not withdrawn."""
    return [v for v in values if v.bucket != "hour" and v.value is not None and PEOPLE.isdisjoint(v.dimensions)]


V = TypeVar("V", FigureValue, DayValue)


def _preferred(own: list[V], plain: list[V]) -> list[V]:
    """Which of a party's entries for a day make up its total: what it gave as its total itself, else those by
    counterpart, else those by place. ``plain``: those without a breakdown but by service."""
    whole = [v for v in plain if v.counterpart is None and v.place is None]
    by_border = [v for v in own if v.counterpart is not None and v.place is None]
    by_place = [v for v in own if v.place is not None]
    return whole[:1] or by_border or by_place or own


def daily_totals(values: Iterable[DayValue]) -> dict[str, dict[date, int]]:
    """Each party's own total of one indicator by reporting day; days without an entry are not there."""
    given: dict[tuple[str, date], list[DayValue]] = {}
    for v in values:
        day = v.day + ONE_DAY if v.bucket == "calendar_day" else v.day
        given.setdefault((v.party, day), []).append(v)
    found: dict[str, dict[date, int]] = {}
    for (party, day), own in given.items():
        chosen = own if len(own) == 1 else _preferred(own, [v for v in own if v.plain])
        found.setdefault(party, {})[day] = sum(v.value for v in chosen)
    return found


class Totals:
    """Figures of whole days, laid out by party, indicator and reporting day. Withdrawn ones and breakdowns of people
    are left out."""

    def __init__(self, values: Iterable[FigureValue]) -> None:
        self._given: dict[tuple[str, str], dict[date, list[FigureValue]]] = {}
        for v in daily(values):
            self._given.setdefault((v.party, v.indicator), {}).setdefault(fulfilled_day(v), []).append(v)

    def _on(self, party: str, indicator: str, day: date) -> list[FigureValue]:
        return self._given.get((party, indicator), {}).get(day, [])

    def total(self, party: str, indicator: str, day: date) -> Total | None:
        """The total that the party gave itself, else the sum of its own entries by counterpart, else by place.

        None when it gave nothing: a missing figure is not a zero.
        """
        own = self._on(party, indicator, day)
        if not own:
            return None
        return _sum(_preferred(own, [v for v in own if set(v.dimensions) <= {"service"}]), day)

    def towards(self, party: str, indicator: str, counterpart: str, day: date) -> Total | None:
        """A party's own count over the border with one neighbour: its figure for it, else the sum of its places."""
        own = [v for v in self._on(party, indicator, day) if v.counterpart == counterpart]
        whole = [v for v in own if v.place is None]
        group = whole[:1] or own
        return _sum(group, day) if group else None

    def newest_day(self, party: str, indicator: str, until: date) -> date | None:
        """The last reporting day, up to ``until``, for which a party gave an indicator."""
        return max((day for day in self._given.get((party, indicator), ()) if day <= until), default=None)

    def newest(self, party: str, indicator: str, until: date) -> Total | None:
        """The total of that day."""
        day = self.newest_day(party, indicator, until)
        return self.total(party, indicator, day) if day else None


def _sum(group: list[FigureValue], day: date) -> Total:
    return Total(
        sum(v.value or 0 for v in group), day, flags_of(group), len(group),
        max(v.accepted_at for v in group), tuple(dict.fromkeys(v.message_id for v in group)),
    )  # fmt: skip
