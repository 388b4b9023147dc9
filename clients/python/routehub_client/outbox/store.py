"""The outbox as a file: an item is written and synced before its first try, and kept until it is settled."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import platformdirs

from routehub_client import ids
from routehub_client.errors import RoutehubError
from routehub_client.wire import Request

State = Literal["waiting", "asks", "sent"]
KEPT = timedelta(days=7)
"""How long a sent item is listed. Its body goes at once: figures do not stay on the device."""

_TABLE = """
create table if not exists item (
    number integer primary key autoincrement,
    id text not null unique,
    short text not null unique,
    hub text not null,
    party text,
    what text not null,
    method text not null,
    path text not null,
    params text not null,
    headers text not null,
    body blob,
    checked integer not null,
    made_at text not null,
    state text not null default 'waiting' check (state in ('waiting', 'asks', 'sent')),
    tries integer not null default 0,
    tried_at text,
    told text not null default '{}'
)
"""


_OPEN = """
select * from item
where state <> 'sent' and hub = ? and (party is ? or party is null)
order by number
"""
_INSERT = """
insert into item (id, short, hub, party, what, method, path, params, headers, body, checked, made_at)
values (:id, :short, :hub, :party, :what, :method, :path, :params, :headers, :body, :checked, :made_at)
"""
_SETTLE = """
update item set state = :state, tries = tries + 1, tried_at = :at, told = :told,
                body = case when :state = 'sent' then null else body end
where number = :number and state <> 'sent'
"""


class NotThere(RoutehubError):
    """No item of this name in the outbox."""


@dataclass(frozen=True)
class Item:
    """One write on its way. `id` is its idempotency key at the hub; `short` is what people call it."""

    number: int
    id: str
    short: str
    hub: str
    party: str | None
    what: str
    request: Request
    checked: bool
    """False while nobody has looked whether its figures are unusual."""
    made_at: datetime
    state: State
    tries: int
    tried_at: datetime | None
    told: Mapping[str, Any]
    """The last answer: the id once sent, the problems when it asks, the reason while it waits."""


class Outbox:
    """The outbox of one user on one machine, shared by all processes of that user.

    SQLite in WAL mode with `synchronous=FULL`: when `add` returns, the item survives a crash of the
    process and a power cut. The file and its folder are readable by the user alone.
    """

    def __init__(self, file: Path | None = None) -> None:
        self.file = file or default_file()
        _make(self.file)
        self._base = sqlite3.connect(self.file, isolation_level=None, timeout=10.0)
        self._base.row_factory = sqlite3.Row
        self._base.execute("pragma journal_mode = wal")
        self._base.execute("pragma synchronous = full")
        self._base.execute(_TABLE)

    def add(self, request: Request, *, hub: str, party: str | None, what: str, checked: bool = True) -> Item:
        """Writes a request down. It must carry an `Idempotency-Key`, which becomes the item's id."""
        if request.key is None:
            raise ValueError("a request without an idempotency key cannot be repeated safely")
        values = {
            "id": request.key,
            "hub": hub,
            "party": party,
            "what": what,
            "method": request.method,
            "path": request.path,
            "params": json.dumps(request.params),
            "headers": json.dumps(request.headers),
            "body": request.body,
            "checked": checked,
            "made_at": _now(),
        }
        with self._writing():
            number = self._insert(values)
        return self._numbered(number)

    def items(self) -> list[Item]:
        """Everything, oldest first; what was sent more than a week ago is dropped on the way."""
        with self._writing():
            self._base.execute(
                "delete from item where state = 'sent' and tried_at < ?", (_text(datetime.now(UTC) - KEPT),)
            )
        return [_item(row) for row in self._base.execute("select * from item order by number")]

    def open(self, hub: str, party: str | None) -> list[Item]:
        """What is not settled for this hub and sender, oldest first."""
        found = self._base.execute(_OPEN, (hub, party))
        return [_item(row) for row in found]

    def find(self, name: str) -> Item:
        """By short id or full id."""
        found = self._base.execute("select * from item where short = ? or id = ?", (name.upper(), name.lower()))
        return _only(found.fetchone())

    def sent(self, item: Item, told: Mapping[str, Any]) -> None:
        """The hub has it. Its body is no longer needed here."""
        self._settle(item, "sent", told)

    def asks(self, item: Item, told: Mapping[str, Any]) -> None:
        """The hub refused it, or its figures are unusual: a person decides."""
        self._settle(item, "asks", told)

    def tried(self, item: Item, told: Mapping[str, Any]) -> None:
        self._settle(item, "waiting", told)

    def check_passed(self, item: Item) -> Item:
        """Its figures were looked at; it may be sent (again)."""
        with self._writing():
            self._base.execute("update item set checked = 1, state = 'waiting' where number = ?", (item.number,))
        return self._numbered(item.number)

    def drop(self, item: Item) -> None:
        with self._writing():
            self._base.execute("delete from item where number = ?", (item.number,))

    def close(self) -> None:
        self._base.close()

    def _insert(self, values: Mapping[str, Any]) -> int:
        while True:
            try:
                done = self._base.execute(_INSERT, {**values, "short": ids.short()})
            except sqlite3.IntegrityError as fault:
                if "item.short" not in str(fault):
                    raise
            else:
                return int(done.lastrowid or 0)

    def _settle(self, item: Item, state: State, told: Mapping[str, Any]) -> None:
        """Whoever sent it first decides: another process that lost its answer does not undo that."""
        text = json.dumps(told, default=str)
        values = {"state": state, "at": _now(), "told": text, "number": item.number}
        with self._writing():
            self._base.execute(_SETTLE, values)

    def _numbered(self, number: int) -> Item:
        return _only(self._base.execute("select * from item where number = ?", (number,)).fetchone())

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction, begun as a writer so that two processes wait for each other."""
        self._base.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._base.execute("rollback")
            raise
        self._base.execute("commit")


def default_file() -> Path:
    """`$XDG_STATE_HOME/routehub/outbox.sqlite3`."""
    return platformdirs.user_state_path("routehub", appauthor=False) / "outbox.sqlite3"


def _make(file: Path) -> None:
    """The file, for this user only, and known to its folder before anything relies on it."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not file.exists():
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _only(row: sqlite3.Row | None) -> Item:
    if row is None:
        raise NotThere("There is no such item in the outbox. See: rh outbox list")
    return _item(row)


def _item(row: sqlite3.Row) -> Item:
    request = Request(
        row["method"],
        row["path"],
        tuple((name, value) for name, value in json.loads(row["params"])),
        tuple((name, value) for name, value in json.loads(row["headers"])),
        row["body"],
    )
    return Item(
        number=row["number"],
        id=row["id"],
        short=row["short"],
        hub=row["hub"],
        party=row["party"],
        what=row["what"],
        request=request,
        checked=bool(row["checked"]),
        made_at=datetime.fromisoformat(row["made_at"]),
        state=row["state"],
        tries=row["tries"],
        tried_at=None if row["tried_at"] is None else datetime.fromisoformat(row["tried_at"]),
        told=json.loads(row["told"]),
    )


def _now() -> str:
    return _text(datetime.now(UTC))


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
