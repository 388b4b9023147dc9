"""What happens in the sample, as data: who posts what, and when. The builder posts it in the order of time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

PLAN = "wbr-2015-final"


@dataclass(frozen=True)
class Event:
    """One message. ``name``: by which later ones mean it; ``of``: fields that hold the id of an earlier one, by its
    name. A field that is a list gets a list."""

    at: datetime
    party: str
    kind: str
    data: dict[str, Any]
    name: str = ""
    of: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Around:
    """Times around the moment at which the sample stands. ``now``: in the zone of the route."""

    now: datetime

    def at(self, days: int, hour: int, minute: int = 0) -> datetime:
        """A local time so many days from today; 0 is today, -1 yesterday."""
        return datetime.combine(self.now.date() + timedelta(days=days), time(hour, minute), self.now.tzinfo)

    def said(self, days: int, hour: int, minute: int = 0) -> str:
        """The same, as it stands in a message."""
        return self.at(days, hour, minute).isoformat()


def answer(at: datetime, party: str, to: str, act: str, **more: Any) -> Event:
    """A response to an earlier event, by its name."""
    return Event(at, party, "response", {"act": act, **more}, of={"to": to})
