"""The week of a route as a conference looks at it: reporting, flows, two counts, reception, alerts, proposals,
commitments. Only what everyone on the route may read goes in (DECISIONS 1: shared derivations); each number keeps its
messages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from routehub.boards.alerts.queries import AlertView, alerts
from routehub.boards.commitments.queries import commitments
from routehub.boards.conferences.queries import ProposalView, proposals_of
from routehub.boards.figures.queries import FigureQuery, FigureValue, figures
from routehub.boards.figures.unusual import unusual
from routehub.boards.measures.queries import MeasureView, measures
from routehub.boards.minutes.queries import ActionView, actions
from routehub.boards.movements.queries import MovementView, movements
from routehub.boards.reporting.freshness import DayReport, Pauses, Record, record
from routehub.boards.reporting.queries import days_of
from routehub.boards.requests.queries import Looking, RequestView, requests_of
from routehub.boards.statements.queries import StatementView, outcomes
from routehub.directory.reporting_day import current_day
from routehub.directory.snapshot import Directory, LegView, Membership, RouteView
from routehub.directory.visibility import readable
from routehub.journal.targets import marked_red
from routehub.views import plans, shared
from routehub.views.names import called
from routehub.views.plans import Shown
from routehub.views.route import SHOWN, Capacity, RoutePicture, Station, counts_differ, leg_counts, picture
from routehub.views.totals import Total, Totals

DAYS = 7
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class PartyReporting:
    """How one party reported over the days, with the reports that were read for it."""

    party: str
    record: Record
    messages: tuple[str, ...]
    reasons: tuple[str, ...] = ()
    """Why it was excused on days of the week."""

    @property
    def excused(self) -> tuple[date, ...]:
        return tuple(day for day, mark in self.record.days if mark == "excused")

    @property
    def missing(self) -> tuple[date, ...]:
        return tuple(day for day, mark in self.record.days if mark == "missing")

    @property
    def nothing(self) -> int:
        return sum(mark == "nothing_to_report" for _, mark in self.record.days)


@dataclass(frozen=True)
class PartyFlow:
    """One party's own totals of a flow by day, and those of the week before. None: not reported, which is not zero."""

    party: str
    indicator: str
    now: tuple[Total | None, ...]
    before: tuple[Total | None, ...]

    @property
    def sum(self) -> int | None:
        """The party's own days added up, as far as it reported them; None when it reported none."""
        told = [t.value for t in self.now if t is not None]
        return sum(told) if told else None

    @property
    def sum_before(self) -> int | None:
        """The week before, only when all its days are there: part of a week would look like a fall."""
        told = [t.value for t in self.before if t is not None]
        return sum(told) if len(told) == len(self.before) else None

    def outside(self) -> tuple[Total, Total] | None:
        """The latest day on which the flow was outside its usual range, and the day before it (UX 3.1)."""
        both = (*self.before, *self.now)
        for at in range(len(both) - 1, len(self.before) - 1, -1):
            today, yesterday = both[at], both[at - 1]
            if today is None or yesterday is None:
                continue
            week = [t.value for t in both[max(0, at - 7) : at] if t is not None]
            if unusual(today.value, yesterday.value, week):
                return today, yesterday
        return None


@dataclass(frozen=True)
class LegWeek:
    """Both counts of one border, day by day: who left, as the one party counted, and who entered, as the other did."""

    leg: LegView
    counts: tuple[tuple[date, Total | None, Total | None], ...]

    def apart(self) -> tuple[int, tuple[date, Total, Total]] | None:
        """The latest run of at least two days on which the counts were apart, and its last day (DOMAIN 6)."""
        length, last, found = 0, None, None
        for day, left, entered in self.counts:
            if left is not None and entered is not None and counts_differ(left.value, entered.value):
                length, last = length + 1, (day, left, entered)
            else:
                length, last = 0, None
            if length >= 2 and last is not None:
                found = (length, last)
        return found


@dataclass(frozen=True)
class Reception:
    """How full a party's reception is, by its newest figures."""

    party: str
    capacity: Capacity
    messages: tuple[str, ...]


@dataclass(frozen=True)
class Records:
    """What was told and asked, each as its readers see it."""

    alerts: tuple[AlertView, ...] = ()
    proposals: tuple[ProposalView, ...] = ()
    measures: tuple[MeasureView, ...] = ()
    movements: tuple[MovementView, ...] = ()
    commitments: tuple[Shown, ...] = ()
    requests: tuple[RequestView, ...] = ()
    outcomes: tuple[StatementView, ...] = ()


