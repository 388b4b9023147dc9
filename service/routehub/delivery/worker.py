"""The worker sends what is due: claims, sends side by side, records. A worker that is killed between sending and
recording sends again after its lease: at least once, never silently not (PROMISES B3)."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from routehub.core.clock import wall
from routehub.core.db import Database
from routehub.core.errors import HubError
from routehub.core.ids import token
from routehub.core.observe import Metrics, log
from routehub.delivery import failing, outgoing
from routehub.delivery.channels.base import Channel, Failed, Parcel, Taken
from routehub.delivery.outgoing import Claimed, Room, Tried
from routehub.delivery.packing import Dropped, Packer
from routehub.journal.batch import Batch
from routehub.journal.jobs import Change
from routehub.journal.writer import Writer

SIDE_BY_SIDE = 32
PER_ADDRESSEE = 4
"""A receiver that hangs holds up itself, not the others."""
PER_CHANNEL = 24
"""Receivers that hang, as many as they are, hold up their channel: a mail still finds a place."""


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
        self._running: dict[asyncio.Task[None], Claimed] = {}
        self._ended_now: list[tuple[Claimed, _Result]] = []
        self._recording = asyncio.Lock()

    async def look(self) -> bool:
        """Claim what is due as far as there is room, and begin to send it."""
        room = self._room()
        if room.places <= 0 or not await self._db.read_own(outgoing.waiting, wall(), room):
            return False
        claimed = await self._writer.submit(Change(lambda tx: outgoing.claim(tx, self._name, room, PER_ADDRESSEE)))
        packed = await self._db.read_own(self._packer.pack_all, claimed) if claimed else []
        for one, parcel in zip(claimed, packed, strict=True):
            task = asyncio.create_task(self._deliver(one, parcel), name=f"deliver {one.id}")
            self._running[task] = one
            task.add_done_callback(self._ended)
        return bool(claimed)

    def _room(self) -> Room:
        addressees = Counter(one.addressee for one in self._running.values())
        channels = Counter(one.channel for one in self._running.values())
        return Room(
            SIDE_BY_SIDE - len(self._running),
            {name: PER_CHANNEL - channels[name] for name in self._channels},
            frozenset(name for name, count in addressees.items() if count >= PER_ADDRESSEE),
        )

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

    async def _deliver(self, one: Claimed, packed: Parcel | Dropped | None) -> None:
        began = time.monotonic()
        if packed is None:
            result = _Result(0.0, fault=Failed("the hub failed to prepare it", again=True))
        elif isinstance(packed, Parcel):
            result = await self._send(one, packed, began)
        else:
            result = _Result(0.0, dropped=packed.why)
        self._ended_now.append((one, result))
        await self._record_all()
        outcome = "dropped" if result.dropped else "failed" if result.fault else "sent"
        self._metrics.deliveries.labels(one.channel, outcome).inc()

    async def _record_all(self) -> None:
        """What ended while one commit was under way is recorded by the next, together."""
        async with self._recording:
            done, self._ended_now = self._ended_now, []
            if not done:
                return
            try:
                await self._writer.submit(Change(lambda tx: self._record(tx, done)))
            except HubError as fault:
                log("delivery").warning("what became of deliveries could not be recorded", fault=fault.detail)
            except Exception as fault:  # noqa: BLE001 - one that cannot be recorded must not make the others come twice
                log("delivery").error("deliveries could not be recorded together", exc_info=fault)
                for one in done:
                    with contextlib.suppress(Exception):
                        await self._writer.submit(Change(lambda tx, one=one: self._record(tx, [one])))  # type: ignore[misc]

    async def _send(self, one: Claimed, parcel: Parcel, began: float) -> _Result:
        try:
            taken = await self._channels[one.channel].send(parcel)
        except Failed as fault:
            return _Result(time.monotonic() - began, fault=fault)
        except Exception as fault:  # noqa: BLE001 - a fault of a channel or renderer is a failed try like others
            log("delivery").error("a channel failed", channel=one.channel, exc_info=fault)
            return _Result(time.monotonic() - began, fault=Failed("the hub failed to send it", again=True))
        return _Result(time.monotonic() - began, taken=taken)

    def _record(self, tx: Batch, done: Sequence[tuple[Claimed, _Result]]) -> None:
        tries = [_tried(one, result) for one, result in done if result.dropped is None]
        outgoing.log_attempts(tx, tries)
        taken = [tried for tried in tries if tried.ok]
        for one in outgoing.sent(tx, self._name, taken):
            tx.audit("send", one.route, one.party, "hub", {"about": one.about, "channel": one.channel})
        failing.recovered(tx, (tried.one.addressee for tried in taken))
        for one, result in done:
            if result.dropped is not None:
                outgoing.finish(tx, self._name, one, "dropped", result.dropped)
            elif result.fault is not None:
                if not outgoing.try_again(tx, self._name, one, result.fault):
                    outgoing.finish(tx, self._name, one, "dead", str(result.fault))
                failing.failed(tx, self._packer.directory.value, one, result.fault)


def _tried(one: Claimed, result: _Result) -> Tried:
    fault, taken = result.fault, result.taken
    words = taken.words if taken else str(fault)
    status = taken.status if taken else fault.status if fault else None
    return Tried(one, taken is not None, status, words, result.seconds)
