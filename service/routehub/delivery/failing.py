"""Subscriptions that fail: for five days, or with the receiver's word that it wants nothing more (410), they are
disabled, and people are told by another channel (Standard Webhooks; PROMISES B3)."""

from collections.abc import Iterable

from sqlalchemy import select, update

from routehub.core.ids import uuid7
from routehub.delivery import outgoing
from routehub.delivery.channels.base import Failed
from routehub.delivery.outgoing import Claimed
from routehub.delivery.retry import GIVE_UP
from routehub.delivery.subscriptions import SubscriptionView, by_id
from routehub.delivery.tables import subscriptions
from routehub.directory.snapshot import Directory, PersonView
from routehub.journal.message import Transaction


def recovered(tx: Transaction, addressees: Iterable[str]) -> None:
    """A success ends the count of days."""
    ids = sorted({name for kind, _, name in (one.partition(":") for one in addressees) if kind == "subscription"})
    s = subscriptions.c
    failing = tx.conn.execute(select(s.id).where(s.id.in_(ids), s.failing_since.is_not(None))).scalars().all()
    if failing:
        tx.conn.execute(update(subscriptions).where(s.id.in_(failing)).values(failing_since=None))


def failed(tx: Transaction, directory: Directory, one: Claimed, fault: Failed) -> None:
    """Count a failure; disable when it is enough."""
    kind, _, sub_id = one.addressee.partition(":")
    found = by_id(tx.conn, sub_id) if kind == "subscription" else None
    if found is None or found.disabled_at is not None:
        return
    since = found.failing_since or tx.wall
    s = subscriptions.c
    tx.conn.execute(update(subscriptions).where(s.id == sub_id).values(failing_since=since))
    if fault.gone:
        _disable(tx, directory, found, "The receiver answered 410: it wants nothing any more.")
    elif tx.wall - since >= GIVE_UP:
        _disable(tx, directory, found, f"Every attempt has failed for {GIVE_UP.days} days; at last: {fault}.")


def _disable(tx: Transaction, directory: Directory, found: SubscriptionView, why: str) -> None:
    s = subscriptions.c
    tx.conn.execute(update(subscriptions).where(s.id == found.id).values(disabled_at=tx.wall, disabled_reason=why))
    outgoing.give_up_all(tx, found.addressee, "the subscription was disabled")
    tx.audit("subscription.disable", found.route, found.party, "hub", {"subscription": found.id})
    note = (
        f"A subscription of {found.party} has been switched off\n"
        f"The {found.channel} to {found.shown_target} gets nothing any more. {why}\n"
        f"What it missed is in the hub. When the receiver works again, switch the subscription {found.id} on."
    )
    outgoing.add(
        tx,
        [
            outgoing.row(
                uuid7(tx.wall), f"person:{person.id}", f"disabled-{found.id}-{tx.wall:%Y%m%dT%H%M%S}", "notice",
                found.route, found.party, "email", "notice", tx.wall, urgent=True, note=note,
            )
            for person in _people(tx, directory, found)
        ],
    )  # fmt: skip


def _people(tx: Transaction, directory: Directory, found: SubscriptionView) -> list[PersonView]:
    """The owner, where e-mail is not what failed; else whoever is on duty at the party, or in its office."""
    kind, _, name = found.owner.partition(":")
    owner = directory.people.get(name) if kind == "person" else None
    if owner is not None and found.channel != "email" and owner.active(tx.wall):
        return [owner]
    duty = [person for person in directory.on_duty(found.route, found.party, tx.wall) if person is not owner]
    office = [
        person
        for person in directory.people.values()
        if person.party == found.party and person.active(tx.wall) and person is not owner
        and "party_office" in person.roles.get(found.route, frozenset())
    ]  # fmt: skip
    return duty or office
