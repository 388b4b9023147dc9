"""What a measure would do before it is sent (seed 000: "avoid unilateral actions which may trigger chain reactions").

A limit keeps people in the party before it, as far as other ways out of there do not take them; when that party is
full, those who come after them wait one party further up, and so on to the beginning of the route. Pure functions:
expected people, room and the graph are passed in, and every number can be followed by hand. Each leg stands for itself:
people who wait before two borders are not added up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from routehub.core import words
from routehub.core.language import _, plural
from routehub.core.words import number
from routehub.warning.closure import Closed, ClosureParameters, spread
from routehub.warning.graph import RouteGraph

STEPS = 5
"""Parties that a chain is followed up the route."""
FAR = 30.0
"""Days after which a chain is no longer a matter of this measure."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How many people a day a measure lets over a leg. what: "the cap", "the closure"."""

    leg: str
    people: int
    what: str


@dataclass(frozen=True, slots=True)
class Expected:
    """How many people a day a leg would see. how: where the number comes from, in words; inputs: messages."""

    leg: str
    people: int
    how: str
    low: int | None = None
    high: int | None = None
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Room:
    """The reception of a party by its newest figures."""

    party: str
    places: int
    occupied: int
    day: date
    inputs: tuple[str, ...] = ()

    @property
    def free(self) -> int:
        return max(0, self.places - self.occupied)


@dataclass(frozen=True, slots=True)
class Step:
    """Where people stay, in the order in which it happens. people: a day; free: None where no figures say it; begins,
    full: days after the measure takes effect; full is None where it cannot be said."""

    party: str
    people: int
    free: int | None
    begins: float
    full: float | None


@dataclass(frozen=True, slots=True)
class LegPreview:
    """What a limit does on one leg. expected: None where no figures say it; moved: people a day by other leg."""

    leg: str
    limit: int
    expected: Expected | None
    passes: int | None
    held: int | None
    stay: int | None
    moved: Mapping[str, int]
    unused: tuple[str, ...]
    chain: tuple[Step, ...]
    arithmetic: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """All legs of a measure. lines: one sentence each; concerned: people a day on legs that it limits in no number."""

    lines: tuple[str, ...]
    legs: tuple[LegPreview, ...]
    concerned: tuple[Expected, ...]
    inputs: tuple[str, ...]


def preview(
    limits: Sequence[Limit], others: Sequence[str], graph: RouteGraph, uses: Mapping[str, Expected],
    rooms: Mapping[str, Room], p: ClosureParameters | None = None,
) -> Preview:  # fmt: skip
    """What the limits would do. others: legs on which the measure holds without naming a number; uses: expected people
    a day by leg; rooms: by party."""
    shut = frozenset(limit.leg for limit in limits)
    legs = tuple(_leg(limit, shut, graph, uses, rooms, p or ClosureParameters()) for limit in limits)
    concerned = tuple(uses[leg] for leg in others if leg in uses and leg not in shut)
    lines = [_line(leg, limit) for leg, limit in zip(legs, limits, strict=True)]
    lines += [
        _(
            "%(leg)s: about %(people)s people a day pass now (%(how)s). The notice names no number, so the hub cannot "
            "say how many of them stay.",
            leg=use.leg,
            people=number(use.people),
            how=use.how,
        )
        for use in concerned
    ]
    used = [use for leg in legs if (use := leg.expected) is not None] + list(concerned)
    inputs = [message for use in used for message in use.inputs]
    inputs += [m for leg in legs for step in leg.chain if step.party in rooms for m in rooms[step.party].inputs]
    return Preview(tuple(lines), legs, concerned, tuple(dict.fromkeys(inputs)))


def _leg(
    limit: Limit, shut: frozenset[str], graph: RouteGraph, uses: Mapping[str, Expected], rooms: Mapping[str, Room],
    p: ClosureParameters,
) -> LegPreview:  # fmt: skip
    use = uses.get(limit.leg)
    if use is None:
        why = _("No party has shared how many people pass %(leg)s.", leg=limit.leg)
        return LegPreview(limit.leg, limit.people, None, None, None, None, {}, (), (), (why,))
    passes = min(use.people, limit.people)
    held = use.people - passes
    people = {leg: float(one.people) for leg, one in uses.items()}
    closed = Closed(limit.leg, date.min, float(use.people), float(passes), limit.what)
    dealt = spread(closed, graph, people, {}, p, shut - {limit.leg})
    moved = {leg: round(many) for leg, many in dealt.to.items()}
    stay = held - sum(moved.values()) if dealt.stranded else 0
    chain = _chain(limit.leg, stay, graph, uses, rooms) if stay else ()
    sums = (
        _("expected on %(leg)s: %(people)s a day (%(how)s)", leg=limit.leg, people=number(use.people), how=use.how),
        _(
            "%(what)s lets %(passes)s a day pass: %(people)s − %(passes)s = %(held)s",
            what=limit.what,
            passes=number(passes),
            people=number(use.people),
            held=number(held),
        ),
        *(
            _("take %(leg)s instead, as others do now: %(people)s a day", leg=leg, people=number(many))
            for leg, many in moved.items()
        ),
        *_sums(chain, rooms),
    )
    unused = dealt.unused if stay else ()
    return LegPreview(limit.leg, limit.people, use, passes, held, stay, moved, unused, chain, sums)


