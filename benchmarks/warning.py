"""Early warning over hourly figures: what it adds to a message, what a day costs, and how long a cold start takes.

30 sections and two years, an hour of a section a message, taken in as the follower of the journal does, with the state
written after each day. Times are those of the processor: nothing waits here, and on a shared machine the clock on the
wall says less. Not in them: the journal's own reading of a message, and the disk.
"""

import json
import math
import random
import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from itertools import pairwise
from statistics import median, quantiles
from zoneinfo import ZoneInfo

from routehub.core.canonical import dumps
from routehub.directory.snapshot import EMPTY, LegView, Membership, RouteView
from routehub.journal.message import Message
from routehub.warning import stored
from routehub.warning.route_watch import RouteWatch
from routehub_schemas.kinds.report.payload import Figure, Report

SECTIONS, DAYS = 30, 730
FIRST = date(2015, 1, 1)
ZONE = ZoneInfo("UTC")


@dataclass
class Times:
    """Seconds of the processor: of each message that closed no day, of each that did, of each writing of the state."""

    plain: float = 0.0
    closing: list[float] = field(default_factory=list)
    writing: list[float] = field(default_factory=list)
    messages: int = 0
    written: str = ""

    @property
    def total(self) -> float:
        return self.plain + sum(self.closing) + sum(self.writing)


def route(sections: int) -> RouteView:
    """A chain of parties, each fed by the one before and now and then by the one before that."""
    parties = [f"P{n:02}" for n in range(sections + 1)]
    legs = [(a, b, n % 3) for n, (a, b) in enumerate(pairwise(parties))]
    legs += [(a, b, 2) for a, b in zip(parties[::4], parties[2::4], strict=False)]
    members = tuple(
        Membership(party, "member", ZONE, True, time_of_day(8), time_of_day(6), n, 0, None, None)
        for n, party in enumerate(parties[:sections])
    )
    ways = tuple(LegView(f"{a}-{b}", a, b, lag, "agreement_required", None, None) for a, b, lag in legs)
    return RouteView("bench", "Benchmark", ZONE, "live", members, ways, {})


def hours(key: int, day: int, chance: random.Random) -> list[int]:
    """24 counts that add up to a few thousand, with a slow wave and scatter."""
    level = 100 * (1.2 + math.sin((day - key) / 20)) * math.exp(chance.gauss(0, 0.3))
    return [round(level * (1 + 0.5 * math.sin(hour / 4))) for hour in range(24)]


def message(party: str, start: datetime, count: int, sequence: int, readers: frozenset[str]) -> Message:
    """The report of an hour, accepted as it ends."""
    payload = Report.model_construct(
        party=party, day=start.date(), period="hour", start=start, nothing_to_report=False,
        figures=[Figure.model_construct(indicator="arrivals", value=count)],
    )  # fmt: skip
    return Message(
        sequence=sequence, id=f"0192f0c1-0000-7000-8000-{sequence:012}", short_id=None, route="bench", kind="report",
        version=1, party=party, actor="key:bench", author="bench", on_behalf_of=None,
        accepted_at=start + timedelta(hours=1), subject="", tlp="AMBER", exercise=False, audience_id=1,
        parties=readers, thread=None, payload=payload, event={}, body="",
    )  # fmt: skip


def play(view: RouteView, days: int) -> tuple[RouteWatch, Times]:
    """All hours of all sections, hour by hour."""
    watch, times, chance = RouteWatch(view), Times(), random.Random(1)
    readers = frozenset(m.party for m in view.memberships)
    for number in range(days):
        counts = [hours(n, number, chance) for n in range(len(view.memberships))]
        midnight = datetime.combine(FIRST + timedelta(number), time_of_day(0), UTC)
        for hour in range(24):
            start = midnight + timedelta(hours=hour)
            for n, member in enumerate(view.memberships):
                times.messages += 1
                _take(watch, message(member.party, start, counts[n][hour], times.messages, readers), times)
    return watch, times


def _take(watch: RouteWatch, one: Message, times: Times) -> None:
    began, closed = time.process_time(), watch.closed
    watch.advance(one.accepted_at)
    watch.take(one, EMPTY)
    watch.advance(one.accepted_at)
    took = time.process_time() - began
    if watch.closed == closed:
        times.plain += took
        return
    times.closing.append(took)
    began = time.process_time()
    times.written = dumps(watch.to_json())
    dumps(stored.account(watch))
    times.writing.append(time.process_time() - began)
    watch.record.changed.clear()
    watch.notices.clear()


def run(quick: bool, sections: int = SECTIONS) -> None:
    """Play all hours, and print what that took."""
    days = 60 if quick else DAYS
    view = route(sections)
    _watch, times = play(view, days)
    began = time.process_time()
    RouteWatch.from_json(json.loads(times.written), view)
    loaded = time.process_time() - began
    closing = [1e3 * took for took in times.closing[14:]]
    print(f"\nEarly warning: {sections} sections, {days} days of hourly figures, {times.messages:,} messages\n")
    print("| what | figure |\n| --- | --- |")
    print(f"| amortised, ms per accepted message | {1e3 * times.total / times.messages:.3f} |")
    print(f"| … of it taking the message in | {1e3 * times.plain / times.messages:.3f} |")
    print(f"| … of it closing days | {1e3 * sum(times.closing) / times.messages:.3f} |")
    print(f"| … of it writing the state after each | {1e3 * sum(times.writing) / times.messages:.3f} |")
    print(f"| closing a day of {sections} sections, ms: median | {median(closing):.0f} |")
    print(f"| closing a day of {sections} sections, ms: p99 | {quantiles(closing, n=100)[98]:.0f} |")
    print(f"| cold start from the saved state ({len(times.written) / 1e6:.1f} MB), s | {loaded:.2f} |")
    print(
        f"| cold start without it, from all {times.messages:,} messages, s | {times.total - sum(times.writing):.0f} |"
    )