@dataclass(frozen=True)
class Week:
    """Everything that an agenda is made of. ``since``: when the last agenda was compiled; ``flags``: of each party's
    flow on the last day, as in ``Total``."""

    route: RouteView
    now: datetime
    since: datetime
    days: tuple[date, ...]
    names: Mapping[str, str]
    reporting: tuple[PartyReporting, ...]
    flows: tuple[PartyFlow, ...]
    legs: tuple[LegWeek, ...]
    reception: tuple[Reception, ...]
    stocks: Mapping[str, Mapping[str, tuple[Total | None, ...]]]
    flags: Mapping[str, str]
    records: Records
    actions: tuple[ActionView, ...] = ()
    """What conferences gave somebody to do and was not done when the week began, as everyone reads it."""

    def name(self, party: str) -> str:
        return self.names.get(party, party)


def load(conn: Connection, directory: Directory, route: RouteView, now: datetime, since: datetime) -> Week:
    """Read the week up to the last reporting day that has ended for every reporting party."""
    ids = shared.audiences(conn, route, now)
    today = now.astimezone(route.zone).date()
    reporting = [m for m in route.members(today, "member") if m.reports]
    last = min((current_day(m, now) for m in reporting), default=today)
    days = tuple(last - back * ONE_DAY for back in reversed(range(DAYS)))
    values = _values(conn, ids, route, days[0] - (DAYS + 3) * ONE_DAY, last)
    made = days_of(conn, ids, route.code, days[0] - 60 * ONE_DAY, last)
    red = marked_red(conn, [v.message_id for v in values] + _messages(made))
    values = [v for v in values if v.message_id not in red]
    drawn = picture(directory, route, values, made, [], now)
    totals = drawn.totals
    parties = [m.party for m in reporting]
    records = _records(conn, ids, route, now, since)
    return Week(
        route, now, since, days, _names(directory, today),
        tuple(
            _reporting(m, made.get(m.party, {}), days, now, red, directory.pauses_of(route.code, m.party))
            for m in reporting
        ),
        tuple(_flow(totals, party, days) for party in parties),
        tuple(_leg(totals, leg, days) for leg in route.legs_on(today)),
        tuple(_reception(s) for s in _ordered(drawn) if s.capacity is not None),
        {party: _stocks(totals, party, days) for party in parties},
        {party: _flags(totals, party, last) for party in parties}, records, _actions(conn, ids, route, now, since),
    )  # fmt: skip


def narrower(
    conn: Connection, directory: Directory, route: RouteView, now: datetime, since: datetime, parties: Iterable[str]
) -> dict[str, Week]:
    """For each of these parties that reads more than everyone does: the week with just those records, and no figures,
    since what is worked out from figures rests on what everyone reads."""
    everyone, names = shared.audiences(conn, route, now), _names(directory, now.astimezone(route.zone).date())
    found = {}
    for party in parties:
        records = _records(conn, readable(conn, route.code, party) - everyone, route, now, since, party)
        if records != Records():
            found[party] = Week(route, now, since, (), names, (), (), (), (), {}, {}, records)
    return found


def _names(directory: Directory, on: date) -> dict[str, str]:
    return {code: called(directory, code, on) for code in directory.parties}


def _records(
    conn: Connection, ids: frozenset[int], route: RouteView, now: datetime, since: datetime, party: str = ""
) -> Records:
    """Without what is TLP:RED. ``party``: who reads; nobody when it is for everyone."""
    today = now.astimezone(route.zone).date()
    seen = [a for a in alerts(conn, ids, route.code, now, since=since) if a.tlp != "RED" and a.status != "Test"]
    return Records(
        tuple(seen), tuple(p for p in proposals_of(conn, ids, route.code, since=since) if p.tlp != "RED"),
        _measures(conn, ids, route, now, since), _movements(conn, ids, route, now, since - ONE_DAY),
        tuple(one for one in plans.shown(commitments(conn, ids, route.code), today, now).values() if not one.red),
        _requests(conn, ids, route, now, party),
        tuple(one for one in outcomes(conn, ids, route.code, since=since) if one.tlp != "RED"),
    )  # fmt: skip


def _actions(
    conn: Connection, ids: Iterable[int], route: RouteView, now: datetime, since: datetime
) -> tuple[ActionView, ...]:
    """Without those of which anything is TLP:RED."""
    found = [one for one in actions(conn, ids, route.code, now, route.zone) if one.tlp != "RED"]
    red = marked_red(conn, [act.message_id for one in found for act in one.acts])
    return tuple(
        one for one in found
        if red.isdisjoint(act.message_id for act in one.acts)
        and (one.state != "done" or any(act.at >= since for act in one.acts))
    )  # fmt: skip


