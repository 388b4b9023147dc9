"""Sign-ins that are under way: the first step is done and the second waits, or a passkey has been asked to sign.

A step belongs to one browser by a cookie of its own, ends after ten minutes or five wrong answers, and is used once.
It lies in the database, so that the next request may reach another hub.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, delete, insert, select, update

from routehub.core.canonical import digest
from routehub.core.ids import token as new_token
from routehub.directory.tables import sign_in_steps
from routehub.directory.transaction import Transaction

What = Literal["second", "passkey", "enrol"]
MINUTES = 10
TRIES = 5
KEPT = timedelta(days=1)


@dataclass(frozen=True)
class Step:
    """A step that still holds. how: the first way, such as ``password``; challenge: base64url, for a passkey."""

    token_hash: str
    what: str
    person: str | None
    how: str
    challenge: str
    onward: str


def begin(
    tx: Transaction, what: What, person: str | None = None, how: str = "", challenge: str = "", onward: str = "/"
) -> str:
    """Begin a step; answers the token for its cookie. What is long over is cleared away on the way."""
    tx.conn.execute(delete(sign_in_steps).where(sign_in_steps.c.expires_at < tx.wall - KEPT))
    made = new_token()
    tx.conn.execute(
        insert(sign_in_steps).values(
            token_hash=digest(made), what=what, person=person, how=how, challenge=challenge, onward=onward,
            expires_at=tx.wall + timedelta(minutes=MINUTES), tries=0,
        )
    )  # fmt: skip
    return made


def find(conn: Connection, token: str, what: What, wall: datetime) -> Step | None:
    """The step behind a cookie, if it holds."""
    s = sign_in_steps.c
    row = conn.execute(
        select(sign_in_steps).where(
            s.token_hash == digest(token), s.what == what, s.used_at.is_(None), s.expires_at > wall, s.tries < TRIES
        )
    ).first()
    return Step(row.token_hash, row.what, row.person, row.how, row.challenge, row.onward) if row else None


def ask(tx: Transaction, step: Step, challenge: str) -> None:
    """Let a passkey answer this step: what it is to sign."""
    tx.conn.execute(
        update(sign_in_steps).where(sign_in_steps.c.token_hash == step.token_hash).values(challenge=challenge)
    )


def wrong(tx: Transaction, step: Step) -> int:
    """Count a wrong answer; says how many are left."""
    s = sign_in_steps.c
    tx.conn.execute(update(sign_in_steps).where(s.token_hash == step.token_hash).values(tries=s.tries + 1))
    tries = tx.conn.execute(select(s.tries).where(s.token_hash == step.token_hash)).scalar_one()
    return max(0, TRIES - int(tries))


def use(tx: Transaction, token: str, what: What) -> Step | None:
    """Use a step up: of two requests with one cookie, one gets it."""
    found = find(tx.conn, token, what, tx.wall)
    if found is None:
        return None
    s = sign_in_steps.c
    done = tx.conn.execute(
        update(sign_in_steps).where(s.token_hash == found.token_hash, s.used_at.is_(None)).values(used_at=tx.wall)
    )
    return found if done.rowcount else None
