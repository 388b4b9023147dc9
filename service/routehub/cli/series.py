"""A table of days by series as reports: which column is which party's figure, and what each cell says.

Two forms. Wide: a row per day, a column per series. Long: a row per day and report date, for the same days counted
again and again. An empty cell is no figure, and never a zero.
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from routehub.core.canonical import digest
from routehub.core.errors import Refused
from routehub.directory.reporting_day import instant

MOST = 10**9  # what a figure may be at most
OF_A_SERIES = frozenset({
    "party", "indicator", "place", "counterpart", "mode", "service", "modality", "status", "method", "coverage", "sex",
    "age_band", "nationality", "note",
})  # fmt: skip
OF_A_MAPPING = frozenset({"day", "columns", "as_of", "value", "series", "period", "at", "days_after", "zone", "reason"})


@dataclass(frozen=True)
class Mapping:
    """What the columns mean. ``at``, ``days_after`` and ``zone``: when the figures of a day are posted; in the long
    form ``as_of`` is the column with the date on which a row was reported, and that date counts."""

    day: str
    columns: dict[str, dict[str, Any]]
    as_of: str | None = None
    period: str = "calendar_day"
    at: time = time(7, 30)
    days_after: int = 1
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Brussels"))
    reason: str | None = None

    @classmethod
    def read(cls, path: Path) -> "Mapping":
        """A mapping file. What it does not know it refuses, so that a misspelt word is not lost."""
        try:
            said = json.loads(path.read_text())
            return cls._of(said)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, ZoneInfoNotFoundError) as fault:
            raise Refused(f"{path}: {fault!r}. docs/replay.md describes mappings.") from fault

    @classmethod
    def _of(cls, said: dict[str, Any]) -> "Mapping":
        if unknown := set(said) - OF_A_MAPPING:
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(sorted(OF_A_MAPPING))}")
        columns = {said["value"]: said["series"]} if "as_of" in said else said["columns"]
        for name, series in columns.items():
            if unknown := set(series) - OF_A_SERIES:
                raise ValueError(f"column {name}: unknown: {', '.join(sorted(unknown))}")
            if missing := {"party", "indicator"} - set(series):
                raise ValueError(f"column {name}: missing: {', '.join(sorted(missing))}")
        more: dict[str, Any] = {
            name: said[name] for name in ("as_of", "period", "days_after", "reason") if name in said
        }
        if "at" in said:
            more["at"] = time.fromisoformat(said["at"])
        if "zone" in said:
            more["zone"] = ZoneInfo(said["zone"])
        return cls(said["day"], columns, **more)

    @property
    def parties(self) -> frozenset[str]:
        return frozenset(series["party"] for series in self.columns.values())

    def moment(self, day: date) -> datetime:
        """When what belongs to a day (long form: a report date) is posted."""
        return instant(day + timedelta(days=self.days_after), self.at, self.zone)


@dataclass(frozen=True)
class Report:
    """One report to post: a party's figures for a day."""

    party: str
    day: date
    body: dict[str, Any]
    key: str


@dataclass(frozen=True)
class Step:
    """What is posted together: the clock is set to ``at``, then the reports go out. ``label`` names the step."""

    label: str
    at: datetime
    reports: tuple[Report, ...]


def steps(table: Path, mapping: Mapping) -> list[Step]:
    """The table as steps in time. The keys are the same for the same table, party and day, so that posting again
    after a break doubles nothing.

    Errors: 422 with line and column for a cell that is neither empty nor a whole number.
    """
    raw = table.read_bytes()
    mark = digest(raw)[:12]
    rows = list(csv.DictReader(raw.decode("utf-8-sig").splitlines()))
    wanted = {mapping.day, *mapping.columns} | ({mapping.as_of} if mapping.as_of else set())
    missing = wanted - set(rows[0] if rows else ())
    if missing:
        raise Refused(f"{table}: no column {', '.join(sorted(missing))}.")
    together: dict[date, list[Report]] = {}
    for line, row in enumerate(rows, start=2):
        where = f"{table.name}, line {line}"
        posted = date_of(row[mapping.as_of or mapping.day], where)
        if date_of(row[mapping.day], where) > posted:
            continue  # tables of a whole month hold zeros for days that had not come yet: those are no counts
        together.setdefault(posted, []).extend(_reports(row, mapping, mark, where))
    return [Step(day.isoformat(), mapping.moment(day), tuple(found)) for day, found in sorted(together.items())]


def _reports(row: dict[str, str], mapping: Mapping, mark: str, where: str) -> Iterator[Report]:
    """One report per party of a row; none for a party whose cells are all empty."""
    day = date_of(row[mapping.day], where)
    figures: dict[str, list[dict[str, Any]]] = {}
    for column, series in mapping.columns.items():
        value = value_of(row[column], f"{where}, column {column}")
        if value is not None:
            said = {name: given for name, given in series.items() if name != "party"}
            figures.setdefault(series["party"], []).append(said | {"value": value})
    for party, found in figures.items():
        body: dict[str, Any] = {"period": mapping.period, "figures": found}
        if mapping.reason:
            body["reason"] = mapping.reason
        revision = f"-{row[mapping.as_of]}" if mapping.as_of else ""
        yield Report(party, day, body, f"replay-{mark}-{party}-{day.isoformat()}{revision}")


def date_of(text: str, where: str) -> date:
    """A cell as a date, or 422 that says where it stands."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Refused(f"{where}: {text!r} is not a date such as 2015-10-20.") from None


def value_of(text: str | None, where: str) -> int | None:
    """A cell as a whole number; spreadsheets write 5900 as 5900.0. Empty means not reported."""
    if text is None or not text.strip():
        return None
    try:
        number = Decimal(text.strip())
        if number.is_finite() and 0 <= number <= MOST and number == number.to_integral_value():
            return int(number)
    except InvalidOperation:
        pass
    raise Refused(f"{where}: {text!r} is not a whole number of people.")
