"""What is known of each border, as it is written at its line: a number, who counted it, how it changed, and the other
count where the two are apart. Counts of different borders are never added up."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from routehub.core.language import _
from routehub.core.words import number, percent_sign
from routehub.directory.reporting_day import current_day
from routehub.directory.snapshot import RouteView
from routehub.views.route import LegPicture, RoutePicture
from routehub.views.totals import Total

ONE_DAY = timedelta(days=1)
STALE = timedelta(days=3)
"""After this a count is no longer shown (UX 5)."""
SEVERAL = 3
"""Neighbours outside of the route that are drawn, those with the largest counts."""


@dataclass(frozen=True)
class Flow:
    """One border. ``leg``: its code, None towards a neighbour outside of the route; ``value``: the count of the party
    that people enter, else of the one that they leave; ``other``: the other count, where the two differ; ``before``:
    the same party's count of the day before; ``current``: of the current reporting day."""

    origin: str
    destination: str
    leg: str | None
    value: int | None = None
    flags: str = ""
    counted_by: str = ""
    other: int | None = None
    other_by: str = ""
    sides: int = 0
    before: int | None = None
    day: date | None = None
    current: bool = True

    @property
    def differs(self) -> bool:
        return self.other is not None

    @property
    def change(self) -> str:
        """``▲ 38%`` on the day before; empty where there is nothing to compare with."""
        if self.value is None or not self.before:
            return ""
        share = round(100 * (self.value - self.before) / self.before)
        mark = "=" if share == 0 else "▲" if share > 0 else "▼"
        return f"{mark} {number(abs(share))}{percent_sign()}"

    @property
    def change_words(self) -> str:
        """The same for reading aloud."""
        mark, _blank, share = self.change.partition(" ")
        if mark == "▲":
            return _("up %(share)s", share=share)
        return _("down %(share)s", share=share) if mark == "▼" else _("as on the day before") if mark else ""


def of_route(picture: RoutePicture) -> tuple[Flow, ...]:
    """The legs of the route, and what its stations count towards neighbours outside of it."""
    return (*(_of_leg(picture, leg) for leg in picture.legs), *_outside(picture))


def _of_leg(picture: RoutePicture, leg: LegPicture) -> Flow:
    origin, destination = leg.leg.from_party, leg.leg.to_party
    empty = Flow(origin, destination, leg.leg.code)
    today = _current(picture.route, destination, picture)
    if leg.day is None or today - leg.day >= STALE:
        return empty
    totals = picture.totals
    if leg.arrivals is not None:
        before = totals.towards(destination, "arrivals", origin, leg.day - ONE_DAY)
        shown, by, other, other_by = leg.arrivals, destination, leg.departures, origin
    elif leg.departures is not None:
        before = totals.towards(origin, "departures", destination, leg.departures.day - ONE_DAY)
        shown, by, other, other_by = leg.departures, origin, None, ""
    else:
        return empty
    return _flow(
        origin, destination, leg.leg.code, shown, by, before, leg.day, leg.day == today, leg.sides,
        other if leg.differs else None, other_by,
    )  # fmt: skip


def _flow(
    origin: str, destination: str, leg: str | None, shown: Total, by: str, before: Total | None, day: date,
    current: bool, sides: int, other: Total | None = None, other_by: str = "",
) -> Flow:  # fmt: skip
    return Flow(
        origin, destination, leg, shown.value, shown.flags.replace("k", ""), by, other.value if other else None,
        other_by if other else "", sides, before.value if before else None, day, current,
    )  # fmt: skip


def _current(route: RouteView, party: str, picture: RoutePicture) -> date:
    today = picture.now.astimezone(route.zone).date()
    member = route.membership(party, today)
    return current_day(member, picture.now) if member else today


def _outside(picture: RoutePicture) -> list[Flow]:
    """Counts towards parties that are no station of the route: only its own stations count there."""
    inside = {station.party for station in picture.stations}
    legs = {(leg.leg.from_party, leg.leg.to_party) for leg in picture.legs}
    found = []
    for party, indicator, other in sorted(_counterparts(picture)):
        ends = (other, party) if indicator == "arrivals" else (party, other)
        if party not in inside or other in inside or ends in legs:
            continue
        today = _current(picture.route, party, picture)
        day = next((d for d in _back(today) if picture.totals.towards(party, indicator, other, d)), None)
        shown = picture.totals.towards(party, indicator, other, day) if day else None
        if shown is not None and day is not None and shown.value:
            before = picture.totals.towards(party, indicator, other, day - ONE_DAY)
            found.append(_flow(*ends, None, shown, party, before, day, day == today, 1))
    return sorted(found, key=lambda flow: -(flow.value or 0))[:SEVERAL]


def _counterparts(picture: RoutePicture) -> set[tuple[str, str, str]]:
    return {
        (v.party, v.indicator, v.counterpart)
        for v in picture.values
        if v.counterpart and v.indicator in ("arrivals", "departures")
    }


def _back(today: date) -> Iterable[date]:
    return (today - timedelta(days=back) for back in range(STALE.days))
