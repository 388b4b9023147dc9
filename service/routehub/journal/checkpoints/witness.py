"""What checkpoints say of a chain that is being gone through: does it still have the links that were signed?"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from routehub.core import state
from routehub.journal.checkpoints import reading
from routehub.journal.checkpoints.signing import check
from routehub.journal.checkpoints.tables import signed_checkpoints
from routehub_schemas.checkpoint import Checkpoint, PublicKey, opened


@dataclass(frozen=True)
class Fault:
    """One thing that does not fit: ``where`` names the row, ``what`` says what is wrong with it; ``good``: the last
    checkpoint before it up to which the chain is as it was."""

    where: str
    what: str
    good: str = ""


@dataclass
class Witness:
    """The checkpoints of one chain, in the order of their numbers. ``good``: the last one that fits, of those before
    the first fault."""

    called: str
    epoch: int
    marks: Sequence[Checkpoint] = ()
    good: str = ""
    _next: int = 0
    _spoilt: bool = field(default=False)

    def fault(self, where: str, what: str) -> Fault:
        self._spoilt = True
        return Fault(where, what, self.good)

    def at(self, number: int, chain: str) -> Iterator[Fault]:
        """Compare what was signed about a number with its link."""
        while self._next < len(self.marks) and self.marks[self._next].number <= number:
            mark = self.marks[self._next]
            self._next += 1
            if mark.number == number and mark.chain == chain:
                if not self._spoilt:
                    self.good = f"number {number}, checkpoint of {mark.at}"
            else:
                yield self._other(mark, "another link was signed for this number")

    def end(self, last: int) -> Iterator[Fault]:
        """The chain ends here; what was signed about later numbers has been removed."""
        for mark in self.marks[self._next :]:
            yield self._other(mark, f"{mark.number} were signed, the chain ends with {last}")

    def _other(self, mark: Checkpoint, what: str) -> Fault:
        if mark.epoch < self.epoch:
            what += f" (in epoch {mark.epoch}; the hub was restored from a backup since)"
        return self.fault(f"checkpoint {mark.id} of {self.called}, {mark.at}", what)


class Witnesses:
    """All checkpoints that are to be believed: those of the database and those that were kept elsewhere.

    keys: who is believed; none: the keys of the database itself. Whoever can write to it can put one in, so that keys
    and checkpoints which were kept elsewhere prove more.
    """

    def __init__(self, conn: Connection, kept: Iterable[str] = (), keys: Sequence[PublicKey] = ()) -> None:
        self._conn, self._epoch = conn, state.epoch(conn)
        self._prefix = f"routehub/{state.read(conn, 'deployment', '')}/"
        self._keys = tuple(keys) or tuple(used.key for used in reading.keys(conn))
        self._kept: dict[str, list[Checkpoint]] = {}
        self.seen = 0
        self._faults: list[Fault] = []
        for note in kept:
            if (found := self._opened(note, "a checkpoint that was kept")) is not None:
                self._kept.setdefault(found.origin.removeprefix(self._prefix), []).append(found)

    def of(self, called: str, name: str, route: str = "", party: str = "") -> Witness:
        """Those of one chain."""
        origin = "/".join(part for part in (name, route, party) if part)
        marks = {(mark.epoch, mark.number, mark.chain): mark for mark in self._kept.pop(origin, [])}
        for taken in reading.oldest_first(self._conn, name, route, party):
            where = f"checkpoint {taken.id} of {called}"
            found = self._opened(taken.note, where)
            if found is None:
                continue
            said = (self._prefix + origin, taken.epoch, taken.number, taken.chain)
            if (found.origin, found.epoch, found.number, found.chain) != said:
                self._faults.append(Fault(where, "is not the one that was signed"))
            marks[(found.epoch, found.number, found.chain)] = found
        ordered = sorted(marks.values(), key=lambda mark: (mark.number, mark.epoch))
        self.seen += len(ordered)
        return Witness(called, self._epoch, ordered)

    def feeds(self) -> set[tuple[str, str]]:
        """Routes and parties with checkpoints of a feed."""
        c = signed_checkpoints.c
        query = select(c.route, c.party).where(c.chain_name == "feed").distinct()
        kept = {(parts[1], parts[2]) for origin in self._kept if len(parts := origin.split("/")) == 3}
        return kept | {(row.route, row.party) for row in self._conn.execute(query)}

    def faults(self) -> Iterator[Fault]:
        """Of the checkpoints themselves; to be asked for when all chains were gone through."""
        yield from self._faults
        for origin in self._kept:
            yield Fault(f"a checkpoint of {origin}", "is about a chain that is not here")

    def _opened(self, note: str, where: str) -> Checkpoint | None:
        try:
            return opened(note, self._keys, check)
        except ValueError as fault:
            self._faults.append(Fault(where, str(fault)))
            return None
