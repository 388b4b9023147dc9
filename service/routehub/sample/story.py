"""What the sample says: who is there, which figures each party posts, what happens. All of it is invented.

Figures vary by day in a repeatable way, so that two hubs on one day show the same.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any

ROUTE = "wbr"
EXERCISE_TITLE = "Western Balkans, to try"
DAYS = 12
"""Days of figures before today."""
NOW = time(7, 2)
"""The hub's clock stands at this local time (Brussels) when the sample begins."""

STATES = {
    "GR": "Greece", "MK": "North Macedonia", "RS": "Serbia", "HR": "Croatia", "SI": "Slovenia", "AT": "Austria",
    "DE": "Germany", "HU": "Hungary", "BG": "Bulgaria", "RO": "Romania", "AL": "Albania",
}  # fmt: skip
COORDINATORS = {"EC": "Commission", "FRONTEX": "Frontex", "UNHCR": "UNHCR", "EUAA": "EUAA"}


@dataclass(frozen=True)
class Usual:
    """What a party usually posts. arrivals, departures: by neighbour; the rest as totals. ``at``: local time."""

    at: time
    arrivals: dict[str, int] = field(default_factory=dict)
    departures: dict[str, int] = field(default_factory=dict)
    places: int | None = None
    occupied: int | None = None
    applications: int | None = None
    estimated: bool = False
    provisional: bool = False


USUAL = {
    "GR": Usual(time(7, 12), {"TR": 1620}, {"MK": 1400, "BG": 36}, 37_500, 31_220, 180, provisional=True),
    "BG": Usual(time(7, 20), {"GR": 38}, {"RS": 22}, 5_130, 1_460, 41),
    "MK": Usual(time(6, 24), {"GR": 1378}, {"RS": 1390}, 2_000, 1_240, 12),
    "RS": Usual(time(6, 40), {"MK": 1402, "BG": 25}, {"HR": 1380, "HU": 60}, 4_600, 3_410, 28),
    "HU": Usual(time(6, 31), {"RS": 58}, {"AT": 29}, 950, 310, 33),
    "HR": Usual(time(6, 1), {"RS": 1371}, {"SI": 1360}, 5_000, 2_950, 4),
    "SI": Usual(time(6, 50), {"HR": 1352}, {"AT": 1121}, 6_400, 5_890, 12),
    "AT": Usual(time(6, 47), {"SI": 1294, "HU": 31}, {"DE": 948}, 8_900, 8_020, 260, estimated=True),
    "DE": Usual(time(7, 40), {"AT": 948}, applications=1_900),
    "RO": Usual(time(7, 30), {"BG": 3}, places=1_500, occupied=204, applications=9),
}
QUIET = "AL"
"""The party that reports nothing to report."""
NOT_YET = {"SI", "DE"}
"""Parties whose report of today is not in when the sample begins."""
SILENT = {"RO": 3}
"""Parties that are silent, and for how many days."""
MISSED = frozenset({("BG", 3), ("HU", 5)})
"""Parties and the days, counted back from today, for which they posted nothing."""
EXCUSED = ("DE", 4, "Public holiday")
"""A party that need not report, how many days back, and why."""
BY_SYSTEM = frozenset({"MK", "HR", "AT"})
"""Parties whose figures come from a national system, not from a person."""
CARRIED = frozenset({("BG", "occupied")})
"""Stocks of today that were copied from the day before."""
TODAY = {
    ("GR", "arrivals", "TR"): 1940, ("GR", "departures", "MK"): 1852, ("GR", "departures", "BG"): 39,
    ("BG", "arrivals", "GR"): 38, ("BG", "departures", "RS"): 22,
    ("MK", "arrivals", "GR"): 1902, ("MK", "departures", "RS"): 1871,
    ("RS", "arrivals", "MK"): 1455, ("RS", "arrivals", "BG"): 25, ("RS", "departures", "HR"): 1402,
    ("RS", "departures", "HU"): 61, ("HU", "arrivals", "RS"): 64, ("HU", "departures", "AT"): 29,
    ("HR", "arrivals", "RS"): 1390, ("HR", "departures", "SI"): 1385,
    ("AT", "arrivals", "SI"): 1120, ("AT", "arrivals", "HU"): 31, ("AT", "departures", "DE"): 905,
}  # fmt: skip
"""Flows of today: one stands out, and one border has two counts that differ."""
YESTERDAY = {
    ("GR", "arrivals", "TR"): 1640, ("MK", "arrivals", "GR"): 1378, ("MK", "departures", "RS"): 1660,
    ("RS", "arrivals", "MK"): 1405, ("RS", "arrivals", "BG"): 25, ("HU", "arrivals", "RS"): 58,
    ("HR", "arrivals", "RS"): 1371, ("SI", "arrivals", "HR"): 1352, ("AT", "arrivals", "SI"): 1294,
}  # fmt: skip
BEFORE = {("GR", "departures", "MK"): 1846}
"""Two days ago: who is counted in North Macedonia today left Greece then."""
TODAY_STOCK = {("MK", "occupied"): 1980}


def figures(party: str, day: date, today: date) -> list[dict[str, Any]]:
    """The figures of one party for one reporting day."""
    usual, chance = USUAL[party], random.Random(f"{party} {day.isoformat()}")
    extra: dict[str, Any] = {}
    if usual.estimated:
        extra["method"] = "estimated"
    if usual.provisional and day == today:
        extra["status"] = "provisional"
    rows: list[dict[str, Any]] = []
    for indicator, flows in (("arrivals", usual.arrivals), ("departures", usual.departures)):
        for neighbour, level in flows.items():
            value = round(level * chance.uniform(0.94, 1.06))
            told = {0: TODAY, 1: YESTERDAY, 2: BEFORE}.get((today - day).days, {})
            value = told.get((party, indicator, neighbour), value)
            rows.append({"indicator": indicator, "counterpart": neighbour, "value": value, **extra})
    for indicator, stock in (("places", usual.places), ("occupied", usual.occupied)):
        if stock is not None:
            value = stock if indicator == "places" else round(stock * chance.uniform(0.97, 1.0))
            if day == today:
                value = TODAY_STOCK.get((party, indicator), stock)
            carried = {"carried_over": True} if day == today and (party, indicator) in CARRIED else {}
            rows.append({"indicator": indicator, "service": "shelter", "value": value, **carried})
    if usual.applications is not None:
        value = round(usual.applications * chance.uniform(0.85, 1.15))
        rows.append({"indicator": "asylum_applications", "value": value, **extra})
    return rows


def posts(today: date) -> Iterator[tuple[date, time, str]]:
    """(reporting day, local time, party) of every report of the sample, in the order of time."""
    for back in range(DAYS, -1, -1):
        day = today - timedelta(days=back)
        due = []
        for party in (*USUAL, QUIET):
            silent = back < SILENT.get(party, 0) or (party, back) in MISSED or (party, back) == EXCUSED[:2]
            if not silent and not (day == today and party in NOT_YET):
                due.append((USUAL[party].at if party in USUAL else time(6, 2), party))
        for at, party in sorted(due):
            yield day, at, party
