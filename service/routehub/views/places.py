"""Free places along the route by day, what is expected, and who could take people from whom (draft statement, points 3
to 5: "to ensure their optimal collective use").

Only figures that all parties of the route read go in (DECISIONS 1). Places of different parties are shown side by side:
nothing is added up, and a party that is silent has no number.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from routehub.boards.figures.queries import FigureQuery, figures
from routehub.boards.reporting.freshness import Freshness, freshness
from routehub.boards.reporting.queries import days_of
from routehub.core.words import whole_percent
from routehub.directory.snapshot import Directory, RouteView
from routehub.views import shared
from routehub.views.route import level
from routehub.views.suggestions import Room, Suggestion, suggest
from routehub.views.totals import Totals
from routehub.warning import queries as warning
from routehub.warning.capacity import filling_over

INDICATORS = frozenset({"places", "occupied", "departures"})
BACK = timedelta(days=7)
LONG_BACK = timedelta(days=60)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class DayOfPlaces:
    """A party's places on a reporting day; None: not reported, which is not a zero."""

    day: date
    places: int | None
    occupied: int | None

    @property
    def free(self) -> int | None:
        return None if self.places is None or self.occupied is None else self.places - self.occupied


@dataclass(frozen=True)
class Expected:
    """People expected to arrive on a day: the party's own borders together, each with its 80 % interval, the bounds
    added up (which is wider than 80 %)."""

    day: date
    low: int
    expected: int
    high: int
    legs: tuple[str, ...]


@dataclass(frozen=True)
class PartyPlaces:
    """One party. ``now``: its newest day, if that is the current reporting day or the one before; ``since``: the last
    day for which it gave places and people in them; ``outflow``: people who left a day, lately."""

    party: str
    name: str
    freshness: Freshness
    now: DayOfPlaces | None
    since: date | None
    days: tuple[DayOfPlaces, ...]
    expected: tuple[Expected, ...]
    outflow: int | None
    days_to_full: float | None
    inputs: tuple[str, ...]

    @property
    def level(self) -> str | None:
        if self.now is None or self.now.places is None or self.now.occupied is None:
            return None
        return level(self.now.occupied, self.now.places)

    @property
    def percent(self) -> int | None:
        if self.now is None or not self.now.places or self.now.occupied is None:
            return None
        return whole_percent(self.now.occupied, self.now.places)


@dataclass(frozen=True)
class Places:
    """The board at a moment. ``days``: the reporting days shown; ``closed``: the day after which was forecast."""

    now: datetime
    days: tuple[date, ...]
    closed: date | None
    parties: tuple[PartyPlaces, ...]
    suggestions: tuple[Suggestion, ...]


def load(conn: Connection, directory: Directory, route: RouteView, audiences: Iterable[int], now: datetime) -> Places:
    """The same for all parties of the route; who is no party of it is not to be shown this. ``audiences``: the
    reader's, of which only those of everybody are used."""
    today = now.astimezone(route.zone).date()
    ids = shared.inputs(conn, route, audiences, now, BACK)
    query = FigureQuery(
        route.code, indicators=INDICATORS, first=today - BACK - ONE_DAY, last=today + ONE_DAY,
        limit=shared.most_values(route, today), hours=False,
    )  # fmt: skip
    totals = Totals(shared.without_red(conn, figures(conn, ids, query)))
    made = days_of(conn, ids, route.code, today - LONG_BACK, today + ONE_DAY)
    account = warning.account(conn, route.code)
    shown = tuple(today - timedelta(days=back) for back in range(BACK.days - 1, -1, -1))
    parties = tuple(
        _party(
            directory, m.party, freshness(m, made.get(m.party, {}), now, directory.pauses_of(route.code, m.party)),
            totals, shown, account.forecasts,
        )
        for m in route.members(today, "member")
        if m.reports
    )  # fmt: skip
    rooms = [_room(party) for party in parties]
    legs = [(leg.from_party, leg.to_party) for leg in route.legs_on(today)]
    found = suggest([room for room in rooms if room is not None], legs)
    return Places(now, shown, account.closed, parties, tuple(found))


def _party(
    directory: Directory, party: str, fresh: Freshness, totals: Totals, shown: Sequence[date],
    forecasts: Sequence[Mapping[str, Any]],
) -> PartyPlaces:  # fmt: skip
    until = max(fresh.day, shown[-1])
    since = totals.newest_day(party, "occupied", until)
    now, inputs = _day(party, totals, since) if since else (None, ())
    if now is None or now.free is None or fresh.day - now.day > ONE_DAY:
        now = None
    expected = coming(party, forecasts, after=now.day) if now else ()
    outflow = _outflow(party, totals, now.day) if now else None
    to_full = None
    if now is not None and now.free is not None and expected and outflow is not None:
        to_full = filling_over(now.free, [e.expected for e in expected], outflow)
    return PartyPlaces(
        party, directory.name(party, fresh.day), fresh, now, since,
        tuple(_day(party, totals, day)[0] for day in shown), expected, outflow,
        None if to_full is None else round(max(0.0, to_full), 1), inputs,
    )  # fmt: skip


def _day(party: str, totals: Totals, day: date) -> tuple[DayOfPlaces, tuple[str, ...]]:
    """Places rarely change: those of the newest day up to this one hold where people in them were counted."""
    occupied = totals.total(party, "occupied", day)
    places = totals.newest(party, "places", day) if occupied else totals.total(party, "places", day)
    inputs = dict.fromkeys((*(places.messages if places else ()), *(occupied.messages if occupied else ())))
    found = DayOfPlaces(day, places.value if places else None, occupied.value if occupied else None)
    return found, tuple(inputs)


def coming(party: str, forecasts: Sequence[Mapping[str, Any]], after: date) -> tuple[Expected, ...]:
    """By day: of the series in which the party gives its total, else over its own borders, else over its places; its
    entries over its own borders may be added up, and a total and its parts never."""
    ahead = [
        f for f in forecasts
        if f["party"] == party and f["indicator"] == "arrivals" and date.fromisoformat(f["day"]) > after
    ]  # fmt: skip
    whole = [f for f in ahead if not f["counterpart"] and not f["place"]]
    by_border = [f for f in ahead if f["counterpart"] and not f["place"]]
    own = whole or by_border or [f for f in ahead if not f["counterpart"]]
    days = sorted({f["day"] for f in own})
    return tuple(
        Expected(
            date.fromisoformat(day), sum(f["low"] for f in own if f["day"] == day),
            sum(f["expected"] for f in own if f["day"] == day), sum(f["high"] for f in own if f["day"] == day),
            tuple(sorted({f["leg"] for f in own if f["day"] == day})),
        )
        for day in days
    )  # fmt: skip


def _outflow(party: str, totals: Totals, until: date) -> int | None:
    """The mean of the days on which departures were reported, of the last seven."""
    days = [totals.total(party, "departures", until - timedelta(days=back)) for back in range(BACK.days)]
    known = [total.value for total in days if total is not None]
    return round(sum(known) / len(known)) if known else None


def _room(party: PartyPlaces) -> Room | None:
    now = party.now
    if now is None or now.places is None or now.occupied is None or now.places == 0:
        return None
    tomorrow = party.expected[0].expected - (party.outflow or 0) if party.expected else 0
    return Room(party.party, now.day, now.places, now.occupied, tomorrow, party.days_to_full, party.inputs)
