"""The fields of a party's figures form: its borders and what it usually posts, with yesterday and the usual range."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection

from routehub.boards.figures.queries import FigureQuery, FigureValue, figures
from routehub.boards.figures.unusual import bound
from routehub.core.language import ENGLISH, _, current
from routehub.directory.snapshot import Membership, RouteView
from routehub.web.render import Names
from routehub_schemas.reference import Indicator, indicators

Series = tuple[tuple[str, str], ...]
"""Indicator and dimensions, as pairs in a fixed order."""

DIMENSIONS = ("place", "counterpart", "mode", "service", "modality", "sex", "age_band", "nationality")
COMMON = ("asylum_applications", "present", "places", "occupied")
"""What every party is asked for besides its borders; blank means not shared."""
ORDER = ("arrivals", "departures", "asylum_applications", "present", "occupied", "places")
WEEK = timedelta(days=7)


def name_of(series: Series) -> str:
    """``arrivals|counterpart:HR``: the name of a series in forms."""
    return "|".join(value if key == "indicator" else f"{key}:{value}" for key, value in series)


@dataclass(frozen=True)
class Field:
    """One number of the form. ``label`` stands beside it, ``ask`` completes "Enter the number of …"."""

    series: Series
    label: str
    ask: str
    required: bool
    flow: bool
    today: FigureValue | None
    yesterday: int | None
    week: tuple[int, ...]

    @property
    def name(self) -> str:
        return name_of(self.series)

    @property
    def id(self) -> str:
        return "f-" + "".join(c if c.isalnum() else "-" for c in self.name)

    @property
    def usual(self) -> tuple[int, int] | None:
        return (min(self.week), max(self.week)) if self.week else None

    @property
    def bound(self) -> int | None:
        """How far from yesterday's a number may lie before the page asks about it."""
        return None if self.yesterday is None else int(bound(self.yesterday, self.week))

    @property
    def unchanged(self) -> bool:
        """Whether a stock was the same on every day of the week before."""
        return not self.flow and len(self.week) > 1 and len(set(self.week)) == 1

    @property
    def prefilled(self) -> int | None:
        """What stands in the field at first: the figure on record; places that rarely move. Flows never."""
        if self.today is not None:
            return self.today.value
        return self.yesterday if self.series[0][1] == "places" else None


def series_of(value: FigureValue) -> Series:
    found = [("indicator", value.indicator)]
    for name in DIMENSIONS:
        given = getattr(value, name, None) if name in ("place", "counterpart") else value.dimensions.get(name)
        if given:
            found.append((name, str(given)))
    return tuple(found)


def _series(indicator: str, counterpart: str | None = None) -> Series:
    return (("indicator", indicator), *((("counterpart", counterpart),) if counterpart else ()))


def load(
    conn: Connection, audiences: Iterable[int], route: RouteView, member: Membership, day: date, name: Names
) -> list[Field]:
    """The fields for a party and day, flows first, in travel order of the neighbours."""
    query = FigureQuery(
        route.code, parties=frozenset({member.party}), bucket="reporting_day", first=day - WEEK, last=day, limit=20_000
    )
    days: dict[Series, dict[date, FigureValue]] = {}
    for value in figures(conn, audiences, query):
        if value.value is not None:
            days.setdefault(series_of(value), {})[value.day] = value
    # Who gives its places by service is not asked for all of them besides.
    given = {dict(series)["indicator"] for series in days}
    common = [_series(indicator) for indicator in COMMON if indicator not in given]
    wanted = dict.fromkeys([*borders(route, member.party, day), *common, *days])
    fields = [_field(series, days.get(series, {}), route, member, day, name) for series in wanted]
    positions = {m.party: m.position for m in route.memberships}
    return sorted(fields, key=lambda field: _place(field.series, positions))


