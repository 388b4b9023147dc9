"""Early warning over hourly figures: what a figure costs, what a day costs, and how long a cold start takes.

30 sections and two years. Times are those of the processor: nothing waits here, and on a shared machine the clock on
the wall says less.
"""

import json
import math
import random
import time
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median, quantiles

from routehub.warning.graph import Flow, RouteGraph
from routehub.warning.watch import Watch

SECTIONS, DAYS = 30, 730
FIRST = date(2015, 10, 1)


@dataclass(frozen=True)
class Section:
    """A leg of the made-up route."""

    origin: str
    destination: str
    lag_days: int


def route(sections: int) -> RouteGraph:
    """A chain of parties, each fed by the one before and now and then by the one before that."""
    parties = [f"P{n}" for n in range(sections + 1)]
    legs = [Section(a, b, n % 3) for n, (a, b) in enumerate(pairwise(parties))]
    legs += [Section(a, b, 2) for a, b in zip(parties[::4], parties[2::4], strict=False)]
    return RouteGraph(legs, [Flow(party, party, "arrivals") for party in parties[:sections]])


def hours(key: int, day: int, chance: random.Random) -> list[int]:
    """24 counts that add up to a few thousand, with a slow wave and scatter."""
    level = 100 * (1.2 + math.sin((day - key) / 20)) * math.exp(chance.gauss(0, 0.3))
    return [round(level * (1 + 0.5 * math.sin(hour / 4))) for hour in range(24)]


def run(quick: bool, sections: int = SECTIONS) -> None:
    """Play all hours, close each day, and print what that took."""
    days = 60 if quick else DAYS
    graph = route(sections)
    watch = Watch(graph)
    chance = random.Random(1)
    figures, steps = 0, 0
    in_hours = 0.0
    closing: list[float] = []
    for number in range(days):
        day = FIRST + timedelta(number)
        told = [(key, hours(n, number, chance)) for n, key in enumerate(graph.flows)]
        began = time.process_time()
        for key, counts in told:
            for hour, count in enumerate(counts):
                watch.put_hour(key, day, hour, count, source=f"{key}-{number}-{hour}")
        in_hours += time.process_time() - began
        figures += 24 * sections
        began = time.process_time()
        steps += len(watch.step(day)[1])
        closing.append(time.process_time() - began)
    began = time.process_time()
    state = json.dumps(watch.to_json())
    saved = time.process_time() - began
    began = time.process_time()
    Watch.from_json(json.loads(state), graph)
    loaded = time.process_time() - began
    total = in_hours + sum(closing)
    print(
        f"\nEarly warning: {sections} sections, {days} days of hourly figures ({figures:,} figures, {steps:,} steps)\n"
    )
    print("| what | figure |\n| --- | --- |")
    print(f"| amortised, µs per figure | {1e6 * total / figures:.0f} |")
    print(f"| taking in a figure of an hour, µs | {1e6 * in_hours / figures:.1f} |")
    print(f"| closing a day, µs per series: median | {1e6 * median(closing) / sections:.0f} |")
    print(f"| closing a day, µs per series: p99 | {1e6 * quantiles(closing, n=100)[98] / sections:.0f} |")
    print(f"| cold start from all figures, s | {total:.1f} |")
    print(f"| cold start from the saved state ({len(state) / 1e6:.1f} MB), s | {loaded:.2f} |")
    print(f"| saving the state, s | {saved:.2f} |")
