"""Hash chains (PROMISES D3). A link covers the salted hash of the content, so that a body can be erased and
the chain still holds; each party's feed has a chain of its own, which proves its completeness."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from routehub.core.canonical import digest, dumps
from routehub_schemas.checkpoint import START, content_hash, link

__all__ = ["START", "audit_hash", "content_hash", "entry_hash", "exact", "link", "salt"]


def salt() -> str:
    return secrets.token_hex(16)


# What an entry says beside its body. The body is covered by its salted hash, the sequence by the link itself.
_COVERED = (
    "id", "route", "short_id", "kind", "version", "party", "actor", "author", "on_behalf_of", "sender_id",
    "subject", "tlp", "audience_id", "thread", "content_hash",
)  # fmt: skip


def entry_hash(entry: Mapping[str, Any], audience: str) -> str:
    """The hash that an entry's link covers: every column, and ``audience``, the digest of its frozen readers. So
    a change of who may read a message, or of when it came, breaks the chain like a change of its body."""
    return digest(dumps([*(entry[name] for name in _COVERED), exact(entry["accepted_at"]), audience]))


def audit_hash(act: str, route: str, party: str, actor: str, detail: str, at: datetime) -> str:
    """The hash that an audit row's link covers."""
    return digest(dumps([act, route, party, actor, detail, exact(at)]))


def exact(moment: datetime) -> str:
    """A moment to the microsecond, as the database keeps it."""
    return moment.isoformat(timespec="microseconds")
