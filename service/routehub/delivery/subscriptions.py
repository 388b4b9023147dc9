"""Subscriptions: who wants what by which channel. A person's go to the person's own address or a mailbox of the same
domain; a national system's are webhooks. What a filter lets through is still only what the party may read."""

import base64
import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from routehub.core.canonical import dumps
from routehub.core.errors import Conflict, Unknown
from routehub.core.ids import uuid7
from routehub.delivery.tables import attempts, deliveries, subscriptions
from routehub.delivery.wanted import Wanted
from routehub.directory.principal import Principal
from routehub.journal.message import Transaction

MOST_PER_OWNER = 50
LISTS = ("kinds", "parties", "places", "points", "threads")


@dataclass(frozen=True)
class SubscriptionView:
    """A subscription. ``secret`` leaves the hub once, in the answer to its creation."""

    id: str
    route: str
    party: str
    owner: str
    channel: str
    target: str
    wanted: Wanted
    secret: str | None
    active: bool
    created_at: datetime
    failing_since: datetime | None
    disabled_at: datetime | None
    disabled_reason: str | None

    @property
    def addressee(self) -> str:
        return f"subscription:{self.id}"

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


def create(tx: Transaction, principal: Principal, channel: str, target: str, wanted: Wanted) -> SubscriptionView:
    """Errors: 409 when the owner has too many."""
    owner = owner_of(principal)
    if len(of_owner(tx.conn, principal.route, principal.party, owner)) >= MOST_PER_OWNER:
        raise Conflict(f"There are {MOST_PER_OWNER} subscriptions already. Remove one that is no longer used.")
    new_id = uuid7(tx.wall)
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode() if channel == "webhook" else None
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
    """Change what is given. Switching on again forgets earlier failures."""
    found = one(tx.conn, principal, sub_id)
    values: dict[str, Any] = _columns(wanted) if wanted is not None else {}
    if target is not None:
        values["target"] = target
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


def remove(tx: Transaction, principal: Principal, sub_id: str) -> None:
    """The subscription goes with its deliveries; that it was there stays in the audit."""
    found = one(tx.conn, principal, sub_id)
    own = select(deliveries.c.id).where(deliveries.c.addressee == found.addressee)
    tx.conn.execute(delete(attempts).where(attempts.c.delivery.in_(own)))
    tx.conn.execute(delete(deliveries).where(deliveries.c.addressee == found.addressee))
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
        row["id"], row["route"], row["party"], row["owner"], row["channel"], row["target"], wanted, row["secret"],
        row["active"], row["created_at"], row["failing_since"], row["disabled_at"], row["disabled_reason"],
    )  # fmt: skip
