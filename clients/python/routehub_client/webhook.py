"""Webhooks: is this really from the hub? (Standard Webhooks, standardwebhooks.com)"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook, WebhookVerificationError

from routehub_client.errors import BadSignature, Misconfigured


def verify(secret: str, headers: Mapping[str, str], body: bytes | str) -> dict[str, Any]:
    """The CloudEvent of a webhook, after its signature was checked over the bytes as they came.

    `secret` is the `whsec_…` shown when the subscription was made; `headers` are those of the
    request. Raises `BadSignature` when a header is missing, the signature does not match, or the
    time is more than five minutes away (so that an old call cannot be played again).
    """
    try:
        webhook = Webhook(secret)
    except (EmptyWebhookSecretError, ValueError):
        raise Misconfigured("This is not the secret of a webhook: it begins with whsec_.") from None
    try:
        event = webhook.verify(body, dict(headers))
    except (WebhookVerificationError, ValueError) as fault:
        raise BadSignature(f"Not signed by the hub: {fault}") from None
    if not isinstance(event, dict):
        raise BadSignature("Signed, but not a CloudEvent.")
    return event
