"""Back to a moment with PostgreSQL's own means, as docs/backup.md says it: archived log, base backup, a target time."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import httpx
import psycopg
import pytest

from routehub.core.db import Database
from routehub.journal.verify import verify
from tests.fixtures.databases import migrate
from tests.fixtures.furnished import bearer, furnish
from tests.fixtures.hub import HubProcess
from tests.fixtures.postgres import PostgresServer
from tests.fixtures.waiting import wait_for


@pytest.mark.soak
@pytest.mark.postgres
def test_a_hub_goes_back_to_the_second_before_a_mistake(
    start_postgres: Callable[..., PostgresServer], start_hub: Callable[..., HubProcess], tmp_path: Path
):
    server = start_postgres(
        durable=True, wal_level="replica", archive_mode="on",
        archive_command="test ! -f ../archive/%f && cp %p ../archive/%f",
    )  # fmt: skip
    (archive := server.folder / "archive").mkdir()
    _own(server, archive)
    url = server.create("routehub")
    migrate(url, tmp_path)
    keys = furnish(url)
    hub = start_hub(url)
    post = _Poster(hub, bearer(keys[("wbr", "SI")]))
    before = [post() for _ in range(20)]
    server._run("pg_basebackup", "-D", server.folder / "base", "-h", "127.0.0.1", "-p", str(server.port), "-U",
                "routehub", "--checkpoint=fast", "--wal-method=none")  # fmt: skip
    before += [post() for _ in range(20)]
    old = post.head()
    moment = _one(server, "SELECT pg_sleep(1.1) IS NULL, clock_timestamp()::text")[1]
    assert isinstance(moment, str)
    after = [post() for _ in range(20)]
    segment = str(_one(server, "SELECT pg_walfile_name(pg_switch_wal())")[0])
    wait_for(lambda: (archive / segment).exists(), 30, "the archiving of the last segment")
    hub.stop()
    server.stop()

    server.data.rename(server.folder / "broken")
    (server.folder / "base").rename(server.data)
    (server.data / "recovery.signal").touch()
    _own(server, server.data / "recovery.signal")
    server.options |= {
        "restore_command": "cp ../archive/%f %p", "recovery_target_time": moment, "recovery_target_action": "promote",
    }  # fmt: skip
    server.start()
    wait_for(lambda: not _one(server, "SELECT pg_is_in_recovery()", "routehub")[0], 30, "the end of the recovery")

    said = hub.command("new-epoch").stdout
    assert "Every chain fits." in said
    hub.start()
    assert post.status_of(old) == 410
    found = post.ids()
    assert set(before) <= found
    assert not set(after) & found
    db = Database(url)
    assert db.read_sync(lambda conn: list(verify(conn))) == []
    db.close()
    print(f"point in time: {len(before)} messages from before {moment} are there, 0 of {len(after)} from after it")


class _Poster:
    def __init__(self, hub: HubProcess, headers: dict[str, str]) -> None:
        self._hub, self._headers = hub, headers

    def __call__(self) -> str:
        body = {"to": ["EC"], "subject": "A note", "text": "before or after"}
        answer = httpx.post(f"{self._hub.url}/v1/notes", headers=self._headers, json=body, trust_env=False)
        return str(answer.raise_for_status().json()["id"])

    def _get(self, **query: str | int) -> httpx.Response:
        return httpx.get(f"{self._hub.url}/v1/messages", headers=self._headers, params=query, trust_env=False)

    def head(self) -> str:
        return str(self._get(limit=1).json()["head"])

    def status_of(self, cursor: str) -> int:
        return self._get(after=cursor).status_code

    def ids(self) -> set[str]:
        return {event["id"] for event in self._get(after="0", limit=500).json()["messages"]}


def _one(server: PostgresServer, query: str, database: str = "postgres") -> tuple[object, ...]:
    with psycopg.connect(server.dsn(database), autocommit=True) as conn:
        found = conn.execute(query.encode()).fetchone()
    assert found is not None
    return found


def _own(server: PostgresServer, path: Path) -> None:
    """What the server reads and writes belongs to the account under which it runs."""
    if os.geteuid() == 0:
        shutil.chown(path, server.folder.stat().st_uid, server.folder.stat().st_gid)
