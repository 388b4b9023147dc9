"""The documents in which messages came, as they came. Whoever asks has found the message in their own feed first."""

from sqlalchemy import Connection, select

from routehub.journal.message import Original
from routehub.journal.tables import originals


def original(conn: Connection, message_id: str) -> Original | None:
    """The document of a message; None where it came in the hub's own form."""
    row = conn.execute(select(originals).where(originals.c.message_id == message_id)).first()
    return Original(row.media, row.content, row.sha256) if row is not None else None
