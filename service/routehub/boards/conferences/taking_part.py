"""What parties answer to an invitation: that they attend and who for them, that they decline, that they join."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Connection, insert, select

from routehub.boards.conferences.attendance import Place, attendance, invited
from routehub.boards.conferences.queries import ConferenceView, conference
from routehub.boards.conferences.tables import conference_answers, conference_revisions
from routehub.core.canonical import dumps
from routehub.core.errors import Unchanged, refused
from routehub.directory.snapshot import Directory
from routehub.directory.visibility import readable, readers
from routehub.journal.message import Caution, Message, Transaction
from routehub_schemas.kinds.response.payload import Response

ACTS = frozenset({"attend", "decline", "join"})
OPENS = timedelta(hours=1)
"""How long before its start a conference can be joined."""


def answered(conn: Connection, response: Response) -> tuple[str, str, int] | None:
    """Route, series and number of the conference that is answered, by any message about it."""
    c = conference_revisions.c
    query = select(c.route, c.series, c.number).where(c.message_id == response.to)
    row = conn.execute(query).first()
    return (row.route, row.series, row.number) if row is not None else None


def check(
    tx: Transaction, message: Message, response: Response, directory: Callable[[], Directory]
) -> list[Caution]:  # fmt: skip
    """Whether the conference is still to come, the party is invited, and who speaks for it can."""
    which = answered(tx.conn, response)
    if which is None:
        return []
    ids = readable(tx.conn, message.route, message.party)
    view = conference(tx.conn, ids, *which)
    if view is None:  # the reader of a message about it reads at least that one
        return []
    _check_time(message, response, view)
    _check_audience(tx, message, response)
    party = message.reported_party
    route = directory().routes[message.route]
    if party not in invited(route, view):
        raise refused(
            "/to", "not-invited", f"Conference {view.number} does not invite {party}. Ask the chair, {view.chair}.",
            sent=response.to,
        )  # fmt: skip
    places = {place.party: place for place in attendance(tx.conn, ids, route, view)}
    if response.represented_by is not None:
        _check_representative(response.represented_by, party, places, directory())
    _check_new(response, places[party])
    return _cautions(response, party, places)


def _check_time(message: Message, response: Response, view: ConferenceView) -> None:
    if view.state == "cancelled":
        raise refused("/to", "cancelled", f"Conference {view.number} was cancelled.", sent=response.to)
    if view.ends <= message.accepted_at:
        raise refused("/to", "too-late", f"Conference {view.number} is over.", sent=response.to)
    if response.act == "join" and message.accepted_at < view.start - OPENS:
        raise refused(
            "/act", "too-early", "A conference can be joined from one hour before its start. Until then: attend.",
            sent=response.act, allowed=["attend", "decline"],
        )  # fmt: skip


def _check_audience(tx: Transaction, message: Message, response: Response) -> None:
    c = conference_revisions.c
    said = tx.conn.execute(select(c.audience_id).where(c.message_id == response.to)).scalar_one()
    if readers(tx.conn, said) != message.parties:
        raise refused(
            "/audience", "other-audience", "All readers of the invitation see who takes part; leave the audience out, "
            "or send a note.",
        )  # fmt: skip


def _check_representative(code: str, party: str, places: dict[str, Place], directory: Directory) -> None:
    """A party that is invited, and that neither stays away nor is represented itself."""
    other = directory.party_code(code) or code
    words = None
    if other == party:
        words = f"{party} speaks for itself; leave this out and name the people."
    elif other not in places:
        words = f"{other} is not invited to this conference."
    elif places[other].state == "declined":
        words = f"{other} does not attend."
    elif places[other].state == "represented":
        words = f"{other} is represented itself, by {places[other].represented_by}."
    if words is not None:
        able = [p for p, place in places.items() if p != party and place.state not in ("declined", "represented")]
        raise refused("/represented_by", "cannot-represent", words, sent=code, allowed=able)


def _check_new(response: Response, place: Place) -> None:
    """The same again is nothing new; a second joining neither."""
    if place.message_id is None:
        return
    said = {"attends": "attend", "represented": "attend", "declined": "decline", "joined": "join"}[place.state]
    same_people = not response.delegates or tuple(response.delegates) == place.delegates
    if said == response.act == "join" and same_people:
        raise Unchanged(place.message_id)
    whole = (response.represented_by, tuple(response.delegates), response.text)
    if said == response.act and whole == (place.represented_by, place.delegates, place.text):
        raise Unchanged(place.message_id)


def _cautions(response: Response, party: str, places: dict[str, Place]) -> list[Caution]:
    """Whoever stays away, or lets another speak, leaves those without a voice for whom it was to speak."""
    if response.act == "join" or (response.act == "attend" and response.represented_by is None):
        return []
    left = sorted(p for p, place in places.items() if place.state == "represented" and place.represented_by == party)
    if not left:
        return []
    words = f"You were to speak for {', '.join(left)}. Tell them: nobody speaks for them now."
    return [Caution("/act", "speaks-for-others", words, response.act)]


def project(tx: Transaction, message: Message, response: Response, directory: Directory) -> None:
    """Keep the answer with the time of the conference that it is about."""
    c = conference_revisions.c
    row = tx.conn.execute(select(conference_revisions).where(c.message_id == response.to)).mappings().first()
    if row is None:
        return
    other = response.represented_by
    tx.conn.execute(
        insert(conference_answers).values(
            message_id=message.id, sequence=message.sequence, route=message.route, series=row["series"],
            number=row["number"], start=row["start"], party=message.reported_party, act=response.act,
            represented_by=(directory.party_code(other) or other) if other else None,
            delegates=dumps(response.delegates), text=response.text, author=message.author,
            accepted_at=message.accepted_at, audience_id=message.audience_id,
        )
    )  # fmt: skip
