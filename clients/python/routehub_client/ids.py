"""Ids made on this side: the idempotency key of a write, and a short form that can be read over the phone."""

from __future__ import annotations

import secrets
import time
import uuid

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without 0, 1, I, L, O and U, which are easily taken for another character."""


def new_key() -> str:
    """A UUID of version 7 (RFC 9562): unique, and in the order in which they were made."""
    millis = time.time_ns() // 1_000_000
    value = (millis & 0xFFFF_FFFF_FFFF) << 80 | 0x7 << 76 | secrets.randbits(12) << 64
    value |= 0b10 << 62 | secrets.randbits(62)
    return str(uuid.UUID(int=value))


def short() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(4))
