"""The keys that sign webhooks, in the forms of Standard Webhooks: ``whsec_`` (HMAC-SHA256, signature ``v1``), and
``whsk_`` with its public half ``whpk_`` (ed25519, signature ``v1a``). All of them sign ``id.timestamp.body``.

With ed25519 the receiver holds nothing that is secret: the public half may lie anywhere, and cannot sign.
"""

import base64
import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from standardwebhooks.webhooks import Webhook

Signing = Literal["hmac", "ed25519", "both"]
HMAC, ED25519, PUBLIC = "whsec_", "whsk_", "whpk_"
_BYTES = 32


@dataclass(frozen=True)
class SigningKey:
    """One key of a subscription. ``ends_at``: until when an earlier one signs beside the newer; None for the present
    ones."""

    secret: str
    ends_at: datetime | None = None

    @property
    def id(self) -> str:
        """A name that tells nothing of the key: it holds 256 random bits."""
        return hashlib.sha256(self.secret.encode()).hexdigest()[:12]

    @property
    def form(self) -> Literal["hmac", "ed25519"]:
        return "ed25519" if self.secret.startswith(ED25519) else "hmac"

    @property
    def public(self) -> str | None:
        """The public half of an ed25519 key."""
        if self.form == "hmac":
            return None
        return PUBLIC + base64.b64encode(_private(self.secret).public_key().public_bytes_raw()).decode()


def new_keys(signing: Signing) -> tuple[str, ...]:
    """Fresh keys, one for each form that is wanted."""
    forms = {"hmac": (HMAC,), "ed25519": (ED25519,), "both": (HMAC, ED25519)}[signing]
    return tuple(form + base64.b64encode(secrets.token_bytes(_BYTES)).decode() for form in forms)


def signatures(keys: Iterable[str], message_id: str, at: datetime, body: str) -> str:
    """The header ``webhook-signature``: one signature for each key, separated by spaces. ``at`` is in UTC."""
    return " ".join(_signature(key, message_id, at, body) for key in keys)


def _signature(key: str, message_id: str, at: datetime, body: str) -> str:
    if key.startswith(HMAC):
        return Webhook(key).sign(message_id, at, body)
    signed = _private(key).sign(f"{message_id}.{int(at.timestamp())}.{body}".encode())
    return f"v1a,{base64.b64encode(signed).decode()}"


def _private(key: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(key.removeprefix(ED25519)))
