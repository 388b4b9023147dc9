"""One way to write JSON, so that equal content has equal bytes and so an equal hash."""

import hashlib
import json
from datetime import UTC, date, datetime
from typing import Any


def _default(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no canonical form")


# Made once: ``json.dumps`` makes an encoder for each call.
_encode = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, check_circular=False, default=_default
).encode


def dumps(value: Any) -> str:
    """Compact JSON with sorted keys; times in UTC with ``Z``."""
    return _encode(value)


def digest(value: str | bytes) -> str:
    """SHA-256 as 64 hexadecimal digits."""
    return hashlib.sha256(value.encode() if isinstance(value, str) else value).hexdigest()


def iso(moment: datetime) -> str:
    """``2015-10-20T06:24:11.120Z``: RFC 3339 in UTC, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
