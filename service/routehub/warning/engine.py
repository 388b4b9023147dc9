"""The engine follows the journal, closes days by hub time, and hands what the rules found to the intake as ordinary
alerts. State, conditions and checkpoint are written in one transaction after them: whoever stops between the two comes
to the same ids again, and nothing is told twice (DECISIONS 2)."""

import asyncio
import threading
from datetime import timedelta

from sqlalchemy import Connection

from routehub.core.clock import Clock
from routehub.core.db import Database
from routehub.core.errors import HubError
from routehub.core.observe import log
from routehub.directory.current import CurrentDirectory
from routehub.directory.principal import hub_principal
from routehub.intake.receive import Intake, Post
from routehub.journal import follow, markings
from routehub.journal.batch import Batch
from routehub.journal.jobs import Change
from routehub.journal.message import Message
from routehub.journal.writer import Writer
from routehub.warning import steering, stored
from routehub.warning.notices import Notice
from routehub.warning.steering import Settings
from routehub.warning.stored import Memory

PAGE = 200
RUN_AHEAD = 2_000
"""Messages after which the state is written although nothing happened, so that a start reads no more than these."""
SETTLING = timedelta(seconds=5)
"""What was accepted before a day's end is in the journal by then, from whatever hub it came."""
LATER = frozenset({429, 503, 507})
TOLD_AGAIN = 50_000
"""Messages of the journal read again after which the log says how far it is."""


class Stopped(Exception):
    """The hub ends while the journal is read again. Nothing was written; the next start begins anew."""


class Engine:
    """One per hub. Several hubs may work at once: they come to the same ids, and one of them writes."""

    def __init__(
        self, db: Database, writer: Writer, intake: Intake, directory: CurrentDirectory, clock: Clock, public_url: str
    ) -> None:
        self._db, self._writer, self._intake = db, writer, intake
        self._directory, self._clock, self._url = directory, clock, public_url.rstrip("/")
        self._memory: Memory | None = None
        self._one_look = asyncio.Lock()
        self._stopping = threading.Event()

    def stop(self) -> None:
        """End a long reading of the journal soon: a thread does not hear that its task was cancelled."""
        self._stopping.set()

    async def catch_up(self) -> None:
        """Everything that is due by now, before the clock of an exercise goes on."""
        try:
            while await self.look():
                pass
        except HubError as fault:
            log("warning").warning("cannot look now", fault=fault.detail)
        except Exception as fault:  # noqa: BLE001 - the clock goes on all the same; the follower tries again
            log("warning").error("a look failed", exc_info=fault)

    async def look(self) -> bool:
        """Take in what is new; says whether there may be more. What fails leaves nothing half done: the next look
        begins where the state was last written."""
        async with self._one_look:
            try:
                return await self._look()
            except BaseException:
                self._memory = None
                raise

    async def _look(self) -> bool:
        now = self._clock.now() - SETTLING
        memory, messages, settings = await self._db.read_own(self._read)
        self._memory = memory
        more = len(messages) == PAGE
        await asyncio.to_thread(self._take, memory, messages, settings)
        if not more:
            await asyncio.to_thread(memory.advance, self._directory.value, settings, now)
        if not memory.changed and memory.position - (memory.saved or 0) < RUN_AHEAD:
            return more
        await self._tell(memory)
        if not await self._writer.submit(Change(lambda tx: _save(tx, memory))):
            self._memory = None
            return True
        stored.saved(memory)
        return more

    def _read(self, conn: Connection) -> tuple[Memory, list[Message], Settings]:
        memory, registry = self._memory, self._intake.registry
        at = follow.checkpoint(conn, stored.NAME) if follow.is_following(conn, stored.NAME) else None
        if memory is None or at != memory.saved:
            memory = stored.load(conn, registry, self._directory.value, self._reading_again)
        messages = follow.since(conn, registry, memory.position, PAGE)
        # After the messages: what was set before the last of them is there by then.
        return memory, messages, steering.load(conn)

    def _reading_again(self, done: int) -> None:
        if self._stopping.is_set():
            raise Stopped
        if done % TOLD_AGAIN == 0:
            log("warning").info("early warning reads the journal again", messages=done)

    def _take(self, memory: Memory, messages: list[Message], settings: Settings) -> None:
        for message in messages:
            memory.take(message, self._directory.value, settings)

    async def _tell(self, memory: Memory) -> None:
        for code, route in memory.routes.items():
            for notice in route.notices:
                await self._send(code, notice)
            route.notices.clear()

    async def _send(self, code: str, notice: Notice) -> None:
        """One alert, update or end. What is refused for good is logged and left: it must not hold up the others."""
        route = self._directory.route(code)
        rests_on = {*notice.rests_on, notice.alert} if notice.kind != "Alert" else notice.rests_on
        found = await self._db.read_own(markings.tlps, rests_on)
        now = self._clock.now()
        data = notice.data(now, self._link(code), {leg.code for leg in route.legs})
        post = Post(self._intake.registry["alert"], data, tlp=markings.strictest(found.values()), fixed_id=notice.id)
        try:
            await self._intake.receive(hub_principal(code), post)
        except HubError as fault:
            if fault.status in LATER:
                raise
            log("warning").error(
                "an alert was refused", route=code, rule=notice.condition.rule, subject=notice.condition.subject,
                fault=fault.detail, problems=[problem.message for problem in fault.problems],
            )  # fmt: skip

    def _link(self, route: str) -> str:
        return f"{self._url}/v1/routes/{route}/early-warning"


def _save(tx: Batch, memory: Memory) -> bool:
    return stored.save(tx.conn, memory, tx.now)
