"""Figures by the thousand: bulk rows are those of the boards, and quick queries find what a slow one finds."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from benchmarks.bulk import END, ROUTE, Bulk
from benchmarks.copied import copy
from routehub.app import shipped_boards
from routehub.boards.figures import queries
from routehub.boards.figures.queries import FigureQuery, FigureValue, day_values, figures, latest
from routehub.boards.figures.tables import figure_revisions, figure_series
from routehub.core.db import Database
from routehub.directory.snapshot import load
from routehub.directory.visibility import readable
from routehub.journal.rebuild import fingerprints, rebuild
from routehub.journal.verify import verify
from routehub.views.totals import Totals, daily_totals
from routehub_schemas.registry import Registry

TODAY = END.date()
READERS = ("GR", "SI", "EC", "EUROPOL")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Path:
    """Two days of every party's figures by hour and by day, with corrections and narrower audiences."""
    file = tmp_path_factory.mktemp("bulk") / "bulk.db"
    file.write_bytes(migrated_sqlite.read_bytes())
    for _ in Bulk(str(file), 2, 2).write():
        pass
    return file


def test_bulk_rows_are_those_of_the_boards(filled: Path):
    db = Database(f"sqlite:///{filled}")
    try:
        assert db.read_sync(lambda conn: list(verify(conn))) == []
        with db.writer.connect() as conn, conn.begin() as transaction:
            directory = load(conn)
            boards = shipped_boards(lambda: directory)
            before = fingerprints(conn, boards)
            assert before["figure_revision"][0] > 10_000
            rebuild(conn, boards, Registry.shipped())
            assert fingerprints(conn, boards) == before
            transaction.rollback()
    finally:
        db.close()


@pytest.fixture
def many(filled: Path, database_kind: str, request: pytest.FixtureRequest) -> Iterator[Database]:
    url = f"sqlite:///{filled}"
    if database_kind == "postgres":
        url = request.getfixturevalue("postgres_url")
        copy(str(filled), url)
    db = Database(url)
    yield db
    db.close()


def test_quick_queries_find_what_a_slow_one_finds(many: Database):
    everything = FigureQuery(ROUTE, limit=100_000)

    def compare(reader: str, query: FigureQuery) -> None:
        ids = many.read_sync(readable, ROUTE, reader)
        slow = many.read_sync(lambda conn: _slow(conn, ids, query))
        assert many.read_sync(figures, ids, query) == slow
        if query == everything:
            newest: dict[tuple[int, str], FigureValue] = {}
            for value in sorted(slow, key=lambda v: v.start):
                newest[(value.series_id, value.bucket)] = value
            found = {(v.series_id, v.bucket): v for v in many.read_sync(latest, ids, query)}
            assert found == newest

    for reader in READERS:
        compare(reader, everything)
    for query in (
        FigureQuery(ROUTE, limit=1_000, parties=frozenset({"GR", "MK"}), first=TODAY, last=TODAY),
        FigureQuery(ROUTE, limit=7, indicators=frozenset({"arrivals", "present"})),
        FigureQuery(ROUTE, limit=100_000, bucket="reporting_day", as_of=END - timedelta(hours=5, minutes=20)),
        FigureQuery(ROUTE, limit=500, hours=False, as_of_sequence=200),
        FigureQuery(ROUTE, limit=500, last=TODAY - timedelta(days=30)),
    ):
        compare("SI", query)


def test_pages_one_after_the_other_are_the_whole(many: Database):
    ids = many.read_sync(readable, ROUTE, "HR")
    wanted = FigureQuery(ROUTE, parties=frozenset({"GR", "AT"}), limit=100_000)
    whole = many.read_sync(figures, ids, wanted)
    pages: list[FigureValue] = []
    while len(pages) < 10_000:
        last = pages[-1] if pages else None
        key = (last.day, last.series, last.start) if last else None
        page = many.read_sync(figures, ids, replace(wanted, limit=333, offset_key=key))
        pages += page
        if len(page) < 333:
            break
    assert pages == whole


def test_daily_totals_are_those_of_the_overview(many: Database):
    ids = many.read_sync(readable, ROUTE, "EC")
    query = FigureQuery(ROUTE, indicators=frozenset({"arrivals"}), first=TODAY - timedelta(days=3), last=TODAY)
    totals = Totals(many.read_sync(figures, ids, query))
    quick = daily_totals(many.read_sync(day_values, ids, query))
    assert sum(len(days) for days in quick.values()) > 10
    for party, days in quick.items():
        for day, value in days.items():
            total = totals.total(party, "arrivals", day)
            assert total is not None
            assert total.value == value


def _slow(conn: Connection, ids: frozenset[int], query: FigureQuery) -> list[FigureValue]:
    """Every revision read and sifted here."""
    statement = select(*queries._columns(figure_revisions), figure_revisions.c.sequence, figure_revisions.c.audience_id)
    rows = conn.execute(
        statement.join_from(figure_series, figure_revisions, figure_series.c.id == figure_revisions.c.series_id)
        .where(figure_series.c.route == query.route)
        .order_by(figure_revisions.c.sequence)
    )
    newest: dict[tuple[int, str, object], FigureValue] = {}
    for row in rows:
        *cells, sequence, audience = row
        value = queries._value(tuple(cells))  # type: ignore[arg-type]
        if (
            audience in ids
            and (not query.parties or value.party in query.parties)
            and (not query.indicators or value.indicator in query.indicators)
            and (query.bucket is None or value.bucket == query.bucket)
            and (query.hours or value.bucket != "hour")
            and (query.first is None or value.day >= query.first)
            and (query.last is None or value.day <= query.last)
            and (query.as_of is None or value.accepted_at <= query.as_of)
            and (query.as_of_sequence is None or sequence <= query.as_of_sequence)
        ):
            newest[(value.series_id, value.bucket, value.start)] = value
    return sorted(newest.values(), key=lambda v: (v.day, v.series, v.start))[: query.limit]
