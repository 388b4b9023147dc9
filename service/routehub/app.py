"""The composition root: the one place where the parts of a hub are wired together."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence

from fastapi import APIRouter, FastAPI
from sqlalchemy import Connection
from starlette.routing import BaseRoute

from routehub import __version__
from routehub.api import problems
from routehub.api.busiest import Busiest
from routehub.api.context import Context as ApiContext
from routehub.api.documents.shelf import Shelf
from routehub.api.forwarded import Forwarded
from routehub.api.observed import Observed
from routehub.api.pushes import Pushes
from routehub.api.stopped import Stopped
from routehub.api.target import SoundTarget
from routehub.api.v1 import (
    alerts,
    bulletins,
    cap,
    chairing,
    checkpoints,
    clock,
    conferences,
    contract,
    early_warning,
    escalation,
    figures,
    health,
    keys,
    me,
    measures,
    messages,
    minutes,
    monitoring,
    movements,
    nominations,
    parties,
    pauses,
    people,
    plans,
    readout_checks,
    readout_desk,
    readouts,
    reports,
    requests,
    route,
    series,
    statements,
    stream,
    subscriptions,
    threads,
)  # fmt: skip
from routehub.boards.alerts import AlertsBoard
from routehub.boards.bulletins import BulletinsBoard
from routehub.boards.commitments import CommitmentsBoard
from routehub.boards.conferences import ConferencesBoard
from routehub.boards.figures import FiguresBoard
from routehub.boards.measures import MeasuresBoard
from routehub.boards.minutes import MinutesBoard
from routehub.boards.movements import MovementsBoard
from routehub.boards.readouts import ReadoutsBoard
from routehub.boards.reporting import ReportingBoard
from routehub.boards.requests import RequestsBoard
from routehub.boards.statements import StatementsBoard
from routehub.boards.threads import ThreadsBoard
from routehub.chairing.mail import minutes_mail
from routehub.chairing.office import Chair
from routehub.chairing.tasks import ActionReminders, AgendaClosing, LateItems
from routehub.core import state
from routehub.core.clock import LiveClock, MovableClock, wall
from routehub.core.db import Database
from routehub.core.errors import HubError
from routehub.core.observe import Metrics, log
from routehub.core.rates import Rates
from routehub.core.settings import Settings
from routehub.core.signpost import Inclusion, Signpost, Signposted
from routehub.core.vault import Vault
from routehub.delivery import alert_mail
from routehub.delivery.apprise.messenger import Messenger
from routehub.delivery.channels.apprise import AppriseChannel
from routehub.delivery.channels.base import Channel
from routehub.delivery.channels.email import EmailChannel
from routehub.delivery.channels.webhook import WebhookChannel
from routehub.delivery.dispatcher import Dispatcher
from routehub.delivery.escalation.letters import composers
from routehub.delivery.escalation.links import AcknowledgementLinks
from routehub.delivery.escalation.watch import Escalation
from routehub.delivery.live.broadcast import Broadcast
from routehub.delivery.live.standing import stands
from routehub.delivery.mail import MailRenderer
from routehub.delivery.packing import Packer
from routehub.delivery.rendering import Renderers
from routehub.delivery.replaying import Replayer
from routehub.delivery.smtp import sender_of, transport_for
from routehub.delivery.subscription_office import SubscriptionOffice
from routehub.delivery.worker import Worker
from routehub.digests.bulletin.letter import bulletin_mail
from routehub.digests.invitations import conference_mail
from routehub.digests.mail import agenda_mail, annex_mail
from routehub.digests.schedule import Schedule, Task
from routehub.digests.tasks.agenda import AgendaDigest
from routehub.digests.tasks.bulletin import DailyBulletin
from routehub.digests.tasks.called import CalledAgenda
from routehub.digests.tasks.new_keys import NewKeys
from routehub.directory import sessions
from routehub.directory.current import CurrentDirectory
from routehub.directory.snapshot import Directory
from routehub.intake.pushes import PushLog
from routehub.intake.receive import Intake
from routehub.journal.bell import Bell, SilentBell
from routehub.journal.bell.nats import NatsBell
from routehub.journal.checkpoints import taking
from routehub.journal.checkpoints.taking import Checkpoints
from routehub.journal.committed import Committed
from routehub.journal.erasing import retention
from routehub.journal.erasing.erase import Eraser
from routehub.journal.follower import Follower
from routehub.journal.forgetting import Forgetting
from routehub.journal.jobs import Change
from routehub.journal.message import Board
from routehub.journal.red_reads import RedReads
from routehub.journal.writer import Writer
from routehub.views import acting_mail, readout_mail, request_mail
from routehub.warning.engine import Engine
from routehub.warning.stored import erased as warning_erased
from routehub.web import errors as web_errors
from routehub.web import pages
from routehub.web.context import WebContext
from routehub.web.provider import Provider
from routehub_schemas.kind import Kind
from routehub_schemas.registry import Registry

FORGET_SECONDS = 3600.0
DISPATCH_TOGETHER = 0.02
"""Seconds between two looks of the dispatcher: under load it takes many messages at once, and a lone alert waits for
nothing."""
SEND_TOGETHER = 0.02
"""The same of the worker: one claim takes the places of all that were sent meanwhile."""
WARNING_TOGETHER = 0.2
"""The same of early warning, which has until the end of a day."""


def shipped_boards(directory: Callable[[], Directory]) -> tuple[Board, ...]:
    """The boards of this hub, in the order in which they take a message in."""
    return (
        FiguresBoard(directory),
        ReportingBoard(directory),
        AlertsBoard(),
        ConferencesBoard(directory),
        MeasuresBoard(directory),
        MovementsBoard(directory),
        RequestsBoard(directory),
        CommitmentsBoard(directory),
        StatementsBoard(directory),
        ReadoutsBoard(directory),
        MinutesBoard(directory),
        ThreadsBoard(Registry.shipped()),
        BulletinsBoard(),
    )


def shipped_renderers(mail_from: str) -> dict[str, MailRenderer]:
    """How kinds look in mail, where a line and a link are not enough."""
    return {
        "alert": alert_mail.render, "agenda": agenda_mail(sender_of(mail_from).addr_spec),
        "conference": conference_mail(sender_of(mail_from).addr_spec),
        "agenda_annex": annex_mail,
        "minutes": minutes_mail, "request": request_mail.request, "offer": request_mail.offer,
        "readout_check": readout_mail.check,
        "measure": acting_mail.measure, "movement": acting_mail.movement,
    }  # fmt: skip


class Hub:
    """One hub process as an object that a command or a test starts and stops.

    registry, more_boards: a kind or board more than the shipped ones needs no edit to intake, journal or delivery.
    """

    def __init__(
        self, settings: Settings, *, registry: Registry | None = None, more_boards: Sequence[Board] = (),
        more_renderers: Mapping[str, MailRenderer] | None = None,
    ) -> None:  # fmt: skip
        self.settings = settings
        self.registry = registry or Registry.shipped()
        self.metrics = Metrics()
        self.db = Database(settings.database_url, settings.read_threads)
        self.clock: LiveClock | MovableClock = MovableClock() if settings.mode == "exercise" else LiveClock()
        self.directory = CurrentDirectory()
        self.rates = Rates()
        self.vault = Vault(settings.secrets_key_file or settings.data_dir / "secrets.key")
        self.bell = self._bell()
        self.boards = (*shipped_boards(lambda: self.directory.value), *more_boards)
        self.writer = Writer(
            self.db, self.boards, self.clock, self.bell, self.metrics,
            most=settings.writer_batch, waiting=settings.writer_queue, waiting_bytes=settings.writer_bytes,
        )  # fmt: skip
        self.intake = Intake(
            self.db, self.writer, self.directory, self.registry, self.clock, self.metrics, settings.public_url
        )
        self.pushes = PushLog(self.writer)
        self.red_reads = RedReads(self.db, self.writer)
        self.chair = Chair(self.db, self.writer, self.intake, self.directory, self.clock)
        self.schedule = Schedule(self.db, self.writer, self.clock, settings.look_seconds, self.tasks_of_schedule())
        self.live = Broadcast(
            self.db, self.registry, self.clock, self.metrics,
            most_events=settings.listener_events, most_bytes=settings.listener_bytes, red=self.red_reads.sent,
        )  # fmt: skip
        self.mail = transport_for(settings)
        self.messenger = Messenger(private=settings.webhook_private)
        self.subscriptions = SubscriptionOffice(
            settings, self.db, self.writer, self.directory, self.registry, self.messenger
        )
        self.webhooks = WebhookChannel(private=settings.webhook_private)
        self.channels = self._channels({**shipped_renderers(settings.mail_from), **(more_renderers or {})})
        packer = Packer(
            self.directory, self.registry, self.clock, settings.public_url, composers(self.registry),
            {"bulletin": bulletin_mail},
        )  # fmt: skip
        self.worker = Worker(self.db, self.writer, packer, self.channels, self.metrics, self.due_to_send)
        self.dispatcher = Dispatcher(
            self.db, self.writer, self.directory, self.registry, self.clock, self.due_to_send, settings.night
        )
        self.escalation = Escalation(self.db, self.writer, self.directory, self.clock, self.due_to_send, settings.night)
        self.warning = Engine(
            self.db, self.writer, self.intake, self.directory, self.clock, settings.public_url
        )  # fmt: skip
        replayer = Replayer(self.db, self.writer, self.registry, self.due_to_send)
        self.stopping = False
        self._sending = Follower("worker", self.worker.look, settings.look_seconds, SEND_TOGETHER)
        self._replaying = Follower("replayer", replayer.look, settings.look_seconds)
        self._dispatching = Follower("dispatcher", self.dispatcher.look, settings.look_seconds, DISPATCH_TOGETHER)
        self._warning = Follower("warning", self.warning.look, settings.look_seconds, WARNING_TOGETHER)
        self._escalating = Follower("escalation", self.escalation.look, settings.look_seconds)
        self._follower = Follower("hub", self._look, settings.look_seconds)
        self._logging = Follower("pushes", self.pushes.flush, settings.look_seconds)
        self._reading = Follower("reads", self.red_reads.flush, settings.look_seconds)
        self._forgetting = Follower("forgetting", Forgetting(self.writer).look, FORGET_SECONDS)
        self.checkpoints = Checkpoints(self.writer, settings.checkpoint_file, settings.checkpoint_seconds)
        often = min(settings.checkpoint_seconds, taking.LOOK_SECONDS)
        self._checkpointing = Follower("checkpoints", self.checkpoints.look, often)
        eraser = Eraser(self.boards, self.registry, warning_erased)
        held = retention.rules(settings.retention, frozenset(self.registry))
        keeping = retention.Retention(self.db, self.writer, self.clock, eraser, held)
        self._keeping = Follower("retention", keeping.look, retention.LOOK_SECONDS)
        self._pulse = Follower("pulse", self._beat, settings.heartbeat_seconds)
        self._watch = Follower("watch", self._cut_stalled, settings.look_seconds)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Open the database, check that accepted will mean durable, and begin to follow the journal."""
        self.db.hold()
        if faults := self.db.durability():
            raise HubError(f"This database would lose accepted messages: {'; '.join(faults)}. Mend its settings first.")
        await self.db.read_own(self.refresh)
        await self.live.begin()
        await self.dispatcher.begin()
        self._loop = loop = asyncio.get_running_loop()

        def tell(committed: Committed) -> None:
            loop.call_soon_threadsafe(self._committed, committed)

        self.writer.on_commit.append(tell)
        self.writer.start()
        self._tasks = [
            asyncio.create_task(self.bell.listen(self._heard), name="bell"),
            asyncio.create_task(self.db.watch(), name="database"),
            asyncio.create_task(self._follower.run(), name="look"),
            asyncio.create_task(self._pulse.run(), name="pulse"),
            asyncio.create_task(self._watch.run(), name="watch"),
            asyncio.create_task(self._dispatching.run(), name="dispatcher"),
            asyncio.create_task(self._sending.run(), name="worker"),
            asyncio.create_task(self._replaying.run(), name="replayer"),
            asyncio.create_task(self._warning.run(), name="warning"),
            asyncio.create_task(self._escalating.run(), name="escalation"),
            asyncio.create_task(self._logging.run(), name="pushes"),
            asyncio.create_task(self._reading.run(), name="reads"),
            asyncio.create_task(self._forgetting.run(), name="forgetting"),
            asyncio.create_task(self._checkpointing.run(), name="checkpoints"),
            asyncio.create_task(self._keeping.run(), name="retention"),
        ]
        self.schedule.start()
        log("hub").info("the hub is up", version=__version__, database=self.db.dialect, mode=self.settings.mode)

    def begin_stop(self) -> None:
        """Called from the signal handler: open streams end now, new work is refused soon."""
        self.stopping = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.live.stop)

    async def stop(self) -> None:
        self.schedule.stop()
        self.warning.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.worker.stop(self.settings.grace_seconds / 2)
        await self.messenger.close()
        await self.webhooks.close()
        await self.pushes.settle()
        await self.red_reads.settle()
        await asyncio.to_thread(self.writer.stop)
        self.db.close()

    def refresh(self, conn: Connection) -> None:
        """Take over what changed in the directory and the clock since the last look."""
        self.directory.refresh(conn)
        state.hub_time(conn, self.clock)

    def _committed(self, committed: Committed) -> None:
        """In the event loop, right after a commit of this hub's own writer."""
        self._heard(committed)
        self.dispatcher.committed(committed.messages)
        self.bell.tell(committed)
        self._dispatching.ring()
        self._warning.ring()

    def _heard(self, committed: Committed | None) -> None:
        """Somebody committed: this, or something to look for."""
        taken = committed is not None and self.live.committed(committed)
        if committed is None or committed.directory or not taken:
            self._follower.ring()

    async def _look(self) -> bool:
        """Take in what was committed anywhere; then see whether everybody who listens still may."""
        try:
            return await self.live.look()
        finally:  # a message that this version cannot read must not keep revoked keys alive
            await self.db.read_own(self.refresh)
            await self._check_listeners()

    async def _check_listeners(self) -> None:
        asked = self.live.principals  # who begins to listen during the read was asked about by nobody: next time
        hashes = {one.session for one in asked if one.session is not None}
        alive: frozenset[str] = await self.db.read_own(sessions.alive, hashes, wall()) if hashes else frozenset()
        directory, now, machine = self.directory.value, self.clock.now(), wall()
        self.live.check(lambda one: one not in asked or stands(directory, one, now, machine, alive))

    def _bell(self) -> Bell:
        if self.settings.nats_url:
            return NatsBell(self.settings.nats_url, self.registry, self._place)
        if self.db.dialect == "sqlite":
            return SilentBell()
        from routehub.journal.bell.postgres import PostgresBell  # with the driver, which a hub on SQLite does without

        return PostgresBell(self.db.url)

    async def _place(self) -> tuple[str, int]:
        return await self.writer.submit(Change(lambda tx: (state.deployment(tx.conn), tx.epoch)))

    def due(self) -> None:
        """Something is to be sent now, or sent again."""
        self._sending.ring()
        self._replaying.ring()

    def due_to_send(self) -> None:
        self._sending.ring()

    def tasks_of_schedule(self) -> tuple[Task, ...]:
        """What this hub does at its time."""
        return (
            AgendaDigest(self.db, self.intake, self.directory, self.clock),
            CalledAgenda(self.db, self.intake, self.directory),
            DailyBulletin(self.db, self.intake, self.directory),
            AgendaClosing(self.db, self.directory, self.chair),
            LateItems(self.db, self.directory, self.chair),
            ActionReminders(self.db, self.intake, self.directory),
            NewKeys(self.intake, self.directory),
        )

    def _channels(self, renderers: Mapping[str, MailRenderer]) -> dict[str, Channel]:
        texts = Renderers(self.registry, renderers)
        links = AcknowledgementLinks(self.writer, self.settings.public_url, on=self.settings.acknowledge_links)
        found: tuple[Channel, ...] = (
            EmailChannel(self.mail, texts, links),
            AppriseChannel(self.messenger, texts),
            self.webhooks,
        )
        return {channel.name: channel for channel in found}

    async def _beat(self) -> bool:
        await self.live.pulse()
        return False

    async def _cut_stalled(self) -> bool:
        self.live.cut_stalled()
        return False


