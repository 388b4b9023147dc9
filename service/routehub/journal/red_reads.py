"""Who was given what is marked TLP:RED, into the audit (docs/decisions/0092).

The doors hand their answers in as they go out, and the streams the messages that they wrote: nobody who reads waits for
the writer. Once a second the answers of parties that read anything RED at all are looked through for what they name,
and one row per reader goes into the audit with the messages that this reader had not been given yet that day.

::

    door ---- answered --.                     per party: does it read RED?   one row per reader
                          :--> waiting --> flush ------> names in the text ---------> audit
    stream -- sent ------'
"""

import asyncio
import io
import threading
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from sqlalchemy import Connection, select

from routehub.core.clock import wall
from routehub.core.db import Database
from routehub.core.errors import HubError
from routehub.core.observe import log
from routehub.directory.principal import Principal
from routehub.directory.visibility import readable
from routehub.journal.jobs import Change
from routehub.journal.message import Transaction
from routehub.journal.tables import entries
from routehub.journal.writer import Writer

ACT = "read-red"
MOST_WAITING = 32 * 1024 * 1024
"""Bytes of answers that wait to be looked through; of more only the address is kept."""
MOST_SEEN = 200_000
"""Readings of a day that are kept in mind; beyond that a reading may stand in the audit twice."""
MOST_IN_A_ROW = 200
"""Messages in one row of the audit."""
APART = bytes(one if (chr(one).isalnum() and one < 128) or one == 45 else 32 for one in range(256)).lower()
"""What ids and short ids of messages (core/ids.py) are made of; the rest parts one word from the next."""
PIECE, OVERLAP = 65_536, 64
SHEET = b"PK\x03\x04"


class Marked(Protocol):
    """A record of a board: how it is to be handled, and the message that it stands on."""

    @property
    def tlp(self) -> str: ...
    @property
    def message_id(self) -> str: ...


Reader = tuple[str, str, str]
"""Route, party, actor."""
RED_MARK = '"tlp":"RED"'


def is_red(body: str | None) -> bool:
    """Whether a stored event is marked TLP:RED. Inside of a text its quotation marks would be escaped."""
    return body is not None and RED_MARK in body


@dataclass(frozen=True)
class _Answer:
    """What went out to a reader; body: None where too much was waiting."""

    reader: Reader
    path: str
    body: bytes | None


@dataclass
class _Register:
    """What is marked TLP:RED, by the audience that may read it: the names under which it goes, and its message."""

    upto: int = 0
    by_audience: dict[int, dict[bytes, str]] = field(default_factory=dict)

    def read_on(self, conn: Connection) -> None:
        """Take in what was accepted since. What follows a record and is marked RED makes the record RED, too."""
        e, opening = entries.c, entries.alias("opening")
        newest = conn.execute(select(e.sequence).order_by(e.sequence.desc()).limit(1)).scalar() or 0
        found = conn.execute(
            select(e.id, e.short_id, e.audience_id, opening.c.id.label("record"), opening.c.short_id.label("short"))
            .select_from(
                entries.outerjoin(opening, (opening.c.id == e.thread) & (opening.c.kind == e.kind))
            )
            .where(e.sequence > self.upto, e.sequence <= newest, e.tlp == "RED")
        )  # fmt: skip
        for row in found:
            names = self.by_audience.setdefault(row.audience_id, {})
            for name in (row.id, row.short_id, row.record, row.short):
                if name is not None:
                    names.setdefault(name.lower().encode(), row.id)
        self.upto = newest

    def names(self, conn: Connection, route: str, party: str) -> dict[bytes, str]:
        """What a party may read of it."""
        ids = self.by_audience.keys() & readable(conn, route, party)
        return {name: message for one in ids for name, message in self.by_audience[one].items()}


