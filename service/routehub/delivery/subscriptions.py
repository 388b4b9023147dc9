"""Subscriptions: who wants what by which channel. What a filter lets through is still only what the party may read."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from routehub.core.canonical import dumps, iso
from routehub.core.errors import Conflict, Unknown
from routehub.core.ids import uuid7
from routehub.delivery.signing import Signing, SigningKey, new_keys
from routehub.delivery.tables import attempts, deliveries, replays, subscriptions
from routehub.delivery.wanted import Wanted
from routehub.directory.principal import Principal
from routehub.journal.message import Transaction

MOST_PER_OWNER = 50
MOST_ENDING = 4
"""Earlier signing keys that may still sign beside the present ones."""
LISTS = ("kinds", "parties", "places", "points", "threads")


@dataclass(frozen=True)
class SubscriptionView:
    """A subscription. A secret of its ``keys`` leaves the hub once, in the answer that says it was made; ``target``
    never does where it holds secrets: ``shown_target`` does."""

    id: str
    route: str
    party: str
    owner: str
    channel: str
    target: str
    wanted: Wanted
    keys: tuple[SigningKey, ...]
    active: bool
    created_at: datetime
    failing_since: datetime | None
    disabled_at: datetime | None
    disabled_reason: str | None

    @property
    def addressee(self) -> str:
        return f"subscription:{self.id}"

    @property
    def shown_target(self) -> str:
        """The address of a service of Apprise is its password as well: only which service it is."""
        return f"{self.target.partition('://')[0]}://…" if self.channel == "apprise" else self.target

    def signing(self, at: datetime) -> tuple[SigningKey, ...]:
        """The keys that sign at this time, the present ones first."""
        return tuple(key for key in self.keys if key.ends_at is None or key.ends_at > at)

    @property
    def sends(self) -> bool:
        return self.active and self.disabled_at is None


def owner_of(principal: Principal) -> str:
    """Whose a subscription of this principal is: the person's, or the system's whatever key it uses now."""
    return f"system:{principal.name}" if principal.scopes is not None else principal.actor


def may_manage(principal: Principal, found: SubscriptionView) -> bool:
    """The owner, and the office of the same party."""
    own = (found.route, found.party) == (principal.route, principal.party)
    return own and (found.owner == owner_of(principal) or "party_office" in principal.roles)


def create(
    tx: Transaction, principal: Principal, channel: str, target: str, wanted: Wanted, signing: Signing = "hmac"
) -> SubscriptionView:
    """Errors: 409 when the owner has too many."""
    owner = owner_of(principal)
    if len(of_owner(tx.conn, principal.route, principal.party, owner)) >= MOST_PER_OWNER:
        raise Conflict(f"There are {MOST_PER_OWNER} subscriptions already. Remove one that is no longer used.")
    new_id = uuid7(tx.wall)
    secret = " ".join(new_keys(signing)) if channel == "webhook" else None
    tx.conn.execute(
        insert(subscriptions).values(
            id=new_id, route=principal.route, party=principal.party, owner=owner, channel=channel, target=target,
            secret=secret, active=True, created_at=tx.wall, created_by=principal.actor, **_columns(wanted),
        )
    )  # fmt: skip
    tx.audit(
        "subscribe", principal.route, principal.party, principal.actor, {"subscription": new_id, "channel": channel}
    )
    return one(tx.conn, principal, new_id)


def change(
    tx: Transaction, principal: Principal, sub_id: str, *, wanted: Wanted | None = None, target: str | None = None,
    active: bool | None = None,
) -> SubscriptionView:  # fmt: skip
    """Change what is given. Switching on again, or another target, forgets earlier failures."""
    found = one(tx.conn, principal, sub_id)
    values: dict[str, Any] = _columns(wanted) if wanted is not None else {}
    if target is not None:
        values |= {"target": target, "failing_since": None}
    if active is not None:
        values["active"] = active
        if active:
            values |= {"failing_since": None, "disabled_at": None, "disabled_reason": None}
    if values:
        tx.conn.execute(update(subscriptions).where(subscriptions.c.id == found.id).values(**values))
        tx.audit(
            "subscription.change", found.route, found.party, principal.actor,
            {"subscription": found.id, "changed": sorted(values)},
        )  # fmt: skip
    return one(tx.conn, principal, sub_id)


def rotate(
    tx: Transaction, principal: Principal, sub_id: str, signing: Signing | None, overlap: timedelta
) -> SubscriptionView:
    """New signing keys, of the same forms if none are named. Those of before sign beside them until the overlap is
    over, so that a receiver changes over without losing anything.

    Errors: 409 for what is not signed, and while too many earlier keys still sign.
    """
    found = one(tx.conn, principal, sub_id)
    if not found.keys:
        raise Conflict("Only webhooks are signed. There is no key to change.")
    held = found.signing(tx.wall)
    present = [key for key in held if key.ends_at is None]
    ending = [key for key in held if key.ends_at is not None]
    if overlap:
        ending += [SigningKey(key.secret, tx.wall + overlap) for key in present]
    if len(ending) > MOST_ENDING:
        raise Conflict(f"{len(ending) - len(present)} earlier keys still sign. End those that nobody needs any more.")
    forms = {key.form for key in present}
    made = new_keys(signing or ("both" if len(forms) > 1 else "ed25519" if "ed25519" in forms else "hmac"))
    _keep(tx, found, {"secret": " ".join(made), "ending_secrets": _stored(ending)})
    tx.audit(
        "subscription.rotate", found.route, found.party, principal.actor,
        {"subscription": found.id, "keys": [SigningKey(secret).id for secret in made]},
    )  # fmt: skip
    return one(tx.conn, principal, sub_id)


def end_key(tx: Transaction, principal: Principal, sub_id: str, key_id: str) -> SubscriptionView:
    """End an earlier signing key now. Errors: 404 when there is none such, 409 for one that is not followed yet."""
    found = one(tx.conn, principal, sub_id)
    held = found.signing(tx.wall)
    key = next((key for key in held if key.id == key_id), None)
    if key is None:
        raise Unknown("There is no signing key with this id.")
    if key.ends_at is None:
        raise Conflict("This key is the present one. Rotate first: then it ends by itself.")
    rest = [one for one in held if one.ends_at is not None and one is not key]
    _keep(tx, found, {"ending_secrets": _stored(rest)})
    tx.audit(
        "subscription.end-key", found.route, found.party, principal.actor, {"subscription": found.id, "key": key_id}
    )
    return one(tx.conn, principal, sub_id)


def _keep(tx: Transaction, found: SubscriptionView, values: dict[str, Any]) -> None:
    tx.conn.execute(update(subscriptions).where(subscriptions.c.id == found.id).values(**values))


def _stored(ending: list[SigningKey]) -> str:
    return dumps([[key.secret, iso(key.ends_at)] for key in ending if key.ends_at is not None])


def remove(tx: Transaction, principal: Principal, sub_id: str) -> None:
    """The subscription goes with its deliveries; that it was there stays in the audit."""
    found = one(tx.conn, principal, sub_id)
    own = select(deliveries.c.id).where(deliveries.c.addressee == found.addressee)
    tx.conn.execute(delete(attempts).where(attempts.c.delivery.in_(own)))
    tx.conn.execute(delete(deliveries).where(deliveries.c.addressee == found.addressee))
    tx.conn.execute(delete(replays).where(replays.c.subscription == found.id))
    tx.conn.execute(delete(subscriptions).where(subscriptions.c.id == found.id))
    tx.audit("unsubscribe", found.route, found.party, principal.actor, {"subscription": found.id})


def one(conn: Connection, principal: Principal, sub_id: str) -> SubscriptionView:
    """A subscription that the principal may manage. Errors: 404 for others', as for none."""
    found = by_id(conn, sub_id)
    if found is None or not may_manage(principal, found):
        raise Unknown("There is no subscription with this id that you can see.")
    return found


