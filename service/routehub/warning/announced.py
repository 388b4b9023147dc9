"""Measures as they were announced to the whole route: the caps that hold on a day, and the notices that may be links of
a chain reaction."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Protocol, Self

from routehub.directory.snapshot import RouteView
from routehub.warning import chain_reaction
from routehub.warning.caps import Cap
from routehub.warning.chain_reaction import ChainReactionParameters, Notice
from routehub.warning.finding import Finding

KEEP = timedelta(days=366)
"""A measure without an end that nobody updated for a year is not compared with figures any more."""
ALSO_CROSS = "asylum_applications"
"""Who applies for asylum at a border has crossed it as well: both limits together bound the count."""
OPENS = "reopening"
"""The one type that takes away what others were: no link of a chain."""


class CapLike(Protocol):
    """A limit of people a day, as the kind ``measure`` has it."""

    @property
    def counts(self) -> str: ...
    @property
    def people(self) -> int: ...
    @property
    def legs(self) -> list[str]: ...


class MeasureLike(Protocol):
    """What is read of a notice of a measure."""

    @property
    def type(self) -> str: ...
    @property
    def legs(self) -> list[str]: ...
    @property
    def places(self) -> list[str]: ...
    @property
    def start(self) -> datetime: ...
    @property
    def until(self) -> datetime | None: ...
    @property
    def updates(self) -> str | None: ...
    @property
    def caps(self) -> Iterable[CapLike]: ...


@dataclass(frozen=True, slots=True)
class Announced:
    """One notice. caps: by leg, people a day and the words for them; ended: from when it holds no more, because it was
    withdrawn or another notice took its place."""

    id: str
    party: str
    at: datetime
    type: str
    legs: tuple[str, ...]
    start: datetime
    until: datetime | None
    caps: Mapping[str, tuple[int, str]]
    ended: datetime | None = None

    def end(self) -> datetime | None:
        """The first moment at which it no longer holds; None until further notice."""
        return min((moment for moment in (self.until, self.ended) if moment is not None), default=None)


@dataclass
class Notices:
    """A route's notices, the oldest first; chains: by notice, the chain that it belongs to."""

    known: dict[str, Announced] = field(default_factory=dict)
    chains: dict[str, str] = field(default_factory=dict)

    def take(self, id: str, party: str, at: datetime, said: MeasureLike, route: RouteView) -> Announced:
        """A notice that everyone on the route may read. One that updates another takes its place when it begins."""
        made = Announced(id, party, at, said.type, _legs(said, party, route), said.start, said.until, _caps(said))
        before = self.known.get(said.updates or "")
        if before is not None:
            self.end(before.id, max(at, said.start))
        self.known[id] = made
        for old in [k for k, one in self.known.items() if one.at < at - KEEP]:
            del self.known[old]
            self.chains.pop(old, None)
        return made

    def end(self, id: str, at: datetime) -> None:
        """It was withdrawn, lifted or replaced."""
        one = self.known.get(id)
        if one is not None and (one.ended is None or at < one.ended):
            self.known[id] = replace(one, ended=at)

    def caps(self, day: date, zone: Any) -> Iterator[Cap]:
        """On each leg the newest cap that holds all of a day."""
        found: dict[str, Cap] = {}
        for one in self.known.values():
            first, end = _first_whole_day(one.start, zone), one.end()
            last = None if end is None else end.astimezone(zone).date() - timedelta(1)
            for leg, (people, words) in one.caps.items():
                cap = Cap(one.id, leg, people, first, last, one.party, words)
                if cap.holds(day):
                    found[leg] = cap
        yield from (found[leg] for leg in sorted(found))

    def chain(self, newest: Announced, p: ChainReactionParameters) -> Finding | None:
        """The chain reaction that a new notice belongs to. Its subject stays that of the chain it joins."""
        if newest.type == OPENS:
            return None
        notices = [_notice(one) for one in self.known.values() if one.type != OPENS]
        found = chain_reaction.detect(notices, _notice(newest), p)
        if found is None:
            return None
        members = [self.known[key] for key in found.inputs]
        first = min(members, key=lambda one: (one.at, one.id))
        subject = next((self.chains[one.id] for one in members if one.id in self.chains), _called(first))
        for one in members:
            self.chains[one.id] = subject
        return replace(found, subject=subject)

    def to_json(self) -> dict[str, Any]:
        return {
            "known": [
                {
                    name: value.isoformat() if isinstance(value, datetime) else value
                    for name, value in asdict(one).items()
                }
                for one in self.known.values()
            ],
            "chains": dict(sorted(self.chains.items())),
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Self:
        known = {}
        for one in said["known"]:
            times = {n: datetime.fromisoformat(one[n]) if one[n] else None for n in ("at", "start", "until", "ended")}
            caps = {leg: (people, words) for leg, (people, words) in one["caps"].items()}
            known[one["id"]] = Announced(**{**one, **times, "legs": tuple(one["legs"]), "caps": caps})
        return cls(known, dict(said["chains"]))


def _notice(one: Announced) -> Notice:
    return Notice(one.id, one.party, one.at, one.legs)


def _called(first: Announced) -> str:
    """What a chain is called: by the notice that began it."""
    where = "/".join(first.legs[:3]) + ("/…" if len(first.legs) > 3 else "")
    return f"measures from {first.party}'s of {first.at:%Y-%m-%d %H:%M} UTC on ({where})"


def _legs(said: MeasureLike, party: str, route: RouteView) -> tuple[str, ...]:
    """Where it holds: its legs, those of its crossing points, else all that touch the party."""
    codes = {leg.code for leg in route.legs}
    near = [place.partition("/")[0] for place in said.places]
    found = tuple(dict.fromkeys([*said.legs, *(leg for leg in near if leg in codes)]))
    return found or tuple(leg.code for leg in route.legs if party in (leg.from_party, leg.to_party))


def _caps(said: MeasureLike) -> dict[str, tuple[int, str]]:
    """For each leg how many people may cross in a day, by the limits that this notice names for it."""
    named: dict[str, dict[str, int]] = {}
    for cap in said.caps:
        for leg in cap.legs or said.legs:
            named.setdefault(leg, {})[cap.counts] = cap.people
    found = {}
    for leg, limits in named.items():
        if "entries" in limits:
            found[leg] = (limits["entries"], f"{limits['entries']} entries")
        elif "in_transit" in limits:
            parts = [name for name in ("in_transit", ALSO_CROSS) if name in limits]
            words = " + ".join(f"{limits[name]} {name.replace('_', ' ')}" for name in parts)
            found[leg] = (sum(limits[name] for name in parts), words)
    return found


def _first_whole_day(start: datetime, zone: Any) -> date:
    local = start.astimezone(zone)
    whole = local.time() == local.min.time()
    return local.date() if whole else local.date() + timedelta(1)
