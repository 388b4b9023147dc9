"""How full the places of each party are, day by day: what it says of ``places`` and ``occupied``, never a sum over
parties. Places rarely change and are taken from the last weeks; who stays in them is of the day itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Self

from routehub.warning.capacity import Occupancy

STOCKS = ("places", "occupied")
KEEP = timedelta(days=28)
SHELTER = ("", "shelter")
"""Beds: what is said without a service, or for shelter. Meals and doctors fill up otherwise."""

Part = tuple[str, str]
"""Service and modality; empty where none is named."""


@dataclass(frozen=True, slots=True)
class Stock:
    """A number as of a moment: the latest one of a day stands. start: of its period, as text that sorts."""

    value: int
    start: str
    source: str


@dataclass
class Room:
    """What a party says of itself (``place`` empty) or of one of its places."""

    party: str
    place: str
    parts: dict[tuple[str, Part], dict[date, Stock]] = field(default_factory=dict)

    def put(self, indicator: str, part: Part, day: date, stock: Stock | None) -> None:
        days = self.parts.setdefault((indicator, part), {})
        if stock is None:
            days.pop(day, None)
        elif day not in days or stock.start >= days[day].start:
            days[day] = stock
        for old in [d for d in days if d <= max(days) - KEEP]:
            del days[old]

    def stock(self, indicator: str, day: date, back: timedelta) -> tuple[int, tuple[str, ...]] | None:
        """A stock on a day, or as it was last said within ``back`` days: the party's own total, else its parts."""
        found: dict[Part, Stock] = {}
        for (name, part), days in self.parts.items():
            told = max((d for d in days if day - back <= d <= day), default=None)
            if name == indicator and told is not None and part[0] in SHELTER:
                found[part] = days[told]
        for service in SHELTER:
            own = {part: stock for part, stock in found.items() if part[0] == service}
            if own:
                chosen = [own[service, ""]] if (service, "") in own else list(own.values())
                return sum(s.value for s in chosen), tuple(dict.fromkeys(s.source for s in chosen if s.source))
        return None


@dataclass
class Rooms:
    """All of a route, by party and place."""

    rooms: dict[tuple[str, str], Room] = field(default_factory=dict)

    def put(
        self, party: str, place: str | None, indicator: str, part: Part, day: date, stock: Stock | None
    ) -> None:  # fmt: skip
        """Put what was said; None takes back what was said of the day."""
        where = (party, place or "")
        self.rooms.setdefault(where, Room(*where)).put(indicator, part, day, stock)

    def occupancies(self, day: date) -> Iterator[tuple[str, Occupancy]]:
        """For each party and each of its places that said on ``day`` how many stay there: the party, and how full."""
        for party in sorted({party for party, _ in self.rooms}):
            whole = self.of_party(party, day)
            told = [found for found in self._of_places(party, day) if found is not None]
            if whole is not None:
                yield party, whole
            if len(told) > 1 or (party, "") in self.rooms:  # one place that is the whole is not told twice
                yield from ((party, found) for found in told)

    def _of_places(self, party: str, day: date) -> list[Occupancy | None]:
        return [_occupancy(room, place, day) for (p, place), room in sorted(self.rooms.items()) if p == party and place]

    def of_party(self, party: str, day: date) -> Occupancy | None:
        """The party's own total, else the sum of its places that say both numbers."""
        own = self.rooms.get((party, ""))
        found = _occupancy(own, party, day) if own else None
        if found is not None:
            return found
        told = [part for part in self._of_places(party, day) if part is not None]
        if not told:
            return None
        inputs = tuple(dict.fromkeys(source for part in told for source in part.inputs))
        return Occupancy(party, day, sum(o.occupied for o in told), sum(o.places for o in told), inputs)

    def is_full(self, subject: str, day: date) -> bool:
        """Whether a party, or one of its places, said on a day that no place was free."""
        party, _, place = subject.partition("/")
        room = self.rooms.get((party, subject))
        now = self.of_party(party, day) if not place else _occupancy(room, subject, day) if room else None
        return now is not None and now.occupied >= now.places

    def to_json(self) -> list[Any]:
        return [
            [party, place, [
                [indicator, *part, [[d.isoformat(), s.value, s.start, s.source] for d, s in sorted(days.items())]]
                for (indicator, part), days in sorted(room.parts.items())
            ]]
            for (party, place), room in sorted(self.rooms.items())
        ]  # fmt: skip

    @classmethod
    def from_json(cls, said: list[Any]) -> Self:
        made = cls()
        for party, place, parts in said:
            room = made.rooms[party, place] = Room(party, place)
            for indicator, service, modality, days in parts:
                room.parts[indicator, (service, modality)] = {
                    date.fromisoformat(d): Stock(value, start, source) for d, value, start, source in days
                }
        return made


def _occupancy(room: Room, subject: str, day: date) -> Occupancy | None:
    occupied, places = room.stock("occupied", day, timedelta(0)), room.stock("places", day, KEEP)
    if occupied is None or places is None:
        return None
    inputs = tuple(dict.fromkeys((*occupied[1], *places[1])))
    return Occupancy(subject, day, occupied[0], places[0], inputs)


def people_a_day(parts: Mapping[str, list[int]]) -> float | None:
    """The mean of a party's own counts at all its borders; None where one of them is unknown."""
    if not parts or not all(parts.values()):
        return None
    return sum(sum(days) / len(days) for days in parts.values())
