"""What the ways out hold about a person beside subscriptions: links to acknowledge, quiet hours, mail of a night."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete

from routehub.delivery.escalation.tables import acknowledgement_links, mail_windows, quiet_hours


def forget(conn: Connection, person: str, addressees: Sequence[str]) -> None:
    """Take it away: of the person, and of each addressee that stands for them."""
    conn.execute(delete(mail_windows).where(mail_windows.c.addressee.in_(addressees)))
    for table in (acknowledgement_links, quiet_hours):
        conn.execute(delete(table).where(table.c.person == person))
