"""What waits for its time: kept when a message is dispatched, released when hub time has come."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, RowMapping, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from routehub.core.columns import upsert
from routehub.core.ids import uuid7
from routehub.delivery import outgoing, subscriptions
from routehub.delivery.addressees import Addressee, Moment
from routehub.delivery.escalation import quiet
from routehub.delivery.escalation.joining import WINDOW, letters, place, topic
from routehub.delivery.escalation.quiet import Wish, night
from routehub.delivery.escalation.tables import mail_windows
from routehub.delivery.tables import held_mail
from routehub.journal.message import Message, Transaction

GROUP = "group"


def zone_of(at: Moment, route: str, person: str) -> ZoneInfo:
    """The zone in which a person's night falls: their own, else their party's, else the route's."""
    found, view = at.directory.people.get(person), at.directory.routes[route]
    if found is not None and found.zone:
        return ZoneInfo(found.zone)
    member = view.membership(found.party, at.now.date()) if found is not None else None
    return member.zone if member is not None else view.zone


class Nights:
    """When people want to be left in peace, as far as it is on record at one moment."""

    def __init__(self, conn: Connection, at: Moment, setting: str) -> None:
        self._at, self._setting = at, setting
        self._wishes: dict[str, Wish] = quiet.wishes(conn)

    def until(self, route: str, person: str | None) -> Callable[[datetime], datetime | None]:
        """A function that tells the end of this person's quiet hours, where a moment lies in them."""
        if person is None:
            return lambda _: None
        wish = self._wishes.get(person)
        hours = wish.quiet if wish is not None else night(self._setting, zone_of(self._at, route, person))
        return (lambda _: None) if hours is None else hours.until


class WaitingRoom:
    """Sorts the mails of one page of messages into those that go now and those that wait."""

    def __init__(self, conn: Connection, at: Moment, setting: str) -> None:
        self._conn, self._at, self._setting = conn, at, setting
        self._nights: Nights | None = None
        self._windows: dict[tuple[str, str], datetime] | None = None
        self._rows: list[dict[str, Any]] = []
        self._opened: dict[tuple[str, str], datetime] = {}

    def admits(self, to: Addressee, message: Message, *, waits: bool) -> bool:
        """Whether the mail goes now. Only mail waits: programs take everything as it comes."""
        if to.channel == "webhook":
            return True
        now, thread = self._at.now, topic(message)
        window = (to.name, thread)
        joins = message.kind == "alert" and to.channel == "email"
        opened = self._known_windows().get(window) if joins else None
        if not waits:  # nothing is asked for what goes at once in any case
            self._open(window, opened, joins)
            return True
        if self._nights is None:
            self._nights = Nights(self._conn, self._at, self._setting)
        found = place(now, opened, self._nights.until(message.route, to.person), waits=True)
        if found.release_at is None:
            self._open(window, opened, joins)
            return True
        self._rows.append(
            row(to.name, message.id, "message", message, to.party, thread, now, found.release_at, joined=found.joined)
        )
        return False

    def keep(self, tx: Transaction) -> None:
        """Write down what waits and which windows were opened, in the dispatching transaction."""
        hold(tx, self._rows)
        if self._opened:
            tx.conn.execute(
                delete(mail_windows).where(mail_windows.c.opened_at <= self._at.now - WINDOW)
            )  # all are read
            tx.conn.execute(
                upsert(tx.conn, mail_windows, "addressee", "thread"),
                [{"addressee": name, "thread": thread, "opened_at": at} for (name, thread), at in self._opened.items()],
            )

    def _known_windows(self) -> dict[tuple[str, str], datetime]:
        if self._windows is None:
            w = mail_windows.c
            rows = self._conn.execute(select(mail_windows).where(w.opened_at > self._at.now - WINDOW))
            self._windows = {(one.addressee, one.thread): one.opened_at for one in rows}
        return self._windows

    def _open(self, window: tuple[str, str], opened: datetime | None, joins: bool) -> None:
        now = self._at.now
        if joins and not (opened is not None and opened <= now < opened + WINDOW):
            self._opened[window] = self._known_windows()[window] = now


