"""Processes of other programs, as the kernel lists them."""

import contextlib
from pathlib import Path


def family(pid: int) -> list[int]:
    """A process and its children; PostgreSQL's are in sessions of their own, so no signal reaches them together."""
    found = [pid]
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(stat.parent.name))
    return found
