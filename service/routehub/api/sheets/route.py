"""The picture of the route as two tables: its stations, and both counts of its legs."""

from routehub.boards.reporting.freshness import Freshness
from routehub.formats.sheets.table import Cell, Column, Row, Table
from routehub.views.route import SHOWN, LegPicture, RoutePicture, Station

FRESH = (
    Column("state", "#status+reporting"), Column("day", "#date+reported"), Column("due_at", "#date+due"),
    Column("at", "#date+posted"), Column("last_day", "#date+last"), Column("last_at", "#date+last+posted"),
    Column("silent_days", "#meta+silent_days+num"), Column("reason", "#meta+reason"),
    Column("excused_until", "#date+excused_until"),
)  # fmt: skip
STATIONS = (
    Column("party", "#org+code"), Column("name", "#org+name"), Column("role", "#meta+role"),
    Column("position", "#meta+position+num"), *FRESH, Column("open_alerts", "#meta+alerts+num"),
    *(
        column
        for name in SHOWN
        for column in (
            Column(name, f"#indicator+{name}+num"), Column(f"{name}_day", f"#date+{name}"),
            Column(f"{name}_flags", f"#meta+{name}+flags"),
        )
    ),
    Column("free", "#capacity+free+num"), Column("percent", "#capacity+percent+num"),
    Column("level", "#capacity+level"), Column("marking", "#meta+marking"),
)  # fmt: skip
LEGS = (
    Column("leg", "#meta+leg"), Column("from", "#org+from+code"), Column("to", "#org+to+code"),
    Column("lag_days", "#meta+lag+num"), Column("policy", "#meta+policy"), Column("day", "#date+reported"),
    Column("departures", "#indicator+departures+num"), Column("departures_flags", "#meta+departures+flags"),
    Column("arrivals", "#indicator+arrivals+num"), Column("arrivals_flags", "#meta+arrivals+flags"),
    Column("sides", "#meta+sides+num"), Column("difference", "#indicator+difference+num"),
    Column("differs", "#meta+differs"), Column("marking", "#meta+marking"),
)  # fmt: skip


def stations(picture: RoutePicture) -> Table:
    marking = picture.route.marking
    return Table("stations", STATIONS, [_station(station, marking) for station in picture.stations])


def legs(picture: RoutePicture) -> Table:
    marking = picture.route.marking
    return Table("legs", LEGS, [_leg(leg, marking) for leg in picture.legs])


def messages(picture: RoutePicture) -> set[str]:
    """The messages that the picture rests on."""
    return {value.message_id for value in picture.values}


def fresh(f: Freshness) -> tuple[Cell, ...]:
    return (
        f.state, f.day, f.due_at, f.reported_at, f.last_day, f.last_at, f.silent_days, f.reason, f.excused_until
    )  # fmt: skip


def _station(station: Station, marking: str) -> Row:
    figures: list[Cell] = []
    for name in SHOWN:
        found = station.figures.get(name)
        figures += [found.now.value, found.now.day, found.now.flags] if found else [None, None, None]
    capacity = station.capacity
    return (
        station.party, station.name, station.role, station.position, *fresh(station.freshness), station.open_alerts,
        *figures, capacity.free if capacity else None, capacity.percent if capacity else None,
        capacity.level if capacity else None, marking,
    )  # fmt: skip


def _leg(leg: LegPicture, marking: str) -> Row:
    return (
        leg.leg.code, leg.leg.from_party, leg.leg.to_party, leg.leg.lag_days, leg.leg.policy, leg.day,
        leg.departures.value if leg.departures else None, leg.departures.flags if leg.departures else None,
        leg.arrivals.value if leg.arrivals else None, leg.arrivals.flags if leg.arrivals else None,
        leg.sides, leg.difference, leg.differs if leg.sides == 2 else None, marking,
    )  # fmt: skip
