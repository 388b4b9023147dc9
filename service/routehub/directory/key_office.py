"""Who makes, rotates and revokes keys: a party's office for its systems, the operator for all. Audited."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, Field
from sqlalchemy import update

from routehub.core import state as hub_state
from routehub.core.errors import Conflict, NotAllowed, Unknown, refused
from routehub.directory import certificates, keys
from routehub.directory.people import may_manage, require_office
from routehub.directory.principal import Principal
from routehub.directory.snapshot import Directory, KeyView, load
from routehub.directory.tables import api_keys
from routehub.directory.transaction import Transaction
from routehub_schemas.kind import STRICT
from routehub_schemas.vocab import UNIQUE_ITEMS, PartyCode, Unique

OVERLAP_DAYS = 7
OPERATOR = "operator"
"""Who runs the hub, as maker of a key: ``operator:ID``. An office that runs the hub, too, counts as the operator."""
FOLLOW = frozenset({"party_office", "contact_point", "deputy"})
System = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]*$")]
Scopes = Annotated[
    list[Annotated[str, Field(max_length=60)]], Unique,
    Field(min_length=1, max_length=50, json_schema_extra=UNIQUE_ITEMS),
]  # fmt: skip
Days = Annotated[int, Field(ge=1, le=keys.LONGEST.days)]


Certificate = Annotated[str, Field(max_length=20_000)]
Proof = Annotated[str, Field(max_length=4_000)]


class NewKey(BaseModel):
    """A key for a system. ``party``: one's own, if not named. ``certificate``: PEM; the system then proves itself by it
    to the proxy, and there is no secret. ``proof``: that its private key is the sender's; the refusal without it says
    what to sign."""

    model_config = STRICT

    system: System
    scopes: Scopes
    days: Days = 365
    party: PartyCode | None = None
    certificate: Certificate | None = None
    proof: Proof | None = None


class Rotation(BaseModel):
    """A new key beside an old one, which ends after ``overlap_days``."""

    model_config = STRICT

    days: Days = 365
    overlap_days: Annotated[int, Field(ge=0, le=90)] = OVERLAP_DAYS


@dataclass(frozen=True)
class Made:
    """A new key. ``text`` is the whole of it and is shown once."""

    key: KeyView
    text: str


def make(tx: Transaction, who: Principal, given: NewKey, allowed: frozenset[str]) -> Made:
    """Make a key on the actor's route. Errors: 403 for another party, 409 beside two active ones, 422."""
    directory = load(tx.conn)
    sent = given.party or who.party
    party = directory.party_code(sent)
    if party is None:
        raise refused("/party", "unknown-party", f"{sent} is no party of this hub.", sent=sent)
    require_office(who, party)
    if "bind" in given.scopes and not _may_bind(directory, who, party):
        raise NotAllowed(f"A key that gives the word of {party} is made by the office of {party} itself.")
    if "chair" in given.scopes and not who.roles & {"chair", "operator"}:
        raise NotAllowed("A key that acts as the chair is made by the chair, or by the operator.")
    days, certificate = given.days, None
    if given.certificate is not None:
        shown, left = certificates.read(given.certificate, tx.wall)
        text = certificates.line(
            shown, journal=hub_state.deployment(tx.conn), route=who.route, party=party, system=given.system
        )
        certificates.check_proof(shown, text, given.proof)
        certificate, days = certificates.fingerprint(shown), min(days, left)
    return _make(tx, directory, who, party, given.system, frozenset(given.scopes), allowed, days, certificate)


def rotate(tx: Transaction, who: Principal, key_id: str, given: Rotation, allowed: frozenset[str]) -> Made:
    """A new key for the same system with the same scopes. The old one ends after the overlap, so that the system
    can be changed over without a pause; a third one beside it ends now."""
    directory = load(tx.conn)
    old = _found(directory, who, key_id)
    if not old.active(tx.wall):
        raise Conflict(f"The key {old.id} is over. Make a new one.")
    for other in directory.keys.values():
        same = (other.route, other.party, other.system) == (old.route, old.party, old.system)
        if same and other.id != old.id and other.active(tx.wall):
            _revoke(tx, who, other)
    scopes = old.scopes & allowed - (set() if _may_bind(directory, who, old.party) else {"bind"})
    if old.certificate is not None:
        raise Conflict("Make a key with the new certificate beside this one, and revoke this one afterwards.")
    made = _make(tx, directory, who, old.party, old.system, scopes, allowed, given.days)
    ends = min(old.expires_at, tx.wall + timedelta(days=given.overlap_days))
    tx.conn.execute(update(api_keys).where(api_keys.c.id == old.id).values(expires_at=ends))
    tx.audit("key-rotated", old.route, old.party, who.actor, {"key": old.id, "ends": ends, "new": made.key.id})
    return made


