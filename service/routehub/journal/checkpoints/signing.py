"""The hub's key for checkpoints: ed25519 (RFC 8032), in a file beside the database and never in it.

Whoever can write to the database can compute its chains anew; what was signed before with a key that they do not have
says otherwise. Each hub on a database has a key of its own, so that no key needs to travel.
"""

import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from routehub.core.errors import HubError
from routehub_schemas.checkpoint import Checkpoint, PublicKey, signed

FILE = "checkpoints.pem"


def private_key(file: Path) -> Ed25519PrivateKey:
    """The key in a file; made when there is none, readable by its owner alone.

    Errors: HubError where the file holds something else or cannot be made.
    """
    try:
        _make(file)
        key = load_pem_private_key(file.read_bytes(), password=None)
    except FileExistsError:
        raise HubError(f"{file} is being made by another process. Start again.") from None
    except (OSError, ValueError, TypeError) as fault:
        raise HubError(f"The key for checkpoints in {file} cannot be read: {fault}") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise HubError(f"The key for checkpoints in {file} is not one of ed25519.")
    return key


def _make(file: Path) -> None:
    """Whole or not at all, and never over one that is there: two hubs that start together on one folder share it."""
    if file.exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    text = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    writing = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(writing, "wb") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        os.link(fresh, file)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()  # also after a full disk: nothing empty is left


class Signer:
    """Signs checkpoints with one key, under the name of the deployment."""

    def __init__(self, key: Ed25519PrivateKey, deployment: str) -> None:
        self._key, self.deployment = key, deployment
        self.public = PublicKey(f"routehub/{deployment}", key.public_key().public_bytes_raw())

    def sign(self, chain: str, number: int, last: str, epoch: int, at: str) -> str:
        """The note of a chain's checkpoint; chain: ``journal``, ``audit`` or ``feed/ROUTE/PARTY``."""
        found = Checkpoint(f"{self.public.name}/{chain}", number, last, epoch, at)
        return signed(found, self.public, self._key.sign(found.text.encode()))


def check(public: bytes, signature: bytes, text: bytes) -> bool:
    """Whether this key made this signature of this text."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text)
    except (InvalidSignature, ValueError):
        return False
    return True
