"""Webhooks are believed only when the hub signed them."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook

from routehub_client import BadSignature, Misconfigured, verify

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
BODY = '{"specversion":"1.0","id":"1","type":"routehub.alert.v1"}'


def signed(body: str = BODY, at: datetime | None = None, secret: str = SECRET) -> dict[str, str]:
    at = at or datetime.now(UTC)
    return {
        "Webhook-Id": "1",
        "Webhook-Timestamp": str(int(at.timestamp())),
        "Webhook-Signature": Webhook(secret).sign("1", at, body),
    }


def test_what_the_hub_signed_is_read() -> None:
    assert verify(SECRET, signed(), BODY.encode())["type"] == "routehub.alert.v1"


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (signed(), BODY.replace("alert", "note")),
        (signed(secret="whsec_" + base64.b64encode(b"x" * 32).decode()), BODY),
        (signed(at=datetime.now(UTC) - timedelta(minutes=6)), BODY),
        ({}, BODY),
        ({**signed(), "Webhook-Signature": "nonsense"}, BODY),
        (signed("[1]"), "[1]"),
        (signed("{"), "{"),
    ],
)
def test_everything_else_is_not(headers: dict[str, str], body: str) -> None:
    with pytest.raises(BadSignature):
        verify(SECRET, headers, body)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_!"])
def test_a_secret_that_is_none_is_a_fault_of_the_set_up(secret: str) -> None:
    with pytest.raises(Misconfigured):
        verify(secret, signed(), BODY)
