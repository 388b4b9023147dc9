"""Passkeys (Web Authentication, level 2): made in the account, used instead of every other step.

A passkey says who it is (discoverable) and unlocks by a finger, a face or a PIN (user verification), so it is two
factors in one. The library is loaded when the first is used: most starts of a hub need none.
"""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, Row, delete, insert, select, update

from routehub.core.errors import Conflict, Refused
from routehub.directory.snapshot import PersonView
from routehub.directory.tables import passkeys
from routehub.directory.transaction import Transaction

MOST = 10
"""Passkeys of one person."""
LONGEST = 20_000
"""Characters of an answer of an authenticator."""
NONSENSE = (ValueError, KeyError, TypeError, RecursionError)
"""What reading it raises when it is none: no JSON, no object, nested without end."""
TIMEOUT = 300_000  # milliseconds


@dataclass(frozen=True)
class Passkey:
    """A person's passkey, without its public key."""

    id: str
    name: str
    made_at: datetime
    used_at: datetime | None
    transports: tuple[str, ...]


def offered(public_url: str) -> bool:
    """Whether browsers make passkeys for this hub: for a name, under https or on the own machine."""
    parts = urlsplit(public_url)
    host = parts.hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return parts.scheme == "https" or host == "localhost"
    return False


def of(conn: Connection, person_id: str) -> list[Passkey]:
    """A person's passkeys, the oldest first."""
    found = conn.execute(select(passkeys).where(passkeys.c.person == person_id).order_by(passkeys.c.made_at))
    return [_view(row) for row in found]


def creation_options(public_url: str, person: PersonView, known: list[Passkey]) -> dict[str, Any]:
    """What the browser needs to make a passkey; ``challenge`` in it is what comes back signed."""
    import webauthn
    from webauthn.helpers import structs as s

    options = webauthn.generate_registration_options(
        rp_id=_name(public_url), rp_name="Routehub", user_id=person.id.encode(), user_name=person.email,
        user_display_name=person.name, timeout=TIMEOUT,
        exclude_credentials=[_descriptor(s, one) for one in known],
        authenticator_selection=s.AuthenticatorSelectionCriteria(
            resident_key=s.ResidentKeyRequirement.REQUIRED,
            user_verification=s.UserVerificationRequirement.REQUIRED,
        ),
    )  # fmt: skip
    return dict(json.loads(webauthn.options_to_json(options)))


def request_options(public_url: str, known: list[Passkey]) -> dict[str, Any]:
    """What the browser needs to ask a passkey; with none known any of this hub's may answer."""
    import webauthn
    from webauthn.helpers import structs as s

    options = webauthn.generate_authentication_options(
        rp_id=_name(public_url), timeout=TIMEOUT, allow_credentials=[_descriptor(s, one) for one in known] or None,
        user_verification=s.UserVerificationRequirement.REQUIRED,
    )  # fmt: skip
    return dict(json.loads(webauthn.options_to_json(options)))


def enrol(
    tx: Transaction, public_url: str, person_id: str, challenge: str, answer: str, name: str
) -> Passkey:  # fmt: skip
    """Keep a new passkey. Errors: 422 when the answer is none to this challenge, 409 for the eleventh."""
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    if len(of(tx.conn, person_id)) >= MOST:
        raise Conflict(f"You have {MOST} passkeys. Remove one that you no longer use.")
    try:
        made = webauthn.verify_registration_response(
            credential=_answer(answer), expected_challenge=_bytes(challenge), expected_rp_id=_name(public_url),
            expected_origin=_origin(public_url), require_user_verification=True,
        )  # fmt: skip
    except (WebAuthnException, *NONSENSE) as fault:
        raise Refused("This passkey could not be made. Try again.") from fault
    row = {
        "id": _text(made.credential_id), "person": person_id, "public_key": _text(made.credential_public_key),
        "uses": made.sign_count, "name": name, "transports": " ".join(_transports(answer)), "made_at": tx.wall,
    }  # fmt: skip
    if tx.conn.execute(select(passkeys.c.id).where(passkeys.c.id == row["id"])).first() is not None:
        raise Conflict("This passkey is known already.")
    tx.conn.execute(insert(passkeys).values(**row))
    return Passkey(str(row["id"]), name, tx.wall, None, ())


def use(tx: Transaction, public_url: str, challenge: str, answer: str, person: str | None = None) -> str:
    """The id of the person whose passkey answered. ``person``: only theirs counts.

    Errors: 422 in the same words for an unknown passkey, another person's, a wrong answer, and a counter that did not
    rise, as that of a copied key does not (Web Authentication, 7.2, step 22).
    """
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    refusal = Refused("This passkey was not accepted. Try again, or sign in another way.")
    try:
        said = _answer(answer)
        row = tx.conn.execute(select(passkeys).where(passkeys.c.id == str(said["id"]).rstrip("="))).first()
        if row is None or (person is not None and row.person != person):
            raise refusal
        done = webauthn.verify_authentication_response(
            credential=said, expected_challenge=_bytes(challenge), expected_rp_id=_name(public_url),
            expected_origin=_origin(public_url), credential_public_key=_bytes(row.public_key),
            credential_current_sign_count=row.uses, require_user_verification=True,
        )  # fmt: skip
    except (WebAuthnException, *NONSENSE) as fault:
        raise refusal from fault
    tx.conn.execute(update(passkeys).where(passkeys.c.id == row.id).values(uses=done.new_sign_count, used_at=tx.wall))
    return str(row.person)


def remove(tx: Transaction, person_id: str, passkey: str) -> bool:
    """Remove one of a person's passkeys; says whether it was there."""
    done = tx.conn.execute(delete(passkeys).where(passkeys.c.id == passkey, passkeys.c.person == person_id))
    return done.rowcount > 0


def _view(row: Row[Any]) -> Passkey:
    return Passkey(row.id, row.name, row.made_at, row.used_at, tuple(row.transports.split()))


def _descriptor(structs: Any, one: Passkey) -> Any:
    known = {item.value: item for item in structs.AuthenticatorTransport}
    found = [known[name] for name in one.transports if name in known]
    return structs.PublicKeyCredentialDescriptor(id=_bytes(one.id), transports=found or None)


def _answer(text: str) -> dict[str, Any]:
    if len(text) > LONGEST:
        raise ValueError("too long")
    found = json.loads(text)
    if not isinstance(found, dict):
        raise TypeError("no object")
    return found


def _transports(answer: str) -> list[str]:
    """How the authenticator can be reached, as the browser said: kept as a hint for the next time."""
    said = _answer(answer)["response"].get("transports")
    if not isinstance(said, list):
        return []
    return [name for name in said if isinstance(name, str) and re.fullmatch("[a-z-]{1,20}", name)][:6]


def _name(public_url: str) -> str:
    return urlsplit(public_url).hostname or ""


def _origin(public_url: str) -> str:
    parts = urlsplit(public_url)
    return f"{parts.scheme}://{parts.netloc}"


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