def borders(route: RouteView, party: str, day: date) -> list[Series]:
    """The flows over a party's own borders on a day, entered before left."""
    legs = route.legs_on(day)
    entered = [_series("arrivals", leg.from_party) for leg in legs if leg.to_party == party]
    # Where the route begins, people enter from beyond it.
    return (entered or [_series("arrivals")]) + [
        _series("departures", leg.to_party) for leg in legs if leg.from_party == party
    ]


def _place(series: Series, positions: Mapping[str, int]) -> tuple[int, int, str]:
    """Flows first, then in travel order of the neighbours, then by name."""
    parts = dict(series)
    known = ORDER.index(parts["indicator"]) if parts["indicator"] in ORDER else 2
    return known, positions.get(parts.get("counterpart", ""), -1), name_of(series)


def _field(
    series: Series, values: Mapping[date, FigureValue], route: RouteView, member: Membership, day: date, name: Names
) -> Field:
    parts = dict(series)
    indicator = indicators()[parts["indicator"]]
    label, ask = words(parts, indicator, route, f"{member.period_end:%H:%M}", name)
    before = [found.value for at, found in sorted(values.items()) if at < day and found.value is not None]
    yesterday = values.get(day - timedelta(days=1))
    # Borders are always asked for, the rest once the party has begun to post it.
    flow = indicator.kind == "flow"
    required = bool(before) or indicator.name in ("arrivals", "departures")
    return Field(
        series, label, ask, required, flow, values.get(day), yesterday.value if yesterday else None, tuple(before)
    )


def words(parts: Mapping[str, str], indicator: Indicator, route: RouteView, at: str, name: Names) -> tuple[str, str]:
    """Label and question of a series: ``Entered from Croatia``, ``people who entered from Croatia``."""
    rest = _details(parts, route)
    other = name(parts["counterpart"]) if "counterpart" in parts else ""
    if indicator.name == "arrivals":
        if other:
            label, ask = _("Entered from %(party)s", party=other), _("people who entered from %(party)s", party=other)
        else:
            label, ask = _("Entered"), _("people who entered")
        return label + rest, ask + rest
    if indicator.name == "departures":
        if other:
            label, ask = _("Left for %(party)s", party=other), _("people who left for %(party)s", party=other)
        else:
            label, ask = _("Left"), _("people who left")
        return label + rest, ask + rest
    more = (f" ({other})" if other else "") + rest
    moment = _(" at %(at)s", at=at) if indicator.kind == "stock" and indicator.name != "places" else ""
    label = f"{_(indicator.label)}{more}{moment}"
    # Other languages have nouns that keep their capital.
    return label, label[0].lower() + label[1:] if current() == ENGLISH else label


def _details(parts: Mapping[str, str], route: RouteView) -> str:
    found = ""
    if "place" in parts:
        place = route.places.get(parts["place"])
        found += f", {place.name if place else parts['place']}"
    if "mode" in parts:
        found += _(", by %(parts)s", parts=_(parts["mode"]))
    for key in ("service", "modality", "sex", "age_band", "nationality"):
        if key in parts:
            found += f", {_(parts[key].replace('_', ' '))}"
    return found


def label_of(value: FigureValue, route: RouteView, name: Names, end: str | None = None) -> str:
    """The label of a value's series, with its period where that is not the reporting day. ``end``: the local time at
    which the party's reporting day ends."""
    parts = dict(series_of(value))
    usual = end is not None and value.bucket == "reporting_day"
    label, _rest = words(
        parts,
        indicators()[value.indicator],
        route,
        end if usual and end else _("%(end)s UTC", end=f"{value.end:%H:%M}"),
        name,
    )
    kind = "" if value.bucket == "reporting_day" else f" ({value.bucket.replace('_', ' ')})"
    return label + kind


def order_of(value: FigureValue, route: RouteView) -> tuple[int, int, str]:
    """Where a value's series stands in the form and in lists."""
    series = series_of(value)
    return _place(series, {m.party: m.position for m in route.memberships})
