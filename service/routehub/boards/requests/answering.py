"""What an act on a request has to be: by whom, until when, and before whose eyes."""

from sqlalchemy import Connection

from routehub.boards.requests.queries import RequestView
from routehub.boards.requests.standing import ANSWERS, ENDINGS, Act
from routehub.core.errors import Refused, Unchanged, refused
from routehub.directory.visibility import readers
from routehub.journal.message import Caution, Message
from routehub_schemas.errors import Problem
from routehub_schemas.kinds.response.payload import Response

ACTS = ANSWERS | ENDINGS
OVER_WORDS = {
    "withdrawn": "was withdrawn",
    "closed": "was closed",
    "expired": "has expired: an answer is of no use any more",
    "met": "has been met",
}


def check(conn: Connection, message: Message, response: Response, view: RequestView) -> list[Caution]:
    """Refuses with every problem, raises ``Unchanged`` for what stands already, and tells what is late."""
    if response.act in ENDINGS:
        return _check_ending(conn, message, response, view)
    problems = [*_place(message, response, view), *_new_time(message, response, view)]
    if not problems:
        problems = list(_readers(conn, message, view))
    if problems:
        raise Refused(problems[0].message if len(problems) == 1 else "The answer was not accepted.", problems)
    one = view.asks(message.reported_party)
    if one is not None and one.stands is not None and _same(one.stands, response):
        raise Unchanged(one.stands.message_id)
    if one is not None and response.act == "answer" and message.accepted_at >= one.due:
        return [Caution("/act", "late", f"This was due at {one.due:%Y-%m-%d %H:%M} UTC.")]
    return []


def _place(message: Message, response: Response, view: RequestView) -> list[Problem]:
    """Whether the request still waits, and for this party."""
    found = []
    if view.state in OVER_WORDS:
        words = f"The request {view.short_id} {OVER_WORDS[view.state]}."
        found.append(Problem("/to", "too-late", words, view.short_id))
    if view.asks(message.reported_party) is None:
        asked = [one.party for one in view.asked]
        words = f"asked are {', '.join(asked)}" if asked else "nobody is asked by name"
        help_ = " To help with this need, post an offer that names it." if view.counts is not None else ""
        words = f"{message.reported_party} was not asked by {view.short_id}; {words}.{help_}"
        found.append(Problem("/to", "not-asked", words, view.short_id, allowed=asked or None))
    return found


def _new_time(message: Message, response: Response, view: RequestView) -> list[Problem]:
    at = response.new_time
    if at is None:
        return []
    sent = at.isoformat()
    if at <= message.accepted_at:
        return [Problem("/new_time", "past", "This time has passed.", sent)]
    if at <= view.due:
        return [Problem("/new_time", "not-later", f"It is due at {view.due:%Y-%m-%d %H:%M} UTC anyway.", sent)]
    if view.expires is not None and at >= view.expires:
        words = f"After {view.expires:%Y-%m-%d %H:%M} UTC an answer is of no use."
        return [Problem("/new_time", "too-late", words, sent)]
    return []


def _readers(conn: Connection, message: Message, view: RequestView) -> list[Problem]:
    """An answer goes exactly to those whom the request says: others would see it wait, or would see too much."""
    everyone = readers(conn, view.audience_id)
    narrow = view.answer_audience(message.reported_party)
    wanted = everyone if narrow is None else frozenset(narrow) & everyone
    if message.parties - {message.party} == wanted - {message.party}:
        return []
    if narrow is None:
        words = "All readers of the request see who has answered it; leave the audience out."
        return [Problem("/audience", "other-audience", words)]
    words = f"Answers to {view.short_id} are for {view.party} and the coordinators only. Write them as the audience."
    return [Problem("/audience", "answers-to-asker", words, allowed=sorted(wanted))]


def _check_ending(conn: Connection, message: Message, response: Response, view: RequestView) -> list[Caution]:
    if view.ending is not None:
        if _same(view.ending, response):
            raise Unchanged(view.ending.message_id)
        raise refused("/to", "too-late", f"The request {view.short_id} {OVER_WORDS[view.state]}.", sent=view.short_id)
    if response.act == "close" and view.category == "joint_assessment" and response.text is None:
        raise refused("/text", "missing", "A joint assessment is closed with its outcome, compiled in words.")
    if message.parties != readers(conn, view.audience_id):
        raise refused("/audience", "other-audience", "It reaches all readers of the request; leave the audience out.")
    silent = [one.party for one in view.asked if view.waits_for(one.party) and one.state != "not_shown"]
    if response.act == "close" and view.category == "joint_assessment" and silent:
        return [Caution("/act", "not-all", f"Closed without an answer of {', '.join(silent)}.", usual=silent)]
    return []


def _same(act: Act, response: Response) -> bool:
    said = (response.act, response.text, response.partial, response.new_time)
    return (act.act, act.text, act.partial, act.new_time) == said
