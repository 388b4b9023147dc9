"""Who gets the papers of a conference: everyone on the route, or the circle of parties that alone were told of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from routehub.boards.conferences.queries import ConferenceView, announced, known_to_anybody
from routehub.directory import visibility
from routehub.directory.snapshot import RouteView
from routehub.views import shared

EVERYONE = "*"


def announced_conferences(conn: Connection, route: RouteView) -> list[ConferenceView]:
    """The conferences that everyone was told of."""
    return announced(conn, route.code, lambda at: shared.everyone(route, at.astimezone(route.zone).date()))


def of_few(conn: Connection, route: RouteView) -> list[ConferenceView]:
    """The conferences that some parties were told of and everyone never was."""
    known = {(view.series, view.number) for view in announced_conferences(conn, route)}
    return [view for view in known_to_anybody(conn, route.code) if (view.series, view.number) not in known]


def circle(conn: Connection, route: RouteView, held: ConferenceView, now: datetime) -> frozenset[str] | None:
    """The parties that get the papers; None: everyone."""
    if any((view.series, view.number) == (held.series, held.number) for view in announced_conferences(conn, route)):
        return None
    return readers(conn, route, held, now)


def readers(conn: Connection, route: RouteView, held: ConferenceView, now: datetime) -> frozenset[str]:
    """Those who were told of the conference, and belong to the route."""
    everyone = shared.everyone(route, now.astimezone(route.zone).date())
    return visibility.readers(conn, held.audience_id) & everyone


def words(few: frozenset[str] | None) -> list[str]:
    """The audience of the papers."""
    return [EVERYONE] if few is None else sorted(few)


def named(data: Mapping[str, Any]) -> frozenset[str] | None:
    """The circle that compiled papers name; None: everyone."""
    told = data.get("audience", [EVERYONE])
    return None if EVERYONE in told else frozenset(told)


def marking(data: Mapping[str, Any], held: ConferenceView) -> str | None:
    """The TLP of the papers: for a circle that of the conference, else the usual one."""
    return None if named(data) is None else held.tlp


def read_by(conn: Connection, route: RouteView, few: frozenset[str] | None, now: datetime) -> frozenset[int]:
    """The audiences that all who get the papers read."""
    return shared.audiences(conn, route, now) if few is None else visibility.shared(conn, route.code, few)
