"""What early warning has to show: forecasts, conditions, and how good it was (DOMAIN 6)."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from routehub.warning.numbers import median
from routehub.warning.parameters import Parameters
from routehub.warning.record import Line, line_from_json
from routehub.warning.tables import warning_conditions, warning_routes

MOST = 200


@dataclass(frozen=True)
class Account:
    """What early warning has to show of a route, as it was written; closed: the last day that was closed; changed: what
    differs from the default parameters, from the day ``changed_from`` on."""

    closed: date | None
    forecasts: tuple[dict[str, Any], ...] = ()
    errors: tuple[dict[str, Any], ...] = ()
    rooms: tuple[dict[str, Any], ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=lambda: Parameters().to_json())
    changed: Mapping[str, Any] = field(default_factory=dict)
    changed_from: date | None = None


@dataclass(frozen=True)
class RuleScore:
    """One rule so far. alerts: all that were told; precision: of those that could be scored; median_lead: days from
    the correct ones to the event, negative after it."""

    rule: str
    open: int
    watches: int
    alerts: int
    scored: int
    correct: int
    median_lead: float | None

    @property
    def precision(self) -> float | None:
        return round(self.correct / self.scored, 3) if self.scored else None


def account(conn: Connection, route: str) -> Account:
    """Empty while nothing was closed."""
    w = warning_routes.c
    found = conn.execute(select(w.closed, w.board).where(w.route == route)).first()
    if found is None:
        return Account(None)
    said = json.loads(found.board)
    since = said.get("changed_from")
    return Account(
        found.closed, tuple(said["forecasts"]), tuple(said["errors"]), tuple(said.get("rooms", ())),
        said["parameters"], said.get("changed", {}), date.fromisoformat(since) if since else None,
    )  # fmt: skip


def conditions(conn: Connection, route: str, *, open_only: bool, limit: int = MOST) -> list[tuple[str, Line]]:
    """With their keys, the newest first."""
    c = warning_conditions.c
    query = select(c.key, c.line).where(c.route == route).order_by(c.opened.desc(), c.key).limit(limit)
    if open_only:
        query = query.where(c.ended.is_(None))
    return [(row.key, line_from_json(json.loads(row.line))) for row in conn.execute(query)]


def scores(conn: Connection, route: str, rules: Iterable[str]) -> list[RuleScore]:
    """Every rule, also one that has found nothing yet."""
    c = warning_conditions.c
    query = select(c.rule, c.ended, c.told, c.correct, c.lead).where(c.route == route)
    by_rule: dict[str, list[Any]] = {rule: [] for rule in rules}
    for row in conn.execute(query):
        by_rule.setdefault(row.rule, []).append(row)
    return [_score(rule, rows) for rule, rows in sorted(by_rule.items())]


def _score(rule: str, rows: list[Any]) -> RuleScore:
    alerts = [row for row in rows if row.told is not None]
    scored = [row for row in alerts if row.correct is not None]
    leads = [row.lead for row in scored if row.correct and row.lead is not None]
    return RuleScore(
        rule, sum(row.ended is None for row in rows), len(rows) - len(alerts), len(alerts), len(scored),
        sum(row.correct for row in scored), median(leads) if leads else None,
    )  # fmt: skip
