"""The preview of a measure from what all parties of the route share: forecasts, counts of the borders, places.

Only figures whose audience is everyone on the route go in (DECISIONS 1), whoever looks. For a notice that was sent the
figures are those known when it was sent, so that the same preview stands beside the measure afterwards.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from routehub.boards.figures.queries import FigureQuery, FigureValue, figures
from routehub.boards.measures.queries import MeasureView
from routehub.core import words
from routehub.core.language import _
from routehub.directory.snapshot import LegView, RouteView
from routehub.journal.targets import marked_red
from routehub.views import shared
from routehub.views.totals import Total, Totals
from routehub.warning import queries as warning
from routehub.warning.graph import RouteGraph
from routehub.warning.preview import Expected, Limit, Preview, Room, preview
from routehub_schemas.kinds.measure.payload import Measure

SHOWN = frozenset({"arrivals", "departures", "places", "occupied"})
DAYS = 7
"""Days of counts whose mean stands where there is no forecast."""
OLD = timedelta(days=3)
"""A forecast made longer ago says nothing about the days of the measure."""
ONE_DAY = timedelta(days=1)
CROSS = frozenset({"in_transit", "entries"})
CLOSED = frozenset({"closure", "transport_stop"})
"""Steps that let nobody pass the legs that they name."""


@dataclass(frozen=True)
class _Way:
    """A leg as the graph wants it."""

    origin: str
    destination: str
    lag_days: int


def legs_of(said: Measure) -> tuple[str, ...]:
    """All legs of a measure: those that it names, of its limits, and of its crossing points."""
    crossings = [place.partition("/")[0] for place in said.places if "-" in place.partition("/")[0]]
    return tuple(dict.fromkeys([*said.legs, *(leg for cap in said.caps for leg in cap.legs), *crossings]))


def limits_of(said: Measure) -> tuple[Limit, ...]:
    """The numbers that a measure sets on legs. The lowest holds where two caps of one notice meet on a leg."""
    found: dict[str, Limit] = {}
    for cap in said.caps:
        for leg in cap.legs or said.legs if cap.counts in CROSS else ():
            if leg not in found or cap.people < found[leg].people:
                found[leg] = Limit(leg, cap.people, _("the cap of %(people)s a day", people=words.number(cap.people)))
    if said.type in CLOSED and not said.caps and not said.authorised_crossing_points:
        what = _("the closure") if said.type == "closure" else _("the transport stop")
        found = {leg: Limit(leg, 0, what) for leg in said.legs}
    return tuple(found.values())


def of_draft(conn: Connection, route: RouteView, said: Measure, now: datetime) -> Preview:
    """Before a notice is sent: with what is known now."""
    return _preview(conn, route, said, now, None)


def of_measure(conn: Connection, route: RouteView, view: MeasureView) -> Preview:
    """Beside a notice that was sent: with what was known then."""
    return _preview(conn, route, view.said, view.latest.at, view.latest.at)


def _preview(conn: Connection, route: RouteView, said: Measure, now: datetime, as_of: datetime | None) -> Preview:
    today = now.astimezone(route.zone).date()
    legs = route.legs_on(today)
    totals = Totals(_values(conn, route, now, today, as_of))
    start = max(said.start.astimezone(route.zone).date(), today)
    forecasts = _forecasts(warning.account(conn, route.code), start, today)
    uses = {leg.code: use for leg in legs if (use := forecasts.get(leg.code) or _counted(totals, leg, today))}
    rooms = {m.party: room for m in route.members(today, "member") if (room := _room(totals, m.party, today))}
    graph = RouteGraph([_Way(leg.from_party, leg.to_party, leg.lag_days) for leg in legs], ())
    limits = limits_of(said)
    named = {limit.leg for limit in limits}
    return preview(limits, [leg for leg in legs_of(said) if leg not in named], graph, uses, rooms)


def _values(
    conn: Connection, route: RouteView, now: datetime, today: date, as_of: datetime | None
) -> list[FigureValue]:
    ids = shared.audiences(conn, route, now)
    query = FigureQuery(
        route.code, indicators=SHOWN, first=today - 2 * DAYS * ONE_DAY, last=today + ONE_DAY, as_of=as_of,
        limit=shared.most_values(route, today), hours=False,
    )  # fmt: skip
    found = figures(conn, ids, query)
    red = marked_red(conn, [value.message_id for value in found])
    return [value for value in found if value.message_id not in red]


def _forecasts(account: warning.Account, start: date, today: date) -> Mapping[str, Expected]:
    """By leg, the forecast of its arrivals for the day nearest to the first of the measure. today: that of the notice;
    forecasts that were made after it know of the measure, and are not taken."""
    if account.closed is None or not (today - OLD <= account.closed <= today):
        return {}
    found: dict[str, dict[str, Any]] = {}
    for one in account.forecasts:
        if one["indicator"] != "arrivals" or one["place"] or "," in one["leg"]:
            continue
        best = found.get(one["leg"])
        if best is None or _nearer(one, best, start):
            found[one["leg"]] = one
    return {leg: _of_forecast(one) for leg, one in found.items()}


def _nearer(one: Mapping[str, Any], best: Mapping[str, Any], start: date) -> bool:
    def away(forecast: Mapping[str, Any]) -> int:
        return abs((date.fromisoformat(forecast["day"]) - start).days)

    return away(one) < away(best)


def _of_forecast(one: Mapping[str, Any]) -> Expected:
    day = words.day(date.fromisoformat(one["day"]))
    span = f"{words.number(one['low'])}–{words.number(one['high'])}"
    how = _("forecast for %(day)s, 80%% interval %(span)s", day=day, span=span)
    return Expected(one["leg"], one["expected"], how, one["low"], one["high"])


def _counted(totals: Totals, leg: LegView, today: date) -> Expected | None:
    """The mean of the last seven days that one side counted; the party that people enter is asked first."""
    for party, indicator, other in (
        (leg.to_party, "arrivals", leg.from_party), (leg.from_party, "departures", leg.to_party),
    ):  # fmt: skip
        days = [totals.towards(party, indicator, other, today - back * ONE_DAY) for back in range(2 * DAYS)]
        told: list[Total] = [day for day in days if day is not None][:DAYS]
        if told:
            mean = round(sum(day.value for day in told) / len(told))
            span = (
                _("%(n)s days to %(told)s", n=len(told), told=words.day(told[0].day))
                if len(told) > 1
                else words.day(told[0].day)
            )
            messages = tuple(dict.fromkeys(message for day in told for message in day.messages))
            return Expected(
                leg.code, mean, _("as %(party)s counted, mean of %(span)s", party=party, span=span), inputs=messages
            )
    return None


def _room(totals: Totals, party: str, today: date) -> Room | None:
    occupied = totals.newest(party, "occupied", today)
    places = totals.newest(party, "places", occupied.day) if occupied else None
    if occupied is None or places is None:
        return None
    messages = tuple(dict.fromkeys([*occupied.messages, *places.messages]))
    return Room(party, places.value, occupied.value, occupied.day, messages)


def shared_with(route: RouteView, party: str, today: date) -> bool:
    """Whether a party reads what rests on the figures of all: members and coordinators, observers not."""
    return any(member.party == party for member in route.members(today, "member", "coordinator"))
