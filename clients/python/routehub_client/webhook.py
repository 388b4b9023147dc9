"""Webhooks: is this really from the hub? (Standard Webhooks, standardwebhooks.com)"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook, WebhookVerificationError

from routehub_client.errors import BadSignature, Misconfigured

PUBLIC = "whpk_"
TOLERANCE = 300
"""Seconds that the time of a call may be away, as the library of Standard Webhooks has it."""


def verify(keys: str | Iterable[str], headers: Mapping[str, str], body: bytes | str) -> dict[str, Any]:
    """The CloudEvent of a webhook, after its signature was checked over the bytes as they came.

    `keys` is the `whsec_…` shown when the subscription was made, or the `whpk_…` of its ed25519 key (which is no
    secret); several while keys are changed: one that fits is enough. `headers` are those of the request. Raises
    `BadSignature` when a header is missing, no signature matches, or the time is more than five minutes away (so
    that an old call cannot be played again).
    """
    held = [keys] if isinstance(keys, str) else list(keys)
    if not held:
        raise Misconfigured("There is no key to verify with.")
    fault: BadSignature | None = None
    for key in held:
        try:
            return _verified(key, {name.lower(): value for name, value in headers.items()}, body)
        except BadSignature as found:
            fault = found
    assert fault is not None
    raise fault


def _verified(key: str, headers: dict[str, str], body: bytes | str) -> dict[str, Any]:
    try:
        if key.startswith(PUBLIC):
            event = _by_public_key(key, headers, body)
        else:
            event = _webhook(key).verify(body, headers)
    except (WebhookVerificationError, ValueError) as fault:
        raise BadSignature(f"Not signed by the hub: {fault}") from None
    if not isinstance(event, dict):
        raise BadSignature("Signed, but not a CloudEvent.")
    return event


def _webhook(secret: str) -> Webhook:
    try:
        return Webhook(secret)
    except (EmptyWebhookSecretError, ValueError):
        raise Misconfigured("This is not the key of a webhook: it begins with whsec_ or whpk_.") from None


def _by_public_key(key: str, headers: dict[str, str], body: bytes | str) -> Any:
    """Signatures `v1a` are ed25519 over `id.timestamp.body`. Raises ValueError when none fits."""
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        raise Misconfigured("Keys of ed25519 need the extra: pip install 'routehub-client[ed25519]'") from None
    try:
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key.removeprefix(PUBLIC), validate=True))
    except ValueError:
        raise Misconfigured("This is not a public key of a webhook: whpk_ and 32 bytes in base64.") from None
    message, at, given = (headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not (message and at and given):
        raise ValueError("a header is missing")
    if not at.isdecimal() or abs(int(at) - datetime.now(UTC).timestamp()) > TOLERANCE:
        raise ValueError("the time is more than five minutes away")
    data = body.encode() if isinstance(body, str) else body
    for signature in given.split(" "):
        version, _, text = signature.partition(",")
        if version == "v1a":
            try:
                public.verify(base64.b64decode(text), f"{message}.{at}.".encode() + data)
            except InvalidSignature:
                continue
            return json.loads(data)
    raise ValueError("no signature fits this key")
