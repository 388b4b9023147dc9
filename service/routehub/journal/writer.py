"""The one writer of a hub: it takes what is waiting into one transaction (group commit) and answers only
after the commit. 201 means durable (PROMISES 3)."""

import asyncio
import contextlib
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeVar, overload

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from routehub.core.clock import Clock
from routehub.core.db import Database
from routehub.core.db_faults import as_hub_error, is_held_up
from routehub.core.errors import Busy, Damaged, HubError, Unchanged
from routehub.core.observe import Metrics, log
from routehub.journal.batch import Batch
from routehub.journal.bell import Bell
from routehub.journal.committed import Committed
from routehub.journal.jobs import Append, Change, Job, Recorded, Together
from routehub.journal.known import Known
from routehub.journal.message import Board

T = TypeVar("T")
_STOP = object()
STOPPING = "The hub is stopping. Send the same again in a moment."
TOO_MUCH = "Too many messages are waiting to be stored. Send the same again in a moment."


@dataclass(slots=True)
class _Waiting:
    """A job with whoever waits for it: a coroutine of ``loop``, or a thread."""

    job: Job
    future: "asyncio.Future[Any] | Future[Any]"
    loop: asyncio.AbstractEventLoop | None = None
    entered: float = field(default_factory=time.perf_counter)
    durable: float = 0.0

    @classmethod
    def here(cls, job: Job) -> "_Waiting":
        loop = asyncio.get_running_loop()
        return cls(job, loop.create_future(), loop)


Outcome = tuple[_Waiting, Any, BaseException | None]
"""A job's result, or what refused it."""


class _Apart(Exception):
    """Something in a job is at fault, and not the database's state: the jobs of this group are tried each by itself."""


