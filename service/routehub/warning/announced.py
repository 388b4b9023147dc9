"""Measures as they were announced to the whole route: the caps that hold on a day, and the notices that may be links of
a chain reaction."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Protocol, Self
from zoneinfo import ZoneInfo

from routehub.directory.snapshot import RouteView
from routehub.warning import chain_reaction
from routehub.warning.caps import Cap
from routehub.warning.chain_reaction import ChainReactionParameters, Notice
from routehub.warning.finding import Finding

KEEP = timedelta(days=366)
"""A measure without an end that nobody updated for a year is not compared with figures any more."""
CROSS = frozenset({"in_transit", "entries"})
"""Limits that are compared with both counts of a border, each by itself."""
OWN = {"registrations": "registered", "asylum_applications": "asylum_applications"}
"""Limits on what only the notifying party counts, and the indicator of that."""
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
    """One notice. measure: the first notice of the measure; caps: people a day by leg, or by indicator where only the
    party itself counts; ended: from when it holds no more, as it was withdrawn or another notice took its place."""

    id: str
    measure: str
    party: str
    at: datetime
    type: str
    legs: tuple[str, ...]
    start: datetime
    until: datetime | None
    caps: Mapping[str, int]
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
        before = self.known.get(said.updates or "")
        if before is not None:
            self.end(before.id, max(at, said.start))
        measure = before.measure if before is not None else id
        legs = _legs(said, party, route)
        made = Announced(id, measure, party, at, said.type, legs, said.start, said.until, _caps(said))
        self.known[id] = made
        for old in [k for k, one in self.known.items() if one.at < at - KEEP]:
            del self.known[old]
            self.chains.pop(old, None)
        return made

    def end(self, id: str, at: datetime) -> None:
        """The measure of a notice was withdrawn, ended or changed: none of its notices holds from then on."""
        found = self.known.get(id)
        for one in [one for one in self.known.values() if found is not None and one.measure == found.measure]:
            if one.ended is None or at < one.ended:
                self.known[one.id] = replace(one, ended=at)

    def caps(self, day: date, zone: ZoneInfo) -> Iterator[Cap]:
        """On each leg, or on what a party counts itself, the lowest cap that holds all of a day."""
        found: dict[str, Cap] = {}
        for one in self.known.values():
            first, end = _first_whole_day(one.start, zone), one.end()
            last = None if end is None else end.astimezone(zone).date() - timedelta(1)
            for what, people in one.caps.items():
                subject = f"{one.party} {what.replace('_', ' ')}" if what in OWN.values() else what
                cap = Cap(one.id, subject, people, first, last, one.party, what if what in OWN.values() else "")
                if cap.holds(day) and (subject not in found or people <= found[subject].people):
                    found[subject] = cap
        yield from (found[subject] for subject in sorted(found))

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
            known[one["id"]] = Announced(**{**one, **times, "legs": tuple(one["legs"])})
        return cls(known, dict(said["chains"]))


def _notice(one: Announced) -> Notice:
    return Notice(one.id, one.party, one.at, one.legs)


def _called(first: Announced) -> str:
    """What a chain is called: by the notice that began it."""
    where = "/".join(first.legs[:3]) + ("/…" if len(first.legs) > 3 else "")
    return f"measures from {first.party}'s of {first.at:%Y-%m-%d %H:%M} UTC on ({where})"


def _legs(said: MeasureLike, party: str, route: RouteView) -> tuple[str, ...]:
    """Where it holds: its legs, those of its limits and crossing points, else all that touch the party."""
    codes = {leg.code for leg in route.legs}
    named = [*said.legs, *(leg for cap in said.caps for leg in cap.legs)]
    found = dict.fromkeys([*named, *(place.partition("/")[0] for place in said.places)])
    legs = tuple(leg for leg in found if leg in codes)
    return legs or tuple(leg.code for leg in route.legs if party in (leg.from_party, leg.to_party))


def _caps(said: MeasureLike) -> dict[str, int]:
    """The lowest number where two limits of one notice meet."""
    found: dict[str, int] = {}
    for cap in said.caps:
        own = [OWN[cap.counts]] if cap.counts in OWN else []
        for what in own or ((cap.legs or said.legs) if cap.counts in CROSS else []):
            found[what] = min(cap.people, found.get(what, cap.people))
    return found


def _first_whole_day(start: datetime, zone: ZoneInfo) -> date:
    local = start.astimezone(zone)
    whole = local.time() == local.min.time()
    return local.date() if whole else local.date() + timedelta(1)
