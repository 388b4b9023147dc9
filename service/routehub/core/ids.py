"""Identifiers: UUIDv7 for messages (RFC 9562, 5.7), short ids that can be read over the phone, secrets."""

import hashlib
import os
import secrets
import uuid
from datetime import datetime

# No 0/O, 1/I/L, S/5: they are mistaken for each other on the phone and in print.
SHORT_ALPHABET = "2346789ABCDEFGHJKMNPQRTUVWXYZ"


def uuid7(moment: datetime) -> str:
    """A UUID version 7 whose time part is ``moment`` (milliseconds) and whose rest is random."""
    ms = int(moment.timestamp() * 1000) & ((1 << 48) - 1)
    rand = int.from_bytes(os.urandom(10), "big")
    value = ms << 80 | 0x7 << 76 | (rand >> 62 & 0xFFF) << 64 | 0b10 << 62 | rand & ((1 << 62) - 1)
    return str(uuid.UUID(int=value))


def uuid8(*parts: str) -> str:
    """A UUID version 8 (RFC 9562, 5.8) that is a hash of ``parts``: the same for whoever works it out, so that what
    the hub computes twice, on two hubs or after a crash, is one message."""
    value = int(hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32], 16)
    value = value & ~(0xF << 76) | 0x8 << 76
    value = value & ~(0x3 << 62) | 0b10 << 62
    return str(uuid.UUID(int=value))


def short_id(prefix: str, length: int = 4) -> str:
    """A random short id such as ``A-7F3K``. Random, not counted: a count would tell of hidden messages."""
    return prefix + "-" + "".join(secrets.choice(SHORT_ALPHABET) for _ in range(length))


def token(size: int = 32) -> str:
    """A URL-safe secret of ``size`` random bytes."""
    return secrets.token_urlsafe(size)
