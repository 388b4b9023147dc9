"""Signing in, by a one-time link or a password, then by the second step of who has one. Nothing here tells a stranger
whether an address is known.

A link is used by POST only, because mail scanners open links. Hashing a password takes a tenth of a second on
purpose: call ``hashed`` and ``matches`` in a thread, never in the writer.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, Row, delete, insert, select, update

from routehub.core.canonical import digest
from routehub.core.errors import SignInNeeded, refused
from routehub.core.ids import token as new_token
from routehub.directory import factors, sessions, steps
from routehub.directory.tables import people, sign_in_links, sign_in_steps
from routehub.directory.transaction import Transaction

LINK_MINUTES = 30
SHORTEST, LONGEST = 12, 256
EVERY_ROUTE = "*"
ENDED = "This nomination has ended. Ask your party's office."
_HASHER = PasswordHasher()  # argon2id with the parameters of RFC 9106, 4, second choice


@dataclass(frozen=True)
class SignedIn:
    """A fresh session. ``token`` goes into the cookie and nowhere else."""

    person: str
    token: str
    csrf: str


@dataclass(frozen=True)
class Waiting:
    """The first step is done. ``token`` goes into the cookie of the second and nowhere else."""

    person: str
    token: str


def link_url(public_url: str, token: str) -> str:
    """Where a one-time link leads: a page with a button that posts it."""
    return f"{public_url.rstrip('/')}/sign-in/{token}"


def make_link(conn: Connection, person_id: str, wall: datetime, minutes: int = LINK_MINUTES) -> str:
    """A one-time token for a person, stored as a hash."""
    made = new_token()
    conn.execute(
        insert(sign_in_links).values(
            token_hash=digest(made), person=person_id, expires_at=wall + timedelta(minutes=minutes)
        )
    )
    return made


def redeem(conn: Connection, token: str, wall: datetime) -> str | None:
    """Use a one-time token up; answers its person's id, or None when it is unknown, used or too old.

    The other links of the same person end with it.
    """
    link = sign_in_links.c
    taken = conn.execute(
        update(sign_in_links)
        .where(link.token_hash == digest(token), link.used_at.is_(None), link.expires_at > wall)
        .values(used_at=wall)
    )
    if taken.rowcount == 0:
        return None
    person = conn.execute(select(link.person).where(link.token_hash == digest(token))).scalar_one()
    conn.execute(update(sign_in_links).where(link.person == person, link.used_at.is_(None)).values(used_at=wall))
    return str(person)


def end_everything(conn: Connection, wall: datetime) -> int:
    """End every session, link and sign-in under way, of a database that went back in time: what it shows as open may
    have been used or ended since. Answers how many sessions that were."""
    conn.execute(update(sign_in_links).where(sign_in_links.c.used_at.is_(None)).values(used_at=wall))
    conn.execute(delete(sign_in_steps))
    return sessions.end_everybody(conn, wall)


def person_to_mail(conn: Connection, email: str, wall: datetime) -> tuple[str, str] | None:
    """Id and address of the person whose nomination holds; None for anybody else, and the answer stays the same."""
    row = _nominated(conn, people.c.email == email.strip().lower(), wall)
    return (row.id, row.email) if row else None


def by_link(
    tx: Transaction, token: str, agent: str, hours: int, replaces: str | None = None, onward: str = "/"
) -> SignedIn | Waiting:
    """Sign in with a one-time link. Errors: 401 when it is unknown, used, too old, or its person withdrawn."""
    person = redeem(tx.conn, token, tx.wall)
    if person is None:
        raise SignInNeeded("This link was used already or is too old. Ask for a new one.")
    return first_step(tx, person, "link", agent, hours, replaces, onward)


def first_step(
    tx: Transaction, person_id: str, how: str, agent: str, hours: int, replaces: str | None = None, onward: str = "/"
) -> SignedIn | Waiting:
    """The person has taken the first step: with a second one set up, that is asked for now."""
    if not factors.of(tx.conn, person_id).second:
        return begin(tx, person_id, how, agent, hours, replaces)
    if _nominated(tx.conn, people.c.id == person_id, tx.wall) is None:
        raise SignInNeeded(ENDED)
    return Waiting(person_id, steps.begin(tx, "second", person_id, how, onward=onward))


def begin(tx: Transaction, person_id: str, how: str, agent: str, hours: int, replaces: str | None = None) -> SignedIn:
    """Begin the session of a person who has proved to be the one, by ``how``. Audited."""
    row = _nominated(tx.conn, people.c.id == person_id, tx.wall)
    if row is None:
        raise SignInNeeded(ENDED)
    token, csrf = sessions.begin(tx.conn, person_id, agent, tx.wall, hours, replaces, how)
    tx.audit("sign-in", EVERY_ROUTE, row.party, f"person:{person_id}", {"how": how})
    if row.accepted_at is None:
        tx.conn.execute(update(people).where(people.c.id == person_id).values(accepted_at=tx.wall))
        tx.audit("nomination-accepted", EVERY_ROUTE, row.party, f"person:{person_id}", {"person": person_id})
    if replaces or row.accepted_at is None:
        tx.directory_changed()
    return SignedIn(person_id, token, csrf)


def end(tx: Transaction, session: sessions.SessionView) -> None:
    """Sign out: the session ends and its streams close."""
    if sessions.end(tx.conn, session.token_hash, tx.wall):
        tx.directory_changed()


def failed(tx: Transaction, person_id: str, how: str = "password") -> None:
    """Record a wrong password or code of a known person, for that person's party to see."""
    party = party_of(tx.conn, person_id)
    if party:
        tx.audit("sign-in-failed", EVERY_ROUTE, party, f"person:{person_id}", {"how": how})