def _measures(
    conn: Connection, ids: Iterable[int], route: RouteView, now: datetime, since: datetime
) -> tuple[MeasureView, ...]:
    """Without the views that are TLP:RED: what rests on one would have to be RED too, and could not go to all."""
    found = [m for m in measures(conn, ids, route.code, now, since=since) if all(n.tlp != "RED" for n in m.notices)]
    red = marked_red(conn, [v.current.message_id for m in found for v in m.views if v.current is not None])
    return tuple(
        replace(m, views=tuple(v for v in m.views if v.current is None or v.current.message_id not in red))
        for m in found
    )


def _movements(
    conn: Connection, ids: Iterable[int], route: RouteView, now: datetime, since: datetime
) -> tuple[MovementView, ...]:
    """Without those of which anything is TLP:RED: half of what was answered would read as another answer."""
    found = [m for m in movements(conn, ids, route.code, now, since=since) if m.tlp != "RED"]
    red = marked_red(conn, [act.message_id for m in found for act in m.acts])
    return tuple(m for m in found if red.isdisjoint(act.message_id for act in m.acts))


def _requests(
    conn: Connection, ids: Iterable[int], route: RouteView, now: datetime, party: str
) -> tuple[RequestView, ...]:
    """Open ones as they see them: an answer for some is not told to others, nor whether there is one."""
    found = requests_of(conn, Looking(route.code, party, frozenset(ids), now, route.zone))
    return tuple(one for one in found if not one.over and one.tlp != "RED" and all(o.tlp != "RED" for o in one.offers))


def _values(conn: Connection, ids: Iterable[int], route: RouteView, first: date, last: date) -> list[FigureValue]:
    """Figures of whole days only: hours are many, and a day says what its hours add up to."""
    found: list[FigureValue] = []
    for bucket in ("reporting_day", "calendar_day"):
        query = FigureQuery(
            route.code,
            indicators=frozenset(SHOWN),
            bucket=bucket,
            first=first,
            last=last,
            limit=shared.most_values(route, last),
        )
        found += figures(conn, ids, query)
    return found


def _messages(made: Mapping[str, Mapping[date, DayReport]]) -> list[str]:
    return [report.message_id for days in made.values() for report in days.values()]


def _reporting(
    member: Membership, made: Mapping[date, DayReport], days: tuple[date, ...], now: datetime, red: frozenset[str],
    pauses: Pauses,
) -> PartyReporting:  # fmt: skip
    used = tuple(made[day].message_id for day in days if day in made and made[day].message_id not in red)
    reasons = tuple(dict.fromkeys(p.reason for p in pauses if any(p.excuses(day) for day in days)))
    return PartyReporting(member.party, record(member, made, days[0], days[-1], now, pauses), used, reasons)


def _flow(totals: Totals, party: str, days: tuple[date, ...]) -> PartyFlow:
    earlier = [day - DAYS * ONE_DAY for day in days]
    return PartyFlow(
        party, "arrivals",
        tuple(totals.total(party, "arrivals", day) for day in days),
        tuple(totals.total(party, "arrivals", day) for day in earlier),
    )  # fmt: skip


def _leg(totals: Totals, leg: LegView, days: tuple[date, ...]) -> LegWeek:
    return LegWeek(leg, tuple((day, *leg_counts(totals, leg, day)) for day in days))


def _ordered(drawn: RoutePicture) -> list[Station]:
    """The fullest first; those without figures have no place in it."""
    return sorted(drawn.stations, key=lambda s: -(s.capacity.percent or 0) if s.capacity else 0)


def _reception(station: Station) -> Reception:
    assert station.capacity is not None
    used = [station.figures[name].now.messages for name in ("occupied", "places") if name in station.figures]
    return Reception(station.party, station.capacity, tuple(dict.fromkeys(m for some in used for m in some)))


def _stocks(totals: Totals, party: str, days: tuple[date, ...]) -> dict[str, tuple[Total | None, ...]]:
    found = {name: tuple(totals.total(party, name, day) for day in days) for name in ("occupied", "places")}
    return {name: told for name, told in found.items() if any(told)}


def _flags(totals: Totals, party: str, last: date) -> str:
    newest = totals.total(party, "arrivals", last)
    return newest.flags if newest else ""
