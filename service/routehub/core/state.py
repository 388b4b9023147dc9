"""Facts of the whole hub, one row each: epoch, clock offset, version of the directory."""

import json
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, update
from sqlmodel import Field, SQLModel

from routehub.core.clock import Clock, MovableClock
from routehub.core.columns import table_of, upsert
from routehub.core.statements import Query


class HubState(SQLModel, table=True):
    """One fact of the hub as name and text."""

    __tablename__ = "hub_state"

    name: str = Field(primary_key=True)
    value: str


hub_state = table_of(HubState)


def read(conn: Connection, name: str, default: str) -> str:
    value = conn.execute(select(hub_state.c.value).where(hub_state.c.name == name)).scalar()
    return default if value is None else str(value)


def write(conn: Connection, name: str, value: str) -> None:
    conn.execute(upsert(conn, hub_state, "name"), {"name": name, "value": value})


def epoch(conn: Connection) -> int:
    """The epoch of this journal; a restored backup starts a new one (PROMISES 5)."""
    return int(read(conn, "epoch", "1"))


_GENERATIONS = Query(lambda names: select(hub_state.c.name, hub_state.c.value).where(hub_state.c.name.in_(names)))


def generations(conn: Connection) -> tuple[int, int]:
    """The epoch, and how often the boards have been made anew."""
    found = dict(_GENERATIONS.rows(conn, {}, ("epoch", "boards")))
    return int(found.get("epoch", "1")), int(found.get("boards", "0"))


def boards_made_anew(conn: Connection) -> None:
    """Let every hub forget what it kept in mind of the boards: a rebuild may number series in another way."""
    write(conn, "boards", str(generations(conn)[1] + 1))


def deployment(conn: Connection) -> str:
    """The name of this journal among others, the same for all hubs on it; made up when first asked for. In the
    writer's transaction, so that two hubs that start together agree."""
    found = read(conn, "deployment", "")
    if not found:
        found = secrets.token_hex(8)
        write(conn, "deployment", found)
    return found


@dataclass(frozen=True)
class LastBackup:
    """The newest backup that was proven by restoring it. ``head``: the sequence of the journal in it; times: wall."""

    made_at: datetime
    proven_at: datetime
    head: int
    where: str
    bytes: int


def last_backup(conn: Connection) -> LastBackup | None:
    """As ``routehub backup`` recorded it; None: there has been none."""
    found: dict[str, Any] | None = json.loads(read(conn, "backup", "null"))
    if found is None:
        return None
    made, proven = (datetime.fromisoformat(found[name]) for name in ("made_at", "proven_at"))
    return LastBackup(made, proven, found["head"], found["where"], found["bytes"])


def backup_made(conn: Connection, made: LastBackup) -> None:
    times = {"made_at": made.made_at.isoformat(), "proven_at": made.proven_at.isoformat()}
    write(conn, "backup", json.dumps(asdict(made) | times))


def clock_offset(conn: Connection) -> tuple[int, timedelta]:
    """How often the clock of an exercise hub was set, and how far it is from the machine's."""
    times, _, offset = read(conn, "clock", "0 0").partition(" ")
    return int(times), timedelta(microseconds=int(offset))


def hub_time(conn: Connection, clock: Clock) -> datetime:
    """Hub time as all hubs on this database have it, whatever this one has missed: the machine of a hub that was frozen
    knows what time it is, but not that the clock of the exercise was moved meanwhile."""
    if isinstance(clock, MovableClock):
        clock.take(*clock_offset(conn))
    return clock.now()


def set_clock_offset(conn: Connection, offset: timedelta) -> int:
    """Move the clock of all hubs on this database; answers how often it has been set now."""
    times = clock_offset(conn)[0] + 1
    write(conn, "clock", f"{times} {offset // timedelta(microseconds=1)}")
    return times


def directory_version(conn: Connection) -> int:
    return int(read(conn, "directory_version", "0"))


def bump_directory_version(conn: Connection) -> None:
    current = directory_version(conn)
    if current == 0:
        write(conn, "directory_version", "1")
    else:
        conn.execute(update(hub_state).where(hub_state.c.name == "directory_version").values(value=str(current + 1)))
