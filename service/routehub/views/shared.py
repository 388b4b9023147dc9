"""What is worked out for several readers rests only on what all of them may read (DECISIONS 1): figures whose audience
is ``*``. A narrower one is never an input, not even for a reader who may read it: two parties that compare the route
over the phone see the same numbers."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from routehub.boards.figures.queries import FigureValue
from routehub.directory import visibility
from routehub.directory.snapshot import RouteView
from routehub.journal.targets import marked_red

FIGURES_OF_ONE = 2_000
"""Figures of one party in the weeks that a view looks at, with every border, place and service."""


def everyone(route: RouteView, on: date) -> frozenset[str]:
    """The parties that ``*`` means on a day: all of the route and its coordinators, observers not."""
    return frozenset(m.party for m in route.members(on, "member", "coordinator"))


def most_values(route: RouteView, on: date) -> int:
    """How many figures a view of the whole route reads at most: it grows with the route, as the newest days come last
    and are those that a fixed bound would leave out without a word."""
    return max(20_000, FIGURES_OF_ONE * sum(member.reports for member in route.members(on)))


def audiences(conn: Connection, route: RouteView, now: datetime) -> frozenset[int]:
    """The audiences that everyone on the route reads today: for what is written down and sent to them."""
    return visibility.shared(conn, route.code, everyone(route, now.astimezone(route.zone).date()))


def inputs(
    conn: Connection, route: RouteView, readable: Iterable[int], now: datetime, back: timedelta
) -> frozenset[int]:
    """The audiences, among those of a reader, whose figures may go into a view that is worked out anew for each reader:
    ``*`` as it was meant on some day of the time looked at, so that a party that joins today empties nobody's view."""
    today = now.astimezone(route.zone).date()
    meant = {everyone(route, today - timedelta(days=days)) for days in range(back.days + 1)}
    wide = frozenset[int]().union(*(visibility.shared(conn, route.code, parties) for parties in meant))
    return wide & frozenset(readable)


def without_red(conn: Connection, values: Sequence[FigureValue]) -> list[FigureValue]:
    """TLP:RED goes to parties by name, even where these happen to be all of them."""
    red = marked_red(conn, (value.message_id for value in values))
    return [value for value in values if value.message_id not in red]
