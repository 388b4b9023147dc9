"""What the reader of a sheet knows of the route, and what its sender said about the file."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Known:
    """The route's names. ``party``: a code, alias or name -> the stable code; ``zone``: of a party's clocks."""

    party: Callable[[str], str | None]
    near_party: Callable[[str], str | None]
    zone: Callable[[str], ZoneInfo]
    places: Mapping[str, str] = field(default_factory=dict)
    """Names by code."""

    def place(self, text: str) -> str | None:
        """The code of a place written as its code or its name."""
        if text in self.places:
            return text
        wanted = text.casefold()
        return next((code for code, name in self.places.items() if wanted in (code, name.casefold())), None)


@dataclass(frozen=True)
class Terms:
    """What the sender says beside the file. ``party``, ``day``: for rows that do not say; ``mapping``: header -> what
    the column holds (``arrivals``, ``arrivals.HR``, ``day``, or ``-`` to leave it out)."""

    party: str
    day: date | None = None
    period: Literal["reporting_day", "calendar_day", "hour"] = "reporting_day"
    date_order: Literal["dmy", "mdy"] | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    status: str | None = None
    reason: str | None = None
    comment: str | None = None
    audience: Sequence[str] = ()