class Writer:
    """Takes jobs from any thread, commits them in groups.

    boards: projections that run in the accepting transaction, handed in by ``app`` (DECISIONS 2); most: jobs of one
    commit; waiting, waiting_bytes: what may wait before more is refused with 503.
    on_commit: called in the writer's thread after each commit that brought something; must not block.
    """

    def __init__(
        self, db: Database, boards: Sequence[Board], clock: Clock, bell: Bell, metrics: Metrics,
        *, most: int = 256, waiting: int = 10_000, waiting_bytes: int = 64 * 1024 * 1024,
    ) -> None:  # fmt: skip
        self._db, self._boards, self._clock, self._bell, self._metrics = db, tuple(boards), clock, bell, metrics
        self._most, self._most_waiting, self._most_bytes = most, waiting, waiting_bytes
        self._queue: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._bytes = 0
        self._counting = threading.Lock()
        self._known = Known()
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
        rest: list[Outcome] = []
        while True:
            try:
                left = self._queue.get_nowait()
            except queue.Empty:
                break
            if left is not _STOP:
                rest.append((left, None, Busy(STOPPING, retry_after=5)))
        _answer_all(rest)

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
        waiting = _Waiting.here(job)
        self._enqueue([waiting])
        try:
            if not job.appends:  # the hub's own work, which ends with the database's silence
                return await waiting.future  # type: ignore[misc]
            with self._db.pulse.waited_for(waiting.future):  # type: ignore[arg-type]
                return await waiting.future  # type: ignore[misc]
        finally:
            if waiting.durable and job.appends:
                self._metrics.stage("wake", time.perf_counter() - waiting.durable)

    async def submit_each(self, jobs: Sequence[Append]) -> list[Recorded | HubError]:
        """Hand several in at once, in order; each is accepted or refused by itself.

        Errors: Busy when there is no room for all of them, so that none is taken; database faults.
        """
        waiting = [_Waiting.here(job) for job in jobs]
        self._enqueue(waiting)
        futures: list[asyncio.Future[Any]] = [one.future for one in waiting]  # type: ignore[misc]
        if futures:
            with contextlib.ExitStack() as stack:
                for one in futures:
                    stack.enter_context(self._db.pulse.waited_for(one))
                await asyncio.wait(futures)
        faults = [fault for one in futures if (fault := one.exception()) is not None]
        for fault in faults:
            if not isinstance(fault, HubError):
                raise fault
        return [one.result() if one.exception() is None else one.exception() for one in futures]  # type: ignore[misc]

    def change(self, apply: Callable[[Batch], T]) -> T:
        """The same for threads and commands: hand in a change and wait for its commit."""
        waiting = _Waiting(Change(apply), Future())
        self._enqueue([waiting])
        result: T = waiting.future.result()
        return result

    def append(self, job: Append) -> Recorded:
        waiting = _Waiting(job, Future())
        self._enqueue([waiting])
        result: Recorded = waiting.future.result()
        return result

    def _enqueue(self, items: Sequence[_Waiting]) -> None:
        """Take all of them or none: within the bounds, and not while the hub stops."""
        if self._stopping:
            raise Busy(STOPPING, retry_after=5)
        self._db.must_be_sound()
        if any(item.job.appends for item in items):
            self._db.pulse.check()
        if self._thread is None:
            self._perform(list(items))
            return
        size = sum(item.job.size for item in items)
        with self._counting:
            if self._queue.qsize() + len(items) > self._most_waiting or self._bytes + size > self._most_bytes:
                raise Busy(TOO_MUCH)
            self._bytes += size
        for item in items:
            self._queue.put(item)

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
            with self._counting:
                self._bytes -= sum(item.job.size for item in waiting)
            if waiting:
                self._perform(waiting)

    def _perform(self, waiting: list[_Waiting]) -> None:
        """One transaction over many jobs, then all answers."""
        began = time.perf_counter()
        for item in waiting:
            if item.job.appends:
                self._metrics.stage("queue", began - item.entered)
        try:
            committed, outcomes = self._commit(waiting)
        except _Apart:
            for item in waiting:
                self._perform_alone(item)
            return
        except Exception as error:  # noqa: BLE001 - whoever waits must be answered
            fault = self._fault(error)
            _answer_all([(item, None, fault) for item in waiting])
            return
        self._tell(committed, began, waiting)
        _answer_all(outcomes)

    def _perform_alone(self, item: _Waiting) -> None:
        """One job in a transaction of its own, after a group that the database refused as a whole."""
        began = time.perf_counter()
        try:
            committed, outcomes = self._commit([item])
        except _Apart as refused:
            fault = refused.__cause__
            assert fault is not None
            words = fault.orig if isinstance(fault, DBAPIError) else fault
            log("journal").error("job refused by the database", error=type(words).__name__, job=type(item.job).__name__)
            _answer_all([(item, None, as_hub_error(fault) if isinstance(fault, DataError) else fault)])
            return
        except Exception as error:  # noqa: BLE001
            _answer_all([(item, None, self._fault(error))])
            return
        self._tell(committed, began, [item])
        _answer_all(outcomes)

    def _commit(self, waiting: Sequence[_Waiting]) -> tuple[Committed, list[Outcome]]:
        """Once more when a frozen hub held it up. Errors: ``_Apart`` when some job's values are at fault; whatever else
        the database fails with."""
        try:
            return self._commit_once(waiting)
        except DBAPIError as error:
            if not is_held_up(error):
                raise
        self._db.end_frozen_writers()  # unless another hub has done it
        return self._commit_once(waiting)

    def _commit_once(self, waiting: Sequence[_Waiting]) -> tuple[Committed, list[Outcome]]:
        self._db.must_be_sound()
        try:
            with self._db.write() as conn:
                batch = Batch.open(conn, self._clock, self._known)
                batch.recall(
                    (job.draft.route, job.draft.party, job.key)
                    for item in waiting
                    for job in item.job.appends
                    if job.key is not None
                )
                outcomes = [(item, *self._one(batch, item.job)) for item in waiting]
                batch.flush()
                committed = Committed(tuple(batch.messages), batch.directory, batch.feeds())
                if committed.messages or committed.directory:
                    self._bell.announce(conn)
        except (IntegrityError, DataError, ValueError, TypeError, LookupError, ArithmeticError) as fault:
            raise _Apart from fault  # rows that wait meet the driver only here: a number too large for it, say
        batch.committed()
        durable = time.perf_counter()
        for item in waiting:
            item.durable = durable
        return committed, outcomes

    def _tell(self, committed: Committed, began: float, waiting: Sequence[_Waiting]) -> None:
        taken = time.perf_counter() - began
        self._metrics.commits.observe(taken)
        self._metrics.batch.observe(len(waiting))
        for item in waiting:
            if item.job.appends:
                self._metrics.stage("commit", taken)
        if committed.messages:
            self._metrics.sequence.set(committed.messages[-1].sequence)
            for message in committed.messages:
                self._metrics.accepted.labels(message.kind).inc()
        if committed.messages or committed.directory:
            for tell in self.on_commit:
                tell(committed)

    def _one(self, batch: Batch, job: Job) -> tuple[Any, BaseException | None]:
        """One job as a part of the batch. A refusal undoes this job alone; a database fault fails the batch."""
        mark = batch.begin()
        try:
            result = job.perform(batch, self._boards)
        except Unchanged as same:
            batch.undo(mark)
            if isinstance(job, Append):
                job.remember(batch, same.message_id)
            return Recorded(same.message_id, unchanged=True), None
        except HubError as refusal:
            batch.undo(mark)
            return None, refusal
        except DBAPIError:
            raise
        except Exception as fault:  # noqa: BLE001 - one bad job must not fail the others
            batch.undo(mark)
            log("journal").error("job failed", exc_info=fault, job=type(job).__name__)
            return None, fault
        if job.dry_run:
            batch.undo(mark)
        else:
            batch.keep(mark)
        return result, None

    def _fault(self, error: Exception) -> Exception:
        if isinstance(error, DBAPIError):
            log("journal").error("commit failed", error=type(error.orig).__name__, words=str(error.orig)[:200])
            known = as_hub_error(error)
            if isinstance(known, Damaged):
                self._db.found_damaged()
            return known
        if isinstance(error, HubError):
            return error
        if isinstance(error, PoolTimeout):
            return Busy("The hub's database cannot be reached right now. Nothing was stored; send the same again.")
        log("journal").error("batch failed", exc_info=error)
        return error


def _answer_all(outcomes: Sequence[Outcome]) -> None:
    """Answer everybody who waits: a thread at once, the coroutines of a loop by one call into it."""
    loops: dict[asyncio.AbstractEventLoop, list[Outcome]] = {}
    for outcome in outcomes:
        waiting = outcome[0]
        if waiting.loop is None:
            _answer(*outcome)
        else:
            loops.setdefault(waiting.loop, []).append(outcome)
    for loop, ours in loops.items():
        with contextlib.suppress(RuntimeError):  # the loop has been closed: nobody waits any more
            loop.call_soon_threadsafe(_answer_here, ours)


def _answer_here(outcomes: Sequence[Outcome]) -> None:
    for outcome in outcomes:
        _answer(*outcome)


def _answer(waiting: _Waiting, result: Any, refusal: BaseException | None) -> None:
    future = waiting.future
    if future.done():  # whoever waited has gone; what was accepted stays accepted
        return
    if refusal is not None:
        future.set_exception(refusal)
    else:
        future.set_result(result)
