"""What was given up, and sending it again: one, a range, since a cursor; and who was reached by a message."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update

from routehub.core.clock import wall
from routehub.delivery import replaying
from routehub.delivery.retry import ALERT, GIVE_UP, ORDINARY, next_try
from routehub.delivery.tables import deliveries
from tests.delivery.calls import Reachable, alert, bearer, client, get, note, post
from tests.delivery.local import LocalHub
from tests.delivery.office import Office
from tests.fixtures.mail import SmtpSink
from tests.fixtures.waiting import wait_for
from tests.fixtures.webhooks import WebhookReceiver

Start = Callable[..., LocalHub]
ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"])


def through(hub: Reachable, key: str, made: dict[str, Any], sent: int) -> dict[str, Any]:
    """A replay, once it has been prepared and so many have been sent."""

    def done() -> dict[str, Any]:
        found = get(hub, key, f"subscriptions/{made['subscription']}/replays/{made['id']}")
        return found if found["prepared"] and found["deliveries"]["sent"] == sent else {}

    return wait_for(done, 15, f"{sent} of a replay")


def test_what_was_given_up_is_listed_and_sent_again_under_the_same_ids(
    office: Office, start: Start, webhook_receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(replaying, "PAGE", 3)  # several pages of a short feed
    gr, mk, rs = office.key("GR"), office.key("MK"), office.key("RS")
    boss, ana = office.person("boss", "MK", "party_office"), office.person("ana", "MK", "contact_point")
    hub = start()
    webhook_receiver.always(500)
    made = post(hub, mk, "subscriptions", {"channel": "webhook", "target": webhook_receiver.url, "kinds": ["note"]})
    ids = [note(hub, gr, f"{number}", "MK")["id"] for number in range(8)]
    alert(hub, gr, severity="Minor")  # not wanted by the filter, nor by any rule for mail
    webhook_receiver.wait(8)
    given_up = update(deliveries).values(state="dead", lease_until=None, finished_at=wall())
    wait_for(lambda: len(get(hub, mk, "dead-letters")["deliveries"]) == 8 or office.change(
        lambda tx: tx.conn.execute(given_up.where(deliveries.c.lease_until.is_(None), deliveries.c.attempts > 0))
    ) is None, 15)  # fmt: skip
    assert {one["about"] for one in get(hub, mk, "dead-letters")["deliveries"]} == set(ids)
    seen = {
        who: len(client().get(f"{hub.url}/v1/dead-letters", headers=office.session(who)).json()["deliveries"])
        for who in (boss, ana)
    }
    assert seen == {boss: 8, ana: 0}
    assert get(hub, rs, "dead-letters")["deliveries"] == []

    webhook_receiver.always(200)
    webhook_receiver.hits.clear()
    place = f"subscriptions/{made['id']}/replays"
    post(hub, rs, place, {"dead": True}, 404)
    through(hub, mk, post(hub, mk, place, {"dead": True}, 202), 8)
    assert sorted(hit.headers["webhook-id"] for hit in webhook_receiver.hits) == sorted(ids)

    cursors = [one["cursor"] for one in get(hub, mk, "messages")["messages"]]
    found = through(hub, mk, post(hub, mk, place, {"after": cursors[1], "until": cursors[5]}, 202), 4)
    assert (found["messages"], found["looked_through"], found["wanted"]) == (4, 4, 4)
    through(hub, mk, post(hub, mk, place, {"after": cursors[5]}, 202), 2)
    last = get(hub, mk, f"messages/{ids[-1]}")["time"]
    through(hub, mk, post(hub, mk, place, {"from_time": last}, 202), 1)
    assert [hit.headers["webhook-id"] for hit in webhook_receiver.wait(15)[8:]].count(ids[-1]) == 2
    post(hub, mk, place, {"after": "1.99999"}, 410)
    post(hub, mk, place, {}, 422)
    post(hub, mk, place, {"dead": True, "after": cursors[0]}, 422)
    monkeypatch.setattr(replaying, "MOST", 5)
    assert post(hub, mk, place, {"after": "1.0"}, 422)["problems"][0]["code"] == "too-long"


@ON_SQLITE
def test_the_sender_of_a_message_and_nobody_else_sees_who_was_reached(
    office: Office, start: Start, webhook_receiver: WebhookReceiver, smtp_sink: SmtpSink
):
    gr, mk, rs, at = office.key("GR"), office.key("MK"), office.key("RS"), office.key("AT")
    office.person("ana", "MK", "contact_point")
    office.person("boris", "MK", "contact_point")
    hub = start(smtp_url=smtp_sink.url)
    webhook_receiver.always(500)
    post(hub, rs, "subscriptions", {"channel": "webhook", "target": webhook_receiver.url})
    sent = alert(hub, gr, audience=["MK", "RS"])
    smtp_sink.wait(2)
    webhook_receiver.wait(1)
    post(hub, mk, "responses", {"to": sent["id"], "act": "acknowledge"})

    def told() -> dict[str, Any]:
        found = get(hub, gr, f"messages/{sent['shortid']}/deliveries")["parties"]
        return {one["party"]: one for one in found}

    wait_for(lambda: [way["state"] for one in told().values() for way in one["channels"]] == ["sent", "trying"], 15)
    found = told()
    assert sorted(found) == ["GR", "MK", "RS"]
    (mail,) = found["MK"]["channels"]  # one line, however many people got it
    assert (mail["channel"], bool(mail["at"])) == ("email", True)
    assert found["MK"]["acknowledgement"]["state"] == "acknowledged"
    assert found["RS"]["acknowledgement"] == {"state": "waiting", "at": None}
    shown = client().get(f"{hub.url}/v1/messages/{sent['id']}/deliveries", headers=bearer(gr)).text
    assert not [word for word in ("ana", "boris", "@", "127.0.0.1", "subscription") if word in shown]

    def status(key: str, ref: str) -> int:
        return client().get(f"{hub.url}/v1/messages/{ref}/deliveries", headers=bearer(key)).status_code

    assert [status(mk, sent["id"]), status(at, sent["id"]), status(at, "A-ZZZZ")] == [403, 404, 404]
    hidden, unknown = (
        client().get(f"{hub.url}/v1/messages/{ref}/deliveries", headers=bearer(at)).json()
        for ref in (sent["id"], "01a20102-0000-7000-8000-000000000000")
    )
    assert {**hidden, "instance": ""} == {**unknown, "instance": ""}


def test_alerts_are_tried_more_densely_and_as_long_as_other_messages():
    assert sum(ALERT[:7]) < 1800 < sum(ORDINARY[:3])  # seven tries within half an hour, instead of two
    at = wall()
    for schedule, urgent in ((ALERT, True), (ORDINARY, False)):
        assert sum(schedule) >= 3 * 24 * 3600
        assert sum(schedule) * 1.1 < GIVE_UP.total_seconds()
        assert next_try(len(schedule), urgent=urgent, at=at) is not None
        assert next_try(len(schedule) + 1, urgent=urgent, at=at) is None
