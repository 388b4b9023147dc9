"""What was said and how it turned out: every condition with its verdict, and the error of the forecasts so far.

An alert is scored when the days around it are known (DOMAIN 6): for the first time two days after it, for the last
time a week after it, because figures come late and are revised.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Self

from routehub.warning import capacity, caps, chain_reaction, full, silence, two_counts
from routehub.warning.capacity import CapacityParameters
from routehub.warning.conditions import Condition, Ended, Step
from routehub.warning.finding import Finding, Level
from routehub.warning.forecast import Forecast
from routehub.warning.full import Outlook
from routehub.warning.parameters import Parameters
from routehub.warning.scoring import AFTER, BEFORE, WEEK, score_alert
from routehub.warning.watch import Looked, Watch

SETTLED = timedelta(days=7)
FACTS = frozenset({silence.RULE, capacity.RULE, caps.RULE, chain_reaction.RULE})
"""Rules that say what is on record: that nothing came, that a place is full. There is nothing to bear that out."""


@dataclass(frozen=True, slots=True)
class Line:
    """One condition as the board shows it. alert: the message that told of it, None for a WATCH; told: the day on
    which it became an alert; true, lead: its score, None while the days after it are not known."""

    condition: Condition
    finding: Finding
    ended: date | None = None
    why: str | None = None
    alert: str | None = None
    told: date | None = None
    true: bool | None = None
    lead: int | None = None


@dataclass
class Errors:
    """Sums over the forecasts of one series and horizon whose day came."""

    days: int = 0
    error: float = 0.0
    last: float = 0.0
    week: float = 0.0
    covered: int = 0
    counted: int = 0
    width: float = 0.0

    def add(self, said: "Said", actual: int, *, used: bool) -> None:
        self.days += 1
        self.error += abs(said.centre - actual)
        self.last += abs(said.last - actual)
        self.week += abs(said.week - actual)
        self.width += said.high - said.low
        self.counted += used
        self.covered += used and round(said.low) <= actual <= round(said.high)


@dataclass(frozen=True, slots=True)
class Said:
    """A forecast in numbers."""

    key: str
    made: date
    horizon: int
    centre: float
    low: float
    high: float
    last: float
    week: float

    @property
    def day(self) -> date:
        return self.made + timedelta(self.horizon)


@dataclass
class Record:
    """``lines``: conditions that last or are not settled; ``changed``: those to be written down."""

    lines: dict[str, Line] = field(default_factory=dict)
    changed: dict[str, Line] = field(default_factory=dict)
    errors: dict[tuple[str, int], Errors] = field(default_factory=dict)
    latest: list[dict[str, Any]] = field(default_factory=list)
    rooms: list[dict[str, Any]] = field(default_factory=list)
    scored: dict[str, Finding] = field(default_factory=dict)
    _waiting: list[Said] = field(default_factory=list)
    _first: date | None = None

    def step(self, one: Step, day: date) -> None:
        """What a condition did on a day."""
        key = one.condition.key
        if isinstance(one, Ended):
            before = self.lines.get(key)
            if before is not None:
                self._set(key, replace(before, condition=one.condition, ended=day, why=one.why))
            return
        line = self.lines.get(key) or Line(one.condition, one.finding)
        self._set(key, replace(line, condition=one.condition, finding=one.finding, ended=None, why=None))

    def told(self, key: str, alert: str, finding: Finding) -> None:
        self._set(key, replace(self.lines[key], alert=alert, told=finding.day))
        if finding.rule not in FACTS:
            self.scored[key] = finding

    def last_finding(self, key: str) -> Finding:
        return self.lines[key].finding

    def _set(self, key: str, line: Line) -> None:
        self.lines[key] = self.changed[key] = line

    def close(self, day: date, looked: Looked, watch: Watch, p: Parameters) -> None:
        """A day is closed: score what can be scored, and keep what is expected next."""
        self._first = self._first or day
        self._score_alerts(day, watch, p)
        self._score_forecasts(day, watch)
        warm = self._first + timedelta(p.surge.baseline.warm_up)
        made = looked.forecasts
        self.rooms = [_room(o, p.capacity) for o in looked.outlooks]
        self.latest = [_shown(f, watch) for f in made]
        self._waiting += [
            Said(f.key, f.made, f.horizon, f.centre, f.low, f.high, f.last, f.week) for f in made if f.made >= warm
        ]
        for key in [k for k, line in self.lines.items() if line.ended is not None and k not in self.scored]:
            del self.lines[key]

    def _score_alerts(self, day: date, watch: Watch, p: Parameters) -> None:
        for key, finding in list(self.scored.items()):
            if day < finding.day + timedelta(AFTER) or key not in self.lines:
                continue
            true, lead = self._verdict(finding, day, watch, p)
            line = replace(self.lines[key], true=true, lead=lead)
            if line != self.lines[key]:
                self._set(key, line)
            if day >= finding.day + SETTLED:
                del self.scored[key]

    def _verdict(self, finding: Finding, day: date, watch: Watch, p: Parameters) -> tuple[bool, int | None]:
        """Whether it was borne out, and how many days after it. Two counts by the figures as they stand now, for they
        may have been corrected; a place that was to fill, by whether it did."""
        if finding.rule == two_counts.RULE:
            still = watch.still_apart(finding.subject, finding.day)
            return still, 0 if still else None
        if finding.rule == full.RULE:
            days = [finding.day + timedelta(n) for n in range((day - finding.day).days + 1)]
            filled = (d for d in days if watch.rooms.is_full(finding.subject, d))
            first = next(filled, None)
            return first is not None, None if first is None else (first - finding.day).days
        verdict = score_alert(finding, _around(watch, finding.day), watch.graph, (), p)
        return verdict.true, verdict.lead

    def _score_forecasts(self, day: date, watch: Watch) -> None:
        left = []
        for said in self._waiting:
            actual = watch.series[said.key].value(said.day) if said.key in watch.series else None
            if said.day > day or (actual is None and said.day + SETTLED > day):
                left.append(said)
            elif actual is not None:
                used = actual != 0 or said.centre >= 0.5
                self.errors.setdefault((said.key, said.horizon), Errors()).add(said, actual, used=used)
        self._waiting = left

    def to_json(self) -> dict[str, Any]:
        return {
            "lines": {key: line_to_json(line) for key, line in sorted(self.lines.items())},
            "scored": {key: finding_to_json(f) for key, f in sorted(self.scored.items())},
            "errors": [[key, horizon, asdict(e)] for (key, horizon), e in sorted(self.errors.items())],
            "latest": self.latest,
            "rooms": self.rooms,
            "waiting": [[*_plain(asdict(said)).values()] for said in self._waiting],
            "first": self._first.isoformat() if self._first else None,
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Self:
        return cls(
            lines={key: line_from_json(line) for key, line in said["lines"].items()},
            errors={(key, horizon): Errors(**e) for key, horizon, e in said["errors"]},
            latest=said["latest"],
            rooms=said["rooms"],
            scored={key: finding_from_json(f) for key, f in said["scored"].items()},
            _waiting=[Said(key, date.fromisoformat(made), *rest) for key, made, *rest in said["waiting"]],
            _first=date.fromisoformat(said["first"]) if said["first"] else None,
        )


def _around(watch: Watch, day: date) -> dict[str, dict[date, int]]:
    """All series over the days that bear an alert out."""
    days = [day + timedelta(n) for n in range(-BEFORE - 2 * WEEK, AFTER + 1)]
    return {
        key: {d: value for d in days if (value := series.value(d)) is not None} for key, series in watch.series.items()
    }


def _shown(f: Forecast, watch: Watch) -> dict[str, Any]:
    """A forecast for readers: numbers of people are whole."""
    flow = watch.graph.flows[f.key]
    return {
        "leg": watch.graph.leg_label(f.key), "series": f.key, "party": flow.party, "indicator": flow.indicator,
        "place": flow.place, "counterpart": flow.counterpart, "made": f.made.isoformat(), "day": f.day.isoformat(),
        "days_ahead": f.horizon, "expected": round(f.centre), "low": round(f.low), "high": round(f.high),
        "last_value": round(f.last), "seven_day_mean": round(f.week), "inputs_missing": f.missing,
        "weights": {name: round(share, 3) for name, share in sorted(f.shares.items(), key=lambda s: -s[1])},
        "arithmetic": list(f.arithmetic()),
    }  # fmt: skip


def _room(o: Outlook, p: CapacityParameters) -> dict[str, Any]:
    """How full a place is and will be, for readers."""
    now = o.now
    return {
        "party": now.subject.partition("/")[0], "subject": now.subject, "day": now.day.isoformat(),
        "places": now.places, "occupied": now.occupied, "free": o.free, "level": capacity.level(now, p),
        "outflow": None if o.outflow is None else round(o.outflow),
        "days_to_full": None if o.days is None else round(o.days, 1),
        "days_to_full_soonest": None if o.soonest is None else round(o.soonest, 1),
        "headline": o.sentence(), "arithmetic": list(o.arithmetic()), "inputs": list(now.inputs),
    }  # fmt: skip


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: v.isoformat() if isinstance(v, date) else v for name, v in values.items()}


def finding_to_json(finding: Finding) -> dict[str, Any]:
    return _plain(asdict(finding))


def finding_from_json(said: Mapping[str, Any]) -> Finding:
    lists = {name: tuple(said[name]) for name in ("arithmetic", "inputs", "legs", "series")}
    return Finding(**{**said, **lists, "day": date.fromisoformat(said["day"]), "level": Level(said["level"])})


def line_to_json(line: Line) -> dict[str, Any]:
    return {
        **_plain({name: getattr(line, name) for name in ("ended", "why", "alert", "told", "true", "lead")}),
        "condition": _plain(asdict(line.condition)), "finding": finding_to_json(line.finding),
    }  # fmt: skip


def line_from_json(said: Mapping[str, Any]) -> Line:
    c = said["condition"]
    days = {n: date.fromisoformat(c[n]) if c[n] else None for n in ("opened", "last", "looked")}
    condition = Condition(**{**c, **days, "level": Level(c["level"])})
    ended, told = (date.fromisoformat(said[n]) if said[n] else None for n in ("ended", "told"))
    return Line(
        condition, finding_from_json(said["finding"]), ended, said["why"], said["alert"], told, said["true"],
        said["lead"],
    )  # fmt: skip
