"""Services of Apprise, called for real on this machine: what they get, and what they cannot do to the hub."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from sqlalchemy import select, update

from routehub.core.clock import wall
from routehub.delivery.apprise.messenger import Messenger
from routehub.delivery.apprise.schemes import faults_of
from routehub.delivery.tables import deliveries, subscriptions
from tests.delivery.calls import alert, client, get, note, post
from tests.delivery.local import LocalHub
from tests.delivery.office import Office
from tests.fixtures.waiting import wait_for
from tests.fixtures.webhooks import HANG, RESET, WebhookReceiver, redirect

Start = Callable[..., LocalHub]
ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"])


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("syslog://", "syslog"), ("mailto://me:secret@mail.example", "mailto"), ("dbus://", "dbus"),
        ("exec://x", "exec"), ("tgram://token/chat?template=/etc/passwd", "template"),
        ("jsons://host.example/?verify=no", "verify"), ("ntfys://topic?attach=file:///etc/passwd", "attach"),
        ("json://host.example/?+Retry=9", "retry"), ("host.example", "service://"), ("json://a b", "spaces"),
    ],
)  # fmt: skip
def test_what_acts_on_the_machine_or_loosens_a_bound_is_no_service(url: str, word: str):
    words = faults_of(url)
    assert word in words
    assert "secret" not in words


@pytest.fixture
async def messenger() -> AsyncIterator[Messenger]:
    found = Messenger(private=True)
    yield found
    await found.close()


async def test_a_service_that_hangs_raises_resets_or_leads_astray_ends_alone(
    messenger: Messenger, webhook_receiver: WebhookReceiver
):
    here = webhook_receiver.url.replace("http://", "json://")

    async def ask(url: str = here) -> dict[str, Any]:
        return await messenger.ask(url=url, title="t", text="text", brief="brief")

    assert (await ask())["sent"]
    webhook_receiver.script(500, RESET, redirect("http://169.254.169.254/", 307))
    assert [(told["sent"], told["again"], told.get("status")) for told in [await ask() for _ in range(3)]] == [
        (False, True, 500), (False, True, None), (False, False, None),
    ]  # fmt: skip
    assert not (await ask("json://169.254.169.254/"))["again"]
    webhook_receiver.script(HANG)
    hanging = asyncio.create_task(ask())
    await asyncio.to_thread(webhook_receiver.wait, 5)
    assert (await ask())["sent"]  # while another hangs
    assert not (await hanging)["sent"]


@ON_SQLITE
def test_a_message_goes_as_text_and_the_address_is_never_shown(
    office: Office, start: Start, webhook_receiver: WebhookReceiver, capfd: pytest.CaptureFixture[str]
):
    office.install(code="drill", title="Drill", marking="exercise")
    gr, ana = office.key("GR", route="drill"), office.person("ana", "MK", "contact_point", route="drill")
    hub = start()
    signed_in = office.session(ana)
    door = f"{hub.url}/v1/routes/drill/subscriptions"
    target = webhook_receiver.url.replace("http://", "json://") + "/S3cretPath"
    made = client().post(door, json={"channel": "apprise", "target": target, "kinds": ["alert"]}, headers=signed_in)
    assert made.status_code == 201, made.text
    assert made.json()["target"] == "json://…"
    refusal = client().post(door, json={"channel": "apprise", "target": "syslog://S3cretPath"}, headers=signed_in)
    assert refusal.status_code == 422
    webhook_receiver.script(500)
    alert(hub, gr, status="Exercise", description="Two thousand wait.")
    webhook_receiver.wait(1)

    def sent() -> bool:
        office.change(lambda tx: tx.conn.execute(update(deliveries).values(due_at=wall())))
        return len(webhook_receiver.hits) == 2

    wait_for(sent, 15)
    told = webhook_receiver.hits[1].json()
    assert told["title"] == "EXERCISE – SEVERE – GR: Crossing at Gevgelija fills up"
    assert "Two thousand wait." in told["message"]
    assert "<" not in told["message"]
    alert(hub, gr, status="Exercise", headline="a canary", audience=["MK"], tlp="RED")
    assert b"canary" not in webhook_receiver.wait(3)[2].body
    log = f"{door}/{made.json()['id']}/deliveries"
    wait_for(lambda: "500" in client().get(log, headers=signed_in).text, 10)
    office.change(lambda tx: tx.conn.execute(update(subscriptions).values(target="json://127.0.0.1:1/S3cretPath")))
    client().post(f"{door}/{made.json()['id']}/test", headers=signed_in)
    wait_for(lambda: "could not be reached" in client().get(log, headers=signed_in).text, 15)
    out, err = capfd.readouterr()
    shown = [refusal.text, client().get(door, headers=signed_in).text, out, err]
    shown.append(client().get(log, headers=signed_in).text)
    shown += office.db.read_sync(lambda conn: conn.execute(select(deliveries.c.outcome)).scalars().all())
    assert not [text for text in shown if "S3cretPath" in text]


@ON_SQLITE
def test_a_live_hub_leads_no_service_to_private_addresses(
    office: Office, start: Start, webhook_receiver: WebhookReceiver
):
    gr, mk = office.key("GR"), office.key("MK")
    hub = start(webhook_private=False)
    target = webhook_receiver.url.replace("http://", "json://")
    made = post(hub, mk, "subscriptions", {"channel": "apprise", "target": target})
    note(hub, gr, "for you", "MK")

    def log() -> list[dict[str, Any]]:
        return [one for one in get(hub, mk, f"subscriptions/{made['id']}/deliveries")["deliveries"] if one["attempts"]]

    (one,) = wait_for(log, 20)
    assert one["state"] == "dead"
    assert "private address" in json.dumps(one)
    assert webhook_receiver.hits == []