def revoke(tx: Transaction, who: Principal, key_id: str) -> KeyView:
    """Revoke a key at once; its open streams close. Revoking it again changes nothing."""
    found = _found(load(tx.conn), who, key_id)
    if found.revoked_at is None:
        _revoke(tx, who, found)
    return load(tx.conn).keys[found.id]


def visible(directory: Directory, who: Principal) -> list[KeyView]:
    """The keys of the route that the actor looks after, the newest first."""
    found = [key for key in directory.keys.values() if key.route == who.route and may_manage(who, key.party)]
    return sorted(found, key=lambda key: (key.created_at, key.id), reverse=True)


def may_follow(who: Principal, key: KeyView) -> bool:
    """Who reads the log of a key: the key itself, and of its party's people those who post and the office. Not the
    operator: sentences about what was wrong come near to content (DECISIONS 1)."""
    if key.route != who.route:
        return False
    return who.key_id == key.id or (who.person_id is not None and who.party == key.party and bool(who.roles & FOLLOW))


def followed(directory: Directory, who: Principal) -> list[KeyView]:
    """The keys of the route whose log the actor may read, the newest first."""
    found = [key for key in directory.keys.values() if may_follow(who, key)]
    return sorted(found, key=lambda key: (key.created_at, key.id), reverse=True)


def from_outside(directory: Directory, key: KeyView) -> bool:
    """Whether somebody else than its party's office made a key: an operator, at the terminal or on the page. Such a key
    reads what the operator may not, so its party is told (docs/security.md), also where the operator belongs to it."""
    who, _, name = key.created_by.partition(":")
    if who == "person":
        person = directory.people.get(name)
        return person is not None and person.party != key.party
    return who in ("terminal", OPERATOR)


def _may_bind(directory: Directory, who: Principal, party: str) -> bool:
    """Whether the actor may make a key that gives a party's word: its office, and in an exercise the operator too."""
    route = directory.routes.get(who.route)
    own = "party_office" in who.roles and who.party == party
    return own or ("operator" in who.roles and route is not None and route.marking != "live")


def state(key: KeyView, wall: datetime) -> str:
    if key.revoked_at is not None:
        return "revoked"
    return "active" if key.active(wall) else "expired"


def _make(
    tx: Transaction, directory: Directory, who: Principal, party: str, system: str, scopes: Set[str],
    allowed: frozenset[str], days: int, certificate: str | None = None,
) -> Made:  # fmt: skip
    key_id, text = keys.make(
        tx.conn, directory, route=who.route, party=party, system=system, scopes=frozenset(scopes), allowed=allowed,
        days=days, by=_maker(who), wall=tx.wall, certificate=certificate,
    )  # fmt: skip
    tx.audit("key-made", who.route, party, who.actor, {"key": key_id, "system": system, "scopes": sorted(scopes)})
    tx.directory_changed()
    return Made(load(tx.conn).keys[key_id], text)


def _maker(who: Principal) -> str:
    """By whom a key was made, as it is kept: a person's roles may have changed when somebody asks."""
    return f"{OPERATOR}:{who.person_id}" if who.person_id and "operator" in who.roles else who.actor


def _revoke(tx: Transaction, who: Principal, key: KeyView) -> None:
    keys.revoke(tx.conn, key.id, key.party, tx.wall)
    tx.audit("key-revoked", key.route, key.party, who.actor, {"key": key.id, "system": key.system})
    tx.directory_changed()


def _found(directory: Directory, who: Principal, key_id: str) -> KeyView:
    """A key that the actor looks after; another reads like one that is not there."""
    key = directory.keys.get(key_id)
    if key is None or key.route != who.route or not may_manage(who, key.party):
        raise Unknown("There is no such key that you can see.")
    return key
