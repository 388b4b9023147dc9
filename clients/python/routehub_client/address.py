"""Where the hub is, who asks, and whether the key may travel there."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from routehub_client import __about__
from routehub_client.errors import Misconfigured

KEY = re.compile(r"rh_[a-z0-9]+_[A-Za-z0-9]+_[A-Za-z0-9_-]+")
AGENT = f"routehub-client/{__about__.__version__}"


@dataclass(frozen=True)
class Address:
    """A hub and the key for it. The key never shows in a representation or an error."""

    url: str
    key: str | None = field(default=None, repr=False)

    @classmethod
    def of(
        cls, url: str, key: str | None = None, key_file: str | Path | None = None, allow_http: bool = False
    ) -> Address:
        """Checks the address first: a key goes over TLS, or to this machine, and nowhere else."""
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.username:
            raise Misconfigured(f"{url!r} is not the address of a hub, such as https://hub.example.")
        if parts.scheme == "http" and not (allow_http or _is_this_machine(parts.hostname)):
            raise Misconfigured(f"{url} would send the key in clear text. Use https.")
        if key is None and key_file is not None:
            key = read_key(key_file)
        elif key is not None:
            key = check_key(key)
        return cls(url.rstrip("/"), key)

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc

    @property
    def public(self) -> str:
        """The part of the key that is no secret; the secret itself may hold underscores."""
        return "_".join((self.key or "").split("_", 3)[:3])

    @property
    def headers(self) -> dict[str, str]:
        told = {"User-Agent": AGENT}
        return told if self.key is None else told | {"Authorization": f"Bearer {self.key}"}

    def socket(self, path: str, asked: tuple[tuple[str, str], ...]) -> str:
        """The WebSocket address of a path."""
        query = f"?{urlencode(asked)}" if asked else ""
        return "ws" + self.url.removeprefix("http") + path + query


def read_key(file: str | Path) -> str:
    """The key in a file: one line, `rh_<class>_<public id>_<secret>`."""
    try:
        text = Path(file).expanduser().read_text("utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise Misconfigured(f"Cannot read the key file {file}: {_reason(fault)}.") from None
    return check_key(text)


def check_key(text: str) -> str:
    key = text.strip()
    if not KEY.fullmatch(key):
        raise Misconfigured("This is not a key of the hub: it begins with rh_ and is one line.")
    return key


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _reason(fault: Exception) -> str:
    return (fault.strerror or "cannot be opened") if isinstance(fault, OSError) else "it is not text"
