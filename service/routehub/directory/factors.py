"""What a person can prove themselves with, and taking all of it away when a telephone was lost or a person has gone."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, update

from routehub.core.errors import Unknown
from routehub.directory import codes, passkeys, sessions
from routehub.directory import tables as t
from routehub.directory.passkeys import Passkey
from routehub.directory.principal import Principal
from routehub.directory.transaction import Transaction

STRONG = frozenset({"passkey", "provider"})
"""Ways that are two factors by themselves; what a provider asks for is the provider's matter."""


@dataclass(frozen=True)
class Factors:
    """A person's ways. codes_since: since when an app's codes count; paper: recovery codes left; providers: issuers of
    accounts that are bound."""

    password: bool
    codes_since: datetime | None
    passkeys: tuple[Passkey, ...]
    paper: int
    providers: tuple[str, ...]

    @property
    def second(self) -> bool:
        """Whether a second step can be asked for."""
        return self.codes_since is not None or bool(self.passkeys)


def of(conn: Connection, person_id: str) -> Factors:
    """The ways of one person."""
    held = conn.execute(select(t.people.c.password_hash).where(t.people.c.id == person_id)).scalar()
    i = t.identities.c
    issuers = conn.execute(select(i.issuer).where(i.person == person_id).order_by(i.issuer)).scalars()
    return Factors(
        held is not None, codes.counts(conn, person_id), tuple(passkeys.of(conn, person_id)),
        codes.paper_left(conn, person_id), tuple(issuers),
    )  # fmt: skip


@dataclass(frozen=True)
class Held:
    """What a person has, for lists: whether a password, whether an authenticator app, how many passkeys."""

    password: bool = False
    codes: bool = False
    passkeys: int = 0

    @property
    def second(self) -> bool:
        return self.codes or self.passkeys > 0


def held(conn: Connection) -> dict[str, Held]:
    """The ways of everybody, in three queries."""
    p, k, c = t.people.c, t.passkeys.c, t.code_secrets.c
    counts = {row[0]: int(row[1]) for row in conn.execute(select(k.person, func.count()).group_by(k.person))}
    apps = set(conn.execute(select(c.person).where(c.since.is_not(None))).scalars())
    people = conn.execute(select(p.id, p.password_hash.is_not(None).label("password")))
    return {row.id: Held(bool(row.password), row.id in apps, counts.get(row.id, 0)) for row in people}


def is_two(how: str) -> bool:
    """Whether a session began with two factors: ``passkey``, ``link+code``."""
    return how in STRONG or "+" in how


def settle(tx: Transaction, person_id: str, *, alone: bool) -> None:
    """After a way was removed: without a second step there is no paper for it, and no password either unless this hub
    takes one ``alone``."""
    if of(tx.conn, person_id).second:
        return
    tx.conn.execute(delete(t.recovery_codes).where(t.recovery_codes.c.person == person_id))
    if not alone:
        tx.conn.execute(update(t.people).where(t.people.c.id == person_id).values(password_hash=None))


def forget(conn: Connection, person_id: str) -> None:
    """Remove every way but the one-time link, which the mailbox is."""
    for table in (t.passkeys, t.code_secrets, t.recovery_codes, t.identities, t.sign_in_steps):
        conn.execute(delete(table).where(table.c.person == person_id))
    conn.execute(update(t.people).where(t.people.c.id == person_id).values(password_hash=None))


def reset(tx: Transaction, who: Principal, person_id: str) -> int:
    """The operator's help for somebody who lost their telephone: all ways and sessions end, a link by mail remains.
    Answers how many sessions ended. Audited for the person's party."""
    row = tx.conn.execute(select(t.people.c.party).where(t.people.c.id == person_id)).first()
    if row is None:
        raise Unknown("There is no such person.")
    forget(tx.conn, person_id)
    ended = sessions.end_all(tx.conn, person_id, tx.wall)
    tx.audit("sign-in-reset", "*", row.party, who.actor, {"person": person_id})
    tx.directory_changed()
    return ended
