"""The manifest of a backup: what it is of, what is in it, and whether it was proven by restoring it."""

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ValidationError

from routehub.core.errors import HubError
from routehub.keeping.content import Content

NAME = "manifest.json"
SQLITE_FILE, POSTGRES_FILE = "database.sqlite", "database.dump"
FILES = "files"
"""The folder of a backup that holds files of the hub's data folder."""
NAMED = "named"
"""The folder with files that settings name elsewhere, each under the name of its setting."""
BLOCK = 1024 * 1024
FOLDER = re.compile(r"routehub-\d{8}T\d{6}Z(-\d+)?")


class Kept(BaseModel):
    """One file of a backup: its path within it, its bytes and their SHA-256. ``mode``: its permissions."""

    path: str
    bytes: int
    sha256: str
    mode: int = 0o600


class Manifest(BaseModel):
    """``proven_at``: when the backup was last restored into an empty database, brought to the newest form and verified;
    None: never."""

    form: Literal[1] = 1
    made_at: AwareDatetime
    version: str
    database: Literal["sqlite", "postgresql"]
    content: Content
    files: list[Kept]
    proven_at: AwareDatetime | None = None

    @property
    def database_file(self) -> str:
        return SQLITE_FILE if self.database == "sqlite" else POSTGRES_FILE

    @property
    def bytes(self) -> int:
        return sum(one.bytes for one in self.files)


def kept(folder: Path, path: Path, mode: int = 0o600) -> Kept:
    return Kept(path=path.relative_to(folder).as_posix(), bytes=path.stat().st_size, sha256=sha256(path), mode=mode)


def sha256(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            found.update(block)
    return found.hexdigest()


def write(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest as a whole, on disk before it has its name."""
    new = folder / f".{NAME}"
    with new.open("w") as file:
        file.write(manifest.model_dump_json(indent=2) + "\n")
        file.flush()
        os.fsync(file.fileno())
    new.chmod(0o600)
    new.rename(folder / NAME)
    sync_folder(folder)


def read(folder: Path) -> Manifest:
    """Errors: HubError for a folder that is no backup, or one of a later version."""
    try:
        return Manifest.model_validate_json((folder / NAME).read_text())
    except OSError as fault:
        raise HubError(f"{folder} is no backup: its {NAME} cannot be read ({fault.strerror}).") from None
    except ValidationError:
        raise HubError(f"{folder / NAME} is no manifest that this version understands.") from None


def check_files(folder: Path, manifest: Manifest) -> None:
    """Every file of a backup is there as it was written. Errors: HubError that names those that are not."""
    bad = []
    for one in manifest.files:
        path = folder / one.path
        if ".." in Path(one.path).parts or not path.resolve().is_relative_to(folder.resolve()):
            bad.append(f"{one.path} lies outside the backup")
        elif not path.is_file():
            bad.append(f"{one.path} is missing")
        elif path.stat().st_size != one.bytes or sha256(path) != one.sha256:
            bad.append(f"{one.path} is not what was written")
    if manifest.database_file not in {one.path for one in manifest.files}:
        bad.append(f"{manifest.database_file} is not listed")
    if bad:
        raise HubError(f"This backup is damaged: {'; '.join(bad)}.")


def all_in(folder: Path) -> Iterator[tuple[Path, Manifest]]:
    """The finished backups in a folder, the oldest first; what cannot be read is passed over."""
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if FOLDER.fullmatch(path.name) and (path / NAME).is_file():
            try:
                yield path, read(path)
            except HubError:
                continue


def sync_folder(folder: Path) -> None:
    """Let the names in a folder be on disk."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
