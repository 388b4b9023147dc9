"""A disk whose power can be cut: a file system on a loop device, whose image is copied while it is written to.

The copy holds what the file system had handed to its device, and nothing of what lay in the kernel's memory only: an
answer that did not wait for the disk is not in it. A device with a cache of its own may keep less than this one.
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

MEBIBYTE = 1024 * 1024


class LoopDisk:
    """``folder``: where it is mounted."""

    def __init__(self, folder: Path, image: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.image = folder, image
        _run("mount", "-o", "loop", str(image), str(folder))

    @classmethod
    def made(cls, folder: Path, image: Path, mebibytes: int) -> "LoopDisk":
        with image.open("wb") as file:
            file.truncate(mebibytes * MEBIBYTE)
        _run("mkfs.ext4", "-q", "-F", "-m", "0", "-E", "lazy_itable_init=0,lazy_journal_init=0", str(image))
        return cls(folder, image)

    def close(self) -> None:
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True)

    def _written(self) -> str:
        """Sectors written to the device so far."""
        device = _run("findmnt", "-n", "-o", "SOURCE", str(self.folder)).strip()
        return Path("/sys/block", Path(device).name, "stat").read_text().split()[6]

    def copy(self, to: Path) -> None:
        """What a power cut would leave at this moment. Whoever writes has been stopped; what the kernel still wrote
        meanwhile makes a copy of no single moment, which is made again."""
        for _ in range(50):
            before = self._written()
            _run("cp", "--sparse=always", str(self.image), str(to))
            if self._written() == before:
                return
        raise AssertionError("the disk does not come to rest")


def _run(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"{' '.join(words)}: {done.stderr.strip()}")
    return done.stdout


def can_mount() -> bool:
    return os.geteuid() == 0 and all(map(shutil.which, ("mount", "mkfs.ext4", "findmnt"))) and Path(
        "/dev/loop-control"
    ).exists()  # fmt: skip


@pytest.fixture
def loop_disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[LoopDisk]:
    """A disk of as many mebibytes as the test's parameter says, or 48."""
    with tempfile.TemporaryDirectory(prefix="rhdisk-", dir="/tmp") as name:  # open to PostgreSQL's account, too
        Path(name).chmod(0o755)
        try:
            disk = LoopDisk.made(Path(name, "disk"), tmp_path / "disk.image", getattr(request, "param", 48))
        except OSError as refused:
            pytest.skip(f"no loop device can be mounted here: {refused}")
        with contextlib.closing(disk):
            yield disk
