"""Everything that uses a deployment while it is disturbed: senders, listeners of every form, a webhook, a mailbox; and
afterwards, what each of them got beside what was accepted."""

import asyncio
import contextlib
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import update

from routehub.core.clock import wall
from routehub.delivery.tables import deliveries
from tests.delivery.calls import post
from tests.delivery.office import Office
from tests.faults.load import Load, compare, stored
from tests.faults.readers import Reader
from tests.fixtures.accounting import Account
from tests.fixtures.hub import HubProcess
from tests.fixtures.mail import SmtpSink
from tests.fixtures.sizes import SHARE
from tests.fixtures.waiting import NeverHappened, wait_for
from tests.fixtures.webhooks import WebhookReceiver
from tests.journal.stored import faults
from tests.soak.measured import descriptors, megabytes

T = TypeVar("T")
Keys = dict[tuple[str, str], str]
SENDERS = ("MK", "RS", "HR", "SI")
READER = "EC"
FORMS = ("websocket", "sse", "poll")
ALERT_EVERY = 12
"""One message in so many is a grave alert: it goes out by mail at once."""

KEY = re.compile(r"[A-Z]{2}-\d+-\d+")
"""The key of a message, which is the headline of an alert."""
LEASE = 180
"""Seconds after which somebody else has sent what a killed hub was about to send."""


def traffic_of(key: str, number: int) -> tuple[str, dict[str, Any]]:
    """Notes, and now and then an alert, all for the reader."""
    if number % ALERT_EVERY:
        return "notes", {"to": [READER], "subject": "Under load", "text": key}
    return "alerts", {
        "category": "other", "severity": "Severe", "urgency": "Expected", "certainty": "Likely", "headline": key,
        "audience": [READER], "expires": (wall() + timedelta(days=1)).isoformat(),
    }  # fmt: skip


