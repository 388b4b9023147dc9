"""Fetch the vendored scripts again, or check that those in the tree are what their list says.

    vendor.py           fetch each package with npm, compare every file's sha256, write the files
    vendor.py --check   compare the files in the tree with the list; touches no network

A list is a file `vendored.toml`; its files lie beside it:

    [[package]]
    name = "htmx.org"
    version = "2.0.4"
    licence = "0BSD"
    [[package.file]]
    source = "dist/htmx.min.js"      # inside the package
    target = "vendored/htmx.min.js"  # beside the list
    sha256 = "…"
"""

import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class VendoredFile:
    package: str
    source: str
    target: Path
    sha256: str


def lists() -> list[Path]:
    return sorted(path for folder in ("service", "tests") for path in (CHECKOUT / folder).rglob("vendored.toml"))


def files(listing: Path) -> Iterator[VendoredFile]:
    for package in tomllib.loads(listing.read_text(encoding="utf-8"))["package"]:
        named = f"{package['name']}@{package['version']}"
        for file in package["file"]:
            yield VendoredFile(named, file["source"], listing.parent / file["target"], file["sha256"])


def packed(package: str, folder: Path) -> Path:
    """npm checks the archive against the registry's own digest."""
    done = subprocess.run(
        ["npm", "pack", "--json", "--silent", package], cwd=folder, capture_output=True, text=True, check=True
    )
    return folder / str(json.loads(done.stdout)[0]["filename"])


def fetch(listing: Path) -> list[str]:
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        archives: dict[str, Path] = {}
        for file in files(listing):
            if file.package not in archives:
                archives[file.package] = packed(file.package, Path(folder))
            with tarfile.open(archives[file.package]) as archive:
                member = archive.extractfile(f"package/{file.source}")
                content = member.read() if member else b""
            found = hashlib.sha256(content).hexdigest()
            if found != file.sha256:
                wrong.append(f"{file.package} {file.source}: the list says {file.sha256}, fetched {found}")
                continue
            file.target.parent.mkdir(parents=True, exist_ok=True)
            file.target.write_bytes(content)
            print(f"{file.package} {file.source} -> {file.target.relative_to(CHECKOUT)}")
    return wrong


def check(listing: Path) -> list[str]:
    return [
        f"{file.target.relative_to(CHECKOUT)} is not {file.package} {file.source}"
        for file in files(listing)
        if not file.target.exists() or hashlib.sha256(file.target.read_bytes()).hexdigest() != file.sha256
    ]


def main(arguments: list[str]) -> int:
    act = check if "--check" in arguments else fetch
    wrong = [line for listing in lists() for line in act(listing)]
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