class RedReads:
    """Takes readings in the event loop and writes them once a second."""

    def __init__(self, db: Database, writer: Writer) -> None:
        self._db, self._writer = db, writer
        self._answers: list[_Answer] = []
        self._bytes = 0
        self._found: dict[Reader, dict[str, None]] = defaultdict(dict)
        self._seen: set[tuple[Reader, str]] = set()
        self._day = date.min
        self._register = _Register()
        self._writing, self._looking = asyncio.Lock(), threading.Lock()

    def answered(self, who: Principal, path: str, body: bytes) -> None:
        """An answer goes out to a reader."""
        if not (who.reads_feed and body):
            return
        much = self._bytes + len(body) > MOST_WAITING
        self._answers.append(_Answer(_reader(who), path, None if much else body))
        self._bytes += 0 if much else len(body)

    def sent(self, who: Principal, messages: Iterable[str]) -> None:
        """A stream wrote messages that are marked TLP:RED."""
        self._found[_reader(who)].update(dict.fromkeys(messages))

    def shown(self, who: Principal, records: Iterable[Marked | None]) -> None:
        """A page shows records that it goes by and does not name, such as a conference by its number."""
        red = [one.message_id for one in records if one is not None and one.tlp == "RED"]
        if red:
            self.sent(who, red)

    async def flush(self) -> bool:
        """Look through what waits and write what is new. What cannot be written now goes on waiting.

        Errors: Busy and the like when the database is away.
        """
        async with self._writing:
            answers, self._answers = self._answers, []
            kept, self._bytes = self._bytes, 0
            try:
                found = await self._db.read_own(self._look_through, answers) if answers else []
            except (HubError, asyncio.CancelledError):  # the hub stops in the middle, too
                self._answers, self._bytes = answers + self._answers, kept + self._bytes
                raise
            for reader, names in found:
                self._found[reader].update(dict.fromkeys(names))
            await self._write()
        return False

    async def settle(self) -> None:
        """The same before somebody looks into the audit, or the hub stops: then what cannot be written is said."""
        try:
            await self.flush()
        except HubError as fault:
            log("audit").warning("the newest readings are not in the audit", fault=fault.detail)

    def _look_through(self, conn: Connection, answers: Sequence[_Answer]) -> list[tuple[Reader, list[str]]]:
        with self._looking:  # a thread goes on when its flush was cancelled, beside that of the last one
            return self._seen_through(conn, answers)

    def _seen_through(self, conn: Connection, answers: Sequence[_Answer]) -> list[tuple[Reader, list[str]]]:
        self._register.read_on(conn)
        known: dict[tuple[str, str], dict[bytes, str]] = {}
        found = []
        for answer in answers:
            route, party, _actor = answer.reader
            if (route, party) not in known:
                known[route, party] = self._register.names(conn, route, party)
            if named := known[route, party]:
                found.append((answer.reader, _named_in(answer, named)))
        return found

    async def _write(self) -> None:
        taken, self._found = self._found, defaultdict(dict)
        if not taken:
            return
        day, seen = self._day, self._seen

        def add(tx: Transaction) -> tuple[date, set[tuple[Reader, str]]]:
            told = seen if tx.wall.date() == day else frozenset()
            fresh: set[tuple[Reader, str]] = set()
            for reader, messages in taken.items():
                new = [one for one in messages if (reader, one) not in told]
                for at in range(0, len(new), MOST_IN_A_ROW):
                    tx.audit(ACT, *reader, {"messages": new[at : at + MOST_IN_A_ROW]})
                fresh |= {(reader, one) for one in new}
            return tx.wall.date(), fresh

        if (
            all((reader, one) in seen for reader, messages in taken.items() for one in messages)
            and wall().date() == day
        ):
            return
        try:
            today, fresh = await self._writer.submit(Change(add))
        except BaseException:  # the hub stops in the middle, too: rather twice in the audit than not at all
            for reader, messages in taken.items():
                self._found[reader].update(messages)
            raise
        full = len(seen) + len(fresh) > MOST_SEEN
        self._day, self._seen = today, fresh if full or today != day else seen | fresh


def _reader(who: Principal) -> Reader:
    return who.route, who.party, who.actor


def _named_in(answer: _Answer, named: dict[bytes, str]) -> list[str]:
    """The messages that an answer names, each by its id; the address itself where nobody looked."""
    if answer.body is None:
        return [answer.path]
    text = answer.path.encode() + b"\n" + _text(answer.body)
    # Piece by piece: the event loop must not wait until a long text has been gone through.
    pieces = (text[max(0, at - OVERLAP) : at + PIECE] for at in range(0, len(text), PIECE))
    words = (word for piece in pieces for word in named.keys() & set(piece.translate(APART).split()))
    return list(dict.fromkeys(named[word] for word in words))


def _text(body: bytes) -> bytes:
    """A workbook is a ZIP of XML; all other forms say ids in the clear, or have them in their address."""
    if not body.startswith(SHEET):
        return body
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        return b"\n".join(book.read(name) for name in book.namelist() if name.endswith(".xml"))
