"""The second step of signing in: one-time codes of an authenticator app (RFC 6238), and codes on paper for the day on
which the telephone is gone. A code counts once, and none before it counts after it.
"""

import hmac
import secrets
from base64 import b32decode, b32encode
from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import Connection, delete, func, insert, select, update

from routehub.core.canonical import digest
from routehub.core.vault import Vault
from routehub.directory.tables import code_secrets, recovery_codes
from routehub.directory.transaction import Transaction

DIGITS, STEP = 6, 30
"""What every app knows; RFC 6238 calls them its defaults, and apps ignore others without a word."""
SECRET_BYTES = 20
DRIFT = 1
"""Steps by which a telephone's clock may be off, to each side (RFC 6238, 5.2)."""
WAITS = timedelta(hours=1)
"""So long a new secret may wait for its first code."""
PAPER = 10
"""Recovery codes of a person."""
PAPER_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
PAPER_LENGTH = 16  # 79 bits: guessing is hopeless without any limit


def begin(tx: Transaction, vault: Vault, person_id: str) -> str:
    """A new secret, which counts once a code of it was typed; the one that counts now goes on until then."""
    s = code_secrets.c
    found = tx.conn.execute(select(s.waiting, s.waiting_since).where(s.person == person_id)).first()
    if found is not None and found.waiting and tx.wall - found.waiting_since < WAITS:
        return vault.open(found.waiting, person_id)  # the page was loaded again: what was scanned stays right
    made = b32encode(secrets.token_bytes(SECRET_BYTES)).decode()
    sealed = vault.seal(made, person_id)
    if found is None:
        tx.conn.execute(insert(code_secrets).values(person=person_id, last=0))
    tx.conn.execute(update(code_secrets).where(s.person == person_id).values(waiting=sealed, waiting_since=tx.wall))
    return made


def address(secret: str, account: str, hub: str) -> str:
    """What the app scans (Key Uri Format)."""
    issuer = f"Routehub {hub}"
    query = urlencode({"secret": secret, "issuer": issuer}, quote_via=quote)
    return f"otpauth://totp/{quote(issuer)}:{quote(account)}?{query}"


def code_at(secret: str, step: int) -> str:
    """The code of a time step (seconds since 1970 / 30)."""
    return TOTP(b32decode(secret), DIGITS, SHA1(), STEP).generate(step * STEP).decode()  # noqa: S303 - RFC 6238


def step_of(secret: str, typed: str, at: datetime, after: int) -> int | None:
    """The time step to which a typed code belongs, later than ``after``; None when it belongs to none."""
    now = int(at.timestamp()) // STEP
    plain = "".join(typed.split())
    right = [
        step for step in range(now - DRIFT, now + DRIFT + 1)
        if hmac.compare_digest(code_at(secret, step).encode(), plain.encode()) and step > after
    ]  # fmt: skip
    return right[0] if right else None


def confirm(tx: Transaction, vault: Vault, person_id: str, typed: str) -> bool:
    """Take a new secret into use by its first code; says whether the code was right."""
    s = code_secrets.c
    waiting = tx.conn.execute(select(s.waiting).where(s.person == person_id)).scalar()
    step = step_of(vault.open(waiting, person_id), typed, tx.wall, 0) if waiting else None
    if step is None:
        return False
    tx.conn.execute(
        update(code_secrets)
        .where(s.person == person_id)
        .values(secret=waiting, since=tx.wall, last=step, waiting=None, waiting_since=None)
    )
    return True


def use(tx: Transaction, vault: Vault, person_id: str, typed: str) -> bool:
    """Use a code of the person's app up; says whether it was right. In the writer, so that one code signs in once. A
    secret from before there was a key is sealed now."""
    s = code_secrets.c
    found = tx.conn.execute(select(s.secret, s.last).where(s.person == person_id, s.secret.is_not(None))).first()
    if found is None:
        return False
    secret = vault.open(found.secret, person_id)
    step = step_of(secret, typed, tx.wall, found.last)
    if step is None:
        return False
    values = {"last": step} | ({} if found.secret != secret else {"secret": vault.seal(secret, person_id)})
    tx.conn.execute(update(code_secrets).where(s.person == person_id).values(**values))
    return True


def remove(tx: Transaction, person_id: str) -> None:
    """The app counts no more."""
    tx.conn.execute(delete(code_secrets).where(code_secrets.c.person == person_id))


def counts(conn: Connection, person_id: str) -> datetime | None:
    """Since when the person's app counts; None when there is none."""
    found: datetime | None = conn.execute(
        select(code_secrets.c.since).where(code_secrets.c.person == person_id)
    ).scalar()
    return found


def make_paper(tx: Transaction, person_id: str) -> list[str]:
    """New recovery codes, shown once. Those of before end."""
    tx.conn.execute(delete(recovery_codes).where(recovery_codes.c.person == person_id))
    made = ["".join(secrets.choice(PAPER_LETTERS) for _ in range(PAPER_LENGTH)) for _ in range(PAPER)]
    rows = [{"code_hash": _stored(code, person_id), "person": person_id, "made_at": tx.wall} for code in made]
    tx.conn.execute(insert(recovery_codes), rows)
    return list(_grouped(made))


def use_paper(tx: Transaction, person_id: str, typed: str) -> bool:
    """Use a recovery code up; says whether it was one that was left."""
    r = recovery_codes.c
    plain = "".join(letter for letter in typed.lower() if letter.isalnum())
    done = tx.conn.execute(
        update(recovery_codes)
        .where(r.code_hash == _stored(plain, person_id), r.person == person_id, r.used_at.is_(None))
        .values(used_at=tx.wall)
    )
    return done.rowcount > 0


def paper_left(conn: Connection, person_id: str) -> int:
    """How many recovery codes still work."""
    r = recovery_codes.c
    query = select(func.count()).select_from(recovery_codes).where(r.person == person_id, r.used_at.is_(None))
    return int(conn.execute(query).scalar_one())


def looks_like_paper(typed: str) -> bool:
    """Whether somebody typed a recovery code where a code of the app was asked for."""
    return sum(letter.isalnum() for letter in typed) > DIGITS + 2


def _stored(code: str, person_id: str) -> str:
    """With the person, so that equal codes of two people are two rows. A plain hash: the code is random and long."""
    return digest(f"{person_id} {code}")


def _grouped(made: Iterable[str]) -> Iterable[str]:
    """``abcd-efgh-…``: so that they can be copied from paper."""
    for code in made:
        yield "-".join(code[at : at + 4] for at in range(0, len(code), 4))
