"""Two hubs share one database's deliveries; one that is killed in the middle of a send leaves nothing unsent."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, select, update
from sqlalchemy.exc import OperationalError

from routehub.core.clock import wall
from routehub.delivery import subscriptions
from routehub.delivery.tables import attempts, deliveries
from routehub.journal.tables import followers
from tests.delivery.calls import alert, note, post
from tests.delivery.local import LocalHub
from tests.delivery.office import Office
from tests.fixtures.accounting import Account
from tests.fixtures.hub import HubProcess
from tests.fixtures.mail import SmtpSink
from tests.fixtures.sizes import sized
from tests.fixtures.waiting import wait_for
from tests.fixtures.webhooks import HANG, WebhookReceiver

Start = Callable[..., LocalHub]
StartProcess = Callable[..., HubProcess]
ON_POSTGRES = pytest.mark.parametrize("database_kind", [pytest.param("postgres", marks=pytest.mark.postgres)])


def states(office: Office) -> list[str]:
    return list(office.db.read_sync(lambda conn: conn.execute(select(deliveries.c.state)).scalars().all()))


@ON_POSTGRES
def test_two_hubs_send_every_delivery_exactly_once(
    office: Office, start_process: StartProcess, webhook_receiver: WebhookReceiver, account: Account
):
    gr, mk, rs = office.key("GR"), office.key("MK"), office.key("RS")
    one, two = start_process(webhook_private="true"), start_process(webhook_private="true")
    for key in (mk, rs):
        post(one, key, "subscriptions", {"channel": "webhook", "target": webhook_receiver.url})
    count = sized(40, 500)
    for number in range(count):
        note(one if number % 2 else two, gr, f"{number}", "MK", "RS")
    wait_for(lambda: states(office).count("sent") == 2 * count, sized(60, 300), "that all are sent")
    account.tried["deliveries shared by two hubs"] = 2 * count
    seen = Counter((hit.headers["webhook-id"], hit.json()["feed"], hit.body) for hit in webhook_receiver.hits)
    assert len(webhook_receiver.hits) == 2 * count
    assert max(seen.values()) <= 2  # the two parties may have the same feed number for it, and then the same event


def test_a_hub_that_is_killed_while_it_sends_sends_again(
    office: Office, start_process: StartProcess, webhook_receiver: WebhookReceiver
):
    gr, mk = office.key("GR"), office.key("MK")
    hub = start_process(webhook_private="true")
    post(hub, mk, "subscriptions", {"channel": "webhook", "target": webhook_receiver.url})
    webhook_receiver.script(HANG)
    note(hub, gr, "for you", "MK")
    webhook_receiver.wait(1)
    hub.kill9()
    assert states(office) == ["due"]
    office.change(lambda tx: tx.conn.execute(update(deliveries).values(lease_until=wall())))
    hub.start()
    webhook_receiver.wait(2, 20)
    wait_for(lambda: states(office) == ["sent"], 10)


def test_what_was_accepted_while_nothing_was_dispatched_is_dispatched_once_afterwards(
    office: Office, start_process: StartProcess, webhook_receiver: WebhookReceiver
):
    gr, mk = office.key("GR"), office.key("MK")
    hub = start_process(webhook_private="true")
    post(hub, mk, "subscriptions", {"channel": "webhook", "target": webhook_receiver.url})
    for number in range(3):
        note(hub, gr, f"{number}", "MK")
    wait_for(lambda: states(office) == ["sent"] * 3, 15)
    hub.kill9()
    # As if the hub had been killed before the dispatcher's last transaction: it looks at the same messages again.
    back = update(followers).where(followers.c.name == "dispatcher").values(sequence=1)
    office.change(lambda tx: tx.conn.execute(back))
    hub.start()
    note(hub, gr, "one more", "MK")
    webhook_receiver.wait(4)
    wait_for(lambda: states(office) == ["sent"] * 4, 10)
    assert len(webhook_receiver.hits) == 4


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_connection_lost_while_a_delivery_is_prepared_is_no_failed_try(
    office: Office, start: Start, webhook_receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
):
    """One failed try after a kill, and the next comes five minutes later."""
    by_id, lost = subscriptions.by_id, iter([True])

    def lost_once(conn: Connection, sub_id: str) -> Any:
        if next(lost, False):
            raise OperationalError("SELECT", {}, Exception("server closed the connection"), connection_invalidated=True)
        return by_id(conn, sub_id)

    gr, mk = office.key("GR"), office.key("MK")
    hub = start()
    post(hub, mk, "subscriptions", {"channel": "webhook", "target": webhook_receiver.url})
    monkeypatch.setattr("routehub.delivery.packing.subscriptions.by_id", lost_once)
    for number in range(3):
        note(hub, gr, f"{number}", "MK")
    wait_for(lambda: states(office) == ["sent"] * 3, 10)
    tries = office.db.read_sync(lambda conn: conn.execute(select(attempts.c.number, attempts.c.ok)).all())
    assert [tuple(one) for one in tries] == [(1, True)] * 3
    assert next(lost, None) is None


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_receivers_that_hang_leave_room_for_a_mail(
    office: Office, start: Start, smtp_sink: SmtpSink, webhook_receiver: WebhookReceiver
):
    """Eight of them with four deliveries each would hold every place of the worker until each times out."""
    gr, mk = office.key("GR"), office.key("MK")
    office.person("ana", "MK", "contact_point")
    hub = start(smtp_url=smtp_sink.url, webhook_private="true")
    webhook_receiver.always(HANG)
    for number in range(8):
        target = f"{webhook_receiver.url}/{number}"
        post(hub, mk, "subscriptions", {"channel": "webhook", "target": target, "kinds": ["note"]})
    for number in range(4):
        note(hub, gr, f"{number}", "MK")
    webhook_receiver.wait(24)
    alert(hub, gr, severity="Severe", audience=["MK"])
    smtp_sink.wait(1, 5)
    assert len(webhook_receiver.hits) == 24
