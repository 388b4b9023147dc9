"""What can happen to one of several hubs: killed, frozen, stopped, cut off from the bell or from the database.

Each break lasts until the others have gone on accepting, or for as long as it is told, and is then mended.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.faults.wire import Wire
from tests.fixtures.hub import HubProcess
from tests.soak.traffic import Loop, Traffic

MEANWHILE = 12
"""Messages that the others accept during a break."""


@dataclass
class Cut:
    """A wire between a hub and what it stands on. Silent: what is sent over it is swallowed, and neither side is
    told, as where a cable is pulled."""

    loop: Loop
    wire: Wire

    def silent(self) -> None:
        self.loop.call(lambda: setattr(self.wire, "silent", True))

    def mend(self) -> None:
        self.loop.call(self.wire.mend)

    def reset(self) -> None:
        self.loop.call(self.wire.reset)


@dataclass
class Cast:
    """The hubs of a deployment, and for some of them the wires to their database and bell."""

    hubs: list[HubProcess]
    traffic: Traffic
    chance: random.Random
    to_database: dict[int, Cut] = field(default_factory=dict)
    to_bell: dict[int, Cut] = field(default_factory=dict)

    def any(self) -> HubProcess:
        return self.chance.choice(self.hubs)

    def goes_on(self, number: int = MEANWHILE) -> None:
        self.traffic.load.more(number)


def kill(cast: Cast) -> None:
    hub = cast.any()
    hub.kill9()
    cast.goes_on()
    hub.start()


def freeze(cast: Cast) -> None:
    """Stopped like this it may hold the journal's lock in the middle of a transaction."""
    hub = cast.any()
    hub.freeze()
    try:
        cast.goes_on()
    finally:
        hub.thaw()


def stop(cast: Cast) -> None:
    """As a rolling upgrade does: asked to end, and begun anew."""
    hub = cast.any()
    hub.stop()
    cast.goes_on()
    hub.start()


def cut_from_database(cast: Cast) -> None:
    _cut(cast, cast.to_database)


def cut_from_bell(cast: Cast) -> None:
    _cut(cast, cast.to_bell)


def reset_database(cast: Cast) -> None:
    """Every connection to the database is lost at once and can be opened again at once."""
    cast.chance.choice(list(cast.to_database.values())).reset()
    cast.goes_on()


def _cut(cast: Cast, wires: dict[int, Cut]) -> None:
    cut = cast.chance.choice(list(wires.values()))
    cut.silent()
    try:
        cast.goes_on()
    finally:
        cut.mend()
    cast.goes_on()


Break = Callable[[Cast], None]
BREAKS: Sequence[Break] = (cut_from_database, kill, reset_database, freeze, stop, cut_from_bell)
