"""The parties of a long route in an order in which they can be looked through: first those that need a look, the others
folded, and any of them by its name. On a route of usual length all stand in travel order."""

from collections.abc import Sequence
from dataclasses import dataclass

from routehub.views.route import RoutePicture, Station

MANY = 40
"""Parties up to which a table is read as one."""
MOST_FIRST = 40
WORST_FIRST = {"silent": 0, "late": 1, "due": 2, "in": 3, "nothing_to_report": 3, "excused": 3}
FULL = frozenset({"nearly_full", "over_capacity"})


@dataclass(frozen=True)
class Parties:
    """``first``: what stands open; ``rest``: what is folded; ``asked``: by what was looked for, empty for all."""

    first: tuple[Station, ...]
    rest: tuple[Station, ...]
    asked: str
    many: bool


def by_silence(stations: Sequence[Station]) -> list[Station]:
    """Silent parties first, then late, then due: factual, and the one order that means something besides the way."""
    return sorted(stations, key=lambda one: WORST_FIRST[one.freshness.state])


def parties(picture: RoutePicture, own: str, asked: str) -> Parties:
    """``asked``: beginnings of words of a name, or a code."""
    stations, words = picture.stations, asked.casefold().split()
    if words:
        return Parties(tuple(one for one in stations if _says(one, words)), (), asked, len(stations) > MANY)
    if len(stations) <= MANY:
        return Parties(stations, (), "", many=False)
    pairs = [{one.leg.from_party, one.leg.to_party} for one in picture.legs]
    near = {own}.union(*(pair for pair in pairs if own in pair))
    wanting = by_silence([one for one in stations if one.party not in near and _wants_a_look(one)])
    shown = ([one for one in stations if one.party in near] + wanting)[:MOST_FIRST]
    open_ = {one.party for one in shown}
    return Parties(tuple(shown), tuple(one for one in stations if one.party not in open_), "", many=True)


def _wants_a_look(station: Station) -> bool:
    full = station.capacity is not None and station.capacity.level in FULL
    return station.freshness.state in ("silent", "late") or full or station.open_alerts > 0


def _says(station: Station, words: Sequence[str]) -> bool:
    said = [station.party.casefold(), *station.name.casefold().split()]
    return all(any(one.startswith(word) for one in said) for word in words)