def create_app(hub: Hub) -> FastAPI:
    """The HTTP application of a hub. Starting it starts the hub."""

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await hub.start()
        try:
            yield
        finally:
            await hub.stop()

    app = FastAPI(title="Routehub", version=__version__, lifespan=lifespan, openapi_url=None)
    app.state.api = ApiContext(
        hub.settings,
        hub.db,
        hub.clock,
        hub.directory,
        hub.registry,
        hub.writer,
        hub.intake,
        hub.metrics,
        hub.rates,
        hub.live,
        hub.due,
        hub.pushes,
        hub.warning,
        hub.subscriptions,
        hub.chair,
        hub.red_reads,
    )
    problems.install(app)
    routes, signpost = _doors(list(hub.registry.values()))
    app.router.routes.extend(routes)
    app.router.middleware_stack = Signposted(app.router, signpost)
    app.state.web = WebContext(
        hub.settings, hub.db, hub.clock, hub.directory, hub.registry, hub.writer, hub.intake, hub.mail, hub.rates,
        hub.pushes, hub.subscriptions, hub.due, hub.chair, hub.vault, lambda: len(hub.live.listeners), hub.red_reads,
        Provider(hub.settings) if hub.settings.oidc_issuer else None,
    )  # fmt: skip
    web_errors.install(app)
    app.state.documents = Shelf(app, hub.registry, hub.settings)
    app.add_middleware(Busiest, context=app.state.api)
    app.add_middleware(
        Pushes, pushes=hub.pushes, directory=hub.directory, clock=hub.clock,
        certificate_header=hub.settings.client_certificate_header,
    )  # fmt: skip
    app.add_middleware(SoundTarget)
    app.add_middleware(Stopped, stopping=lambda: hub.stopping)
    app.add_middleware(Observed, metrics=hub.metrics, https=hub.settings.public_url.startswith("https:"))
    app.add_middleware(
        Forwarded, trusted=hub.settings.trusted_proxy, certificate_header=hub.settings.client_certificate_header
    )
    return app


