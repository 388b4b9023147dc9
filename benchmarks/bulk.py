"""A hub's database full of figures, written past the hub: the rows are those that its writer and boards would have
written (``routehub verify`` and ``routehub rebuild --compare`` find nothing, and a test says so)."""

import itertools
import random
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Table

from routehub.boards.figures.series import DIMENSIONS, key_of
from routehub.boards.figures.tables import figure_current, figure_revisions, figure_series
from routehub.boards.reporting.tables import reports_made
from routehub.boards.threads.tables import thread_messages
from routehub.core.db import Database
from routehub.directory import install, visibility
from routehub.directory.reporting_day import Period, period_of
from routehub.directory.snapshot import Directory, Membership, RouteView, load
from routehub.journal.chain import START, content_hash, entry_hash, link
from routehub.journal.message import Draft, Message, compose, text_of
from routehub.journal.search.index import words_of
from routehub.journal.tables import entries, feed_rows, message_texts
from routehub_schemas.kind import Kind
from routehub_schemas.kinds.note.payload import Note
from routehub_schemas.kinds.report.payload import Report
from routehub_schemas.registry import Registry

ROUTE = "wbr"
END = datetime(2018, 1, 28, 12, tzinfo=UTC)
"""The hub's time when everything has been posted; a smaller database begins later, it does not end earlier."""
BY_HOUR = ("SY", "AF", "IQ", "IR", "PK", "SO", "ER", "BD", "MA", "DZ", "NG", "LK", "NP", "CM", "CD", "GM", "GN", "ML",
           "SD", "PS", "YE", "XX")  # fmt: skip
BY_DAY = BY_HOUR[:10]
STOCKS = ("present", "places", "occupied", "stranded", "asylum_applications")
WRITTEN = (
    entries,
    feed_rows,
    message_texts,
    figure_series,
    figure_revisions,
    figure_current,
    reports_made,
    thread_messages,
)
PAGE = 20_000

SAID = (
    "The crossing at Gevgelija closes at eighteen hours", "Der Grenzübergang Spielfeld bleibt bis Mitternacht offen",
    "Autobusi su krenuli prema Šidu i Tovarniku", "Οι αφίξεις στη Λέσβο αυξάνονται από το πρωί",
    "Автобусите тръгнаха към Димитровград", "Vonatok indulnak Botovóról Zákány felé",
    "Blankets and baby food are short in Preševo", "Trains to Dobova run every two hours",
    "We expect fewer people while the ferry strike lasts", "Autocarele pleacă spre Jimbolia mâine dimineață",
)  # fmt: skip
_SYLLABLES = ("ba", "ko", "ri", "ta", "men", "lo", "sid", "ver", "nu", "gra", "pol", "ek", "za", "dor", "ish", "ul")


def rare_word(number: int) -> str:
    """A word of a made-up vocabulary: low numbers are common in the texts, high ones rare."""
    found = []
    while True:
        number, rest = divmod(number, len(_SYLLABLES))
        found.append(_SYLLABLES[rest])
        if not number:
            return "".join(found) + "q"