def row(
    addressee: str, about: str, purpose: str, message: Message, party: str, thread: str, now: datetime,
    release_at: datetime, *, joined: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """A mail that waits."""
    return {
        "addressee": addressee, "about": about, "purpose": purpose, "route": message.route, "party": party,
        "kind": message.kind, "sequence": message.sequence, "thread": thread, "joined": joined, "held_at": now,
        "release_at": release_at,
    }  # fmt: skip


def hold(tx: Transaction, rows: list[dict[str, Any]]) -> None:
    """Keep mails; what waits already stays as it is."""
    if rows:
        make = postgresql.insert if tx.conn.dialect.name == "postgresql" else sqlite.insert
        tx.conn.execute(make(held_mail).on_conflict_do_nothing(index_elements=["addressee", "about"]), rows)


def next_release(conn: Connection) -> datetime | None:
    """When the next mail is to go."""
    h = held_mail.c
    return conn.execute(select(func.min(h.release_at)).where(h.released_at.is_(None))).scalar()


def release_of(conn: Connection, addressee: str, messages: Collection[str]) -> datetime | None:
    """When the last of these messages goes to an addressee for whom some of them still wait."""
    h = held_mail.c
    waiting = select(func.max(h.release_at)).where(h.addressee == addressee, h.about.in_(sorted(messages)))
    return conn.execute(waiting.where(h.released_at.is_(None))).scalar()


@dataclass(frozen=True)
class _Held:
    addressee: str
    about: str
    purpose: str
    route: str
    party: str
    kind: str
    sequence: int
    thread: str
    joined: bool


def release(tx: Transaction) -> int:
    """Let go what has waited long enough; answers how many letters that makes."""
    h = held_mail.c
    query = select(held_mail).where(h.released_at.is_(None), h.release_at <= tx.now).order_by(h.sequence)
    waiting = [_held(found) for found in tx.conn.execute(query).mappings()]
    made = [[one] for one in waiting if one.purpose != "message"]
    made += letters(one for one in waiting if one.purpose == "message")
    for parts in made:
        _send(tx, parts)
    return len(made)


def _held(found: RowMapping) -> _Held:
    return _Held(*(found[name] for name in _Held.__dataclass_fields__))


def _send(tx: Transaction, parts: list[_Held]) -> None:
    h, first = held_mail.c, parts[0]
    channel = _channel(tx.conn, first.addressee)
    if channel != "email" and len(parts) > 1:  # only mail is joined
        for one in parts:
            _send(tx, [one])
        return
    batch = uuid7(tx.wall) if len(parts) > 1 else None
    tx.conn.execute(
        update(held_mail)
        .where(h.addressee == first.addressee, h.about.in_([one.about for one in parts]), h.released_at.is_(None))
        .values(released_at=tx.now, batch=batch)
    )
    if channel is None:
        return
    about, purpose = (batch, GROUP) if batch is not None else (first.about, first.purpose)
    outgoing.add(
        tx,
        [
            outgoing.row(
                uuid7(tx.wall), first.addressee, about, purpose, first.route, first.party, channel, first.kind,
                tx.wall, urgent=first.kind == "alert",
            )
        ],
    )  # fmt: skip


def _channel(conn: Connection, addressee: str) -> str | None:
    """By which channel; None for a subscription that is gone."""
    kind, _, name = addressee.partition(":")
    if kind == "person":
        return "email"
    found = subscriptions.by_id(conn, name)
    return found.channel if found is not None else None


def parts_of(conn: Connection, batch: str) -> list[str]:
    """The messages of a letter, in the order in which they were accepted."""
    h = held_mail.c
    return list(conn.execute(select(h.about).where(h.batch == batch).order_by(h.sequence)).scalars())
