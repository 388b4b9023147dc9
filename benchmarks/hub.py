"""A real hub on SQLite with a route of twenty parties, a key for each, and what its listeners say."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert, select

from benchmarks.fan import Talk
from benchmarks.peers import UPGRADE, Served, alert, free_port, wait_open
from routehub.core.clock import LiveClock, wall
from routehub.core.db import Database
from routehub.core.observe import Metrics
from routehub.directory import install, keys
from routehub.directory import tables as t
from routehub.directory.snapshot import load
from routehub.journal.batch import Batch
from routehub.journal.bell import SilentBell
from routehub.journal.writer import Writer
from routehub_schemas.registry import Registry

PARTIES = 20
ROUTE = "wbr"


@dataclass(frozen=True)
class Hub(Served):
    """A running hub and the keys of its parties."""

    keys: tuple[str, ...]

    def listening(self, path: str = "/v1/stream") -> Talk:
        """Listeners of all parties in turn; the first party posts."""
        upgrade, form, ready = ("", "raw", b" 200 ") if "events" in path else (UPGRADE, "ws", b" 101 ")
        hellos = [
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nAuthorization: Bearer {key}\r\n{upgrade}\r\n"
            for key in self.keys
        ]
        return replace(self.talk, form=form, hellos=[hello.encode() for hello in hellos], ready=ready)


def furnish(tx: Batch) -> tuple[str, ...]:
    """The route with as many members as are wanted; observers, who read less, become members too."""
    install.install_route(tx.conn, ROUTE, marking="exercise")
    today = wall().date()
    route = load(tx.conn).routes[ROUTE]
    members = [one.party for one in route.memberships if one.role != "observer" and route.membership(one.party, today)]
    like = dict(tx.conn.execute(select(t.route_parties).where(t.route_parties.c.party == "MK")).mappings().one())
    others = select(t.parties.c.code).where(t.parties.c.code.not_in([*members, "HUB"])).limit(PARTIES - len(members))
    for code in list(tx.conn.execute(others).scalars()):
        tx.conn.execute(t.route_parties.delete().where(t.route_parties.c.party == code))
        tx.conn.execute(insert(t.route_parties).values(like | {"party": code}))
        members.append(code)
    directory = load(tx.conn)
    tx.directory_changed()
    return tuple(
        keys.make(
            tx.conn, directory, route=ROUTE, party=party, system="bench", scopes=frozenset({"read:feed", "post:*"}),
            allowed=keys.known_scopes(frozenset(Registry.shipped())), days=30, by="benchmark", wall=wall(),
        )[1]
        for party in members[:PARTIES]
    )  # fmt: skip


@contextlib.contextmanager
def hub(folder: Path, **settings: str) -> Iterator[Hub]:
    """A hub process on a database of its own; stopped at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    port, url = free_port(), f"sqlite:///{folder}/hub.db"
    given = {
        "database_url": url, "data_dir": str(folder), "port": str(port), "log_level": "ERROR", "mode": "exercise",
        "rate_per_minute": "10000000", "streams_per_key": "20000", **settings,
    }  # fmt: skip
    environment = os.environ | {f"ROUTEHUB_{name.upper()}": value for name, value in given.items()}
    subprocess.run([sys.executable, "-m", "routehub.cli", "migrate"], env=environment, check=True, capture_output=True)
    db = Database(url)
    try:
        held = Writer(db, (), LiveClock(), SilentBell(), Metrics()).change(furnish)
    finally:
        db.close()
    process = subprocess.Popen([sys.executable, "-m", "routehub.cli", "serve"], env=environment)
    try:
        wait_open(port)
        talk = Talk("ws", [], b"", alert(port, held[0], wall() + timedelta(days=2)), publishers=16)
        yield Hub(port, process.pid, talk, held)
    finally:
        process.terminate()
        process.wait(60)
