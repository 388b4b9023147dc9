"""From the figures of a report to the readings of daily series."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Self

from routehub.directory.reporting_day import Period
from routehub.warning.graph import Flow
from routehub.warning.rooms import Rooms, Stock
from routehub.warning.series import KEEP_DAYS, ONE_DAY
from routehub_schemas.kinds.report.payload import Figure
from routehub_schemas.reference import indicators

FORGET_PERIOD = timedelta(days=7)
"""A series that a party counts by another kind of period from now on is taken over after a week without the first."""


def key_of(party: str, figure: Figure, counterpart: str | None) -> str:
    """What a series is called everywhere: ``MK arrivals from GR``, ``GR departures at GR/mainland``."""
    words = [party, figure.indicator.replace("_", " ")]
    if figure.place:
        words.append(f"at {figure.place}")
    if counterpart:
        words.append(f"{'to' if figure.indicator == 'departures' else 'from'} {counterpart}")
    return " ".join(words)


def flow_of(party: str, figure: Figure, counterpart: str | None) -> Flow:
    return Flow(key_of(party, figure, counterpart), party, figure.indicator, figure.place, counterpart)


def watched(figure: Figure) -> bool:
    """Flows of people that were counted. Breakdowns by sex, age or nationality are parts of a figure that stands
    beside them; what is expected has not come."""
    indicator = indicators().get(figure.indicator)
    broken_down = figure.sex or figure.age_band or figure.nationality
    return (
        indicator is not None and indicator.kind == "flow" and not broken_down
        and not figure.indicator.startswith("expected_")
    )  # fmt: skip


def put_stock(rooms: Rooms, party: str, figure: Figure, period: Period, source: str) -> None:
    """Put how many places there are or how many are taken. What was not counted anew, or only in part, says nothing
    about how full a place is on the day; places stay what they are."""
    if figure.indicator == "occupied" and (figure.carried_over or figure.coverage == "partial"):
        return
    known = figure.value is not None
    stock = Stock(figure.value or 0, period.start.isoformat(), source) if known else None
    part = (str(figure.service or ""), str(figure.modality or ""))
    rooms.put(party, figure.place, figure.indicator, part, period.day, stock)


def whole(figures: Iterable[Figure]) -> bool:
    """Whether they say all of their period: a part of it, or an earlier day's number again, is no count of it."""
    return all(figure.coverage == "full" and not figure.carried_over for figure in figures)


@dataclass
class Parts:
    """What a party counts by sea, land and air and does not add up itself: its own figures of one border. By series
    and period; a later report may revise one part alone."""

    told: dict[str, dict[str, dict[str, int | None]]] = field(default_factory=dict)

    def value(self, key: str, period: str, figures: list[Figure]) -> int | None:
        """The figure without a mode where there is one, else the sum of the parts."""
        undivided = [figure for figure in figures if figure.mode is None]
        if undivided:
            return undivided[-1].value
        parts = self.told.setdefault(key, {}).setdefault(period, {})
        parts |= {str(figure.mode): figure.value for figure in figures}
        known = [value for value in parts.values() if value is not None]
        return sum(known) if known else None

    def forget(self, today: date) -> None:
        oldest = (today - KEEP_DAYS * ONE_DAY).isoformat()
        for key, periods in self.told.items():
            self.told[key] = {period: parts for period, parts in periods.items() if period >= oldest}


@dataclass
class Periods:
    """The kind of period in which each series is counted: a day from midnight and one from six are not compared."""

    kinds: dict[str, tuple[str, date]] = field(default_factory=dict)

    def fits(self, key: str, kind: str, day: date) -> bool:
        """Whether a figure of this kind of period belongs to the series; the first kind stays while it is used."""
        known = self.kinds.get(key)
        if known is not None and known[0] != kind and day - known[1] <= FORGET_PERIOD:
            return False
        self.kinds[key] = (kind, max(day, known[1]) if known else day)
        return True

    def kind(self, key: str) -> str | None:
        """The kind of period in which a series is counted."""
        return self.kinds[key][0] if key in self.kinds else None

    def to_json(self) -> dict[str, Any]:
        return {key: [kind, day.isoformat()] for key, (kind, day) in sorted(self.kinds.items())}

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> Self:
        return cls({key: (kind, date.fromisoformat(day)) for key, (kind, day) in said.items()})