def _stored(value: Any) -> Any:
    """As SQLAlchemy stores it in SQLite."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return value.isoformat() if isinstance(value, date) else value


@dataclass
class _Sheet:
    """What one party posts again and again: the payload but for its numbers, and the series it belongs to."""

    member: Membership
    payload: Report
    figures: list[dict[str, Any]]
    keys: list[str]
    level: list[int]
    words: dict[int, str] = field(default_factory=dict)


class Bulk:
    """Writes messages with everything that follows from them into an empty, migrated SQLite database."""

    def __init__(self, file: str, days: int, notes_an_hour: int) -> None:
        self.chance = random.Random(7)
        self.days, self.notes_an_hour = days, notes_an_hour
        self.registry = Registry.shipped()
        self.directory = self._furnish(file)
        self.route: RouteView = self.directory.routes[ROUTE]
        self.conn = sqlite3.connect(file, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=OFF", "cache_size=-200000", "foreign_keys=OFF"):
            self.conn.execute(f"PRAGMA {pragma}")
        self.sequence, self.chain, self.figures = 0, START, 0
        self._feeds: dict[str, tuple[int, str]] = {}
        self._series: dict[str, int] = {}
        self._values: dict[tuple[int, str, datetime], int] = {}
        self._rows: dict[str, list[tuple[Any, ...]]] = {table.name: [] for table in WRITTEN}
        self._columns = {table.name: [column.name for column in table.columns] for table in WRITTEN}
        self._audiences: dict[tuple[str, ...], tuple[int, str, frozenset[str]]] = {}
        members = [m for m in self.route.members(END.date(), "member") if m.reports]
        self.daily = [self._sheet(m, self._day_figures(m)) for m in members]
        self.hourly = [self._sheet(m, self._hour_figures()) for m in members]

    def _furnish(self, file: str) -> Directory:
        """The route, and every list of readers that will be used, numbered as they come."""
        db = Database(f"sqlite:///{file}")
        try:
            with db.write() as conn:
                install.install_route(conn, ROUTE, code=ROUTE, marking="exercise")
                return load(conn)
        finally:
            db.close()

    # --- what is posted ---

    def _hour_figures(self) -> list[dict[str, Any]]:
        return [{"indicator": "registered", "nationality": one, "value": 0} for one in BY_HOUR]

    def _day_figures(self, member: Membership) -> list[dict[str, Any]]:
        legs = self.route.legs_on(END.date())
        arrivals = [leg.from_party for leg in legs if leg.to_party == member.party]
        departures = [leg.to_party for leg in legs if leg.from_party == member.party]
        return [
            *({"indicator": "arrivals", "counterpart": other, "value": 0} for other in arrivals),
            *([] if arrivals else [{"indicator": "arrivals", "mode": "sea", "value": 0}]),
            *({"indicator": "departures", "counterpart": other, "value": 0} for other in departures),
            *({"indicator": name, "value": 0} for name in STOCKS if name not in ("places", "occupied")),
            *({"indicator": name, "service": "shelter", "value": 0} for name in ("places", "occupied")),
            *({"indicator": "registered", "nationality": one, "value": 0} for one in BY_DAY),
        ]

    def _sheet(self, member: Membership, figures: list[dict[str, Any]]) -> _Sheet:
        data = {"party": member.party, "day": END.date().isoformat(), "figures": figures}
        payload = Report.model_validate_json(text_of(data))
        keys = [key_of(ROUTE, member.party, figure, self.directory) for figure in payload.figures]
        return _Sheet(member, payload, figures, keys, [self.chance.randint(20, 4_000) for _ in figures])

    def write(self) -> Iterator[int]:
        """Everything, in the order of time; answers the messages so far after each day."""
        first = END - timedelta(days=self.days)
        for hours in range(self.days * 24):
            at = first + timedelta(hours=hours + 1)
            for sheet in self.hourly:
                self._report(sheet, at + timedelta(minutes=2), "hour", at - timedelta(hours=1))
            for number in range(self.notes_an_hour):
                self._note(at + timedelta(minutes=5, seconds=number))
            if at.hour == 6:
                for sheet in self.daily:
                    self._report(sheet, at + timedelta(minutes=30), "reporting_day", None)
                    if self.chance.random() < 0.05:
                        self._report(sheet, at + timedelta(minutes=50), "reporting_day", None, reason="Counted again.")
            if hours % 24 == 23:
                self._flush()
                yield self.sequence
        self._end()

    def _report(
        self, sheet: _Sheet, at: datetime, kind: str, start: datetime | None, reason: str | None = None
    ) -> None:
        member = sheet.member
        day = (start or at).astimezone(member.zone).date()
        period = period_of(member, kind, day, start)
        figures = [
            spec | {"value": max(0, level + self.chance.randint(-level // 5, level // 5))}
            for spec, level in zip(sheet.figures, sheet.level, strict=True)
        ]
        data: dict[str, Any] = {"party": member.party, "day": period.day.isoformat(), "figures": figures}
        if start is not None:
            data |= {"period": "hour", "start": start.strftime("%Y-%m-%dT%H:%M:%SZ")}
        if reason:
            data["reason"] = reason
        comment = kind == "reporting_day" and self.chance.random() < 0.3
        if comment:
            data["comment"] = self._text(1)
        words = ("neighbours",) if kind == "reporting_day" and self.chance.random() < 0.05 else ("*",)
        payload = sheet.payload.model_copy(update={"reason": reason, "comment": data.get("comment")})
        message = self._message(
            self.registry["report"], member.party, payload, data, words, at, f"{member.party}/{day}"
        )
        known = None if comment or reason else sheet.words
        self._text_row(message, known)
        self._figures(sheet, message, figures, period, reason)
        self._row(
            reports_made, sequence=message.sequence, route=ROUTE, party=member.party, bucket=period.kind,
            day=period.day, start=period.start, counts_for=period.counts_for, nothing_to_report=False,
            figures=len(figures), reason=reason, author=message.author, actor=message.actor, sender=message.party,
            audience_id=message.audience_id, message_id=message.id, accepted_at=at,
        )  # fmt: skip

    def _figures(
        self, sheet: _Sheet, message: Message, figures: list[dict[str, Any]], period: Period, reason: str | None
    ) -> None:
        for key, figure in zip(sheet.keys, figures, strict=True):
            series = self._series.get(key) or self._new_series(key, message.party, figure)
            at = (series, period.kind, period.start)
            earlier = self._values.get(at)
            if period.kind != "hour":
                self._values[at] = figure["value"]
            row = {
                "series_id": series, "bucket": period.kind, "start": period.start, "sequence": message.sequence,
                "end": period.end, "day": period.day, "value": figure["value"], "status": "confirmed",
                "method": "counted", "coverage": "full", "carried_over": False, "non_refoulement_check": None,
                "note": None, "reason": reason, "revised": earlier is not None and earlier != figure["value"],
                "audience_id": message.audience_id, "message_id": message.id, "accepted_at": message.accepted_at,
            }  # fmt: skip
            self._row(figure_revisions, **row)
            self._row(figure_current, **row)
            self.figures += 1

    def _new_series(self, key: str, party: str, figure: dict[str, Any]) -> int:
        self._series[key] = number = len(self._series) + 1
        dimensions = {name: figure.get(name) for name in DIMENSIONS}
        self._row(
            figure_series, id=number, key=key, route=ROUTE, party=party, indicator=figure["indicator"], **dimensions
        )
        return number

    def _text(self, sentences: int) -> str:
        said = [self.chance.choice(SAID) for _ in range(sentences)]
        rare = [rare_word(int(self.chance.paretovariate(0.5))) for _ in range(3)]
        return ". ".join(said) + ". " + " ".join(rare) + "."

    def _note(self, at: datetime) -> None:
        sender, *to = self.chance.choice(_CIRCLES)
        data = {"to": to, "subject": self._text(0)[2:60], "text": self._text(2)}
        payload = Note.model_validate(data)
        kind = self.registry["note"]
        message = self._message(kind, sender, payload, data, tuple(to), at, kind.subject(payload, sender))
        self._text_row(message, None)
        self._row(
            thread_messages, message_id=message.id, root=message.id, route=ROUTE, kind=kind.name,
            sequence=message.sequence, audience_id=message.audience_id,
        )  # fmt: skip

    # --- rows ---

    def _audience(self, sender: str, words: tuple[str, ...]) -> tuple[int, str, frozenset[str]]:
        key = words if words[0] == "*" else (sender, *words)
        if key not in self._audiences:
            parties = visibility.resolve(self.directory, self.route, sender, words, END.date(), "/audience")
            digest = visibility.mark(ROUTE, parties)
            known = next((found for found in self._audiences.values() if found[1] == digest), None)
            if known is None:
                known = (max((one[0] for one in self._audiences.values()), default=0) + 1, digest, parties)
                self.conn.execute(
                    "INSERT INTO audience (id, route, digest) VALUES (?, ?, ?)", (known[0], ROUTE, digest)
                )
                self.conn.executemany(
                    "INSERT INTO audience_party (audience_id, party) VALUES (?, ?)",
                    [(known[0], party) for party in sorted(parties)],
                )
            self._audiences[key] = known
        return self._audiences[key]

    def _message(
        self,
        kind: Kind,
        party: str,
        payload: Any,
        data: dict[str, Any],
        words: tuple[str, ...],
        at: datetime,
        subject: str,
    ) -> Message:
        audience, digest, parties = self._audience(party, words)
        self.sequence += 1
        message_id = f"{self.sequence:08x}-0000-7000-8000-{self.sequence:012x}"
        actor, author = f"key:bench-{party}", f"{party} system"
        draft = Draft(
            route=ROUTE, kind=kind, party=party, actor=actor, author=author, on_behalf_of=None, subject=subject,
            tlp="AMBER", exercise=True, words=words, parties=parties, thread=None, payload=payload, data=data,
            dataschema=f"http://127.0.0.1/schemas/{kind.name}.v{kind.version}.json",
        )  # fmt: skip
        event = compose(draft, message_id, None, at)
        body = text_of(event)
        salt = f"{self.sequence:032x}"
        row: dict[str, Any] = {
            "sequence": self.sequence, "id": message_id, "route": ROUTE, "short_id": None, "kind": kind.name,
            "version": kind.version, "party": party, "actor": actor, "author": author, "on_behalf_of": None,
            "sender_id": None, "accepted_at": at, "subject": subject, "tlp": "AMBER", "audience_id": audience,
            "thread": None, "body": body, "salt": salt, "content_hash": content_hash(salt, body),
        }  # fmt: skip
        self.chain = link(self.chain, self.sequence, entry_hash(row, digest))
        self._row(entries, **row, chain=self.chain)
        for reader in parties:
            feed, chain = self._feeds.get(reader, (0, START))
            self._feeds[reader] = new = (feed + 1, link(chain, feed + 1, row["content_hash"]))
            self._row(feed_rows, route=ROUTE, party=reader, feed=new[0], sequence=self.sequence, chain=new[1])
        return Message(
            sequence=self.sequence, id=message_id, short_id=None, route=ROUTE, kind=kind.name, version=kind.version,
            party=party, actor=actor, author=author, on_behalf_of=None, accepted_at=at, subject=subject, tlp="AMBER",
            exercise=True, audience_id=audience, parties=parties, thread=None, payload=payload, event=event, body=body,
        )  # fmt: skip

    def _text_row(self, message: Message, known: dict[int, str] | None) -> None:
        """``known``: the words of a sheet without remarks, which do not change with its numbers."""
        found = known.get(message.audience_id) if known is not None else None
        if found is None:
            found = words_of(self.registry[message.kind], message)
            if known is not None:
                known[message.audience_id] = found
        self._row(message_texts, sequence=message.sequence, audience_id=message.audience_id, words=found)

    def _row(self, table: Table, **values: Any) -> None:
        self._rows[table.name].append(tuple(_stored(values[name]) for name in self._columns[table.name]))

    def _flush(self) -> None:
        self.conn.execute("BEGIN")
        for name, rows in self._rows.items():
            if rows:
                columns = ", ".join(f'"{column}"' for column in self._columns[name])
                marks = ", ".join("?" * len(self._columns[name]))
                self.conn.executemany(f'INSERT OR REPLACE INTO "{name}" ({columns}) VALUES ({marks})', rows)
                rows.clear()
        self.conn.execute("COMMIT")

    def _end(self) -> None:
        self.conn.execute("BEGIN")
        self.conn.execute("UPDATE journal_head SET sequence = ?, chain = ? WHERE id = 1", (self.sequence, self.chain))
        self.conn.executemany(
            "INSERT INTO feed_head (route, party, feed, chain) VALUES (?, ?, ?, ?)",
            [(ROUTE, party, *head) for party, head in self._feeds.items()],
        )
        self.conn.execute("COMMIT")
        self.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.conn.close()


_CIRCLES = [
    (sender, *others)
    for sender in ("MK", "RS", "HR", "SI", "AT", "GR", "EC", "FRONTEX")
    for others in itertools.combinations(("GR", "RS", "HU", "DE", "UNHCR"), 2)
    if sender not in others
]
