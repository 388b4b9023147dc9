"""What a process holds, as the kernel says."""

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

from tests.fixtures.hub import HubProcess

MEBIBYTE = 1024 * 1024


def megabytes(hubs: Iterable[HubProcess]) -> float:
    """Resident memory of all together."""
    pages = 0
    for hub in hubs:
        with contextlib.suppress(OSError):
            pages += int(Path(f"/proc/{hub.pid}/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / MEBIBYTE, 1)


def descriptors(hubs: Iterable[HubProcess]) -> int:
    """Open files and sockets of all together."""
    found = 0
    for hub in hubs:
        with contextlib.suppress(OSError):
            found += len(os.listdir(f"/proc/{hub.pid}/fd"))
    return found
