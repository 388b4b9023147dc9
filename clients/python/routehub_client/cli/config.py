"""What `rh` remembers between commands: where the hub is, where the key file is, who that is."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import platformdirs

from routehub_client.errors import Misconfigured

URL, KEY_FILE, ALLOW_HTTP = "ROUTEHUB_URL", "ROUTEHUB_KEY_FILE", "ROUTEHUB_ALLOW_HTTP"


@dataclass(frozen=True)
class Profile:
    """One sign-in. The key itself is never in here, only the path of its file."""

    url: str | None = None
    key_file: str | None = None
    route: str | None = None
    tz: str | None = None


def folder() -> Path:
    return platformdirs.user_config_path("routehub", appauthor=False)


def key_copy(name: str) -> Path:
    """Where `login` keeps a key that came from stdin or was to be copied."""
    return folder() / f"{name}.key"


def stored(name: str) -> Profile:
    told = _read(folder() / "config.json").get(name)
    known = Profile.__dataclass_fields__
    return Profile(**{word: told[word] for word in told if word in known}) if isinstance(told, dict) else Profile()


def store(name: str, profile: Profile | None) -> None:
    """Keeps or, with None, forgets a sign-in."""
    told = _read(folder() / "config.json")
    told.pop(name, None)
    if profile is not None:
        told[name] = {word: value for word, value in asdict(profile).items() if value is not None}
    write_private(folder() / "config.json", json.dumps(told, indent=2) + "\n")


def effective(name: str) -> Profile:
    """The stored sign-in under the environment. A stored key is never used for another address."""
    profile = stored(name)
    url = os.environ.get(URL) or profile.url
    key_file = os.environ.get(KEY_FILE)
    if key_file is None and (url is None or _same(url, profile.url)):
        key_file = profile.key_file
    return Profile(url, key_file, profile.route, profile.tz)


def allow_http() -> bool:
    return os.environ.get(ALLOW_HTTP) == "1"


def remember(name: str, told: Mapping[str, Any]) -> None:
    """A small file that may be lost at any time."""
    write_private(platformdirs.user_cache_path("routehub", appauthor=False) / f"{name}.json", json.dumps(told))


def remembered(name: str) -> dict[str, Any]:
    return _read(platformdirs.user_cache_path("routehub", appauthor=False) / f"{name}.json", strict=False)


def write_private(file: Path, text: str) -> None:
    """Writes a file that only this user can read, whole or not at all."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
    fresh.replace(file)


def _read(file: Path, strict: bool = True) -> dict[str, Any]:
    try:
        told = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        if strict:
            raise Misconfigured(f"Cannot read {file}. Remove it and sign in again: rh login") from None
        return {}
    return told if isinstance(told, dict) else {}


def _same(url: str, other: str | None) -> bool:
    return other is not None and url.rstrip("/") == other.rstrip("/")
