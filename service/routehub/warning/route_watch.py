"""One route's early warning as its reports and the clock drive it. No database.

A day closes between two messages, by their times of acceptance: the same journal leads to the same notices, whoever
reads it and whenever, and in a rebuild too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Self

from routehub.core.ids import uuid8
from routehub.directory.reporting_day import Period, calendar_day, period_of
from routehub.directory.snapshot import Directory, RouteView
from routehub.journal.message import Message
from routehub.warning import silence
from routehub.warning.conditions import Ended, Opened, Step, Updated, step
from routehub.warning.finding import Level
from routehub.warning.graph import Flow, RouteGraph
from routehub.warning.notices import Notice
from routehub.warning.parameters import Parameters
from routehub.warning.readings import Parts, Periods, flow_of, key_of, watched, whole
from routehub.warning.record import Record
from routehub.warning.reporting_times import Closing, closing, reporting, usual_reporters
from routehub.warning.series import KEEP_DAYS, ONE_DAY
from routehub.warning.watch import Looked, Watch
from routehub_schemas.kinds.report.payload import Figure, Report

ABOUT_ENDED = timedelta(hours=1)
"""Who reports so shortly before the end of a period means all of it."""
IDLE = 30
"""Days closed in a row without a figure after which those that follow are skipped, not closed one by one."""


@dataclass(frozen=True, slots=True)
class Way:
    """A leg as the graph wants it."""

    origin: str
    destination: str
    lag_days: int


class RouteWatch:
    """Reports go in by ``take``, time by ``advance``; ``notices`` and ``record.changed`` are what came out since they
    were last taken away. ``to_json`` is the whole state."""

    def __init__(self, route: RouteView, parameters: Parameters | None = None) -> None:
        self.route = route
        self.p = parameters or Parameters()
        self.watch = Watch(RouteGraph((), ()), self.p)
        self.record = Record()
        self.next: date | None = None
        self.moved = False
        """Whether a day was closed since the state was last written."""
        self.notices: list[Notice] = []
        self.told: dict[str, str] = {}
        """By condition, the alert that told of it."""
        self._ways: tuple[Way, ...] = ()
        self._reported: dict[str, dict[date, str]] = {}
        self._kinds: dict[str, str] = {}
        self._periods = Periods()
        self._parts = Parts()
        self._idle = 0
        self._closing: Closing | None = None

    @property
    def closed(self) -> date | None:
        """The last day that was closed."""
        return self.next - ONE_DAY if self.next else None

    def see(self, route: RouteView) -> None:
        """The route as the directory says it is now."""
        if route is not self.route:
            self.route, self._closing = route, None

    def advance(self, now: datetime) -> None:
        """Close the days that may be closed by ``now``."""
        while self.next is not None:
            if self._closing is None:
                self._closing = closing(self.route, self.next, self._reported, self._kinds)
            if not self._closing.may_close(self.next, self._reported, now):
                return
            if self._idle >= IDLE:
                self.next, self._idle = self._open_day(now), 0
            else:
                self._close(self.next)
            self._closing = None

    def take(self, message: Message, directory: Directory) -> None:
        """A report that the whole route may read; narrower ones are never an input (DECISIONS 1)."""
        report = message.payload
        if not isinstance(report, Report) or not self._shared(message):
            return
        party = message.reported_party
        on = report.day if self.route.membership(party, report.day) else message.accepted_at.date()
        member = self.route.membership(party, on)
        if member is None:
            return
        period = period_of(member, report.period, report.day, report.start)
        self._heard_from(party, period, message)
        news: dict[str, list[Figure]] = {}
        for figure in filter(watched, report.figures):
            other = (directory.party_code(figure.counterpart) or figure.counterpart) if figure.counterpart else None
            news.setdefault(key_of(party, figure, other), []).append(figure)
            self._know(flow_of(party, figure, other))
        ended = message.accepted_at >= period.end - ABOUT_ENDED
        hours = calendar_day(member, period.day).hours
        late = [key for key, told in news.items() if self._put(key, told, period, message.id, ended, hours)]
        if self.next is None and news:
            self.next = self._open_day(message.accepted_at)
        elif late and self.next is not None and period.day == self.next - ONE_DAY:
            self._late(period.day, late)

    def _shared(self, message: Message) -> bool:
        on = message.accepted_at.astimezone(self.route.zone).date()
        everyone = {m.party for m in self.route.members(on, "member", "coordinator")}
        return message.tlp != "RED" and everyone <= message.parties

    def _heard_from(self, party: str, period: Period, message: Message) -> None:
        days = self._reported.setdefault(party, {})
        if period.day not in days or self._kinds.get(party) != period.kind:
            self._closing = None
        days[period.day] = message.id
        self._kinds[party] = period.kind
        self._idle = 0

    def _know(self, flow: Flow) -> None:
        """Take up a series that was not there before."""
        if flow.key not in self.watch.graph.flows:
            self._draw([*self.watch.graph.flows.values(), flow])

    def _draw(self, flows: Iterable[Flow]) -> None:
        """The graph anew, in travel order, with everything that was learned."""
        place = {m.party: m.position for m in self.route.memberships}
        ordered = sorted(
            flows, key=lambda f: (place.get(f.party, 999), f.indicator, f.place or "", f.counterpart or "")
        )
        self.watch = Watch.from_json(self.watch.to_json(), RouteGraph(self._ways, ordered), self.p)

    def _put(
        self, key: str, told: list[Figure], period: Period, source: str, ended: bool, hours: int
    ) -> bool:  # fmt: skip
        """Put a reading; True where a day has become known that was not."""
        if not self._periods.fits(key, period.kind, period.day):
            return False
        before = self.watch.series[key].value(period.day)
        value = self._parts.value(key, period.start.isoformat(), told)
        complete = ended and whole(told)
        if period.kind == "hour":
            hour = period.start.astimezone(self._zone(key)).hour if hours == 24 else period.start.timestamp() // 3600
            self.watch.put_hour(
                key, period.day, int(hour), value if complete else None, hours=hours, source=source
            )  # fmt: skip
        else:
            self.watch.put(key, period.day, value, complete=complete, source=source)
        return before is None and self.watch.series[key].value(period.day) is not None

    def _zone(self, key: str) -> Any:
        party = self.watch.graph.flows[key].party
        return next((m.zone for m in self.route.memberships if m.party == party), self.route.zone)

    def _open_day(self, now: datetime) -> date:
        """The first day that may not be closed yet."""
        day = now.astimezone(self.route.zone).date() - 3 * ONE_DAY
        while closing(self.route, day, self._reported, self._kinds).may_close(day, self._reported, now):
            day += ONE_DAY
        return day

    def _close(self, day: date) -> None:
        ways = tuple(Way(leg.from_party, leg.to_party, leg.lag_days) for leg in self.route.legs_on(day))
        if ways != self._ways:
            self._ways = ways
            self._draw(self.watch.graph.flows.values())
        looked = self.watch.close(day)
        self._step(day, looked)
        self._miss(day)
        self.record.close(day, looked.forecasts, self.watch, self.p)
        self.next = day + ONE_DAY
        self.moved = True
        self._idle += 1
        self._parts.forget(day)
        for days in self._reported.values():
            for old in [d for d in days if d <= day - KEEP_DAYS * ONE_DAY]:
                del days[old]

    def _late(self, day: date, keys: list[str]) -> None:
        """Figures of the day closed last that came after it was: looked at by themselves. Earlier days open nothing."""
        self._step(day, self.watch.look(day, keys))

    def _step(self, day: date, looked: Looked) -> None:
        self.watch.conditions, steps = step(
            self.watch.conditions, day, looked.findings, looked.subjects, self.p.conditions
        )  # fmt: skip
        self._tell(day, steps)

    def _miss(self, day: date) -> None:
        """Silence begins with a missing report of a party that usually reports, and ends with the first that comes."""
        members = reporting(self.route, day)
        silent = {c.subject for (rule, _), c in self.watch.conditions.lasting.items() if rule == silence.RULE}
        findings, subjects = [], set()
        for party in sorted({*usual_reporters(members, day, self._reported), *silent} & {m.party for m in members}):
            days = self._reported.get(party, {})
            last = max((d for d in days if d <= day), default=None)
            if last is None:
                continue
            missing = [last + n * ONE_DAY for n in range(1, (day - last).days + 1)]
            subjects.add((silence.RULE, party))
            legs = [f"{way.origin}-{way.destination}" for way in self._ways if party == way.origin]
            found = silence.detect(party, day, missing, self.p.silence, last=days[last], legs=legs)
            findings += [found] if found else []
        at_once = replace(self.p.conditions, calm=1)
        self.watch.conditions, steps = step(self.watch.conditions, day, findings, subjects, at_once)
        self._tell(day, steps)

    def _tell(self, day: date, steps: Iterable[Step]) -> None:
        """A WATCH is shown; a condition that reaches ALERT is told, and from then on followed to its end."""
        for one in steps:
            condition = one.condition
            alert = self.told.get(condition.key)
            self.record.step(one, day)
            if isinstance(one, Ended):
                if alert is not None:
                    self.notices.append(self._ended(one, alert))
                    del self.told[condition.key]
            elif alert is not None and isinstance(one, Updated):
                told = (condition.key, "update", day.isoformat(), condition.severity)
                self.notices.append(Notice("Update", self._id(*told), condition, one.finding, day, alert))
            elif condition.level == Level.ALERT:
                self._open(one, day)

    def _open(self, one: Opened | Updated, day: date) -> None:
        alert = self._id(one.condition.key)
        self.told[one.condition.key] = alert
        self.record.told(one.condition.key, alert, one.finding)
        self.notices.append(Notice("Alert", alert, one.condition, one.finding, day, alert))

    def _ended(self, one: Ended, alert: str) -> Notice:
        series = self.watch.series.get(one.condition.subject)
        inputs = series.sources(one.day, self.p.conditions.calm) if series is not None and one.why == "over" else ()
        return Notice(
            "Cancel", self._id(one.condition.key, "end"), one.condition, self.record.last_finding(one.condition.key),
            one.day, alert, one.why, inputs,
        )  # fmt: skip

    def _id(self, *parts: str) -> str:
        """The id of a message: a hash of rule, subject and the message that opened the condition (DECISIONS 2)."""
        return uuid8("early-warning", self.route.code, *parts)

    def untell(self, known: frozenset[str]) -> None:
        """Forget alerts that the journal does not hold: they were never sent, and are told when they get on."""
        self.told = {key: alert for key, alert in self.told.items() if alert in known}

    def to_json(self) -> dict[str, Any]:
        return {
            "flows": [[f.key, f.party, f.indicator, f.place, f.counterpart] for f in self.watch.graph.flows.values()],
            "ways": [[way.origin, way.destination, way.lag_days] for way in self._ways],
            "watch": self.watch.to_json(),
            "record": self.record.to_json(),
            "next": self.next.isoformat() if self.next else None,
            "told": self.told,
            "reported": {
                party: {day.isoformat(): message for day, message in sorted(days.items())}
                for party, days in sorted(self._reported.items())
            },
            "kinds": self._kinds,
            "periods": self._periods.to_json(),
            "parts": self._parts.told,
            "idle": self._idle,
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any], route: RouteView, parameters: Parameters | None = None) -> Self:
        made = cls(route, parameters)
        made._ways = tuple(Way(*way) for way in said["ways"])
        flows = [Flow(*flow) for flow in said["flows"]]
        made.watch = Watch.from_json(said["watch"], RouteGraph(made._ways, flows), made.p)
        made.record = Record.from_json(said["record"])
        made.next = date.fromisoformat(said["next"]) if said["next"] else None
        made.told = dict(said["told"])
        made._reported = {
            party: {date.fromisoformat(day): message for day, message in days.items()}
            for party, days in said["reported"].items()
        }
        made._kinds = dict(said["kinds"])
        made._periods = Periods.from_json(said["periods"])
        made._parts = Parts(said["parts"])
        made._idle = said["idle"]
        return made
