"""The worker sends what is due: claims, sends side by side, records. A worker that is killed between sending and
recording sends again after its lease: at least once, never silently not (PROMISES B3)."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from routehub.core.clock import wall
from routehub.core.db import Database
from routehub.core.errors import HubError
from routehub.core.ids import token
from routehub.core.observe import Metrics, log
from routehub.delivery import failing, outgoing
from routehub.delivery.channels.base import Channel, Failed, Parcel, Taken
from routehub.delivery.outgoing import Claimed
from routehub.delivery.packing import Packer
from routehub.journal.batch import Batch
from routehub.journal.jobs import Change
from routehub.journal.writer import Writer

SIDE_BY_SIDE = 32
PER_ADDRESSEE = 4
"""A receiver that hangs holds up itself, not the others."""


@dataclass(frozen=True)
class _Result:
    seconds: float
    taken: Taken | None = None
    fault: Failed | None = None
    dropped: str | None = None


class Worker:
    """One per hub; several hubs share the work by their claims."""

    def __init__(
        self, db: Database, writer: Writer, packer: Packer, channels: Mapping[str, Channel], metrics: Metrics,
        ring: Callable[[], None],
    ) -> None:  # fmt: skip
        self._db, self._writer, self._packer, self._channels = db, writer, packer, channels
        self._metrics, self._ring = metrics, ring
        self._name = token(9)
        self._running: dict[asyncio.Task[None], str] = {}

    async def look(self) -> bool:
        """Claim what is due as far as there is room, and begin to send it."""
        room = SIDE_BY_SIDE - len(self._running)
        busy = [name for name, count in Counter(self._running.values()).items() if count >= PER_ADDRESSEE]
        if room <= 0 or not await self._db.read_own(outgoing.waiting, wall(), busy):
            return False
        claimed = await self._writer.submit(
            Change(lambda tx: outgoing.claim(tx, self._name, busy, room, PER_ADDRESSEE))
        )
        for one in claimed:
            task = asyncio.create_task(self._deliver(one), name=f"deliver {one.id}")
            self._running[task] = one.addressee
            task.add_done_callback(self._ended)
        return bool(claimed)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.pop(task, None)
        if not task.cancelled() and (fault := task.exception()) is not None:
            log("delivery").error("a delivery failed; its lease will run out", exc_info=fault)
        self._ring()

    async def stop(self, seconds: float) -> None:
        """Let what is being sent end, for a while; what is cut off is sent again after its lease."""
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _deliver(self, one: Claimed) -> None:
        began = time.monotonic()
        try:
            packed = await self._db.read_own(self._packer.pack, one)
        except HubError:
            raise  # the database is away: the lease ends and it is tried again
        except Exception as fault:  # noqa: BLE001 - one message that cannot be packed must not be tried for ever unseen
            log("delivery").error("a delivery could not be packed", delivery=one.id, exc_info=fault)
            packed = None
        if packed is None:
            result = _Result(0.0, fault=Failed("the hub failed to prepare it", again=True))
        elif isinstance(packed, Parcel):
            result = await self._send(one, packed, began)
        else:
            result = _Result(0.0, dropped=packed.why)
        try:
            await self._writer.submit(Change(lambda tx: self._record(tx, one, result)))
        except HubError as fault:
            log("delivery").warning("what became of a delivery could not be recorded", fault=fault.detail)
        outcome = "dropped" if result.dropped else "failed" if result.fault else "sent"
        self._metrics.deliveries.labels(one.channel, outcome).inc()

    async def _send(self, one: Claimed, parcel: Parcel, began: float) -> _Result:
        try:
            taken = await self._channels[one.channel].send(parcel)
        except Failed as fault:
            return _Result(time.monotonic() - began, fault=fault)
        except Exception as fault:  # noqa: BLE001 - a fault of a channel or renderer is a failed try like others
            log("delivery").error("a channel failed", channel=one.channel, exc_info=fault)
            return _Result(time.monotonic() - began, fault=Failed("the hub failed to send it", again=True))
        return _Result(time.monotonic() - began, taken=taken)

    def _record(self, tx: Batch, one: Claimed, result: _Result) -> None:
        if result.dropped is not None:
            outgoing.finish(tx, self._name, one, "dropped", result.dropped)
            return
        fault, taken = result.fault, result.taken
        words = taken.words if taken else str(fault)
        status = taken.status if taken else fault.status if fault else None
        outgoing.log_attempt(tx, one, ok=taken is not None, status=status, detail=words, seconds=result.seconds)
        if fault is None:
            if outgoing.finish(tx, self._name, one, "sent", words):
                tx.audit("send", one.route, one.party, "hub", {"about": one.about, "channel": one.channel})
            failing.recovered(tx, one.addressee)
            return
        if not outgoing.try_again(tx, self._name, one, fault):
            outgoing.finish(tx, self._name, one, "dead", str(fault))
        failing.failed(tx, self._packer.directory.value, one, fault)
