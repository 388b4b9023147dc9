"""Webhooks are believed only when the hub signed them."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
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


PRIVATE = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
PUBLIC = "whpk_" + base64.b64encode(PRIVATE.public_key().public_bytes_raw()).decode()
OTHER_PRIVATE = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
OTHER = "whpk_" + base64.b64encode(OTHER_PRIVATE.public_key().public_bytes_raw()).decode()


def signed_by_key(body: str = BODY, at: datetime | None = None) -> dict[str, str]:
    seconds = int((at or datetime.now(UTC)).timestamp())
    signature = base64.b64encode(PRIVATE.sign(f"1.{seconds}.{body}".encode())).decode()
    return {"webhook-id": "1", "webhook-timestamp": str(seconds), "webhook-signature": f"v1,AAAA v1a,{signature}"}


def test_one_of_several_keys_is_enough_while_they_are_changed() -> None:
    for keys, headers in (
        ((OTHER, PUBLIC), signed_by_key()),
        ((PUBLIC, SECRET), signed()),
        ([PUBLIC], signed_by_key()),
    ):
        assert verify(keys, headers, BODY.encode())["id"] == "1"


@pytest.mark.parametrize(
    ("key", "headers", "body"),
    [
        (OTHER, signed_by_key(), BODY),
        (PUBLIC, signed(), BODY),
        (PUBLIC, signed_by_key(), BODY.replace("alert", "note")),
        (PUBLIC, signed_by_key(at=datetime.now(UTC) - timedelta(minutes=6)), BODY),
        (PUBLIC, {**signed_by_key(), "webhook-signature": "v1a"}, BODY),
        (PUBLIC, {**signed_by_key(), "webhook-timestamp": "1e9"}, BODY),
        (PUBLIC, {}, BODY),
    ],
)
def test_nothing_else_fits_a_public_key(key: str, headers: dict[str, str], body: str) -> None:
    with pytest.raises(BadSignature):
        verify(key, headers, body)


@pytest.mark.parametrize("key", ["whpk_", "whpk_!", "whpk_AAAA", []])
def test_a_public_key_that_is_none_is_a_fault_of_the_set_up(key: str | list[str]) -> None:
    with pytest.raises(Misconfigured):
        verify(key, signed_by_key(), BODY)
