"""What is pushed carries to each party what is for it and nothing else: mail and webhooks, under random messages with
canaries in them. RED leaves by a notice only."""

import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from routehub.delivery.channels import base
from routehub.delivery.tables import deliveries
from tests.faults.canaries import EVERYBODY, Aviary
from tests.faults.test_visibility import Readers, signed_in
from tests.fixtures.accounting import Account
from tests.fixtures.furnished import Inside, Keys, inside
from tests.fixtures.mail import Letter, SmtpSink
from tests.fixtures.sizes import seeded, sized
from tests.fixtures.waiting import eventually
from tests.fixtures.webhooks import WebhookReceiver

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


LISTENING = EVERYBODY if sized(0, 1) else ("AT", "EC", "MK", "EUROPOL")
"""Parties to which everything is pushed; the others get what people get unasked."""


@pytest.fixture
async def pushing(
    furnished_database: tuple[str, Keys], tmp_path: Path, smtp_sink: SmtpSink, webhook_receiver: WebhookReceiver
) -> AsyncIterator[Readers]:
    """A hub that mails and pushes everything to some."""
    url, held = furnished_database
    settings: dict[str, Any] = {"smtp_url": smtp_sink.url, "webhook_private": True, "night": ""}
    async with inside(url, tmp_path, held, **settings) as hub, signed_in(hub) as readers:
        for party in LISTENING:
            client = readers.clients[party]
            for asked in ({"channel": "email"}, {"channel": "webhook", "target": f"{webhook_receiver.url}/{party}"}):
                made = await client.post("/v1/subscriptions", json=asked)
                assert made.status_code == 201, made.text
        yield readers


@pytest.mark.soak
@pytest.mark.timeout(sized(200, 0))
async def test_no_mail_and_no_webhook_says_what_is_not_for_its_reader(
    pushing: Readers, smtp_sink: SmtpSink, webhook_receiver: WebhookReceiver, account: Account
):
    aviary = Aviary(seeded(5))
    for _ in account.rounds("random messages pushed", sized(1, 75), by=40):
        await pushing.post(aviary, 40)
        await eventually(lambda: _settled(pushing.hub), 120, "the deliveries")
    account.found += leaks(aviary, smtp_sink, webhook_receiver) + aviary.faults
    account.tried |= {"mails": len(smtp_sink.messages), "pushes": len(webhook_receiver.hits)}
    assert account.found == []
    assert len(smtp_sink.messages) > 20
    assert len(webhook_receiver.hits) > 20


async def test_a_push_that_says_too_much_is_found(
    pushing: Readers, smtp_sink: SmtpSink, webhook_receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
):
    """The test itself is tested: RED counts for nothing where a push is written."""
    monkeypatch.setattr(base.Parcel, "withheld", False)
    aviary = Aviary(random.Random(5))
    await pushing.post(aviary, 25)
    await eventually(lambda: _settled(pushing.hub), 60, "the deliveries")
    assert leaks(aviary, smtp_sink, webhook_receiver)


def _settled(hub: Inside) -> bool:
    d = deliveries.c
    waiting = hub.hub.db.read_sync(
        lambda conn: conn.execute(deliveries.select().where(d.state == "due").limit(1)).first()
    )
    return waiting is None


def _text(letter: Letter) -> str:
    """Its headers and all its parts, as they are read."""
    parts = [part.get_content() for part in letter.message.walk() if not part.is_multipart()]
    return f"{letter.message.items()} " + " ".join(map(str, parts))


def leaks(aviary: Aviary, mails: SmtpSink, pushes: WebhookReceiver) -> list[str]:
    """Marks and ids in what was sent that the receiver may not see, and marks of RED ones."""
    sent = [(letter.rcpt_tos[0].partition("@")[0].upper(), _text(letter)) for letter in mails.messages]
    sent += [(hit.path.rpartition("/")[2], hit.body.decode()) for hit in pushes.hits]
    found = []
    for reader, text in sent:
        for word, canary in aviary.told(text):
            if word in canary.marks and (reader not in canary.readers or canary.red):
                found.append(f"{reader} is sent {word} of {canary.kind}")
    return found
