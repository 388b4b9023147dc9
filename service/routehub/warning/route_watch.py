"""One route's early warning as its messages, what is set about it and the clock drive it. No database.

A day closes between two messages, by their times of acceptance: the same journal leads to the same notices, whoever
reads it and whenever, and in a rebuild too.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Self, cast
from zoneinfo import ZoneInfo

from routehub.core.errors import Refused
from routehub.core.observe import log
from routehub.directory.reporting_day import Period, calendar_day, period_of
from routehub.directory.snapshot import Directory, RouteView
from routehub.journal.message import Message
from routehub.warning import caps, chain_reaction, silence
from routehub.warning.announced import MeasureLike, Notices
from routehub.warning.caps import Cap, Counted
from routehub.warning.conditions import Ended, Subject, step
from routehub.warning.fillings import own_series
from routehub.warning.finding import Finding
from routehub.warning.graph import Flow, RouteGraph
from routehub.warning.notices import Notice
from routehub.warning.parameters import Parameters
from routehub.warning.readings import Parts, Periods, flow_of, key_of, put_stock, watched, whole
from routehub.warning.record import Record
from routehub.warning.reporters import Reporters
from routehub.warning.reporting_times import Closing
from routehub.warning.rooms import STOCKS
from routehub.warning.series import ONE_DAY
from routehub.warning.steering import Setting, between
from routehub.warning.telling import Telling
from routehub.warning.watch import Looked, Watch
from routehub_schemas.kinds.report.payload import Figure, Report
from routehub_schemas.kinds.response.payload import Response

FORM = 2
"""Of the state; one of another form is not read, but made anew from the journal."""
ABOUT_ENDED = timedelta(hours=1)
"""Who reports so shortly before the end of a period means all of it."""
IDLE = 30
"""Days closed in a row without a figure after which those that follow are skipped, not closed one by one."""
LIFTS = frozenset({"withdraw", "end"})
"""Acts by which a party takes a measure of its own back."""
NEVER = 1_000_000
"""Days, for a look at one thing: it says nothing about whether the others can be seen."""


@dataclass(frozen=True, slots=True)
class Way:
    """A leg as the graph wants it."""

    origin: str
    destination: str
    lag_days: int


class RouteWatch:
    """Messages go in by ``take``, what was set by ``steer``, time by ``advance``; ``notices`` and ``record.changed``
    are what came out since they were last taken away. ``to_json`` is the whole state.

    said: what the route changed of the parameters; said_from: the first day that was, or will be, looked at with them.
    """

    def __init__(self, route: RouteView, said: Mapping[str, Any] | None = None) -> None:
        self.route = route
        self.said: Mapping[str, Any] = said or {}
        self.said_from: date | None = None
        self.p = _parameters(self.said, route.code)
        self.watch = Watch(RouteGraph((), ()), self.p)
        self.announced = Notices()
        self.reporters = Reporters()
        self.telling = Telling(route.code)
        self.next: date | None = None
        self.moved = False
        """Whether there is something to write besides conditions: a day was closed, something was set or announced."""
        self._steered: datetime | None = None
        self._ways: tuple[Way, ...] = ()
        self._periods = Periods()
        self._parts = Parts()
        self._idle = 0
        self._closing: Closing | None = None

    @property
    def closed(self) -> date | None:
        """The last day that was closed."""
        return self.next - ONE_DAY if self.next else None

    @property
    def record(self) -> Record:
        return self.telling.record

    @property
    def notices(self) -> list[Notice]:
        return self.telling.notices

    def see(self, route: RouteView) -> None:
        """The route as the directory says it is now."""
        if route is not self.route:
            self.route, self._closing = route, None

    def advance(self, now: datetime) -> None:
        """Close the days that may be closed by ``now``."""
        while self.next is not None:
            if self._closing is None:
                self._closing = self.reporters.closing(self.route, self.next)
            if not self._closing.may_close(self.next, self.reporters.days, now):
                return
            if self._idle >= IDLE:
                self.next, self._idle = self._open_day(now), 0
            else:
                self._close(self.next)
            self._closing = None

    def steer(self, settings: Sequence[Setting], until: datetime) -> None:
        """Take in what was set up to a moment, each thing after the days that were closed by then."""
        for one in between(settings, self._steered, until):
            self.advance(one.at)
            if one.parameters is not None:
                self._set(one.parameters)
            elif one.pause is not None:
                self.reporters.pauses[one.pause.id] = one.pause
            self._steered, self._closing, self.moved = one.at, None, True

    def _set(self, said: Mapping[str, Any]) -> None:
        self.said, self.said_from, self.p = said, self.next, _parameters(said, self.route.code)
        self._draw(self.watch.graph.flows.values())

    # --- messages ---

    def take(self, message: Message, directory: Directory) -> None:
        """A message that the whole route may read; narrower ones are never an input (DECISIONS 1)."""
        if not self._shared(message):
            return
        if isinstance(message.payload, Report):
            self._report(message, message.payload, directory)
        elif isinstance(message.payload, Response):
            self._response(message, message.payload)
        elif message.kind == "measure":
            self._measure(message, cast(MeasureLike, message.payload))

    def _shared(self, message: Message) -> bool:
        everyone = {m.party for m in self.route.members(self._today(message), "member", "coordinator")}
        return message.tlp != "RED" and everyone <= message.parties

    def _today(self, message: Message) -> date:
        return message.accepted_at.astimezone(self.route.zone).date()

    def _report(self, message: Message, report: Report, directory: Directory) -> None:
        party = message.reported_party
        on = report.day if self.route.membership(party, report.day) else message.accepted_at.date()
        member = self.route.membership(party, on)
        if member is None:
            return
        period = period_of(member, report.period, report.day, report.start)
        if self.reporters.heard_from(party, period, message.id):
            self._closing = None
        self._idle = 0
        news: dict[str, list[Figure]] = {}
        flows: list[Flow] = []
        for figure in report.figures:
            if figure.indicator in STOCKS:
                put_stock(self.watch.rooms, party, figure, period, message.id)
            if not watched(figure):
                continue
            other = (directory.party_code(figure.counterpart) or figure.counterpart) if figure.counterpart else None
            news.setdefault(key_of(party, figure, other), []).append(figure)
            flows.append(flow_of(party, figure, other))
        self._know(flows)
        ended = message.accepted_at >= period.end - ABOUT_ENDED
        hours = calendar_day(member, period.day).hours
        late = [key for key, told in news.items() if self._put(key, told, period, message.id, ended, hours)]
        if self.next is None and report.figures:
            self.next = self._open_day(message.accepted_at)
        elif late and self.next is not None and period.day == self.next - ONE_DAY:
            self._late(period.day, late)

    def _measure(self, message: Message, said: MeasureLike) -> None:
        """A notice of a measure may be a link of a chain reaction: that is told at once, not when the day closes."""
        party = message.reported_party
        made = self.announced.take(message.id, party, message.accepted_at, said, self.route)
        self.moved = True
        found = self.announced.chain(made, self.p.chain_reaction)
        if found is not None:
            self._step_alone(self._today(message), [replace(found, day=self._today(message))], set())

    def _response(self, message: Message, response: Response) -> None:
        notice = self.announced.known.get(response.to)
        if notice is not None and response.act in LIFTS and message.reported_party == notice.party:
            self.announced.end(notice.id, message.accepted_at)
            self.moved = True

    # --- series ---

    def _know(self, flows: Iterable[Flow]) -> None:
        """Take up series that were not there before, those of one report at once: the graph is made anew for them."""
        new = {flow.key: flow for flow in flows if flow.key not in self.watch.graph.flows}
        if new:
            self._draw([*self.watch.graph.flows.values(), *new.values()])

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

    def _zone(self, key: str) -> ZoneInfo:
        party = self.watch.graph.flows[key].party
        return next((m.zone for m in self.route.memberships if m.party == party), self.route.zone)

    # --- days ---

    def _open_day(self, now: datetime) -> date:
        """The first day that may not be closed yet."""
        day = now.astimezone(self.route.zone).date() - 3 * ONE_DAY
        while self.reporters.closing(self.route, day).may_close(day, self.reporters.days, now):
            day += ONE_DAY
        return day

    def _close(self, day: date) -> None:
        ways = tuple(Way(leg.from_party, leg.to_party, leg.lag_days) for leg in self.route.legs_on(day))
        if ways != self._ways:
            self._ways = ways
            self._draw(self.watch.graph.flows.values())
        looked = self.watch.close(day)
        found, subjects = self._caps(day)
        self._step(day, replace(looked, findings=(*looked.findings, *found), subjects=looked.subjects | subjects))
        self._end_chains(day)
        self._miss(day)
        self.record.close(day, looked, self.watch, self.p)
        self.next = day + ONE_DAY
        self.moved = True
        self._idle += 1
        self._parts.forget(day)
        self.reporters.forget(day)

    def _late(self, day: date, keys: list[str]) -> None:
        """Figures of the day closed last that came after it was: looked at by themselves. Earlier days open nothing."""
        self._step(day, self.watch.look(day, keys))

    def _step(self, day: date, looked: Looked) -> None:
        self.watch.conditions, steps = step(
            self.watch.conditions, day, looked.findings, looked.subjects, self.p.conditions
        )  # fmt: skip
        self.telling.tell(day, steps, self.watch.series, self.p.conditions.calm)

    def _step_alone(self, day: date, findings: Iterable[Finding], subjects: set[Subject]) -> None:
        """A look at one thing, which is over on the first day that does not find it."""
        at_once = replace(self.p.conditions, calm=1, unseen=NEVER)
        self.watch.conditions, steps = step(self.watch.conditions, day, findings, subjects, at_once)
        excused = {party for rule, party in subjects if rule == silence.RULE and self.reporters.excused(party, day)}
        told = [
            replace(one, why="excused") if isinstance(one, Ended) and one.condition.subject in excused else one
            for one in steps
        ]
        self.telling.tell(day, told, self.watch.series, self.p.conditions.calm)

    def _lasting(self, rule: str) -> list[str]:
        return [condition.subject for (name, _), condition in self.watch.conditions.lasting.items() if name == rule]

    def _miss(self, day: date) -> None:
        legs: dict[str, list[str]] = {}
        for way in self._ways:
            legs.setdefault(way.origin, []).append(f"{way.origin}-{way.destination}")
        silent = frozenset(self._lasting(silence.RULE))
        missed = list(self.reporters.missing(self.route, day, silent, legs, self.p.silence))
        findings = [one.finding for one in missed if one.finding is not None]
        self._step_alone(day, findings, {(silence.RULE, one.party) for one in missed})

    def _caps(self, day: date) -> tuple[list[Finding], set[Subject]]:
        """Figures of the day against the caps announced for it. Where no cap holds any more, none is broken."""
        findings: list[Finding] = []
        subjects: set[Subject] = set()
        held = {cap.leg: cap for cap in self.announced.caps(day, self.route.zone)}
        for leg in sorted({*held, *self._lasting(caps.RULE)}):
            counts = self._counted(day, held[leg]) if leg in held else []
            if counts or leg not in held:
                subjects.add((caps.RULE, leg))
            found = caps.detect(held[leg], day, counts, self.p.cap) if leg in held else None
            findings += [found] if found else []
        return findings, subjects

    def _counted(self, day: date, cap: Cap) -> list[Counted]:
        """Both sides' counts of one border, each by itself, or what the party counts that announced the cap. A
        reporting day that began before the cap did is not compared with it."""
        graph, found = self.watch.graph, []
        own = own_series(graph, cap.party, cap.indicator) if cap.indicator else ()
        if own:
            told = [(self.watch.series[key].value(day), key) for key in own]
            people = [value for value, _ in told if value is not None]
            if len(people) == len(own) and self._begins(own[0], day) >= cap.start:
                source = next(iter(self.watch.series[own[0]].sources(day)), "")
                found.append(Counted(cap.party, sum(people), source))
            return found
        for key, flow in graph.flows.items():
            value = self.watch.series[key].value(day)
            border = (
                flow.indicator in ("arrivals", "departures") and not flow.place and graph.legs_of(key) == (cap.leg,)
            )
            if value is not None and border and self._begins(key, day) >= cap.start:
                found.append(Counted(flow.party, value, next(iter(self.watch.series[key].sources(day)), "")))
        return found

    def _begins(self, key: str, day: date) -> date:
        """The date on which a day of a series begins."""
        return day - ONE_DAY if self._periods.kind(key) == "reporting_day" else day

    def _end_chains(self, day: date) -> None:
        """A chain is over when nobody added to it for its hours."""
        days = -(-self.p.chain_reaction.hours // 24)
        lasting = self.watch.conditions.lasting
        quiet = {
            (chain_reaction.RULE, subject)
            for subject in self._lasting(chain_reaction.RULE)
            if (day - lasting[chain_reaction.RULE, subject].last).days >= days
        }
        if quiet:
            self._step_alone(day, [], quiet)

    def untell(self, known: frozenset[str]) -> None:
        """Forget alerts that the journal does not hold."""
        self.telling.untell(known)

    def to_json(self) -> dict[str, Any]:
        return {
            "form": FORM,
            "said": self.said,
            "said_from": self.said_from.isoformat() if self.said_from else None,
            "steered": self._steered.isoformat() if self._steered else None,
            "flows": [[f.key, f.party, f.indicator, f.place, f.counterpart] for f in self.watch.graph.flows.values()],
            "ways": [[way.origin, way.destination, way.lag_days] for way in self._ways],
            "watch": self.watch.to_json(),
            "announced": self.announced.to_json(),
            "record": self.record.to_json(),
            "next": self.next.isoformat() if self.next else None,
            "told": self.telling.told,
            "reporters": self.reporters.to_json(),
            "periods": self._periods.to_json(),
            "parts": self._parts.told,
            "idle": self._idle,
        }

    @classmethod
    def from_json(cls, state: Mapping[str, Any], route: RouteView) -> Self:
        made = cls(route, state["said"])
        made.said_from = date.fromisoformat(state["said_from"]) if state["said_from"] else None
        made._steered = datetime.fromisoformat(state["steered"]) if state["steered"] else None
        made._ways = tuple(Way(*way) for way in state["ways"])
        flows = [Flow(*flow) for flow in state["flows"]]
        made.watch = Watch.from_json(state["watch"], RouteGraph(made._ways, flows), made.p)
        made.announced = Notices.from_json(state["announced"])
        made.telling = Telling(route.code, Record.from_json(state["record"]), [], dict(state["told"]))
        made.next = date.fromisoformat(state["next"]) if state["next"] else None
        made.reporters = Reporters.from_json(state["reporters"])
        made._periods = Periods.from_json(state["periods"])
        made._parts = Parts(state["parts"])
        made._idle = state["idle"]
        return made


def _parameters(said: Mapping[str, Any], route: str) -> Parameters:
    """Parameters that an earlier version took and this one does not are an operator's business, not an end of early
    warning: the defaults hold until they are mended."""
    try:
        return Parameters.from_json(said)
    except Refused as fault:
        log("warning").error("the parameters of a route cannot be used", route=route, fault=fault.detail)
        return Parameters()
