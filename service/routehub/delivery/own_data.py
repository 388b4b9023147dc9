"""What the ways out of the hub hold about a person: addresses, quiet hours, and what mail servers said."""

from datetime import datetime

from sqlalchemy import Connection, delete, or_, select, update

from routehub.delivery.escalation import own_data as escalation
from routehub.delivery.tables import attempts, deliveries, held_mail, subscriptions


def forget(conn: Connection, person: str, email: str, now: datetime) -> None:
    """Take it away. Which message went out when stays, without to whom."""
    s, d = subscriptions.c, deliveries.c
    owned = conn.execute(select(s.id).where(or_(s.owner == f"person:{person}", s.target == email))).scalars().all()
    named = [f"person:{person}", *(f"subscription:{one}" for one in owned)]
    theirs = select(d.id).where(d.addressee.in_(named))
    conn.execute(update(attempts).where(attempts.c.delivery.in_(theirs)).values(detail=""))
    conn.execute(update(deliveries).where(d.addressee.in_(named)).values(outcome="", note=None))
    waiting = update(deliveries).where(d.addressee.in_(named), d.finished_at.is_(None))
    conn.execute(waiting.values(state="dropped", finished_at=now, lease_by=None, lease_until=None))
    conn.execute(delete(held_mail).where(held_mail.c.addressee.in_(named)))
    conn.execute(delete(subscriptions).where(s.id.in_(owned)))
    escalation.forget(conn, person, named)
