"""The log of pushes: what each key sent to the doors in and what was wrong with it (docs/decisions/0022).

It says when, to which address, the answer, and each problem by pointer, code and sentence; never a body, a value that
was sent, or a key. It waits in memory and goes into the database once a second through the writer, so that accepting a
message costs nothing more, several hubs show one log, and last night's failure can be read this morning.
"""

import asyncio
import json
import secrets
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from routehub.core.canonical import dumps
from routehub.core.errors import HubError
from routehub.core.observe import log
from routehub.intake.tables import pushes
from routehub.journal.jobs import Change
from routehub.journal.writer import Writer

KEPT = {"accepted": 50, "unchanged": 20, "checked": 50, "refused": 200, "held-off": 20, "unproved": 20}
"""Rows per key and outcome. Each has room of its own, so that what goes well, a program that runs away, or a stranger
who guesses at a key's secret never pushes out what was refused."""
KEPT_FOR = timedelta(days=14)
MOST_PROBLEMS = 20


@dataclass(frozen=True)
class Trouble:
    """One problem or warning as its sender was told it, without the value that was sent."""

    pointer: str
    code: str
    message: str
    suggestion: str | None = None


@dataclass(frozen=True)
class Push:
    """One request of a key and its answer.

    outcome: a word of ``KEPT``; message: the id of what was accepted; more: problems beyond those listed.
    """

    id: str
    key: str
    at: datetime
    method: str
    path: str
    status: int
    outcome: str
    dry_run: bool = False
    message: str | None = None
    code: str = ""
    detail: str = ""
    problems: tuple[Trouble, ...] = ()
    more: int = 0


def push_id() -> str:
    """By wall time to the nanosecond, so that one hub's pushes stand in order; the rest keeps several hubs apart."""
    return f"{time.time_ns():016x}-{secrets.token_hex(4)}"


class PushLog:
    """Takes pushes in the event loop and writes them now and then."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._waiting: dict[tuple[str, str], deque[Push]] = {}
        self._writing = asyncio.Lock()

    def add(self, push: Push) -> None:
        """Note one; of each key and outcome only as many wait as are kept."""
        at = (push.key, push.outcome)
        self._waiting.setdefault(at, deque(maxlen=KEPT[push.outcome])).append(push)

    async def flush(self) -> bool:
        """Write what waits, for whoever reads next. What cannot be written now goes on waiting.

        Errors: Busy and the like when the database is away.
        """
        async with self._writing:
            taken, self._waiting = self._waiting, {}
            if taken:
                found = [push for waiting in taken.values() for push in waiting]
                try:
                    await self._writer.submit(Change(lambda tx: _keep(tx.conn, found, tx.wall)))
                except HubError:
                    later, self._waiting = self._waiting, {}
                    for push in (*found, *(push for waiting in later.values() for push in waiting)):
                        self.add(push)
                    raise
        return False

    async def settle(self) -> None:
        """The same before somebody reads, or the hub stops: then what cannot be written is left out."""
        try:
            await self.flush()
        except HubError as fault:
            log("intake").warning("the newest pushes are not in the log", fault=fault.detail)


def _keep(conn: Connection, found: Iterable[Push], now: datetime) -> None:
    rows = [asdict(push) | {"problems": dumps([asdict(trouble) for trouble in push.problems])} for push in found]
    conn.execute(insert(pushes), rows)
    p = pushes.c
    for key, outcome in {(row["key"], row["outcome"]) for row in rows}:
        newest = select(p.id).where(p.key == key, p.outcome == outcome).order_by(p.id.desc())
        beyond = newest.offset(KEPT[outcome]).limit(1).scalar_subquery()
        conn.execute(delete(pushes).where(p.key == key, p.outcome == outcome, p.id <= beyond))
    conn.execute(delete(pushes).where(p.id < f"{int((now - KEPT_FOR).timestamp()) * 10**9:016x}"))


def newest(conn: Connection, keys: Iterable[str], limit: int) -> list[Push]:
    """The newest pushes of these keys, the newest first."""
    p = pushes.c
    rows = conn.execute(select(pushes).where(p.key.in_(list(keys))).order_by(p.id.desc()).limit(limit)).mappings()
    return [Push(**{**row, "problems": _troubles(row["problems"])}) for row in rows]


def _troubles(text: str) -> tuple[Trouble, ...]:
    found: list[dict[str, Any]] = json.loads(text)
    return tuple(Trouble(**one) for one in found)
