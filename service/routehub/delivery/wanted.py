"""What a listener or a subscriber wants of what its party may read. A filter never widens anything."""

from dataclasses import dataclass

from routehub.journal.message import Message
from routehub_schemas.registry import Registry

# CAP 1.2 from light to grave. "Unknown" counts as grave: who asks for severe warnings would rather look than miss one.
GRAVITY = {"Minor": 1, "Moderate": 2, "Severe": 3, "Unknown": 3, "Extreme": 4}


@dataclass(frozen=True)
class Traits:
    """What filters ask of a message."""

    kind: str
    parties: frozenset[str]
    places: tuple[str, ...]
    severity: str | None
    points: frozenset[str]
    threads: frozenset[str]


def traits(message: Message, registry: Registry) -> Traits:
    """Kind, parties that it is from, for or about, places, severity, plan points, thread."""
    kind, payload = registry[message.kind], message.payload
    sides = {message.party, message.reported_party, *kind.parties(payload)}
    return Traits(
        message.kind, frozenset(sides), kind.places(payload), kind.severity(payload), frozenset(payload.points),
        frozenset(filter(None, (message.thread, message.id))),
    )  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """A filter; what is empty does not narrow.

    severity: the least one. A message whose kind has no severity passes only where its kind is named.
    places: a leg stands for its crossing points too.
    """

    kinds: frozenset[str] = frozenset()
    parties: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    severity: str | None = None
    points: frozenset[str] = frozenset()
    threads: frozenset[str] = frozenset()

    @property
    def everything(self) -> bool:
        return not (self.kinds or self.parties or self.places or self.severity or self.points or self.threads)

    def matches(self, found: Traits) -> bool:
        return (
            (not self.kinds or found.kind in self.kinds)
            and (not self.parties or not self.parties.isdisjoint(found.parties))
            and (not self.places or any(self._covers(place) for place in found.places))
            and self._grave_enough(found)
            and (not self.points or not self.points.isdisjoint(found.points))
            and (not self.threads or not self.threads.isdisjoint(found.threads))
        )

    def _covers(self, place: str) -> bool:
        return place in self.places or place.partition("/")[0] in self.places

    def _grave_enough(self, found: Traits) -> bool:
        if self.severity is None:
            return True
        if found.severity is None:
            return found.kind in self.kinds
        return GRAVITY[found.severity] >= GRAVITY[self.severity]
