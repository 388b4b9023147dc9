"""Webhooks to a real receiver, verified as a receiver would: by the library of Standard Webhooks."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from standardwebhooks.webhooks import Webhook

from routehub.core.clock import wall
from routehub.delivery.tables import deliveries, subscriptions
from tests.delivery.calls import Reachable, alert, bearer, client, get, note, post
from tests.delivery.local import LocalHub
from tests.delivery.office import Office
from tests.fixtures.mail import SmtpSink
from tests.fixtures.waiting import wait_for
from tests.fixtures.webhooks import RESET, Answer, WebhookReceiver, redirect

Start = Callable[..., LocalHub]


def subscribe(hub: Reachable, key: str, url: str, **fields: Any) -> dict[str, Any]:
    return post(hub, key, "subscriptions", {"channel": "webhook", "target": url} | fields)


def log(hub: Reachable, key: str, made: dict[str, Any]) -> list[dict[str, Any]]:
    """The deliveries of a subscription, the oldest first."""
    return list(reversed(get(hub, key, f"subscriptions/{made['id']}/deliveries")["deliveries"]))


def settled(hub: Reachable, key: str, made: dict[str, Any], state: str, deadline: float = 15) -> list[dict[str, Any]]:
    """The log, once every delivery is in this state."""

    def all_so() -> list[dict[str, Any]]:
        found = log(hub, key, made)
        return found if all(one["state"] == state for one in found) else []

    return wait_for(all_so, deadline, f"deliveries that are {state}")


def make_due(office: Office, since: timedelta | None = None) -> None:
    """Bring every next try forward to now; ``since``: let subscriptions have failed for so long already."""
    office.change(lambda tx: tx.conn.execute(update(deliveries).values(due_at=wall())))
    if since is not None:
        office.change(lambda tx: tx.conn.execute(update(subscriptions).values(failing_since=wall() - since)))


def test_a_webhook_carries_exactly_the_readers_event_and_a_signature_that_verifies(
    office: Office, start: Start, webhook_receiver: WebhookReceiver
):
    gr, mk = office.key("GR"), office.key("MK")
    hub = start()
    made = subscribe(hub, mk, webhook_receiver.url)
    assert made["secret"].startswith("whsec_")
    assert "secret" not in get(hub, mk, f"subscriptions/{made['id']}")
    note(hub, gr, "not for them", "RS")
    sent = note(hub, gr, "for you", "MK")
    (hit,) = webhook_receiver.wait(1)
    assert hit.headers["content-type"].startswith("application/cloudevents+json")
    assert Webhook(made["secret"]).verify(hit.body, dict(hit.headers)) == hit.json()
    assert hit.json() == get(hub, mk, "messages")["messages"][0]
    assert hit.headers["webhook-id"] == sent["id"]
    (one,) = settled(hub, mk, made, "sent")
    assert [(tried["ok"], tried["detail"]) for tried in one["attempts"]] == [(True, "answered 200")]


def test_what_fails_is_tried_again_under_the_same_id(office: Office, start: Start, webhook_receiver: WebhookReceiver):
    gr, mk = office.key("GR"), office.key("MK")
    hub = start()
    made = subscribe(hub, mk, webhook_receiver.url, kinds=["alert"])
    webhook_receiver.script(500, RESET, redirect("/elsewhere"))
    alert(hub, gr)
    for count in (1, 2, 3):
        webhook_receiver.wait(count)
        wait_for(lambda count=count: len(log(hub, mk, made)[0]["attempts"]) == count, 10)  # type: ignore[misc]
        make_due(office)
    webhook_receiver.wait(4)
    (one,) = settled(hub, mk, made, "sent")
    assert [(tried["ok"], tried["status"]) for tried in one["attempts"]] == [
        (False, 500), (False, None), (False, 302), (True, 200),
    ]  # fmt: skip
    assert len({hit.headers["webhook-id"] for hit in webhook_receiver.hits}) == 1
    assert {hit.path for hit in webhook_receiver.hits} == {"/hook"}


def test_a_receiver_that_asks_to_wait_is_given_the_time(
    office: Office, start: Start, webhook_receiver: WebhookReceiver
):
    gr, mk = office.key("GR"), office.key("MK")
    hub = start()
    made = subscribe(hub, mk, webhook_receiver.url)
    webhook_receiver.always(Answer(503, {"Retry-After": "7200"}))
    note(hub, gr, "for you", "MK")
    wait_for(lambda: log(hub, mk, made) and log(hub, mk, made)[0]["attempts"], 10)
    due = office.db.read_sync(lambda conn: conn.execute(select(deliveries.c.due_at)).scalar_one())
    assert due - wall() > timedelta(minutes=115)


def test_410_disables_a_subscription_and_somebody_is_told_by_mail(
    office: Office, start: Start, webhook_receiver: WebhookReceiver, smtp_sink: SmtpSink
):
    gr, mk = office.key("GR"), office.key("MK")
    office.person("ana", "MK", "contact_point")
    hub = start(smtp_url=smtp_sink.url)
    made = subscribe(hub, mk, webhook_receiver.url)
    webhook_receiver.always(410)
    note(hub, gr, "for you", "MK")
    settled(hub, mk, made, "dead")
    assert "410" in get(hub, mk, f"subscriptions/{made['id']}")["disabled_reason"]
    (letter,) = smtp_sink.wait(1)
    assert letter.rcpt_tos == ("ana@mk.example",)
    assert letter.subject == "A subscription of MK has been switched off"
    note(hub, gr, "again", "MK")
    webhook_receiver.always(200)
    changed = (
        client().patch(f"{hub.url}/v1/subscriptions/{made['id']}", headers=bearer(mk), json={"active": True}).json()
    )
    assert "disabled_at" not in changed
    once = log(hub, mk, made)[0]["id"]
    post(hub, mk, f"subscriptions/{made['id']}/deliveries/{once}/redeliver", {}, 202)
    settled(hub, mk, made, "sent")


def test_five_days_of_failures_disable_a_subscription(
    office: Office, start: Start, webhook_receiver: WebhookReceiver, smtp_sink: SmtpSink
):
    gr, mk = office.key("GR"), office.key("MK")
    office.person("ana", "MK", "contact_point")
    hub = start(smtp_url=smtp_sink.url)
    made = subscribe(hub, mk, webhook_receiver.url)
    webhook_receiver.always(500)
    note(hub, gr, "for you", "MK")
    wait_for(lambda: log(hub, mk, made) and log(hub, mk, made)[0]["attempts"], 10)
    assert "disabled_at" not in get(hub, mk, f"subscriptions/{made['id']}")
    make_due(office, since=timedelta(days=5))
    settled(hub, mk, made, "dead")
    assert "5 days" in get(hub, mk, f"subscriptions/{made['id']}")["disabled_reason"]
    assert len(smtp_sink.wait(1)) == 1


def test_the_content_of_a_red_message_never_leaves_by_webhook(
    office: Office, start: Start, webhook_receiver: WebhookReceiver
):
    gr, mk = office.key("GR"), office.key("MK")
    hub = start()
    subscribe(hub, mk, webhook_receiver.url)
    sent = note(hub, gr, "a canary that sings", "MK", tlp="RED")
    (hit,) = webhook_receiver.wait(1)
    assert b"canary" not in hit.body
    assert hit.json()["id"] == sent["id"]
    assert hit.json()["data"]["link"].endswith(sent["id"])


def test_a_test_can_be_sent_and_is_in_the_log(office: Office, start: Start, webhook_receiver: WebhookReceiver):
    mk = office.key("MK")
    hub = start()
    made = subscribe(hub, mk, webhook_receiver.url)
    post(hub, mk, f"subscriptions/{made['id']}/test", {}, 202)
    (hit,) = webhook_receiver.wait(1)
    assert hit.json()["type"] == "routehub.test.v1"
    assert settled(hub, mk, made, "sent")[0]["purpose"] == "test"


def test_a_filter_narrows_and_never_widens(office: Office, start: Start, webhook_receiver: WebhookReceiver):
    gr, mk = office.key("GR"), office.key("MK")
    hub = start()
    subscribe(hub, mk, webhook_receiver.url, kinds=["alert"], severity="Severe", parties=["GR"])
    alert(hub, gr, severity="Minor")
    alert(hub, gr, audience=["RS"], headline="for others")
    note(hub, gr, "another kind", "MK")
    alert(hub, gr, severity="Extreme", headline="this one")
    (hit,) = webhook_receiver.wait(1)
    assert hit.json()["data"]["headline"] == "this one"


def test_what_is_still_waiting_is_dropped_when_the_key_is_revoked(
    office: Office, start: Start, webhook_receiver: WebhookReceiver
):
    gr, mk = office.key("GR"), office.key("MK")
    other = office.key("MK", system="another")
    hub = start()
    subscribe(hub, mk, webhook_receiver.url)
    webhook_receiver.always(500)
    note(hub, gr, "for you", "MK")
    webhook_receiver.wait(1)
    assert get(hub, other, "subscriptions")["subscriptions"] == []
    office.revoke(mk, "MK")
    wait_for(lambda: client().get(f"{hub.url}/v1/me", headers=bearer(mk)).status_code == 401, 10)

    def dropped() -> bool:
        make_due(office)
        states = office.db.read_sync(lambda conn: conn.execute(select(deliveries.c.state)).scalars().all())
        return list(states) == ["dropped"]

    wait_for(dropped, 10)
    assert len(webhook_receiver.hits) == 1


@pytest.mark.parametrize("target", ["ftp://example.org/x", "https://user:secret@example.org/", "no address"])
def test_addresses_that_are_no_webhooks_are_refused(office: Office, start: Start, target: str):
    mk = office.key("MK")
    hub = start()
    told = post(hub, mk, "subscriptions", {"channel": "webhook", "target": target}, 422)
    assert told["problems"][0]["pointer"] == "/target"


def test_a_live_hub_calls_https_only_and_nothing_private(
    office: Office, start: Start, webhook_receiver: WebhookReceiver
):
    gr, mk = office.key("GR"), office.key("MK")
    hub = start(webhook_private=False)
    post(hub, mk, "subscriptions", {"channel": "webhook", "target": webhook_receiver.url}, 422)
    secret_door = webhook_receiver.url.replace("http://127.0.0.1", "https://localhost")
    made = subscribe(hub, mk, secret_door)
    note(hub, gr, "for you", "MK")
    (one,) = settled(hub, mk, made, "dead")
    assert "private" in json.dumps(one)
    assert webhook_receiver.hits == []
