"""What was accepted survives a power cut (PROMISES A2): copies of the disk at any instant, read as after a restart."""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from routehub.core.db import Database
from routehub.journal.tables import entries, feed_rows, idempotency_keys
from tests.faults.load import Answered, Load
from tests.fixtures.accounting import Account
from tests.fixtures.databases import migrate, sqlite_url
from tests.fixtures.furnished import furnish
from tests.fixtures.hub import HubProcess
from tests.fixtures.postgres import PostgresServer
from tests.fixtures.sizes import seeded, sized
from tests.journal.stored import faults
from tests.soak.disk import LoopDisk, can_mount, loop_disk
from tests.soak.processes import family

__all__ = ["loop_disk"]
SENDERS = ("MK", "RS", "HR", "SI")
NEEDS_ROOT = pytest.mark.skipif(not can_mount(), reason="a loop device needs root")
Told = dict[str, Answered]


def stored(conn: Connection) -> dict[tuple[str, str], tuple[str, int]]:
    """Id and feed number of each message, by its sender and the sender's key."""
    k, e, f = idempotency_keys.c, entries.c, feed_rows.c
    rows = conn.execute(
        select(k.party, k.key, e.id, f.feed)
        .join(entries, e.id == k.message_id)
        .join(feed_rows, (f.sequence == e.sequence) & (f.party == k.party))
    )
    return {(row.party, row.key): (row.id, row.feed) for row in rows}


def lost(url: str, told: Told) -> list[str]:
    """What was answered and is not there as it was answered; and what does not fit together."""
    db = Database(url)
    try:
        there = db.read_sync(stored)
    finally:
        db.close()
    found = [
        f"{said.key}: was {answer}, is {there.get((said.party, said.key))}"
        for said in told.values()
        for answer in {(i, feed) for _, i, feed in said.answers}
        if there.get((said.party, said.key)) != answer
    ]
    return found + [str(fault) for fault in faults(url)]


def cut(
    disk: LoopDisk, tmp_path: Path, load: Load, pids: list[int], look: Callable[[Path, Told], list[str]]
) -> list[str]:
    """Stop who writes, note what was answered by then, copy the disk, and see what a restart would find."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        told = dict(load.accepted)
        disk.copy(tmp_path / "cut.image")
    finally:
        for pid in reversed(pids):
            os.kill(pid, signal.SIGCONT)
    with contextlib.closing(LoopDisk(disk.folder.with_name("cut"), tmp_path / "cut.image")) as left:
        return look(left.folder, told)


def cut_often(
    disk: LoopDisk, tmp_path: Path, start_hub: Callable[..., HubProcess], migrated: Path, account: Account, times: int,
    module: str = "routehub.cli.__main__",
) -> None:  # fmt: skip
    url = sqlite_url(Path(shutil.copy(migrated, disk.folder / "hub.sqlite")))
    keys = furnish(url)
    hub = start_hub(url, mode="exercise", module=module)
    chance = seeded(48)
    with Load(hub.url, keys, SENDERS) as load:
        for _ in account.rounds("power cuts", times):
            load.more(chance.randint(1, 60))
            account.found += cut(
                disk, tmp_path, load, [hub.pid], lambda folder, told: lost(sqlite_url(folder / "hub.sqlite"), told)
            )
            account.accepted = len(load.accepted)
            if account.found:
                break
    account.found += load.faults


@pytest.mark.soak
@NEEDS_ROOT
@pytest.mark.timeout(sized(300, 0))
def test_what_was_accepted_survives_a_power_cut(
    loop_disk: LoopDisk, tmp_path: Path, start_hub: Callable[..., HubProcess], migrated_sqlite: Path, account: Account
):
    cut_often(loop_disk, tmp_path, start_hub, migrated_sqlite, account, sized(3, 50))
    assert account.found == []
    assert account.accepted > account.tried["power cuts"]


@NEEDS_ROOT
def test_the_harness_catches_a_database_that_does_not_wait_for_the_disk(
    loop_disk: LoopDisk, tmp_path: Path, start_hub: Callable[..., HubProcess], migrated_sqlite: Path
):
    account = Account()
    cut_often(loop_disk, tmp_path, start_hub, migrated_sqlite, account, 4, module="tests.soak.planted.trusts_the_cache")
    assert any(fault.endswith("is None") for fault in account.found), account.found[:3]


@pytest.fixture
def postgres_on_disk(loop_disk: LoopDisk, postgres_programs: Path) -> Iterator[PostgresServer]:
    server = PostgresServer(postgres_programs, folder=loop_disk.folder, options=SPARE)
    try:
        server.start()
        subprocess.run(["sync", "-f", loop_disk.folder], check=True)  # initdb does not wait for the disk in tests
        yield server
    finally:
        server.stop("immediate")


SPARE = {"max_wal_size": "64MB", "min_wal_size": "32MB"}


@pytest.mark.soak
@pytest.mark.long
@pytest.mark.postgres
@NEEDS_ROOT
@pytest.mark.timeout(0)
@pytest.mark.parametrize("loop_disk", [512], indirect=True)
def test_what_was_accepted_survives_a_power_cut_of_postgresql(
    loop_disk: LoopDisk, postgres_on_disk: PostgresServer, postgres_programs: Path, tmp_path: Path,
    start_hub: Callable[..., HubProcess], account: Account,
):  # fmt: skip
    url, times, chance = postgres_on_disk.create("hub"), sized(3, 50), seeded(49)
    migrate(url, tmp_path)
    keys = furnish(url)

    def look(folder: Path, told: Told) -> list[str]:
        again = PostgresServer(postgres_programs, folder=folder, options=SPARE)
        (again.data / "postmaster.pid").unlink(missing_ok=True)
        again.start()
        try:
            return lost(again.url("hub"), told)
        finally:
            again.stop()

    hub = start_hub(url, mode="exercise")
    with Load(hub.url, keys, SENDERS) as load:
        for _ in account.rounds("power cuts", times):
            load.more(chance.randint(1, 60))
            account.found += cut(loop_disk, tmp_path, load, family(postgres_on_disk.pid), look)
            account.accepted = len(load.accepted)
    account.found += load.faults
    assert account.found == []
