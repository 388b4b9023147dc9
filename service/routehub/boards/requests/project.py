"""How requests, offers and the acts on them become the board."""

from collections.abc import Callable, Iterator

from sqlalchemy import Table, insert, select

from routehub.boards.requests import answering, offering, queries
from routehub.boards.requests.queries import Looking
from routehub.boards.requests.standing import ASSESSMENT_HOURS
from routehub.boards.requests.tables import offer_acts, offers, request_acts, requests
from routehub.core.errors import Refused
from routehub.directory.snapshot import Directory
from routehub.directory.visibility import readable
from routehub.journal.message import Caution, Message, Transaction
from routehub_schemas.errors import Problem
from routehub_schemas.kinds.offer.payload import Offer
from routehub_schemas.kinds.request.payload import Request
from routehub_schemas.kinds.response.payload import Response

HELPERS = frozenset({"agency", "bank", "un_body", "police", "institution"})
"""Kinds of party of which support is asked (draft statement, points 5, 6, 13 and 15)."""


class RequestsBoard:
    """Keeps requests and offers as they were sent, and every act on them; how they stand is worked out when read."""

    name = "requests"
    kinds = frozenset({"request", "offer", "response"})
    tables: tuple[Table, ...] = (offer_acts, offers, request_acts, requests)

    def __init__(self, directory: Callable[[], Directory]) -> None:
        self._directory = directory

    def check(self, tx: Transaction, message: Message) -> list[Caution]:
        """Refuses what is not this party's to do, comes too late or counts wrongly; tells what is unusual."""
        payload = message.payload
        if isinstance(payload, Request):
            return self._check_request(message, payload)
        if isinstance(payload, Offer):
            look = self._look(tx, message)
            need = queries.request(tx.conn, look, payload.need) if payload.need else None
            return offering.check(message, payload, need, look.today)
        if isinstance(payload, Response) and payload.act in answering.ACTS | offering.ACTS:
            return self._check_response(tx, message, payload)
        return []

    def _look(self, tx: Transaction, message: Message) -> Looking:
        """As the sender sees it: nothing that is hidden from it shows in an answer to it."""
        ids = readable(tx.conn, message.route, message.party) | {message.audience_id}
        zone = self._directory().routes[message.route].zone
        return Looking(message.route, message.reported_party, ids, message.accepted_at, zone)

    def _check_request(self, message: Message, said: Request) -> list[Caution]:
        problems = list(self._request_problems(message, said))
        if problems:
            raise Refused(problems[0].message if len(problems) == 1 else "The request was not accepted.", problems)
        if said.category != "support":
            return []
        parties = self._directory().parties
        return [
            Caution(f"/asked/{index}", "not-a-helper", f"{code} is neither an agency nor a bank.", sent=code)
            for index, code in enumerate(self._asked(said))
            if code in parties and parties[code].kind not in HELPERS
        ]

    def _request_problems(self, message: Message, said: Request) -> Iterator[Problem]:
        for name in ("due", "expires"):
            at = getattr(said, name)
            if at is not None and at <= message.accepted_at:
                yield Problem(f"/{name}", "past", "This time has passed.", at.isoformat())
        for index, code in enumerate(self._asked(said)):
            if code == message.reported_party:
                yield Problem(f"/asked/{index}", "own", "A party does not ask itself.", code)
            elif code not in message.parties:
                words = f"{code} would not read this: add it to the audience, if it is on the route."
                yield Problem(f"/asked/{index}", "not-a-reader", words, code)

    def _asked(self, said: Request) -> list[str]:
        """Who is asked, by the codes of the directory."""
        return [self._directory().party_code(code) or code for code in said.asked]

    def _check_response(self, tx: Transaction, message: Message, response: Response) -> list[Caution]:
        look = self._look(tx, message)
        asked = queries.request(tx.conn, look, response.to) if response.act in answering.ACTS else None
        if asked is not None:
            return answering.check(tx.conn, message, response, asked)
        offered = queries.offer(tx.conn, look, response.to) if response.act in offering.ACTS else None
        return offering.check_act(tx.conn, message, response, offered) if offered is not None else []

    def project(self, tx: Transaction, message: Message) -> None:
        payload = message.payload
        if isinstance(payload, Request):
            self._ask(tx, message, payload)
        elif isinstance(payload, Offer):
            self._offer(tx, message, payload)
        elif isinstance(payload, Response):
            self._respond(tx, message, payload)

    def _ask(self, tx: Transaction, message: Message, said: Request) -> None:
        route = self._directory().routes[message.route]
        today = message.accepted_at.astimezone(route.zone).date()
        coordinators = {m.party for m in route.members(today, "coordinator")} & message.parties
        mechanism, span = said.civil_protection_mechanism, said.period
        tx.conn.execute(
            insert(requests).values(
                **_shared(message), asked_at=message.accepted_at, category=said.category, title=said.title,
                text=said.text, asked=",".join(dict.fromkeys(self._asked(said))),
                due=said.due or message.accepted_at + ASSESSMENT_HOURS, expires=said.expires, scope=said.scope,
                first_day=span.first if span else None, last_day=span.last if span else None, purpose=said.purpose,
                answers_to=said.answers_to, quantity=said.quantity, unit=said.unit, place=said.place,
                mechanism_triggered=mechanism.triggered if mechanism else None,
                mechanism_reference=mechanism.reference if mechanism else None, points=",".join(said.points),
                coordinators=",".join(sorted(coordinators)),
            )
        )  # fmt: skip

    def _offer(self, tx: Transaction, message: Message, said: Offer) -> None:
        to = [self._directory().party_code(code) or code for code in said.offered_to]
        there = select(requests.c.id).where(requests.c.id == said.need)  # a need may have been erased since
        need = tx.conn.execute(there).scalar() if said.need is not None else None
        tx.conn.execute(
            insert(offers).values(
                **_shared(message), offered_at=message.accepted_at, need=need, title=said.title, text=said.text,
                quantity=said.quantity, unit=said.unit, place=said.place, available_from=said.available_from,
                available_until=said.available_until, offered_to=",".join(dict.fromkeys(to)),
                points=",".join(said.points),
            )
        )  # fmt: skip

    def _respond(self, tx: Transaction, message: Message, said: Response) -> None:
        if said.act not in answering.ACTS | offering.ACTS:
            return
        # In a rebuild too: what was accepted is read with the eyes of its sender.
        look = self._look(tx, message)
        act = {
            "message_id": message.id, "sequence": message.sequence, "party": message.reported_party, "act": said.act,
            "text": said.text, "author": message.author, "at": message.accepted_at, "tlp": message.tlp,
            "audience_id": message.audience_id,
        }  # fmt: skip
        if said.act in answering.ACTS and queries.request(tx.conn, look, said.to) is not None:
            act |= {"request": said.to, "partial": said.partial, "new_time": said.new_time}
            tx.conn.execute(insert(request_acts).values(**act))
            return
        offered = queries.offer(tx.conn, look, said.to) if said.act in offering.ACTS else None
        if offered is not None:
            act |= {"offer": said.to, "quantity": offering.amount(said, offered.progress)}
            tx.conn.execute(insert(offer_acts).values(**act))


def _shared(message: Message) -> dict[str, object]:
    """What every request and offer has from its envelope."""
    return {
        "id": message.id, "short_id": message.short_id or message.id, "route": message.route,
        "party": message.reported_party, "author": message.author, "sequence": message.sequence,
        "exercise": message.exercise, "tlp": message.tlp, "audience_id": message.audience_id,
    }  # fmt: skip