def changed(tx: Transaction, person_id: str, what: str, **detail: str) -> None:
    """Record that somebody changed how they sign in: ``passkey-added``, ``codes-removed``."""
    tx.audit(what, EVERY_ROUTE, party_of(tx.conn, person_id), f"person:{person_id}", detail)


def party_of(conn: Connection, person_id: str) -> str:
    """The party of a person; empty when there is no such person."""
    return str(conn.execute(select(people.c.party).where(people.c.id == person_id)).scalar() or "")


def password_of(conn: Connection, email: str, wall: datetime) -> tuple[str, str | None] | None:
    """Id and password hash of the person with this address, for ``matches``."""
    row = _nominated(conn, people.c.email == email.strip().lower(), wall)
    return (row.id, row.password_hash) if row else None


def matches(password_hash: str | None, password: str) -> bool:
    """Whether a password is the right one. As slow without a hash as with one. In a thread."""
    against = password_hash or _nobody()
    try:
        right = _HASHER.verify(against, password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return right and password_hash is not None


def hashed(password: str, email: str = "") -> str:
    """The argon2id hash of a new password (422 when it is too weak). In a thread."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise refused("/password", "password", f"A password has {SHORTEST} to {LONGEST} characters.")
    if len(set(password)) < 5 or (email and email.partition("@")[0].lower() in password.lower()):
        raise refused("/password", "password", "This password is easy to guess. Take several words.")
    return _HASHER.hash(password)


def set_password(tx: Transaction, person_id: str, password_hash: str, but: str | None = None) -> None:
    """Store a new password. The person's other sessions end: whoever knew the old one is out."""
    tx.conn.execute(update(people).where(people.c.id == person_id).values(password_hash=password_hash))
    sessions.end_all(tx.conn, person_id, tx.wall, but)
    changed(tx, person_id, "password-set")
    tx.directory_changed()


def remove_password(tx: Transaction, person_id: str) -> None:
    """Do without a password. Audited."""
    tx.conn.execute(update(people).where(people.c.id == person_id).values(password_hash=None))
    changed(tx, person_id, "password-removed")


@cache
def _nobody() -> str:
    """The hash that the passwords of unknown people are compared with."""
    return _HASHER.hash(new_token())


def _nominated(conn: Connection, which: Any, wall: datetime) -> Row[Any] | None:
    """The row of one person whose nomination holds now."""
    p = people.c
    ended = p.withdrawn_at.is_not(None) | (p.valid_until.is_not(None) & (p.valid_until <= wall))
    return conn.execute(select(people).where(which, p.valid_from <= wall, ~ended)).first()
