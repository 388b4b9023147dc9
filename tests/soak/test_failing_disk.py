"""A disk that fails or is full at any one write (A5, A6): what was refused is nowhere, what was taken is whole.

The hub runs over a small C library that fails the n-th write, truncation or flush under its folder."""

import errno
import mmap
import shutil
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.load import Load, broken_promises
from tests.fixtures.accounting import Account
from tests.fixtures.databases import sqlite_url
from tests.fixtures.furnished import Keys, furnish
from tests.fixtures.hub import HubProcess
from tests.fixtures.sizes import seeded, sized
from tests.fixtures.waiting import NeverHappened, wait_for
from tests.journal.stored import faults

SENDERS = ("MK", "RS", "HR", "SI")
ERRORS = (errno.ENOSPC, errno.EIO)
FIELDS = struct.Struct("iiii")


class FailingDisk:
    """Fails one call when it is told to."""

    def __init__(self, tmp_path: Path) -> None:
        self.folder = tmp_path / "disk"
        self.folder.mkdir()
        library, order = tmp_path / "failing.so", tmp_path / "order"
        source = Path(__file__).with_name("failing.c")
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-w", "-o", library, source, "-ldl"], check=True)
        order.write_bytes(bytes(FIELDS.size))
        self._file = order.open("r+b")
        self._order = mmap.mmap(self._file.fileno(), FIELDS.size)
        self.environment = {
            "LD_PRELOAD": str(library), "FAILING_DISK": str(order), "FAILING_FOLDER": str(self.folder),
        }  # fmt: skip

    def __enter__(self) -> "FailingDisk":
        return self

    def __exit__(self, *_: object) -> None:
        self._order.close()
        self._file.close()

    def fail(self, after: int, error: int) -> None:
        """Let the call fail that comes ``after`` so many others, and wait until it has."""
        seen, _, _, met = FIELDS.unpack(self._order[:])
        struct.pack_into("ii", self._order, 4, seen + after, error)
        wait_for(lambda: FIELDS.unpack(self._order[:])[3] > met or self._passed(seen + after), 20, "a failing call")

    def _passed(self, at: int) -> bool:
        """Armed a moment too late: the call had been made already."""
        return bool(FIELDS.unpack(self._order[:])[0] > at + 200)

    @property
    def met(self) -> int:
        return int(FIELDS.unpack(self._order[:])[3])


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[FailingDisk]:
    if shutil.which("cc") is None:
        pytest.skip("no C compiler")
    with FailingDisk(tmp_path) as found:
        yield found


def hub_over(disk: FailingDisk, migrated: Path, module: str) -> tuple[HubProcess, Keys]:
    url = sqlite_url(Path(shutil.copy(migrated, disk.folder / "hub.sqlite")))
    keys = furnish(url)
    hub = HubProcess(disk.folder.parent / "hub", url, {"mode": "exercise"}, module, anew=True)
    hub.environment |= disk.environment
    return hub.start(), keys


def fail_often(
    disk: FailingDisk, migrated: Path, account: Account, times: int, module: str = "routehub.cli.__main__"
) -> None:
    hub, keys = hub_over(disk, migrated, module)
    chance = seeded(28)
    try:
        with Load(hub.url, keys, SENDERS, pause=0.005) as load:
            load.more(5)
            for number in account.rounds("calls told to fail", times):
                disk.fail(chance.randint(1, 60), ERRORS[number % 2])
                load.more(3)
                account.accepted, account.tried["calls that failed"] = len(load.accepted), disk.met
        account.notes["refused for now"] = dict(load.refusals)
        account.found += broken_promises(load, hub.url, keys)
    except NeverHappened as stuck:
        account.found.append(f"after {disk.met} failing calls: {stuck}")
    finally:
        hub.kill9()
    account.found += [str(fault) for fault in faults(hub.database_url)]


@pytest.mark.soak
@pytest.mark.timeout(sized(300, 0))
def test_a_disk_that_fails_at_any_write_loses_nothing_that_was_accepted(
    disk: FailingDisk, migrated_sqlite: Path, account: Account
):
    fail_often(disk, migrated_sqlite, account, sized(15, 2_000))
    assert account.found == []
    assert disk.met > account.tried["calls told to fail"] // 2
    assert account.notes["refused for now"]


@pytest.mark.long
def test_the_harness_catches_an_error_of_the_disk_that_is_taken_for_success(disk: FailingDisk, migrated_sqlite: Path):
    account = Account()
    fail_often(disk, migrated_sqlite, account, 8, module="tests.soak.planted.takes_errors_for_success")
    assert any("lost after it was answered" in fault for fault in account.found), account.found[:3]
