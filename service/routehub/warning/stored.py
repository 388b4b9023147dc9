"""Where early warning is written down, and how it is read back or made anew from the journal."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from routehub.core.canonical import dumps
from routehub.core.columns import upsert
from routehub.directory.snapshot import Directory
from routehub.journal import follow
from routehub.journal.message import Message
from routehub.warning import steering
from routehub.warning.record import Line, line_to_json
from routehub.warning.route_watch import FORM, RouteWatch
from routehub.warning.scoring import ForecastScore
from routehub.warning.steering import Settings
from routehub.warning.tables import warning_conditions, warning_routes
from routehub_schemas.registry import Registry

NAME = "warning"
KINDS = frozenset({"report", "measure", "response"})


@dataclass
class Memory:
    """All routes as far as this hub has read. saved: the checkpoint it came from, None when there was none;
    position: how far it has read since; unsaved: whether there is more to write than the position."""

    routes: dict[str, RouteWatch] = field(default_factory=dict)
    saved: int | None = None
    position: int = 0
    unsaved: bool = False

    def take(self, message: Message, directory: Directory, settings: Settings) -> None:
        """One message in the order of the journal; its time closes the days that were due by then."""
        view = directory.routes.get(message.route)
        self.position = message.sequence
        if view is None or message.kind not in KINDS:
            return
        if message.route not in self.routes:
            if message.kind == "response":
                return
            self.routes[message.route] = RouteWatch(view)
        route = self.routes[message.route]
        route.see(view)
        route.steer(settings.get(message.route, ()), message.accepted_at)
        route.advance(message.accepted_at)
        route.take(message, directory)
        route.advance(message.accepted_at)

    def advance(self, directory: Directory, settings: Settings, now: datetime) -> None:
        """Everything that was accepted or set by ``now`` has been taken."""
        for code, route in self.routes.items():
            if code in directory.routes:
                route.see(directory.routes[code])
                route.steer(settings.get(code, ()), now)
                route.advance(now)

    @property
    def changed(self) -> bool:
        return self.unsaved or any(
            route.moved or route.record.changed or route.notices for route in self.routes.values()
        )


def load(
    conn: Connection, registry: Registry, directory: Directory, progress: Callable[[int], None] = lambda done: None
) -> Memory:
    """What is written down; where nothing is, all of the journal read again, without telling anybody. ``progress``:
    as of ``again``."""
    if not follow.is_following(conn, NAME):
        return again(conn, registry, directory, progress)
    at = follow.checkpoint(conn, NAME)
    memory = Memory(saved=at, position=at)
    for row in conn.execute(select(warning_routes)).all():
        if row.route in directory.routes:
            state = json.loads(row.state)
            if state.get("form") != FORM:  # another version's
                return replace(again(conn, registry, directory, progress), saved=at)
            memory.routes[row.route] = RouteWatch.from_json(state, directory.routes[row.route])
    return memory


def again(
    conn: Connection, registry: Registry, directory: Directory,
    progress: Callable[[int], None] = lambda done: None,
) -> Memory:  # fmt: skip
    """Every report from the first. What was told then has the same ids now; what never was is not told for the past.

    progress: called after every thousand messages with how many there were; what it raises ends the reading.
    """
    memory, settings = Memory(unsaved=True), steering.load(conn)
    for number, message in enumerate(follow.everything(conn, registry), start=1):
        memory.take(message, directory, settings)
        for route in memory.routes.values():
            route.notices.clear()
        if number % 1000 == 0:
            progress(number)
    memory.position = max(memory.position, follow.head(conn))
    for route in memory.routes.values():
        route.untell(follow.there(conn, list(route.telling.told.values())))
    return memory


def save(conn: Connection, memory: Memory, now: datetime) -> bool:
    """State, conditions and checkpoint together; False, and nothing written, when another hub was faster."""
    at = follow.checkpoint(conn, NAME) if follow.is_following(conn, NAME) else None
    if at != memory.saved:
        return False
    for code, route in memory.routes.items():
        if route.record.changed:
            rows = [_row(code, key, line) for key, line in sorted(route.record.changed.items())]
            conn.execute(upsert(conn, warning_conditions, "route", "key"), rows)
        conn.execute(
            upsert(conn, warning_routes, "route"),
            {
                "route": code, "state": dumps(route.to_json()), "board": dumps(account(route)),
                "closed": route.closed, "sequence": memory.position, "saved_at": now,
            },
        )  # fmt: skip
    follow.set_checkpoint(conn, NAME, memory.position)
    return True


def saved(memory: Memory) -> None:
    """What was written need not be written again."""
    memory.saved, memory.unsaved = memory.position, False
    for route in memory.routes.values():
        route.record.changed.clear()
        route.moved = False


def clear(conn: Connection) -> None:
    """Forget everything, so that it is made anew from the journal."""
    conn.execute(delete(warning_conditions))
    conn.execute(delete(warning_routes))
    follow.forget(conn, NAME)


def erased(conn: Connection, kinds: frozenset[str]) -> None:
    """The content of messages of these kinds was erased: what was learnt from them is learnt anew from the others."""
    if kinds & KINDS:
        clear(conn)


def _row(route: str, key: str, line: Line) -> dict[str, Any]:
    c = line.condition
    return {
        "route": route, "key": key, "rule": c.rule, "subject": c.subject, "level": c.level.value, "opened": c.opened,
        "last": c.last, "ended": line.ended, "told": line.told, "alert_id": line.alert, "correct": line.true,
        "lead": line.lead, "line": dumps(line_to_json(line)),
    }  # fmt: skip


def account(route: RouteWatch) -> dict[str, Any]:
    """Forecasts, their errors and how full places are, as they are shown; and what they were worked out with."""
    errors = []
    for (key, horizon), e in sorted(route.record.errors.items()):
        score = ForecastScore(
            key,
            horizon,
            e.days,
            e.error / e.days,
            e.last / e.days,
            e.week / e.days,
            e.covered,
            e.counted,
            e.width / e.days,
        )
        errors.append(_error(score, route))
    return {
        "forecasts": route.record.latest, "errors": errors, "rooms": route.record.rooms,
        "parameters": route.p.to_json(), "changed": route.said,
        "changed_from": route.said_from.isoformat() if route.said_from else None,
    }  # fmt: skip


def _error(score: ForecastScore, route: RouteWatch) -> dict[str, Any]:
    """Mean absolute errors in people."""
    rounded: Mapping[str, float | None] = {
        "error": score.error, "last_value_error": score.last_value_error,
        "seven_day_mean_error": score.seven_day_mean_error, "ratio_to_better_naive": score.ratio,
        "coverage": score.coverage, "width": score.width,
    }  # fmt: skip
    leg = route.watch.graph.leg_label(score.key) if score.key in route.watch.graph.flows else score.key
    return {
        "leg": leg, "series": score.key, "days_ahead": score.horizon, "days": score.days,
        **{name: None if value is None else round(value, 3) for name, value in rounded.items()},
        "covered": score.covered, "counted": score.counted,
    }  # fmt: skip
