"""The composition root: the one place where the parts of a hub are wired together."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence

from fastapi import APIRouter, FastAPI
from sqlalchemy import Connection

from routehub import __version__
from routehub.api import problems
from routehub.api.context import Context as ApiContext
from routehub.api.observed import Observed
from routehub.api.v1 import boards, clock, contract, health, messages, reports
from routehub.boards.alerts import AlertsBoard
from routehub.boards.figures import FiguresBoard
from routehub.boards.reporting import ReportingBoard
from routehub.core import state
from routehub.core.clock import LiveClock, MovableClock
from routehub.core.db import Database
from routehub.core.errors import HubError
from routehub.core.observe import Metrics, log
from routehub.core.settings import Settings
from routehub.directory.current import CurrentDirectory
from routehub.directory.snapshot import Directory
from routehub.intake.receive import Intake
from routehub.journal import follow
from routehub.journal.bell import Bell, PostgresBell, SilentBell
from routehub.journal.message import Board
from routehub.journal.writer import Committed, Writer
from routehub_schemas.registry import Registry


def shipped_boards(directory: Callable[[], Directory]) -> tuple[Board, ...]:
    """The boards of this hub, in the order in which they take a message in."""
    return (FiguresBoard(directory), ReportingBoard(directory), AlertsBoard())


class Hub:
    """One hub process as an object that a command or a test starts and stops.

    registry, more_boards: a kind or board more than the shipped ones needs no edit to intake, journal or delivery.
    """

    def __init__(
        self, settings: Settings, *, registry: Registry | None = None, more_boards: Sequence[Board] = ()
    ) -> None:
        self.settings = settings
        self.registry = registry or Registry.shipped()
        self.metrics = Metrics()
        self.db = Database(settings.database_url, settings.read_threads)
        self.clock: LiveClock | MovableClock = MovableClock() if settings.mode == "exercise" else LiveClock()
        self.directory = CurrentDirectory()
        self.bell: Bell = PostgresBell(self.db.url) if self.db.dialect == "postgresql" else SilentBell()
        self.boards = (*shipped_boards(lambda: self.directory.value), *more_boards)
        self.writer = Writer(
            self.db, self.boards, self.clock, self.bell, self.metrics,
            most=settings.writer_batch, waiting=settings.writer_queue,
        )  # fmt: skip
        self.intake = Intake(
            self.db, self.writer, self.directory, self.registry, self.clock, self.metrics, settings.public_url
        )
        self.position = 0
        self.stopping = False
        self._rung = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Open the database, check that accepted will mean durable, and begin to follow the journal."""
        self.db.hold()
        if faults := self.db.durability():
            raise HubError(f"This database would lose accepted messages: {'; '.join(faults)}. Mend its settings first.")
        await self.db.read(self._load)
        self.position = await self.db.read(follow.head)
        loop = asyncio.get_running_loop()

        def tell(committed: Committed) -> None:
            loop.call_soon_threadsafe(self._committed, committed)

        self.writer.on_commit.append(tell)
        self.writer.start()
        self._tasks = [
            asyncio.create_task(self.bell.listen(self._rung), name="bell"),
            asyncio.create_task(self._look(), name="look"),
        ]
        log("hub").info("the hub is up", version=__version__, database=self.db.dialect, mode=self.settings.mode)

    def begin_stop(self) -> None:
        """Called from the signal handler: open streams end now, new work is refused soon."""
        self.stopping = True

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.to_thread(self.writer.stop)
        self.db.close()

    def _load(self, conn: Connection) -> None:
        self.directory.refresh(conn)
        if isinstance(self.clock, MovableClock):
            self.clock.take(*state.clock_offset(conn))

    def _committed(self, committed: Committed) -> None:
        """In the event loop, right after a commit of this hub's own writer."""
        self._rung.set()

    async def _look(self) -> None:
        """Look at the journal when the bell rings, and once a second anyway."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._rung.wait(), self.settings.look_seconds)
            self._rung.clear()
            try:
                await self.db.read(self._load)
            except HubError as fault:
                log("hub").warning("the journal cannot be read", fault=fault.detail)


def create_app(hub: Hub) -> FastAPI:
    """The HTTP application of a hub. Starting it starts the hub."""

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await hub.start()
        try:
            yield
        finally:
            await hub.stop()

    app = FastAPI(title="Routehub", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.api = ApiContext(
        hub.settings, hub.db, hub.clock, hub.directory, hub.registry, hub.writer, hub.intake, hub.metrics
    )
    problems.install(app)
    routers: list[APIRouter] = [
        messages.router,
        messages.doors(list(hub.registry.values())),
        reports.router,
        boards.router,
        clock.router,
    ]
    for router in routers:
        app.include_router(router, prefix="/v1")
        app.include_router(router, prefix="/v1/routes/{route}", include_in_schema=False)
    app.include_router(health.router)
    app.include_router(contract.router)
    app.add_middleware(Observed, metrics=hub.metrics, https=hub.settings.public_url.startswith("https:"))
    return app
