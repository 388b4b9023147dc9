"""Secrets that the hub has to read again, such as those of one-time codes: in the database they lie encrypted, under a
key that does not lie there. Whoever gets at the database alone, or at a backup of it, makes no codes with it.

AES-256-GCM with a fresh nonce (NIST SP 800-38D); the owner is authenticated with it, so that a sealed secret put into
another's row does not open. The key is a file that only the hub's account reads; all hubs on one database share it.
"""

import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from routehub.core.errors import HubError

MARK = "v1:"
KEY_BYTES, NONCE_BYTES = 32, 12


class WrongKey(HubError):
    """A secret was sealed under another key, or for another owner."""

    status, code, title = 500, "wrong-secrets-key", "The secrets key of this hub is not the one that sealed this"


class Vault:
    """Seals and opens secrets. ``file``: where the key lies; it is made when something is sealed for the first time."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._cipher: AESGCM | None = None

    def seal(self, secret: str, owner: str) -> str:
        """The secret as it may lie in the database."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = self._key(make=True).encrypt(nonce, secret.encode(), owner.encode())
        return MARK + urlsafe_b64encode(nonce + sealed).decode()

    def open(self, sealed: str, owner: str) -> str:
        """The secret itself. What was stored before there was a key is taken as it is. Errors: ``WrongKey``."""
        if not sealed.startswith(MARK):
            return sealed
        content = urlsafe_b64decode(sealed.removeprefix(MARK))
        try:
            return self._key().decrypt(content[:NONCE_BYTES], content[NONCE_BYTES:], owner.encode()).decode()
        except InvalidTag:
            raise WrongKey(
                f"{self.file} is not the key under which this was sealed. Put the right file back."
            ) from None

    def _key(self, *, make: bool = False) -> AESGCM:
        if self._cipher is None:
            if make:
                _make(self.file)
            try:
                content = self.file.read_bytes()
            except OSError as fault:
                raise WrongKey(f"{self.file} cannot be read ({fault.strerror}). Put it back from a backup.") from None
            if len(content) != KEY_BYTES:
                raise WrongKey(f"{self.file} is no key of {KEY_BYTES} bytes.")
            self._cipher = AESGCM(content)
        return self._cipher


def _make(file: Path) -> None:
    """Lay a new key down, unless there is one. Written beside it first: two hubs that start together agree on one."""
    if file.exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    writing = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(writing, "wb") as out:
            out.write(secrets.token_bytes(KEY_BYTES))
            out.flush()
            os.fsync(out.fileno())
        with suppress(FileExistsError):
            os.link(beside, file)
    finally:
        beside.unlink()  # also after a full disk: nothing empty is left
