"""Reading the readouts board: checks through the reader's audiences, published readouts by anybody."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, RowMapping, or_, select

from routehub.boards.readouts.correcting import Runs, marked
from routehub.boards.readouts.tables import readout_check_answers, readout_checks, readout_errata, readout_records
from routehub.core.canonical import digest, dumps
from routehub.directory.visibility import clause
from routehub_schemas.publication import ReadoutText


@dataclass(frozen=True)
class Answer:
    """Where one named party stands. ``act``: accept, ask_change, or None while it has said nothing."""

    party: str
    act: str | None
    at: datetime | None
    by: str | None
    text: str | None
    message_id: str | None


@dataclass(frozen=True)
class CheckView:
    """A text in check. What depends on the clock is asked with the hub's time."""

    id: str
    short_id: str
    series: str
    conference: int
    party: str
    author: str
    sent_at: datetime
    until: datetime
    text: ReadoutText
    digest: str
    language: str
    exercise: bool
    tlp: str
    audience_id: int
    answers: tuple[Answer, ...]

    @property
    def named(self) -> tuple[str, ...]:
        return tuple(one.party for one in self.answers)

    @property
    def accepted(self) -> tuple[str, ...]:
        return tuple(one.party for one in self.answers if one.act == "accept")

    @property
    def changes(self) -> tuple[Answer, ...]:
        """The changes that are asked for."""
        return tuple(one for one in self.answers if one.act == "ask_change")

    @property
    def silent(self) -> tuple[str, ...]:
        return tuple(one.party for one in self.answers if one.act is None)

    def over(self, now: datetime) -> bool:
        """The window has ended, or everybody has said something."""
        return now >= self.until or not self.silent

    def state(self, now: datetime) -> str:
        """``change_asked``, ``running``, or ``accepted``: by all who answered, and by the silence of the others."""
        if self.changes:
            return "change_asked"
        return "accepted" if self.over(now) else "running"

    def answer(self, party: str) -> Answer | None:
        return next((one for one in self.answers if one.party == party), None)

    def waits_for(self, party: str, now: datetime) -> bool:
        """Whether this party can still ask for a change, and has said nothing."""
        return now < self.until and party in self.silent


@dataclass(frozen=True)
class ErratumView:
    """A numbered correction."""

    number: int
    id: str
    wrong: str
    right: str
    where: str
    published_at: datetime


@dataclass(frozen=True)
class ReadoutView:
    """A published readout with its errata. ``sent_at`` and ``until``: its check; ``asked``: who was asked."""

    id: str
    route: str
    series: str
    conference: int
    day: date
    published_at: datetime
    party: str
    text: ReadoutText
    check: str | None
    sent_at: datetime | None
    until: datetime | None
    asked: tuple[str, ...]
    reason: str | None
    language: str
    exercise: bool
    errata: tuple[ErratumView, ...]

    @property
    def updated_at(self) -> datetime:
        return max([self.published_at, *(one.published_at for one in self.errata)])

    @property
    def places(self) -> dict[str, Runs]:
        """Its texts with the corrections in them."""
        return marked(self.text, self.errata)


def mark(text: ReadoutText) -> str:
    """By which two texts are known as the same."""
    return digest(dumps(text.model_dump(mode="json")))


def readouts(
    conn: Connection, route: str, series: str | None = None, number: int | None = None, limit: int = 500
) -> list[ReadoutView]:
    """What was published, the newest conference first. For everybody: a readout is public."""
    r = readout_records.c
    query = select(readout_records).where(r.route == route)
    if series is not None:
        query = query.where(r.series == series)
    if number is not None:
        query = query.where(r.conference == number)
    rows = conn.execute(query.order_by(r.day.desc(), r.conference.desc()).limit(limit)).mappings().all()
    e = readout_errata.c
    errata: dict[str, list[ErratumView]] = {}
    for row in conn.execute(
        select(readout_errata).where(e.readout.in_([row["id"] for row in rows])).order_by(e.readout, e.number)
    ):
        one = ErratumView(row.number, row.id, row.wrong, row.correct, row.place, row.published_at)
        errata.setdefault(row.readout, []).append(one)
    return [_readout(row, tuple(errata.get(row["id"], ()))) for row in rows]


def readout(conn: Connection, route: str, series: str, number: int) -> ReadoutView | None:
    """The readout of one conference; None while none is published."""
    found = readouts(conn, route, series, number)
    return found[0] if found else None


def _readout(row: RowMapping, errata: tuple[ErratumView, ...]) -> ReadoutView:
    same = {
        name: row[name]
        for name in (
            "id", "route", "series", "conference", "day", "published_at", "party", "sent_at", "until", "reason",
            "language", "exercise",
        )
    }  # fmt: skip
    return ReadoutView(
        **same, text=ReadoutText.model_validate_json(row["text"]), check=row["check_ref"],
        asked=tuple(filter(None, row["asked"].split(","))), errata=errata,
    )  # fmt: skip


def checks(
    conn: Connection, audiences: Iterable[int], route: str, *, series: str | None = None, conference: int | None = None,
    limit: int = 200,
) -> list[CheckView]:  # fmt: skip
    """Checks that the reader may read, the newest first."""
    c = readout_checks.c
    query = select(readout_checks).where(c.route == route, clause(c.audience_id, audiences))
    if series is not None:
        query = query.where(c.series == series)
    if conference is not None:
        query = query.where(c.conference == conference)
    return views(conn, conn.execute(query.order_by(c.sequence.desc()).limit(limit)).mappings().all())


def check(conn: Connection, audiences: Iterable[int], route: str, ref: str) -> CheckView | None:
    """One check by its short id or message id; None when unknown or not visible."""
    c = readout_checks.c
    query = select(readout_checks).where(
        c.route == route, clause(c.audience_id, audiences), or_(c.short_id == ref.upper(), c.id == ref.lower())
    )
    found = views(conn, conn.execute(query.limit(1)).mappings().all())
    return found[0] if found else None


def views(conn: Connection, rows: Iterable[RowMapping]) -> list[CheckView]:
    """Rows of checks with their answers."""
    rows = list(rows)
    answers: dict[str, list[Answer]] = {row["id"]: [] for row in rows}
    a = readout_check_answers.c
    query = select(readout_check_answers).where(a.check_id.in_(list(answers))).order_by(a.check_id, a.position)
    for row in conn.execute(query) if rows else ():
        answers[row.check_id].append(Answer(row.party, row.act, row.at, row.author, row.text, row.message_id))
    return [_check(row, tuple(answers[row["id"]])) for row in rows]


def _check(row: RowMapping, answers: tuple[Answer, ...]) -> CheckView:
    same = {
        name: row[name]
        for name in (
            "id", "short_id", "series", "conference", "party", "author", "sent_at", "until", "digest", "language",
            "exercise", "tlp", "audience_id",
        )
    }  # fmt: skip
    return CheckView(**same, text=ReadoutText.model_validate_json(row["text"]), answers=answers)
