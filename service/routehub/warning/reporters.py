"""Who has reported which day of a route, who need not, and who is missing."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any, Self

from routehub.directory.reporting_day import Period
from routehub.directory.snapshot import PauseView, RouteView
from routehub.warning import silence
from routehub.warning.finding import Finding
from routehub.warning.reporting_times import Closing, closing, labelled, reporting, usual_reporters
from routehub.warning.series import KEEP_DAYS, ONE_DAY
from routehub.warning.silence import SilenceParameters


@dataclass(frozen=True, slots=True)
class Missed:
    """How one party that usually reports stands on a day; pause: why it is excused."""

    party: str
    finding: Finding | None
    pause: PauseView | None


@dataclass
class Reporters:
    """days: by party, the days it reported on, with the message; kinds: of the period of its last report."""

    days: dict[str, dict[date, str]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    pauses: dict[str, PauseView] = field(default_factory=dict)

    def heard_from(self, party: str, period: Period, message: str) -> bool:
        """Take a report in; True where it may change when a day closes."""
        days = self.days.setdefault(party, {})
        new = period.day not in days or self.kinds.get(party) != period.kind
        days[period.day] = message
        self.kinds[party] = period.kind
        return new

    def excused(self, party: str, day: date) -> PauseView | None:
        """Why a party need not report its figures of ``day``."""
        counts_for = labelled(day, self.kinds.get(party))
        return next((p for p in self.pauses.values() if p.party == party and p.excuses(counts_for)), None)

    def closing(self, route: RouteView, day: date) -> Closing:
        """When a day of the route closes. Nobody waits for who is excused."""
        excused = frozenset(m.party for m in reporting(route, day) if self.excused(m.party, day))
        return closing(route, day, self.days, self.kinds, excused)

    def missing(
        self, route: RouteView, day: date, silent: frozenset[str], legs: Mapping[str, list[str]], p: SilenceParameters
    ) -> Iterator[Missed]:
        """Of each party that usually reports, or is silent already: since when it has not. Silence begins with a
        missing report and ends with the first that comes; days on which a party is excused are not missing."""
        members = reporting(route, day)
        for party in sorted({*usual_reporters(members, day, self.days), *silent} & {m.party for m in members}):
            days = self.days.get(party, {})
            last = max((d for d in days if d <= day), default=None)
            if last is None:
                continue
            since = (last + n * ONE_DAY for n in range(1, (day - last).days + 1))
            missing = [d for d in since if not self.excused(party, d)]
            pause = self.excused(party, day)
            found = silence.detect(
                party, day, missing, p, excused=pause is not None, last=days[last], legs=legs.get(party, [])
            )
            yield Missed(party, found, pause)

    def forget(self, day: date) -> None:
        oldest = day - KEEP_DAYS * ONE_DAY
        for days in self.days.values():
            for old in [d for d in days if d <= oldest]:
                del days[old]
        self.pauses = {id: pause for id, pause in self.pauses.items() if pause.last > oldest}

    def to_json(self) -> dict[str, Any]:
        return {
            "days": {
                party: {day.isoformat(): message for day, message in sorted(days.items())}
                for party, days in sorted(self.days.items())
            },
            "kinds": dict(sorted(self.kinds.items())),
            "pauses": [_plain(pause) for _, pause in sorted(self.pauses.items())],
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Self:
        days = {
            party: {date.fromisoformat(day): message for day, message in told.items()}
            for party, told in said["days"].items()
        }
        return cls(days, dict(said["kinds"]), {one["id"]: _pause(one) for one in said["pauses"]})


def _plain(pause: PauseView) -> dict[str, Any]:
    return {n: v.isoformat() if isinstance(v, date) else v for n, v in asdict(pause).items()}


def _pause(said: Mapping[str, Any]) -> PauseView:
    days = {n: date.fromisoformat(said[n]) if said[n] else None for n in ("first", "last", "ended_from")}
    times = {n: datetime.fromisoformat(said[n]) if said[n] else None for n in ("made_at", "ended_at")}
    return PauseView(**{**said, **days, **times})