def _chain(
    leg: str, stay: int, graph: RouteGraph, uses: Mapping[str, Expected], rooms: Mapping[str, Room]
) -> tuple[Step, ...]:
    """Who fills up after whom. A party that is full lets in as many as leave it: the rest waits before its border."""
    found: list[Step] = []
    party, people, begins = leg.partition("-")[0], stay, 0.0
    while len(found) < STEPS and people > 0:
        room = rooms.get(party)
        full = begins + room.free / people if room is not None else None
        found.append(Step(party, people, room.free if room is not None else None, begins, full))
        into = _main_way_in(party, graph, uses, {step.party for step in found})
        if full is None or full > FAR or into is None:
            break
        party, people, begins = into.leg.partition("-")[0], min(people, into.people), full
    return tuple(found)


def _main_way_in(party: str, graph: RouteGraph, uses: Mapping[str, Expected], seen: set[str]) -> Expected | None:
    """The leg by which most people come to a party."""
    ways = [
        uses[f"{origin}-{destination}"]
        for origin, destination in graph.lags
        if destination == party and origin not in seen and f"{origin}-{destination}" in uses
    ]
    return max(ways, key=lambda use: use.people, default=None)


def _sums(chain: Sequence[Step], rooms: Mapping[str, Room]) -> list[str]:
    lines = []
    for step in chain:
        room = rooms.get(step.party)
        if room is None or step.full is None:
            lines.append(
                _("stay in %(party)s: %(people)s a day; %(party)s shares no places", party=step.party,
                  people=number(step.people))
            )  # fmt: skip
            continue
        line = _(
            "stay in %(party)s: %(people)s a day; free there on %(day)s: %(places)s − %(occupied)s = %(left)s; "
            "%(free)s ÷ %(people)s = %(days)s", party=step.party, people=number(step.people), day=words.day(room.day),
            places=number(room.places), occupied=number(room.occupied), left=number(room.places - room.occupied),
            free=number(step.free or 0), days=days_words(step.full - step.begins),
        )  # fmt: skip
        lines.append(line + (_(", after %(days)s", days=days_words(step.begins)) if step.begins else ""))
    return lines


def _line(leg: LegPreview, limit: Limit) -> str:
    """``With the cap on SI-AT, about 1 900 a day stay in SI; full in 2 days.``"""
    if leg.expected is None:
        return _(
            "%(leg)s: no figures say how many people pass, so the hub cannot say what %(what)s does.",
            leg=leg.leg,
            what=limit.what,
        )
    if not leg.held:
        return _(
            "%(leg)s: %(people)s a day are expected, and %(what)s lets them all pass.",
            leg=leg.leg,
            what=limit.what,
            people=number(leg.expected.people),
        )
    parts = []
    if leg.stay:
        parts.append(
            _("about %(people)s a day stay in %(party)s; %(full)s", people=number(leg.stay),
              party=leg.leg.partition("-")[0], full=_full_words(leg.chain[0]))
        )  # fmt: skip
        parts += [
            _("then %(people)s a day in %(party)s, %(full)s", people=number(step.people), party=step.party,
              full=_full_words(step))
            for step in leg.chain[1:3]
        ]  # fmt: skip
    parts += [
        _("about %(people)s a day take %(leg)s", people=number(many), leg=other) for other, many in leg.moved.items()
    ]
    return _("With %(what)s on %(leg)s, %(parts)s.", what=limit.what, leg=leg.leg, parts="; ".join(parts))


def _full_words(step: Step) -> str:
    if step.full is None:
        return _("its free places are not known")
    if step.full > FAR:
        return _("room for more than %(days)s days", days=f"{FAR:.0f}")
    return _("full in %(days)s", days=days_words(step.full)) if step.full > 0 else _("full at once")


def days_words(days: float) -> str:
    """``2 days``, ``1.5 days``, ``14 hours``."""
    if days < 1:
        return plural("%(n)s hour", "%(n)s hours", round(days * 24))
    many = round(days, 1)
    return plural("%(days)s day", "%(days)s days", 1 if many == 1 else 2, days=words.decimal(many))
