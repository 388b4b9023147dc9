"""How minutes and the responses of owners become the board."""

from collections.abc import Callable
from datetime import datetime, tzinfo

from sqlalchemy import Table, insert, select

from routehub.boards.minutes.queries import ActionView, MinutesRef, actions, editions
from routehub.boards.minutes.tables import action_acts, minutes_actions, minutes_conclusions, minutes_editions
from routehub.core.errors import Conflict, Refused, Unchanged, refused
from routehub.directory.snapshot import Directory
from routehub.directory.visibility import readable, readers
from routehub.journal.follow import event_of
from routehub.journal.message import Caution, Message, Transaction
from routehub_schemas.errors import Problem
from routehub_schemas.kinds.minutes.payload import Minutes
from routehub_schemas.kinds.response.payload import Response

ACTS = frozenset({"complete", "more_time"})
NUMBERS = ("edition",)
"""Fields in which a corrected edition that corrects nothing would differ."""


class MinutesBoard:
    """Keeps every edition of minutes with its conclusions and actions, and every act of an owner."""

    name = "minutes"
    kinds = frozenset({"minutes", "response"})
    tables: tuple[Table, ...] = (action_acts, minutes_actions, minutes_conclusions, minutes_editions)

    def __init__(self, directory: Callable[[], Directory]) -> None:
        self._directory = directory

    def check(self, tx: Transaction, message: Message) -> list[Caution]:
        """Refuses minutes of what is not over, an edition that is there already, and acts on actions of others."""
        if isinstance(message.payload, Minutes):
            self._check_minutes(tx, message, message.payload)
        if isinstance(message.payload, Response):
            self._check_act(tx, message, message.payload)
        return []

    def _check_minutes(self, tx: Transaction, message: Message, said: Minutes) -> None:
        problems = []
        if said.ended > message.accepted_at:
            words = "This time is still to come. Minutes are sent when the conference is over."
            problems.append(Problem("/ended", "too-early", words, said.ended.isoformat()))
        for at, item in enumerate(said.items):
            problems += [
                Problem(f"/items/{at}/actions/{index}/owners/{n}", "not-a-reader", f"{code} would not read this.", code)
                for index, action in enumerate(item.actions)
                for n, code in enumerate(action.owners)
                if self._code(code) not in message.parties
            ]
        if problems:
            raise Refused(problems[0].message if len(problems) == 1 else "The minutes were not accepted.", problems)
        ids = readable(tx.conn, message.route, message.party) | {message.audience_id}
        known = editions(tx.conn, ids, message.route, said.series, said.conference)
        if known:
            _check_edition(tx, message, said, known[0])

    def _check_act(self, tx: Transaction, message: Message, response: Response) -> None:
        ref = self._of(tx, message, response)
        if ref is None:
            if response.item is not None:
                raise refused("/item", "no-items", "What is answered has no numbered actions.", sent=response.item)
            return
        if response.act not in ACTS:
            return
        view = self._owed(tx, message, response, ref)
        party, own = message.reported_party, view.owner(message.reported_party)
        if own is None and not (party == ref.chair and response.act == "complete"):
            owners = [one.party for one in view.owners]
            words = f"{view.id} is for {', '.join(owners)}; they say when it is done."
            raise refused("/item", "not-an-owner", words, sent=view.id, allowed=owners)
        if readers(tx.conn, ref.audience_id) != message.parties:
            words = "All readers of the minutes see what became of their actions; leave the audience out."
            raise refused("/audience", "other-audience", words)
        last = next((act for act in reversed(view.acts) if act.party == party), None)
        if last is not None and (last.act, last.text, last.new_time) == (
            response.act, response.text, response.new_time,
        ):  # fmt: skip
            raise Unchanged(last.message_id)
        if response.act == "more_time":
            _check_time(message, response, view, self._zone(message))

    def _owed(self, tx: Transaction, message: Message, response: Response, ref: MinutesRef) -> ActionView:
        """The action that a response is about, by the newest edition."""
        ids = readable(tx.conn, message.route, message.party)
        found = actions(
            tx.conn, ids, message.route, message.accepted_at, self._zone(message), series=ref.series
        )  # fmt: skip
        some = [one for one in found if one.conference == ref.conference]
        view = next((one for one in some if one.id == response.item), None)
        if view is None:
            words = f"The minutes of conference {ref.conference} have no such action." if response.item else (
                "Say which action of the minutes, such as A13.2."
            )  # fmt: skip
            code = "unknown-item" if response.item else "missing"
            raise refused("/item", code, words, sent=response.item, allowed=[one.id for one in some])
        return view

    def _of(self, tx: Transaction, message: Message, response: Response) -> MinutesRef | None:
        """The minutes that a response answers; None where it answers something else."""
        e = minutes_editions.c
        row = tx.conn.execute(
            select(e.series, e.conference).where(e.message_id == response.to, e.route == message.route)
        ).first()
        if row is None:
            return None
        ids = readable(tx.conn, message.route, message.party) | {message.audience_id}
        found = editions(tx.conn, ids, message.route, row.series, row.conference)
        return found[0] if found else None

    def _code(self, party: str) -> str:
        return self._directory().party_code(party) or party

    def _zone(self, message: Message) -> tzinfo:
        return self._directory().routes[message.route].zone

    def project(self, tx: Transaction, message: Message) -> None:
        payload = message.payload
        if isinstance(payload, Minutes):
            self._minute(tx, message, payload)
        elif isinstance(payload, Response) and payload.act in ACTS and payload.item is not None:
            self._act(tx, message, payload)

    def _minute(self, tx: Transaction, message: Message, said: Minutes) -> None:
        tx.conn.execute(
            insert(minutes_editions).values(
                message_id=message.id, sequence=message.sequence, route=message.route, series=said.series,
                conference=said.conference, edition=said.edition, began=said.began, ended=said.ended,
                next_at=said.next, items=len(said.items), chair=message.reported_party, author=message.author,
                tlp=message.tlp, accepted_at=message.accepted_at, audience_id=message.audience_id,
            )
        )  # fmt: skip
        concluded = [(item, one) for item in said.items for one in item.conclusions]
        if concluded:
            tx.conn.execute(insert(minutes_conclusions), [
                {
                    "message_id": message.id, "id": one.id, "position": at, "item": item.number,
                    "title": item.title, "text": one.text, "publish": one.publish,
                    "points": ",".join(one.points or item.points),
                }
                for at, (item, one) in enumerate(concluded)
            ])  # fmt: skip
        owed = [(item, one) for item in said.items for one in item.actions]
        if owed:
            tx.conn.execute(insert(minutes_actions), [
                {
                    "message_id": message.id, "id": one.id, "position": at, "item": item.number,
                    "title": item.title, "owners": ",".join(dict.fromkeys(map(self._code, one.owners))),
                    "what": one.what, "due": one.due, "points": ",".join(item.points),
                }
                for at, (item, one) in enumerate(owed)
            ])  # fmt: skip

    def _act(self, tx: Transaction, message: Message, said: Response) -> None:
        ref = self._of(tx, message, said)
        if ref is None:
            return
        tx.conn.execute(
            insert(action_acts).values(
                message_id=message.id, sequence=message.sequence, route=message.route, series=ref.series,
                conference=ref.conference, action=said.item, party=message.reported_party, act=said.act,
                text=said.text, new_time=said.new_time, author=message.author, at=message.accepted_at,
                audience_id=message.audience_id,
            )
        )  # fmt: skip


