"""What the operator sees of a hub, and that others do not."""

from collections.abc import Callable

from tests.delivery.calls import alert, bearer, client
from tests.delivery.local import LocalHub
from tests.delivery.office import Office
from tests.fixtures.waiting import wait_for
from tests.fixtures.webhooks import WebhookReceiver

Start = Callable[..., LocalHub]


def test_the_operator_sees_the_oldest_alert_that_has_reached_nobody(
    office: Office, start: Start, webhook_receiver: WebhookReceiver
):
    gr, mk = office.key("GR"), office.key("MK")
    hub = start()
    client().post(
        f"{hub.url}/v1/subscriptions", headers=bearer(mk), json={"channel": "webhook", "target": webhook_receiver.url}
    )
    webhook_receiver.always(500)
    sent = alert(hub, gr)
    webhook_receiver.wait(1)
    wait_for(lambda: client().get(f"{hub.url}/health/ready").json()["deliveries"]["due"] == 1)
    told = client().get(f"{hub.url}/health/ready")
    assert told.status_code == 200
    found = told.json()
    assert (found["status"], found["durability"], found["epoch"], found["head"]) == ("ready", "full", 1, 1)
    assert found["deliveries"]["oldest_undelivered_alert"] >= sent["time"]
    assert b"routehub_deliveries_due 1.0" in client().get(f"{hub.url}/metrics").content


def test_health_and_metrics_are_for_the_operator_only(office: Office, start: Start):
    mk = office.key("MK")
    ops = office.person("ops", "EC", "operator", route="*")
    hub = start()
    for path in ("/health/ready", "/metrics"):
        outside = {"X-Forwarded-For": "192.0.2.7"}
        assert client().get(f"{hub.url}{path}", headers=outside).status_code == 404
        assert client().get(f"{hub.url}{path}", headers=outside | bearer(mk)).status_code == 404
        assert client().get(f"{hub.url}{path}", headers=outside | office.session(ops)).status_code == 200
