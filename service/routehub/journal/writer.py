"""The one writer of a hub: it takes what is waiting into one transaction (group commit) and answers only
after the commit. 201 means durable (PROMISES 3)."""

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar, overload

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from routehub.core.clock import Clock
from routehub.core.db import Database, as_hub_error
from routehub.core.errors import Busy, HubError, Unchanged
from routehub.core.observe import Metrics, log
from routehub.journal.batch import Batch, Mark
from routehub.journal.bell import Bell
from routehub.journal.committed import Committed
from routehub.journal.jobs import Append, Change, Job, Recorded, Together
from routehub.journal.message import Board

T = TypeVar("T")
_STOP = object()


@dataclass
class _Waiting:
    job: Job
    future: "Future[Any]"


class Writer:
    """Takes jobs from any thread, commits them in groups.

    boards: projections that run in the accepting transaction, handed in by ``app`` (DECISIONS 2).
    on_commit: called in the writer's thread after each commit that brought something; must not block.
    """

    def __init__(
        self, db: Database, boards: Sequence[Board], clock: Clock, bell: Bell, metrics: Metrics,
        *, most: int = 256, waiting: int = 10_000,
    ) -> None:  # fmt: skip
        self._db, self._boards, self._clock, self._bell, self._metrics = (
            db,
            tuple(boards),
            clock,
            bell,
            metrics,
        )
        self._most = most
        self._queue: queue.Queue[Any] = queue.Queue(waiting)
        self._thread: threading.Thread | None = None
        self._stopping = False
        self.on_commit: list[Callable[[Committed], None]] = []

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Commit what is waiting, then end."""
        self._stopping = True
        if self._thread is not None:
            self._queue.put(_STOP)
            self._thread.join()
            self._thread = None
            self._refuse_rest()

    def _refuse_rest(self) -> None:
        """Answer what came in behind the stop: nothing of it was stored."""
        while True:
            try:
                left = self._queue.get_nowait()
            except queue.Empty:
                return
            if left is not _STOP:
                _answer(left.future, None, Busy("The hub is stopping. Send the same again in a moment.", retry_after=5))

    @property
    def waiting(self) -> int:
        """Jobs that are not yet taken up."""
        return self._queue.qsize()

    @overload
    async def submit(self, job: Append) -> Recorded: ...
    @overload
    async def submit(self, job: Together) -> list[Recorded]: ...
    @overload
    async def submit(self, job: Change[T]) -> T: ...
    async def submit(self, job: Job) -> Any:
        """Hand a job in and wait for its commit. Raises what refused it; Busy when too much is waiting.

        A caller that goes away does not undo its job: accepted is accepted.
        """
        return await asyncio.wrap_future(self._enqueue(job))

    async def submit_each(self, jobs: Sequence[Append]) -> list[Recorded | HubError]:
        """Hand several in at once, in order; each is accepted or refused by itself.

        Errors: Busy when there is no room for all of them, so that none is taken; database faults.
        """
        if self._queue.maxsize - self._queue.qsize() < len(jobs):
            raise Busy("Too many messages are waiting to be stored. Send the same again in a moment.")
        futures = [asyncio.wrap_future(self._enqueue(job)) for job in jobs]
        outcomes: list[Recorded | HubError] = []
        for found in await asyncio.gather(*futures, return_exceptions=True):
            if isinstance(found, BaseException) and not isinstance(found, HubError):
                raise found
            outcomes.append(found)
        return outcomes

    def change(self, apply: Callable[[Batch], T]) -> T:
        """The same for threads and commands: hand in a change and wait for its commit."""
        result: T = self._enqueue(Change(apply)).result()
        return result

    def append(self, job: Append) -> Recorded:
        result: Recorded = self._enqueue(job).result()
        return result

    def _enqueue(self, job: Job) -> "Future[Any]":
        if self._stopping:
            raise Busy("The hub is stopping. Send the same again in a moment.", retry_after=5)
        future: Future[Any] = Future()
        if self._thread is None:
            self._perform([_Waiting(job, future)])
            return future
        try:
            self._queue.put_nowait(_Waiting(job, future))
        except queue.Full:
            raise Busy("Too many messages are waiting to be stored. Send the same again in a moment.") from None
        return future

    def _run(self) -> None:
        stop = False
        while not stop:
            taken = self._queue.get()
            waiting: list[_Waiting] = []
            while True:
                if taken is _STOP:
                    stop = True
                    break
                waiting.append(taken)
                if len(waiting) >= self._most:
                    break
                try:
                    taken = self._queue.get_nowait()
                except queue.Empty:
                    break
            self._metrics.queue.set(self._queue.qsize())
            if waiting:
                self._perform(waiting)

    def _perform(self, waiting: list[_Waiting]) -> None:
        """One transaction over many jobs, then all answers."""
        began = time.perf_counter()
        outcomes: list[tuple[_Waiting, Any, BaseException | None]] = []
        committed: Committed | None = None
        try:
            with self._db.write() as conn:
                batch = Batch.open(conn, self._clock)
                for item in waiting:
                    outcomes.append((item, *self._one(batch, item.job)))
                batch.flush()
                committed = Committed(tuple(batch.messages), batch.directory, batch.feeds())
                if committed.messages or committed.directory:
                    self._bell.announce(conn)
        except Exception as error:  # noqa: BLE001 - whoever waits must be answered
            fault = self._fault(error)
            for item in waiting:
                _answer(item.future, None, fault)
            return
        self._metrics.commits.observe(time.perf_counter() - began)
        self._metrics.batch.observe(len(waiting))
        if committed.messages:
            self._metrics.sequence.set(committed.messages[-1].sequence)
            for message in committed.messages:
                self._metrics.accepted.labels(message.kind).inc()
        if committed.messages or committed.directory:
            for tell in self.on_commit:
                tell(committed)
        for item, result, refusal in outcomes:
            _answer(item.future, result, refusal)

    def _one(self, batch: Batch, job: Job) -> tuple[Any, BaseException | None]:
        """One job in its savepoint. A refusal rolls back this job alone; a database fault fails the batch."""
        mark = batch.mark()
        batch.conn.exec_driver_sql("SAVEPOINT job")
        try:
            result = job.perform(batch, self._boards)
        except Unchanged as same:
            _roll_back(batch, mark)
            if isinstance(job, Append):
                job.remember(batch, same.message_id)
            return Recorded(same.message_id, unchanged=True), None
        except HubError as refusal:
            _roll_back(batch, mark)
            return None, refusal
        except (IntegrityError, DataError) as fault:
            _roll_back(batch, mark)
            log("journal").error("job refused by the database", error=type(fault.orig).__name__)
            return None, as_hub_error(fault) if isinstance(fault, DataError) else fault
        except DBAPIError:
            raise
        except Exception as fault:  # noqa: BLE001 - one bad job must not fail the others
            _roll_back(batch, mark)
            log("journal").error("job failed", exc_info=fault, job=type(job).__name__)
            return None, fault
        if job.dry_run:
            _roll_back(batch, mark)
        else:
            batch.conn.exec_driver_sql("RELEASE SAVEPOINT job")
        return result, None

    def _fault(self, error: Exception) -> Exception:
        if isinstance(error, DBAPIError):
            log("journal").error("commit failed", error=type(error.orig).__name__, words=str(error.orig)[:200])
            return as_hub_error(error)
        if isinstance(error, PoolTimeout):
            return Busy("The hub's database cannot be reached right now. Nothing was stored; send the same again.")
        log("journal").error("batch failed", exc_info=error)
        return error


def _roll_back(batch: Batch, mark: Mark) -> None:
    """Undo one job: its rows by the savepoint, its numbers by the mark."""
    batch.conn.exec_driver_sql("ROLLBACK TO SAVEPOINT job")
    batch.conn.exec_driver_sql("RELEASE SAVEPOINT job")
    batch.reset(mark)


def _answer(future: "Future[Any]", result: Any, refusal: BaseException | None) -> None:
    if not future.set_running_or_notify_cancel():
        return
    if refusal is not None:
        future.set_exception(refusal)
    else:
        future.set_result(result)