class Loop:
    """An event loop in a thread, for readers and wires beside a test that blocks."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="loop", daemon=True)
        self._thread.start()

    def run(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(60)

    def call(self, fn: Callable[[], T]) -> T:
        async def now() -> T:
            return fn()

        done: T = self.run(now())
        return done

    def close(self) -> None:
        async def end() -> None:
            tasks = asyncio.all_tasks() - {asyncio.current_task()}
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        self.run(end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


class Traffic:
    """On one deployment. ``receiver``, ``sink``: a webhook and a mailbox of the reader, where they are wanted."""

    def __init__(
        self, hubs: Sequence[HubProcess], database_url: str, keys: Keys, *, receiver: WebhookReceiver | None = None,
        sink: SmtpSink | None = None, pause: float = 0.02, patience: float = 4.0,
    ) -> None:  # fmt: skip
        self.hubs, self._url, self._keys = list(hubs), database_url, keys
        self._receiver, self._sink = receiver, sink
        self.load = Load(
            [hub.url for hub in hubs], keys, SENDERS, pause=pause, patience=patience, make=traffic_of
        )  # fmt: skip
        self.readers: dict[str, Reader] = {}
        self.patience = 20.0
        """Seconds in which the last deliveries have come, or never will."""
        self.feed: list[dict[str, Any]] = []
        self._letters: list[tuple[str, str]] = []
        self._reading_tasks: list[asyncio.Task[None]] = []
        self._before = (megabytes(self.hubs), descriptors(self.hubs))

    @contextlib.contextmanager
    def running(self) -> Iterator["Traffic"]:
        """Senders send and readers read; at the end the senders have ended and the readers go on until they are asked
        for."""
        if self._receiver is not None:
            post(self.hubs[0], self._keys["wbr", READER], "subscriptions", self._hook(self._receiver))
        with contextlib.closing(Loop()) as loop:
            for number, form in enumerate(FORMS):
                urls = [hub.url for hub in self.hubs]
                urls = urls[number % len(urls) :] + urls[: number % len(urls)]
                self.readers[form] = loop.call(partial(self._reading, form, urls))
            with self.load:
                yield self
            self._settle()

    def _hook(self, receiver: WebhookReceiver) -> dict[str, Any]:
        return {"channel": "webhook", "target": receiver.url, "kinds": ["note", "alert"]}

    def _reading(self, form: str, urls: Sequence[str]) -> Reader:
        reader = Reader(form, urls, self._keys["wbr", READER], asyncio.Event())
        self._reading_tasks.append(asyncio.create_task(reader.run()))
        return reader

    # --- afterwards ---

    def _settle(self) -> None:
        """Until everything that was stored has reached everybody, or never will."""
        self.feed = stored(self.hubs[0].url, self._keys, READER)
        last = self.feed[-1]["feed"] if self.feed else 0
        with contextlib.suppress(NeverHappened):
            wait_for(lambda: all(r.came and r.came[-1][0] >= last for r in self.readers.values()), 30)
        if SHARE and self._missing():
            with contextlib.suppress(NeverHappened):
                wait_for(lambda: not self._missing(), LEASE)
        elif self._missing():
            self._take_over()
            with contextlib.suppress(NeverHappened):
                wait_for(lambda: not self._missing(), self.patience)

    def _take_over(self) -> None:
        """What a killed hub had claimed waits for its lease to run out, which a small run does not wait for."""
        with contextlib.closing(Office(self._url)) as office:
            office.change(lambda tx: tx.conn.execute(
                update(deliveries).where(deliveries.c.state == "due").values(lease_until=wall(), due_at=wall())
            ))  # fmt: skip

    def _missing(self) -> bool:
        return bool(self._missing_hooks() or self._missing_mails())

    def _posted(self) -> list[dict[str, Any]]:
        return [message for message in self.feed if message["type"].split(".")[-2] in ("note", "alert")]

    def _hooks(self) -> Counter[str]:
        hits = self._receiver.hits if self._receiver else []
        return Counter(hit.headers["webhook-id"] for hit in list(hits) if hit.answered.status < 300)

    def _missing_hooks(self) -> set[str]:
        return {message["id"] for message in self._posted()} - set(self._hooks()) if self._receiver else set()

    def _alerts(self) -> set[str]:
        return {message["data"]["headline"] for message in self.feed if "headline" in message["data"]}

    def _mails(self) -> Counter[str]:
        """By headline once, and once more for each letter that came again under the same words: a run that lasts has
        reminders, too, which say so. Each is read once, for a long run asks for them many times."""
        letters = self._sink.messages[len(self._letters) :] if self._sink else []
        self._letters += [(letter.subject, ",".join(letter.rcpt_tos)) for letter in letters]
        again = Counter(self._letters)
        found, alerts = Counter[str](), self._alerts()
        for (subject, _), times in again.items():
            for head in alerts.intersection(KEY.findall(subject)):
                found[head] = max(found[head], 1) + times - 1
        return found

    def _missing_mails(self) -> set[str]:
        return self._alerts() - set(self._mails()) if self._sink else set()

    def count(self, account: Account) -> Account:
        """Write into an account what became of everything."""
        accepted = self.load.accepted
        feeds = {party: stored(self.hubs[0].url, self._keys, party) for party in SENDERS}
        numbers = [(message["feed"], message["id"]) for message in self.feed]
        account.accepted += len(accepted)
        account.journaled += len(self._posted())
        account.outage = round(max(account.outage or 0, self.load.outage), 2)
        account.notes |= {"refused for now": dict(self.load.refusals), "not answered": self.load.unanswered}
        account.memory = (self._before[0], megabytes(self.hubs))
        account.descriptors = (self._before[1], descriptors(self.hubs))
        account.found += self.load.faults + compare(accepted, feeds)
        told = {said.answers[0][1] for said in accepted.values()}
        account.found += [
            f"{one} was answered and is not in the reader's feed" for one in told - {i for _, i in numbers}
        ]
        for form, reader in self.readers.items():
            self._channel(account, form, Counter(i for _, i in reader.came), {i for _, i in numbers})
            account.found += reader.faults(numbers)
            account.found += [f"{form}: a resume could not recover everything"] * reader.unrecovered
        if self._receiver:
            self._channel(account, "webhook", self._hooks(), {message["id"] for message in self._posted()})
        if self._sink:
            self._channel(account, "mail", self._mails(), self._alerts())
        account.found += [f"{name}: {n} never came" for name, n in account.missing.items() if n]
        account.found += [str(fault) for fault in faults(self._url)]
        return account

    def _channel(self, account: Account, name: str, came: Counter[str], wanted: set[str]) -> None:
        def add(to: dict[str, int], number: int) -> None:
            to[name] = to.get(name, 0) + number

        add(account.delivered, len(wanted & set(came)))
        add(account.doubled, sum(came[one] - 1 for one in wanted & set(came)))
        add(account.missing, len(wanted - set(came)))