def by_id(conn: Connection, sub_id: str) -> SubscriptionView | None:
    row = conn.execute(select(subscriptions).where(subscriptions.c.id == sub_id)).mappings().first()
    return _view(row) if row is not None else None


def manageable(conn: Connection, principal: Principal) -> list[SubscriptionView]:
    return [found for found in _of_party(conn, principal.route, principal.party) if may_manage(principal, found)]


def of_owner(conn: Connection, route: str, party: str, owner: str) -> list[SubscriptionView]:
    return [found for found in _of_party(conn, route, party) if found.owner == owner]


def everyone(conn: Connection) -> list[SubscriptionView]:
    """All subscriptions of the hub, paused ones too: they say that a person has settings of their own."""
    return [_view(row) for row in conn.execute(select(subscriptions).order_by(subscriptions.c.id)).mappings()]


def _of_party(conn: Connection, route: str, party: str) -> list[SubscriptionView]:
    s = subscriptions.c
    query = select(subscriptions).where(s.route == route, s.party == party).order_by(s.id)
    return [_view(row) for row in conn.execute(query).mappings()]


def _columns(wanted: Wanted) -> dict[str, Any]:
    return {name: dumps(sorted(getattr(wanted, name))) for name in LISTS} | {"severity": wanted.severity}


def _view(row: RowMapping) -> SubscriptionView:
    wanted = Wanted(severity=row["severity"], **{name: frozenset(json.loads(row[name])) for name in LISTS})
    return SubscriptionView(
        row["id"], row["route"], row["party"], row["owner"], row["channel"], row["target"], wanted, _keys(row),
        row["active"], row["created_at"], row["failing_since"], row["disabled_at"], row["disabled_reason"],
    )  # fmt: skip


def _keys(row: RowMapping) -> tuple[SigningKey, ...]:
    ending = json.loads(row["ending_secrets"])
    return (
        *(SigningKey(secret) for secret in (row["secret"] or "").split()),
        *(SigningKey(secret, datetime.fromisoformat(ends)) for secret, ends in ending),
    )
