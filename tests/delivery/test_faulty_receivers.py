"""Receivers that hang, reset, redirect or answer anything at random: everything arrives, and the log says what did."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from routehub.core.clock import wall
from routehub.delivery.channels import webhook
from routehub.delivery.channels.base import Failed, Parcel, Taken
from routehub.delivery.channels.webhook import WebhookChannel
from routehub.delivery.tables import deliveries
from tests.delivery.calls import note, post
from tests.delivery.local import LocalHub
from tests.delivery.office import Office
from tests.fixtures.accounting import Account
from tests.fixtures.sizes import seeded, sized
from tests.fixtures.waiting import wait_for
from tests.fixtures.webhooks import HANG, RESET, Answer, WebhookReceiver, redirect

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"])
Start = Callable[..., LocalHub]
FAULTS: tuple[Answer | int, ...] = (200, 200, 500, 503, 301, redirect("/elsewhere", 307), 404, RESET, HANG)


def lost(office: Office, start: Start, receiver: WebhookReceiver, count: int) -> list[str]:
    """Send notes to a receiver that answers at random; the ids of those that it never took with a 2xx, although the
    hub says that they were sent, or is done with them."""
    gr, mk = office.key("GR"), office.key("MK")
    hub = start()
    made = post(hub, mk, "subscriptions", {"channel": "webhook", "target": receiver.url})
    chance = seeded(2016)
    receiver.script(*(chance.choice(FAULTS) for _ in range(count * 2)))
    ids = {note(hub, gr, f"{number}", "MK")["id"] for number in range(count)}

    def settled() -> bool:
        office.change(
            lambda tx: tx.conn.execute(update(deliveries).where(deliveries.c.lease_by.is_(None)).values(due_at=wall()))
        )
        d = deliveries.c
        rows = office.db.read_sync(lambda conn: conn.execute(select(d.id, d.state)).all())
        found = {str(row.id): str(row.state) for row in rows}
        for one in (one for one, state in found.items() if state == "dead"):  # given up, and asked for again
            post(hub, mk, f"subscriptions/{made['id']}/deliveries/{one}/redeliver", {}, status=202)
        return len(found) == count and set(found.values()) == {"sent"}

    wait_for(settled, 60 + count, "that all say they were sent")
    taken = {hit.headers["webhook-id"] for hit in receiver.hits if 200 <= hit.answered.status < 300
             and hit.answered.act == "answer"}  # fmt: skip
    return sorted(ids - taken)


@pytest.fixture(autouse=True)
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "SECONDS", 0.5)


@ON_SQLITE
def test_a_channel_that_believes_too_much_is_caught(
    office: Office, start: Start, webhook_receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
):
    honest = WebhookChannel.send

    async def believing(self: WebhookChannel, parcel: Parcel) -> Taken:
        """The planted fault: whatever happens is a success."""
        try:
            return await honest(self, parcel)
        except Failed as fault:
            return Taken(str(fault))

    monkeypatch.setattr(WebhookChannel, "send", believing)
    assert lost(office, start, webhook_receiver, 10)


@ON_SQLITE
def test_receivers_that_fail_at_random_lose_nothing(
    office: Office, start: Start, webhook_receiver: WebhookReceiver, account: Account
):
    count = sized(20, 400)
    account.found = lost(office, start, webhook_receiver, count)
    account.tried |= {"notes to failing receivers": count, "requests to them": len(webhook_receiver.hits)}
    assert account.found == []