_DOORS: dict[tuple[int, ...], tuple[list[Kind], list[BaseRoute], Signpost]] = {}
"""By the identities of the kinds, which are kept beside them so that no other kind gets the same."""


def _doors(kinds: list[Kind]) -> tuple[list[BaseRoute], Signpost]:
    """All doors and pages, and where to look for the one that an address means. They know no hub, each request finds
    its own in ``app.state``: several hubs in one process share them, for to make them ready takes longer than all the
    rest of a hub."""
    same = tuple(map(id, kinds))
    if same not in _DOORS:
        found, inclusions = APIRouter(), (*_of_api(kinds), *pages.inclusions())
        for inclusion in inclusions:
            inclusion.into(found)
        _DOORS[same] = (kinds, list(found.routes), Signpost(inclusions))
    return _DOORS[same][1:]


def _of_api(kinds: list[Kind]) -> Iterator[Inclusion]:
    routers: list[APIRouter] = [
        stream.router,
        cap.incoming,
        cap.outgoing,
        messages.router,
        messages.doors(kinds),
        reports.router,
        figures.router,
        route.router,
        alerts.router,
        chairing.router,
        minutes.router,
        conferences.router,
        bulletins.router,
        monitoring.router,
        series.router,
        plans.router,
        pauses.router,
        measures.router,
        movements.router,
        requests.router,
        statements.router,
        readouts.router,
        readout_desk.router,
        readout_checks.router,
        threads.router,
        early_warning.router,
        escalation.router,
        me.router,
        parties.router,
        people.router,
        nominations.router,
        keys.router,
        subscriptions.router,
        clock.router,
        checkpoints.router,
    ]
    for router in routers:
        yield Inclusion(router, "/v1", in_schema=True)
        yield Inclusion(router, "/v1/routes/{route}")
    yield Inclusion(health.router, in_schema=True)
    yield Inclusion(contract.router, in_schema=True)
