"""The words of messages in the database: written with the message, made anew by a rebuild, gone with an erased body."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from sqlalchemy import Connection, Table, delete

from routehub.journal.message import Message
from routehub.journal.rows import Row
from routehub.journal.search.words import MARK, audience_word, codes, kind_word, words
from routehub.journal.tables import message_points, message_texts
from routehub_schemas.kind import Kind

TABLES: tuple[Table, ...] = (message_texts, message_points)
MOST_WORDS = 12_000
"""Of one message. Reports of a thousand remarked figures have more: the rest of them is not found by its words."""

_FTS5 = """CREATE VIRTUAL TABLE IF NOT EXISTS message_search USING fts5(
    words, content='message_text', content_rowid='sequence', tokenize='ascii', columnsize=0)"""
_IN = """CREATE TRIGGER IF NOT EXISTS message_text_in AFTER INSERT ON message_text BEGIN
    INSERT INTO message_search(rowid, words) VALUES (new.sequence, new.words); END"""
_OUT = """CREATE TRIGGER IF NOT EXISTS message_text_out AFTER DELETE ON message_text BEGIN
    INSERT INTO message_search(message_search, rowid, words) VALUES ('delete', old.sequence, old.words); END"""
_GIN = "CREATE INDEX IF NOT EXISTS ix_message_text_words ON message_text USING gin (words)"
_MADE = {"sqlite": (_FTS5, _IN, _OUT), "postgresql": (_GIN,)}


class Collecting(Protocol):
    """A transaction that takes rows and writes those of many messages together."""

    def collect(self, table: Table, rows: Sequence[Row]) -> None: ...


def laid(name: str | None) -> bool:
    """Whether a table or index is one of those that ``lay`` makes, which no migration knows."""
    return name is not None and name.startswith(("message_search", "ix_message_text_words"))


def lay(conn: Connection) -> None:
    """What each database needs to find words, beside the tables: an index that migrations do not compare."""
    for statement in _MADE[conn.dialect.name]:
        conn.exec_driver_sql(statement)


def words_of(kind: Kind, message: Message) -> str:
    """The words by which a message is found: its texts, with a mark between them so that no phrase reaches over, then
    the codes of its parties and places, its kind and its readers."""
    texts = dict.fromkeys(kind.texts(message.payload))
    if message.short_id:
        texts[message.short_id] = None
    found: list[str] = []
    for text in texts:
        found += words(text)
        found.append(MARK)
    about = [message.party, *kind.parties(message.payload), *kind.places(message.payload)]
    if message.on_behalf_of:
        about.append(message.on_behalf_of)
    return " ".join([*found[:MOST_WORDS], *codes(about), kind_word(message.kind), audience_word(message.audience_id)])


def add(tx: Collecting, kind: Kind, message: Message) -> None:
    """Put a message's words and points in with the rows of its transaction."""
    row = {"sequence": message.sequence, "audience_id": message.audience_id, "words": words_of(kind, message)}
    tx.collect(message_texts, (row,))
    if points := message.payload.points:
        tx.collect(
            message_points, [{"route": message.route, "point": one, "sequence": message.sequence} for one in points]
        )


def forget(conn: Connection, sequences: Iterable[int]) -> None:
    """Take the words of messages out, in the transaction that erases their bodies. Not even in pages of the file that
    are no longer used, nor in the index of words, shall they be found."""
    gone = list(sequences)
    sqlite = conn.dialect.name == "sqlite"
    if sqlite:
        conn.exec_driver_sql("PRAGMA secure_delete = ON")
    for table in TABLES:
        conn.execute(delete(table).where(table.c.sequence.in_(gone)))
    if sqlite:  # what was deleted from the index of words stays in it, marked so, until its parts are merged
        conn.exec_driver_sql("INSERT INTO message_search(message_search) VALUES ('optimize')")
