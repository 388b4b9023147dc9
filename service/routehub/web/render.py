"""Pages from templates. One environment; what every page shows (the frame) is put together here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from routehub.directory.snapshot import Directory, RouteView
from routehub.web import assets, numbers, times
from routehub.web.context import WebContext
from routehub.web.visitor import Visitor

SEVERITY_WORDS = {
    "Extreme": "Lives at risk now",
    "Severe": "Serious harm likely, or a crossing about to stop working",
    "Moderate": "Plans must change today",
    "Minor": "Good to know",
    "Unknown": "Imported alerts only",
}
"""When to say which severity (UX 7)."""


Place = tuple[str, str]
"""A path below the route's address, and what the page is called."""

PARTS: tuple[tuple[Place, ...], ...] = (
    (("", "Overview"), ("/bulletin", "Bulletin")),
    (("/alerts", "Alerts"),),
    (("/measures", "Measures"), ("/movements", "Movements")),
    (("/requests", "Requests"), ("/places", "Places")),
    (("/commitments", "Commitments"), ("/report", "Monitoring report")),
    (("/conference", "Conference"), ("/actions", "Actions"), ("/readouts", "Readouts")),
    (("/threads", "Notes"), ("/statements", "Statements")),
    (("/people", "People"),),
    (("/settings", "Settings"),),
)
"""The navigation: few words that fit one line, and beside the first page of a part those that belong to it."""
WITHOUT_CONTENT = ("/people", "/settings")
BESIDE = {
    "/readout-checks": "/conference", "/offers": "/requests", "/hand-overs": "/people", "/pauses": "/people",
    "/keys": "/settings",
}  # fmt: skip
"""Pages that are not in the navigation, and the part to which they belong."""


@dataclass(frozen=True)
class Shown:
    """Times of one page in its one zone, as ``time`` elements that programs can read too."""

    zone: ZoneInfo
    now: datetime

    def _tag(self, value: datetime, words: str) -> Markup:
        return Markup('<time datetime="{}">{}</time>').format(times.machine(value, self.zone), words)

    def at(self, value: datetime) -> Markup:
        return self._tag(value, times.moment(value, self.zone, self.now))

    def clock(self, value: datetime) -> Markup:
        return self._tag(value, times.clock(value, self.zone))

    def second(self, value: datetime) -> Markup:
        return self._tag(value, times.moment_to_second(value, self.zone, self.now))

    def full(self, value: datetime) -> Markup:
        return self._tag(value, times.full_moment(value, self.zone))

    def ago(self, value: datetime) -> str:
        return times.ago(value, self.now)

    def day(self, value: date) -> Markup:
        return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), times.day(value))

    def short_day(self, value: date) -> Markup:
        return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), times.short_day(value))

    def long_day(self, value: date) -> Markup:
        return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), times.long_day(value))

    @property
    def machine_now(self) -> str:
        return times.machine(self.now, self.zone)

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    @property
    def words(self) -> str:
        return times.zone_words(self.zone, self.now)


@dataclass(frozen=True)
class Names:
    """Official names of parties on a day."""

    directory: Directory
    on: date

    def __call__(self, code: str) -> str:
        return self.directory.name(code, self.on)

    def all(self, codes: Any) -> str:
        """``Croatia, Slovenia and Austria``"""
        words = [self(code) for code in codes]
        return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]])) if words else "nobody"


@dataclass(frozen=True)
class Frame:
    """What stands around every page."""

    title: str
    here: str
    base: str
    route: RouteView | None
    routes: tuple[RouteView, ...]
    visitor: Visitor | None
    csrf: str
    may: frozenset[str]
    marking: str
    band: str | None
    events: str | None

    @property
    def parts(self) -> tuple[tuple[Place, ...], ...]:
        """The parts of the navigation; who reads no content is led to no content."""
        reads = self.visitor is not None and self.visitor.principal.reads_feed
        return PARTS if reads else tuple(part for part in PARTS if part[0][0] in WITHOUT_CONTENT)

    @property
    def pages(self) -> tuple[Place, ...]:
        """The first page of each part."""
        return tuple(part[0] for part in self.parts)

    @property
    def part(self) -> tuple[Place, ...]:
        """The part in which this page is; empty outside of all."""
        first = "/" + self.here.removeprefix(self.base).strip("/").partition("/")[0]
        inside = BESIDE.get(first, "" if first == "/" else first)
        return next((part for part in self.parts if inside in dict(part)), ())


BANDS = {
    "exercise": "Exercise. Nothing on this page is real.",
    "sample": "Sample data. Every figure, name and event on this page is invented.",
}


def _events(visitor: Visitor) -> str | None:
    """Where the live stream of this page begins; a cursor that was lost goes on from the head."""
    if not visitor.principal.reads_feed:
        return None
    return f"/v1/routes/{visitor.route.code}/events?after={visitor.head}&resync=head"


def environment() -> Environment:
    env = Environment(
        loader=PackageLoader("routehub.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip
    env.filters["count"] = numbers.count
    env.filters["change"] = numbers.change
    env.globals["asset"] = assets.address
    env.globals["severity_words"] = SEVERITY_WORDS
    return env


_ENVIRONMENT = environment()


def page(
    request: Request,
    ctx: WebContext,
    visitor: Visitor | None,
    template: str,
    title: str,
    values: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
    csrf: str = "",
    route: RouteView | None = None,
) -> HTMLResponse:
    """One whole page. ``title`` stands first in the window's title; ``csrf``: of forms before sign-in; ``route``: of a
    page that needs no sign-in and belongs to a route."""
    now = ctx.clock.now()
    route = visitor.route if visitor else route
    # Before sign-in the pages are those of the default route, and marked as it is.
    standing = route or ctx.directory.value.routes.get(ctx.settings.default_route)
    marking = standing.marking if standing else "live"
    shown = Shown(route.zone if route else ZoneInfo("UTC"), now)
    base = visitor.base if visitor else ""
    frame = Frame(
        title=title, here=request.url.path, base=base, route=route,
        routes=visitor.routes if visitor else (), visitor=visitor, csrf=visitor.csrf if visitor else csrf,
        may=visitor.may if visitor else frozenset(), marking=marking, band=BANDS.get(marking),
        events=_events(visitor) if visitor else None,
    )  # fmt: skip
    # A page about one record gives names of its own: those of the day of the record.
    usual = {"frame": frame, "t": shown, "name": Names(ctx.directory.value, shown.today)}
    text = _ENVIRONMENT.get_template(template).render({**usual, **(values or {})})
    return HTMLResponse(text, status)
