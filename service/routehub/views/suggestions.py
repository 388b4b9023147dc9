"""Who could take people from whom: a pure function with its arithmetic. A suggestion and nothing more: nobody has
agreed to anything, and moving people needs the agreement of who receives them (final statement, point 3)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from routehub.core.language import _
from routehub.core.words import number, percent, whole_percent

NEARLY_FULL = 0.90
"""From here on a party is nearly full (DOMAIN 6), and is helped down to it."""
ROOM = 0.75
"""Up to here a party has room: nobody is asked to fill beyond it."""
SOON = 2.0
"""Days: who will be full within these is helped too."""
LEAST = 10
"""Fewer people are no suggestion."""


@dataclass(frozen=True)
class Room:
    """A party's places on its newest day. ``tomorrow``: people expected to come less those who leave, on the next day;
    0 where nothing is forecast. ``inputs``: the messages that this rests on."""

    party: str
    day: date
    places: int
    occupied: int
    tomorrow: int = 0
    days_to_full: float | None = None
    inputs: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        return self.occupied / self.places

    @property
    def percent(self) -> int:
        """As the boards show it."""
        return whole_percent(self.occupied, self.places)

    @property
    def load(self) -> int:
        """People in it, with those of tomorrow if that is more."""
        return self.occupied + max(0, self.tomorrow)

    @property
    def excess(self) -> int:
        """People beyond nearly full, today and tomorrow together."""
        return max(0, self.load - int(NEARLY_FULL * self.places))

    @property
    def presses(self) -> bool:
        return self.share >= NEARLY_FULL or (self.days_to_full is not None and self.days_to_full <= SOON)

    @property
    def spare(self) -> int:
        """Places up to where it still has room, after what comes tomorrow."""
        return max(0, int(ROOM * self.places) - self.load)


@dataclass(frozen=True)
class Suggestion:
    """``to_party`` has room for ``people`` of those in ``from_party``. ``leg``: the border that they share, if they
    do; ``why`` is one sentence."""

    from_party: str
    to_party: str
    people: int
    leg: str | None
    why: str
    arithmetic: tuple[str, ...]
    inputs: tuple[str, ...]


def suggest(rooms: Iterable[Room], legs: Iterable[tuple[str, str]]) -> list[Suggestion]:
    """The fullest first; neighbours before others, among them who has most room. Room is given once."""
    known = sorted(rooms, key=lambda r: (-r.share, r.party))
    left = {room.party: room.spare for room in known if not room.presses}
    by_party = {room.party: room for room in known}
    borders = frozenset(legs)
    found = []
    for full in (room for room in known if room.presses):
        excess = full.excess
        for party in sorted(left, key=lambda p: (_leg(full.party, p, borders) is None, -left[p], p)):
            people = min(excess, left[party])
            if people < LEAST:
                continue
            found.append(_suggestion(full, by_party[party], people, left[party], _leg(full.party, party, borders)))
            left[party] -= people
            excess -= people
    return found


def _leg(one: str, other: str, borders: frozenset[tuple[str, str]]) -> str | None:
    """Forward along the route before back."""
    for pair in ((one, other), (other, one)):
        if pair in borders:
            return "-".join(pair)
    return None


def _suggestion(full: Room, taker: Room, people: int, spare: int, leg: str | None) -> Suggestion:
    near = (
        _("they share the border %(leg)s", leg=leg)
        if leg
        else _("they share no border, so it takes transport through others")
    )
    why = _(
        "%(party)s is at %(percent)s%% of its places and %(party_2)s at %(percent_2)s%%; %(near)s. A "
        "suggestion only: nobody has agreed to it.",
        party=full.party,
        percent=full.percent,
        party_2=taker.party,
        percent_2=taker.percent,
        near=near,
    )
    return Suggestion(
        full.party, taker.party, people, leg, why, (*_pressed(full), *_spared(taker, spare),
        _("the smaller of what is left of both: %(people)s", people=number(people))),
        tuple(dict.fromkeys((*full.inputs, *taker.inputs))),
    )  # fmt: skip


def _pressed(full: Room) -> tuple[str, ...]:
    come = _(" + %(tomorrow)s more tomorrow", tomorrow=number(full.tomorrow)) if full.tomorrow > 0 else ""
    soon = (
        _("; full in %(days_to_full)s days", days_to_full=f"{full.days_to_full:g}")
        if full.days_to_full is not None
        else ""
    )
    nearly = int(NEARLY_FULL * full.places)
    return (
        _(
            "%(party)s, %(full)s: %(occupied)s people%(come)s in %(places)s places%(soon)s",
            party=full.party,
            full=full.day,
            occupied=number(full.occupied),
            come=come,
            places=number(full.places),
            soon=soon,
        ),
        _(
            "%(party)s beyond %(share)s: %(load)s − %(nearly)s = %(excess)s",
            party=full.party,
            share=percent(100 * NEARLY_FULL),
            load=number(full.load),
            nearly=number(nearly),
            excess=number(full.excess),
        ),
    )


def _spared(taker: Room, spare: int) -> tuple[str, ...]:
    come = _(" + %(tomorrow)s more tomorrow", tomorrow=number(taker.tomorrow)) if taker.tomorrow > 0 else ""
    room = _(
        "%(party)s, %(day)s: up to %(share)s of %(places)s places = %(room)s, "
        "less %(occupied)s people%(come)s = %(spare)s",
        party=taker.party, day=taker.day, share=percent(100 * ROOM), places=number(taker.places),
        room=number(int(ROOM * taker.places)), occupied=number(taker.occupied), come=come, spare=number(taker.spare),
    )  # fmt: skip
    given = _(
        "%(party)s: %(spare)s of these suggested above, %(spare_2)s left",
        party=taker.party,
        spare=number(taker.spare - spare),
        spare_2=number(spare),
    )
    return (room, given) if spare != taker.spare else (room,)
