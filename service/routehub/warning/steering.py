"""What people set about a route's early warning, in the order of time: parameters, and pauses of reporting.

They are taken in between messages by the time at which they were set, as messages are by the time at which they were
accepted (both rise with the writer's transactions): whatever a day was looked at with when it closed, it is looked at
with again in a rebuild (docs/decisions/0046).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from routehub.directory import parameters as parameters_set
from routehub.directory.parameters import ParametersSet
from routehub.directory.snapshot import PauseView, pauses
from routehub.journal.batch import Batch
from routehub.warning.parameters import Parameters


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that was set: either parameters (what differs from the defaults), or a pause as it stood then."""

    at: datetime
    parameters: Mapping[str, Any] | None = None
    pause: PauseView | None = None


Settings = Mapping[str, Sequence[Setting]]
"""By route, the oldest first."""


def load(conn: Connection) -> Settings:
    """Everything that was ever set. They are few: a handful of pauses a year, and parameters now and then."""
    found: dict[str, list[Setting]] = {}
    for made in parameters_set.changes(conn):
        found.setdefault(made.route, []).append(Setting(made.made_at, parameters=made.said))
    for pause in pauses(conn):
        mine = found.setdefault(pause.route, [])
        mine.append(Setting(pause.made_at, pause=replace(pause, ended_at=None, ended_from=None)))
        if pause.ended_at is not None:
            mine.append(Setting(pause.ended_at, pause=pause))
    return {route: sorted(settings, key=lambda s: s.at) for route, settings in found.items()}


def between(settings: Iterable[Setting], after: datetime | None, until: datetime) -> list[Setting]:
    """Those that were set after one moment and up to another."""
    return [one for one in settings if (after is None or one.at > after) and one.at <= until]


def history(conn: Connection, route: str) -> list[ParametersSet]:
    """All changes of a route's parameters, the newest first."""
    return parameters_set.changes(conn, route)[::-1]


def set_parameters(tx: Batch, route: str, said: Mapping[str, Any], party: str, actor: str) -> bool:
    """From the next day that closes on, a route's rules run with these; False when they do so already.

    said: what differs from the defaults; all else is the default. Errors: 422 with all problems at once.
    """
    Parameters.from_json(said)
    known = history(tx.conn, route)
    if dict(said) == (dict(known[0].said) if known else {}):
        return False
    number = known[0].number + 1 if known else 1
    parameters_set.add(tx.conn, ParametersSet(route, number, said, actor, tx.now))
    tx.audit("early-warning-parameters", route, party, actor, {"parameters": dict(said)})
    tx.directory_changed()
    return True
