"""Accounts at a provider of sign-in (OpenID Connect). They open the door for nominated people and make none.

The first time, the address that the provider vouches for leads to the person; from then on the account itself does,
by (issuer, subject), the only pair that never changes hands (OpenID Connect Core 1.0, 5.7).
"""

from dataclasses import dataclass

from sqlalchemy import insert, select, update

from routehub.core.errors import SignInNeeded
from routehub.directory import sign_in
from routehub.directory.tables import identities
from routehub.directory.transaction import Transaction


@dataclass(frozen=True)
class Claim:
    """Who a provider says has signed in. email: empty unless the provider vouches for it."""

    issuer: str
    subject: str
    email: str


def person_of(tx: Transaction, claim: Claim) -> str:
    """The id of the nominated person behind an account. Errors: 401 for nobody, and for an address whose person signs
    in with another account of this provider: addresses are given to somebody else when people leave."""
    i = identities.c
    bound = tx.conn.execute(
        select(i.person).where(i.issuer == claim.issuer, i.subject == claim.subject)
    ).scalar()  # fmt: skip
    if bound is not None:
        tx.conn.execute(
            update(identities).where(i.issuer == claim.issuer, i.subject == claim.subject).values(used_at=tx.wall)
        )
        return str(bound)
    known = sign_in.person_to_mail(tx.conn, claim.email, tx.wall) if claim.email else None
    if known is None:
        raise SignInNeeded(
            "Your account is not that of a nominated person. Your party's office nominates people, with the e-mail "
            "address of this account."
        )
    person = known[0]
    if tx.conn.execute(select(i.subject).where(i.person == person, i.issuer == claim.issuer)).first() is not None:
        raise SignInNeeded("Another account signs in for this person. Ask the operator of the hub to let it go.")
    tx.conn.execute(
        insert(identities).values(
            issuer=claim.issuer, subject=claim.subject, person=person, bound_at=tx.wall, used_at=tx.wall
        )
    )
    tx.audit("account-bound", sign_in.EVERY_ROUTE, sign_in.party_of(tx.conn, person), f"person:{person}",
             {"issuer": claim.issuer})  # fmt: skip
    return person
