"""A database that has fallen silent: whoever waits is answered, and whoever comes is so at once (PROMISES A7)."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import psycopg
import pytest
from sqlalchemy import Connection, text

from routehub.core import pulse
from routehub.core.db import Database
from routehub.core.errors import Busy
from routehub.core.pulse import Pulse
from routehub.directory import sessions
from tests.fixtures.furnished import Inside
from tests.fixtures.waiting import eventually

NOTE = {"to": ["RS"], "subject": "s", "text": "t"}


async def test_who_waits_is_answered_when_it_falls_silent_and_it_counts_as_back_when_it_answers(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(pulse, "PATIENCE", 0.05)
    monkeypatch.setattr(pulse, "EVERY", 0.01)
    found, thaws = Pulse(), threading.Event()
    with ThreadPoolExecutor(2) as threads:

        def ask() -> Future[object]:
            return threads.submit(thaws.wait, 10)

        watching = asyncio.create_task(found.watch(ask))
        try:
            with pytest.raises(Busy, match="cannot be said yet"):
                await found.result(threads.submit(thaws.wait, 10))
            with pytest.raises(Busy, match="Nothing was stored"):
                found.check()
            thaws.set()
            await eventually(lambda: not found.away)
            found.check()
            assert await found.result(threads.submit(lambda: 7)) == 7
        finally:
            thaws.set()
            watching.cancel()


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_doors_and_pages_say_when_to_come_back(hub: Inside):
    hub.hub.db.pulse.away = True
    posted, read, ready = (
        await hub.post("MK", "notes", NOTE), await hub.get("MK", "/v1/messages"), await hub.get("MK", "/health/ready"),
    )  # fmt: skip
    async with hub.client("MK") as client:
        cookie = f"{sessions.cookie_name('http://')}=somebody"
        page = await client.get("/", headers={"Accept": "text/html", "Cookie": cookie})
    for answer in (posted, read, page):
        assert (answer.status_code, int(answer.headers["Retry-After"])) == (503, 5)
    assert ready.status_code == 503
    assert posted.json()["type"].endswith("#busy")
    assert "text/html" in page.headers["Content-Type"]
    hub.hub.db.pulse.away = False
    assert (await hub.post("MK", "notes", NOTE)).status_code == 201


def _in_a_batch(frozen: psycopg.Connection[object]) -> None:
    """Its first batch has been sent and is not at its end: PostgreSQL waits for the rest of it."""
    for words in (b"BEGIN", b"UPDATE journal_head SET sequence = sequence"):
        frozen.pgconn.send_query_params(words, None)
    frozen.pgconn.send_flush_request()


def _behind_a_batch(frozen: psycopg.Connection[object]) -> None:
    """Its first batch is at its end, and of the next only what is no statement has come."""
    frozen.pgconn.send_query_params(b"SET idle_in_transaction_session_timeout = '4s'", None)
    for words in (b"BEGIN", b"UPDATE journal_head SET sequence = sequence"):
        frozen.pgconn.send_query_params(words, None)
    frozen.pgconn.pipeline_sync()
    frozen.pgconn.send_describe_prepared(b"")
    frozen.pgconn.send_flush_request()


@pytest.mark.postgres
@pytest.mark.parametrize("database_kind", ["postgres"])
@pytest.mark.parametrize("stopped", [_in_a_batch, _behind_a_batch])
async def test_a_hub_that_froze_while_it_wrote_holds_nobody_up_for_long(
    hub: Inside, stopped: Callable[[psycopg.Connection[object]], None]
):
    """No time-out of PostgreSQL ends such a session."""
    url = hub.hub.db.url.replace("+psycopg", "")
    with contextlib.closing(psycopg.connect(url, application_name="routehub")) as frozen:
        frozen.pgconn.enter_pipeline_mode()
        stopped(frozen)
        frozen.pgconn.flush()
        posted = await hub.post("MK", "notes", NOTE)
        assert posted.status_code == 201, posted.text


@pytest.mark.postgres
def test_no_reader_feels_that_a_kept_connection_has_died(postgres_url: str):
    """After a restart of the database each of those that were kept would fail one reader."""
    db, other = Database(postgres_url), Database(postgres_url)

    def own(conn: Connection) -> int:
        return int(conn.execute(text("SELECT pg_backend_pid()")).scalar_one())

    try:
        first = db.read_sync(own)
        end = text("SELECT pg_terminate_backend(:pid, 5000)")
        assert other.read_sync(lambda conn: conn.execute(end, {"pid": first}).scalar())
        assert db.read_sync(own) != first
    finally:
        db.close()
        other.close()
