"""What escalation holds about a person: links, quiet hours, windows of mail."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete

from routehub.delivery.escalation.tables import acknowledgement_links, mail_windows, quiet_hours


def forget(conn: Connection, person: str, addressees: Sequence[str]) -> None:
    """Take it away."""
    conn.execute(delete(mail_windows).where(mail_windows.c.addressee.in_(addressees)))
    for table in (acknowledgement_links, quiet_hours):
        conn.execute(delete(table).where(table.c.person == person))
