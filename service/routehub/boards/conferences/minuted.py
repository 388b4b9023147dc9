"""What the conference says of minutes: that it is on record, was not cancelled, and who knew of it."""

from sqlalchemy import Connection

from routehub.boards.conferences.queries import conference
from routehub.core.errors import refused
from routehub.directory.visibility import readable, readers
from routehub.journal.message import Caution, Message
from routehub_schemas.kinds.minutes.payload import Minutes


def check(conn: Connection, message: Message, said: Minutes) -> list[Caution]:
    """Refuses minutes of a cancelled conference, and such as go to anybody who did not know of it."""
    ids = readable(conn, message.route, message.party) | {message.audience_id}
    held = conference(conn, ids, message.route, said.series, said.conference)
    if held is None:
        words = f"There is no conference {said.conference} of {said.series} on record; the minutes stand by themselves."
        return [Caution("/conference", "unknown-conference", words, sent=said.conference)]
    if held.state == "cancelled":
        raise refused("/conference", "cancelled", f"Conference {held.number} was cancelled.", sent=held.number)
    known = readers(conn, held.audience_id)
    if more := sorted(message.parties - known - {message.party}):
        words = f"Leave out: {', '.join(more)}. They did not read of the conference."
        raise refused("/audience", "wider-than-source", words, sent=more, allowed=sorted(known))
    return []
