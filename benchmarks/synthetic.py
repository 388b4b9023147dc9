"""A made-up route of any size as a data file: stations in rows, each leading on along its row, with branches over to
other rows. None of its parties exists; its codes are those that ISO 3166-1 leaves to its readers (QM to QZ, XA to XZ).
"""

import random
from string import ascii_uppercase
from typing import Any

ROWS = 10
ZONES = ("Europe/Athens", "Europe/Belgrade", "Europe/Vienna", "Europe/Lisbon", "Africa/Tunis", "Asia/Tbilisi")
COORDINATORS = ("EC", "FRONTEX", "UNHCR", "EUAA")
FRONT = ("QM", "QN", "QO", "QP", "QR", "QS", "QT", "XB", "XC", "XD")


def route_file(parties: int = 200, legs: int = 500, code: str = "large") -> dict[str, Any]:
    """The data of a route with so many parties, of which four coordinate, and so many legs. The same every time."""
    chance = random.Random(parties)
    stations = [FRONT[n // 26] + ascii_uppercase[n % 26] for n in range(parties - len(COORDINATORS))]
    rows = min(ROWS, max(1, len(stations) // 6))
    long = -(-len(stations) // rows)
    along = [(at, at + 1) for at in range(len(stations) - 1) if (at + 1) % long]
    joined = dict.fromkeys(along)
    while len(joined) < legs:
        at = chance.randrange(len(stations))
        row, column = divmod(at, long)
        to = max(0, min(rows - 1, row + chance.choice((-1, -1, 0, 1, 1, 2)))) * long + column + chance.choice((1, 1, 2))
        if to < len(stations) and to % long > column:
            joined[at, to] = None
    return {
        "code": code, "title": f"Made-up route of {parties} parties", "zone": "Europe/Brussels", "plans": [],
        "usual": {"due": "08:00", "period_end": "06:00", "reports": False},
        "new_parties": [
            {"code": one, "kind": "state", "names": [{"name": f"Land of {one.title()}", "short": one.title()}]}
            for one in stations
        ],
        "parties": [
            *({"code": one, "role": "member", "zone": ZONES[n % len(ZONES)], "reports": True}
              for n, one in enumerate(stations)),
            *({"code": one, "role": "coordinator", "zone": "Europe/Brussels"} for one in COORDINATORS),
        ],
        "legs": [{"origin": stations[a], "destination": stations[b], "lag_days": n % 3}
                 for n, (a, b) in enumerate(joined)],
        "places": [{"code": f"{one}/centre", "name": f"Centre of {one.title()}", "kind": "centre", "party": one}
                   for one in stations],
    }  # fmt: skip
