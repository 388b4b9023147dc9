"""Signatures that receivers check with the official libraries, with the client, and while keys are changed."""

import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from routehub_client import BadSignature, verify
from tests.delivery.calls import Reachable, bearer, client, get, note, post
from tests.delivery.local import LocalHub
from tests.delivery.office import Office
from tests.fixtures.webhooks import Hit, WebhookReceiver

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"])
Start = Callable[..., LocalHub]
OFFICIAL = """
const { Webhook } = require("standardwebhooks");
const { createPublicKey, verify } = require("crypto");
const given = JSON.parse(require("fs").readFileSync(0, "utf8"));
const said = given.secrets.map((secret) => {
  try { return new Webhook(secret).verify(given.body, given.headers).id; } catch (fault) { return null; }
});
const signed = `${given.headers["webhook-id"]}.${given.headers["webhook-timestamp"]}.${given.body}`;
const key = createPublicKey({ format: "jwk", key: { kty: "OKP", crv: "Ed25519",
  x: Buffer.from(given.public.slice(5), "base64").toString("base64url") } });
const ed25519 = given.headers["webhook-signature"].split(" ").filter((one) => one.startsWith("v1a,")).some(
  (one) => verify(null, Buffer.from(signed), key, Buffer.from(one.slice(4), "base64")));
console.log(JSON.stringify([said, ed25519]));
"""


def patched(hub: Reachable, key: str, method: str, path: str, body: Any = None) -> dict[str, Any]:
    done = client().request(method, f"{hub.url}/v1/{path}", headers=bearer(key), json=body)
    assert done.status_code == 200, done.text
    return dict(done.json())


def public(made: Mapping[str, Any], at: int = 0) -> str:
    return str([key["public_key"] for key in made["signing_keys"] if key["form"] == "ed25519"][at])


def fits(key: str, hit: Hit) -> bool:
    try:
        return bool(verify(key, hit.headers, hit.body)["id"] == hit.headers["webhook-id"])
    except BadSignature:
        return False


@ON_SQLITE
def test_both_signatures_verify_and_old_keys_sign_beside_new_ones_until_they_end(
    office: Office, start: Start, webhook_receiver: WebhookReceiver, node_package: Callable[[str], Path]
):
    gr, mk = office.key("GR"), office.key("MK")
    hub = start()
    asked = {"channel": "webhook", "target": webhook_receiver.url, "signing": "both"}
    made = post(hub, mk, "subscriptions", asked)
    place = f"subscriptions/{made['id']}"
    turned = patched(hub, mk, "POST", f"{place}/rotate", {"overlap_hours": 2})
    assert turned["secret"] != made["secret"]
    assert [("ends_at" in key, key["form"]) for key in turned["signing_keys"]] == [
        (False, "hmac"), (False, "ed25519"), (True, "hmac"), (True, "ed25519"),
    ]  # fmt: skip
    note(hub, gr, "for you", "MK")
    (hit,) = webhook_receiver.wait(1)
    for secret in (made["secret"], turned["secret"]):
        assert Webhook(secret).verify(hit.body, dict(hit.headers)) == hit.json()
        assert fits(secret, hit)
    assert all(fits(one, hit) for one in (public(made), public(turned)))

    given = {
        "body": hit.body.decode(), "headers": dict(hit.headers), "public": public(turned),
        "secrets": [made["secret"], turned["secret"], "whsec_" + "A" * 43 + "="],
    }  # fmt: skip
    done = subprocess.run(
        ["node", "-e", OFFICIAL], cwd=node_package("standardwebhooks@1.0.0"), input=json.dumps(given),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    sent = hit.json()["id"]
    assert json.loads(done.stdout) == [[sent, sent, None], True]

    for key in turned["signing_keys"][2:]:
        patched(hub, mk, "DELETE", f"{place}/signing-keys/{key['id']}")
    present = turned["signing_keys"][0]["id"]
    refusal = client().delete(f"{hub.url}/v1/{place}/signing-keys/{present}", headers=bearer(mk))
    assert refusal.status_code == 409
    note(hub, gr, "again", "MK")
    hit = webhook_receiver.wait(2)[1]
    assert fits(turned["secret"], hit)
    assert fits(public(turned), hit)
    assert not fits(public(made), hit)
    with pytest.raises(WebhookVerificationError):
        Webhook(made["secret"]).verify(hit.body, dict(hit.headers))
    assert len(get(hub, mk, place)["signing_keys"]) == 2


@ON_SQLITE
def test_with_ed25519_alone_nothing_secret_leaves_the_hub(
    office: Office, start: Start, webhook_receiver: WebhookReceiver
):
    gr, mk = office.key("GR"), office.key("MK")
    hub = start()
    asked = {"channel": "webhook", "target": webhook_receiver.url, "signing": "ed25519"}
    made = post(hub, mk, "subscriptions", asked)
    assert "secret" not in made
    note(hub, gr, "for you", "MK")
    (hit,) = webhook_receiver.wait(1)
    assert [one[:4] for one in hit.headers["webhook-signature"].split(" ")] == ["v1a,"]
    assert fits(public(get(hub, mk, f"subscriptions/{made['id']}")), hit)
