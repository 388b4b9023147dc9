"""Several hubs on one PostgreSQL, any of them killed, frozen, stopped or cut off: nothing accepted is lost, doubled,
reordered or left undelivered (PROMISES A1, A3, B1, B3)."""

import contextlib
import time
from collections.abc import Callable, Iterator

import pytest

from tests.delivery.office import Office
from tests.faults.wire import Wire
from tests.fixtures.accounting import SOAKING, Account
from tests.fixtures.furnished import furnish
from tests.fixtures.hub import HubProcess
from tests.fixtures.mail import SmtpSink
from tests.fixtures.nats import NatsServer
from tests.fixtures.sizes import seeded, sized
from tests.fixtures.webhooks import WebhookReceiver
from tests.soak.breaks import BREAKS, Break, Cast, Cut
from tests.soak.traffic import READER, Loop, Traffic

ON_POSTGRES = pytest.mark.parametrize("database_kind", [pytest.param("postgres", marks=pytest.mark.postgres)])
Start = Callable[..., HubProcess]


@pytest.fixture
def loop() -> Iterator[Loop]:
    with contextlib.closing(Loop()) as found:
        yield found


def wire(loop: Loop, port: int) -> Cut:
    made = Wire(port)
    loop.run(made.start())
    return Cut(loop, made)


def through(url: str, port: int, cut: Cut) -> str:
    return url.replace(f":{port}", f":{cut.wire.port}", 1)


@contextlib.contextmanager
def deployment(
    url: str, port: int, start: Start, loop: Loop, nats: NatsServer | None, receiver: WebhookReceiver, sink: SmtpSink,
    *, count: int, module: str = "routehub.cli.__main__",
) -> Iterator[Cast]:  # fmt: skip
    """Hubs of which all but the first reach database and bell over wires that can be cut; with traffic on them."""
    keys = furnish(url)
    with contextlib.closing(Office(url)) as office:
        office.person("clara", READER, "contact_point")
    settings = {
        "mode": "exercise", "heartbeat_seconds": "0.2", "webhook_private": "true", "smtp_url": sink.url, "night": "",
    }  # fmt: skip
    cast = Cast([], None, seeded(2015))  # type: ignore[arg-type]
    for number in range(count):
        more, address = {}, url
        if number:
            cast.to_database[number] = wire(loop, port)
            address = through(url, port, cast.to_database[number])
        if nats is not None:
            cut = wire(loop, nats.port)
            more["nats_url"] = through(nats.url, nats.port, cut)
            cast.to_bell[number] = cut
        cast.hubs.append(start(address, module=module, **settings, **more))
    cast.to_bell = cast.to_bell or cast.to_database  # LISTEN/NOTIFY goes over the database's wire
    cast.traffic = Traffic(cast.hubs, url, keys, receiver=receiver, sink=sink)
    with cast.traffic.running():
        cast.goes_on()
        yield cast
    loop.run(_stop(cast))


async def _stop(cast: Cast) -> None:
    for cut in {id(c): c for c in (*cast.to_database.values(), *cast.to_bell.values())}.values():
        await cut.wire.stop()


def suffer(happens: Break, cast: Cast, account: Account) -> None:
    """One break, and how long it was at most until the others had gone on and it was mended."""
    began = time.monotonic()
    happens(cast)
    longest: dict[str, float] = account.notes.setdefault("longest seconds by break", {})
    name = happens.__name__
    longest[name] = max(longest.get(name, 0.0), round(time.monotonic() - began, 1))


@pytest.mark.soak
@ON_POSTGRES
@pytest.mark.timeout(sized(300, 0))
@pytest.mark.parametrize("bell", ["notify", pytest.param("nats", marks=pytest.mark.long)])
def test_hubs_that_fail_in_every_way_lose_and_double_nothing(
    migrated_database_url: str, postgres_server, request: pytest.FixtureRequest, start_hub: Start, loop: Loop,
    webhook_receiver: WebhookReceiver, smtp_sink: SmtpSink, account: Account, bell: str,
):  # fmt: skip
    nats = request.getfixturevalue("nats_server") if bell == "nats" else None
    times = sized(len(BREAKS) if SOAKING else 2, 600)
    with deployment(
        migrated_database_url, postgres_server.port, start_hub, loop, nats, webhook_receiver, smtp_sink,
        count=sized(2, 3),
    ) as cast:  # fmt: skip
        for number in account.rounds("breaks", times):
            suffer(BREAKS[(number - 1) % len(BREAKS)], cast, account)
    cast.traffic.count(account)
    assert account.found == []
    assert account.accepted > 10 * account.tried["breaks"]


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_harness_catches_deliveries_that_are_forgotten(
    migrated_database_url: str, start_hub: Start, webhook_receiver: WebhookReceiver
):
    keys = furnish(migrated_database_url)
    hub = start_hub(
        migrated_database_url, module="tests.soak.planted.forgets_deliveries", mode="exercise",
        heartbeat_seconds="0.2", webhook_private="true",
    )  # fmt: skip
    traffic = Traffic([hub], migrated_database_url, keys, receiver=webhook_receiver)
    traffic.patience = 1
    with traffic.running():
        traffic.load.more(30)
    account = traffic.count(Account())
    assert account.missing["webhook"] > 0
    assert account.missing["sse"] == account.missing["websocket"] == account.missing["poll"] == 0
