"""What changed since a moment, for everyone on a route alike; and what besides only one party may know of it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from routehub.boards.alerts.queries import AlertView, alerts
from routehub.boards.measures.queries import measures
from routehub.boards.movements import agreement
from routehub.boards.movements.queries import MovementView, movements
from routehub.directory.snapshot import Directory, RouteView
from routehub.directory.visibility import readable, shared
from routehub.journal.targets import marked_red
from routehub.views import acting, changes, corrections
from routehub.views import route as route_view
from routehub.views.changes import Line
from routehub.views.route import RoutePicture
from routehub.views.shared import audiences, everyone

WITHHELD = "A message marked TLP:RED. Sign in to read it."


@dataclass(frozen=True)
class Overnight:
    """The changes, the most important first, and the route as it stands."""

    lines: list[Line]
    picture: RoutePicture


def for_everyone(
    conn: Connection, directory: Directory, route: RouteView, now: datetime, since: datetime
) -> Overnight:  # fmt: skip
    """What everyone on the route may read today, without tests and without anything that is TLP:RED."""
    ids = audiences(conn, route, now)
    picture = route_view.load(conn, directory, route, ids, now)
    real = tuple(alert for alert in picture.alerts if alert.tlp != "RED" and alert.status != "Test")
    picture = replace(picture, alerts=real)
    told, planned = acting.load(conn, ids, route.code, now)
    news = acting.lines(told, planned, route, directory, since, now)
    red = marked_red(conn, [source for line in news for source in line.sources])
    corrected = corrections.load(conn, ids, picture, since)
    return Overnight(
        changes.ranked([
            *changes.changes(picture, since, corrected), *(line for line in news if red.isdisjoint(line.sources)),
        ]),
        picture,
    )  # fmt: skip


def for_party(
    conn: Connection, directory: Directory, route: RouteView, party: str, at: datetime, since: datetime
) -> list[Line]:
    """The changes of which a party knows and others do not, as was known at a moment: open alerts, measures and
    movements. Of what is TLP:RED only that there is something."""
    today = at.astimezone(route.zone).date()
    own = readable(conn, route.code, party) - shared(conn, route.code, everyone(route, today))
    if not own:
        return []
    told = measures(conn, own, route.code, at, as_of=at)
    planned = [_as_of(view, at) for view in movements(conn, own, route.code, at) if view.proposed_at <= at]
    found = [
        *(changes.alert_line(one, exercise=route.exercise) for one in _open_alerts(conn, own, route, at)),
        *acting.near(acting.lines(told, planned, route, directory, since, at), route, party, today),
    ]
    red = marked_red(conn, [source for line in found for source in line.sources])
    return changes.ranked(line if red.isdisjoint(line.sources) else replace(line, text=WITHHELD) for line in found)


def _open_alerts(conn: Connection, ids: Iterable[int], route: RouteView, at: datetime) -> list[AlertView]:
    """Those that were open then, from Moderate on."""
    return [
        one for one in alerts(conn, ids, route.code, at, since=at)
        if one.severity != "Minor" and one.issued_at <= at < one.expires and (one.ended_at is None or one.ended_at > at)
    ]  # fmt: skip


def _as_of(view: MovementView, at: datetime) -> MovementView:
    """A movement with the acts that were there then."""
    acts = tuple(act for act in view.acts if act.at <= at)
    return replace(view, acts=acts, state=agreement.state(view.policy, view.at, view.answer_by, acts, at))
