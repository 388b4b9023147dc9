"""What an operator and a party's office do before a hub is used: a route, people, keys. Offline, by the writer."""

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import insert, update

from routehub.core.clock import LiveClock, wall
from routehub.core.db import Database
from routehub.core.observe import Metrics
from routehub.directory import keys, sessions
from routehub.directory import tables as t
from routehub.directory.install import install_route
from routehub.directory.snapshot import load
from routehub.journal.batch import Batch
from routehub.journal.bell import SilentBell
from routehub.journal.bell.postgres import PostgresBell
from routehub.journal.writer import Writer
from routehub_schemas.registry import Registry

T = TypeVar("T")
SCOPES = frozenset({"read:feed", "post:*"})


class Office:
    """Writes beside running hubs, as the commands do; on SQLite only while no hub writes for long."""

    def __init__(self, url: str) -> None:
        self.db = Database(url)
        bell = PostgresBell(self.db.url) if self.db.dialect == "postgresql" else SilentBell()
        self.writer = Writer(self.db, (), LiveClock(), bell, Metrics())

    def change(self, apply: Callable[[Batch], T]) -> T:
        return self.writer.change(apply)

    def install(self, template: str = "wbr", **how: Any) -> str:
        def apply(tx: Batch) -> str:
            tx.directory_changed()
            return install_route(tx.conn, template, **how)

        return self.change(apply)

    def key(
        self, party: str, *, route: str = "wbr", system: str = "border-system", scopes: frozenset[str] = SCOPES
    ) -> str:
        def apply(tx: Batch) -> str:
            tx.directory_changed()
            _, text = keys.make(
                tx.conn, load(tx.conn), route=route, party=party, system=system, scopes=scopes,
                allowed=keys.known_scopes(frozenset(Registry.shipped())), days=90, by="test", wall=wall(),
            )  # fmt: skip
            return text

        return self.change(apply)

    def revoke(self, key: str, party: str) -> None:
        def apply(tx: Batch) -> None:
            tx.directory_changed()
            keys.revoke(tx.conn, key.split("_")[2], party, wall())

        self.change(apply)

    def person(self, name: str, party: str, *roles: str, route: str = "wbr", zone: str = "") -> str:
        """A person ``name@party.example``, nominated an instant ago; answers the id."""
        person_id = f"p-{name}"

        def apply(tx: Batch) -> None:
            tx.directory_changed()
            tx.conn.execute(
                insert(t.people).values(
                    id=person_id, party=party, name=name.title(), email=f"{name}@{party.lower()}.example",
                    valid_from=wall(), zone=zone,
                )
            )  # fmt: skip
            for role in roles:
                tx.conn.execute(insert(t.person_roles).values(person=person_id, route=route, role=role))

        self.change(apply)
        return person_id

    def withdraw(self, person_id: str) -> None:
        def apply(tx: Batch) -> None:
            tx.directory_changed()
            tx.conn.execute(update(t.people).where(t.people.c.id == person_id).values(withdrawn_at=wall()))

        self.change(apply)

    def session(self, person_id: str) -> dict[str, str]:
        """The headers of a signed-in browser of this person."""
        token, csrf = self.change(lambda tx: sessions.begin(tx.conn, person_id, "test", wall(), 12))
        return {"Cookie": f"{sessions.cookie_name('http://')}={token}", sessions.CSRF_HEADER: csrf}

    def end_sessions(self, person_id: str) -> None:
        def apply(tx: Batch) -> None:
            tx.directory_changed()
            sessions.end_all(tx.conn, person_id, wall())

        self.change(apply)

    def close(self) -> None:
        self.db.close()
