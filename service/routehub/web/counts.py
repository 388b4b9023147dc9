"""The counts in the navigation: things that are open or wait for the visitor's party, never unread noise (UX 5)."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from routehub.boards.alerts.queries import alerts
from routehub.boards.requests.queries import Looking, requests_of
from routehub.core.language import later
from routehub.directory.snapshot import RouteView
from routehub.directory.visibility import readable
from routehub.journal.targets import red_audiences
from routehub.views import acting

MOST_KEPT = 2_000
"""Parties times feed positions that are kept in mind; a hub has some twenty parties."""


@dataclass(frozen=True)
class Counts:
    """alerts: open ones; measures, requests: those of measures with movements, and of requests, that wait for the
    party. red: whether it reads something that is marked TLP:RED, which no device is to keep."""

    alerts: int
    measures: int
    requests: int
    red: bool

    def at(self, path: str) -> tuple[int, str]:
        """What stands beside a page of the navigation."""
        return {
            "/alerts": (self.alerts, later("open")), "/measures": (self.measures, later("waiting for you")),
            "/requests": (self.requests, later("waiting for you")),
        }.get(path, (0, ""))  # fmt: skip


@dataclass
class KnownCounts:
    """Counts by route, party, feed position and minute: between two messages only the clock changes them, so pages that
    are opened one after the other read the boards once."""

    _known: dict[tuple[str, str, str, datetime], Counts] = field(default_factory=dict)
    _red: dict[str, tuple[int, frozenset[int]]] = field(default_factory=dict)

    def get(self, conn: Connection, route: RouteView, party: str, head: object, now: datetime) -> Counts:
        key = (route.code, party, str(head), now.replace(second=0, microsecond=0))
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= MOST_KEPT:
                self._known.clear()
            ids = readable(conn, route.code, party)
            red = not ids.isdisjoint(self._marked(conn, route))
            found = self._known[key] = load(conn, route, party, ids, now, red=red)
        return found

    def _marked(self, conn: Connection, route: RouteView) -> frozenset[int]:
        """The audiences of everything TLP:RED on a route: the journal is gone through once, then its new end."""
        before, known = self._red.get(route.code, (0, frozenset()))
        upto, more = red_audiences(conn, route.code, before)
        self._red[route.code] = upto, known | more
        return known | more


def load(
    conn: Connection, route: RouteView, party: str, ids: frozenset[int], now: datetime, *, red: bool
) -> Counts:  # fmt: skip
    told, planned = acting.load(conn, ids, route.code, now)
    asked = requests_of(conn, Looking(route.code, party, ids, now, route.zone))
    return Counts(
        len(alerts(conn, ids, route.code, now, open_only=True)),
        sum(m.waits_for(party) for m in told) + sum(m.waits_for(party) is not None for m in planned),
        sum(one.waits_for(party) for one in asked),
        red,
    )