def _check_edition(tx: Transaction, message: Message, said: Minutes, last: MinutesRef) -> None:
    """A correction takes the place of the newest edition, for those who read that."""
    event = event_of(tx.conn, last.message_id)
    before = {k: v for k, v in (event or {}).get("data", {}).items() if k not in NUMBERS}
    if before == {k: v for k, v in message.event["data"].items() if k not in NUMBERS}:
        raise Unchanged(last.message_id)
    if said.edition <= last.edition:
        words = (
            f"There are minutes of conference {said.conference} already. A correction is edition {last.edition + 1}."
        )
        raise refused("/edition", "order", words, sent=said.edition, allowed=last.edition + 1)
    _check_readers(tx, message, last.audience_id)


def _check_readers(tx: Transaction, message: Message, audience_id: int) -> None:
    """Minutes go to nobody who did not know of the conference."""
    known = readers(tx.conn, audience_id)
    more = sorted(message.parties - known - {message.party})
    if more:
        words = f"Leave out: {', '.join(more)}. They did not read of the conference."
        raise refused("/audience", "wider-than-source", words, sent=more, allowed=sorted(known))


def _check_time(message: Message, response: Response, view: ActionView, zone: tzinfo) -> None:
    at: datetime | None = response.new_time
    own = view.owner(message.reported_party)
    if own is not None and own.state == "done":
        raise Conflict(f"{message.reported_party} has reported {view.id} done.")
    if at is None or own is None:
        return
    if at <= message.accepted_at:
        raise refused("/new_time", "past", "This time has passed.", sent=at.isoformat())
    if at.astimezone(zone).date() <= view.first_due:
        words = f"It is due on {view.first_due.isoformat()} anyway."
        raise refused("/new_time", "not-later", words, sent=at.isoformat())
