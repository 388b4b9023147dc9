"""Pages from templates. One environment; what every page shows (the frame) is put together here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from routehub.core import language, words
from routehub.core.clock import wall
from routehub.core.language import _, later, listed
from routehub.digests import naming
from routehub.digests.render.page import points
from routehub.digests.words import outcome
from routehub.directory.key_office import FOLLOW
from routehub.directory.snapshot import Directory, RouteView
from routehub.journal.red_reads import Marked
from routehub.web import assets, numbers, times
from routehub.web.context import WebContext
from routehub.web.route_map.drawing import squeezed
from routehub.web.visitor import Visitor, roles_in_words
from routehub_schemas.kind import Payload

SEVERITY_WORDS = {
    "Extreme": later("Lives at risk now"),
    "Severe": later("Serious harm likely, or a crossing about to stop working"),
    "Moderate": later("Plans must change today"),
    "Minor": later("Good to know"),
    "Unknown": later("Imported alerts only"),
}
"""When to say which severity (UX 7)."""


Place = tuple[str, str]
"""A path below the route's address, and what the page is called."""

PARTS: tuple[tuple[Place, ...], ...] = (
    (("", later("Overview")), ("/bulletin", later("Bulletin")), ("/replay", later("Day by day"))),
    (
        ("/parties", later("Parties")),
        ("/legs", later("Borders")),
        ("/places", later("Free places")),
        ("/people", later("People")),
    ),
    (("/alerts", later("Alerts")), ("/forecast", later("Forecast"))),
    (("/measures", later("Measures")), ("/movements", later("Movements"))),
    (("/requests", later("Requests")), ("/threads", later("Notes"))),
    (
        ("/commitments", later("Commitments")),
        ("/report", later("Monitoring report")),
        ("/statements", later("Statements")),
    ),
    (("/conference", later("Conference")), ("/actions", later("Actions")), ("/readouts", later("Readouts"))),
)
"""The navigation: seven words that fit one line, and beside the first page of a part those that belong to it."""
OWN: tuple[Place, ...] = (
    ("/account", later("Account")),
    ("/settings", later("Settings")),
    ("/settings/notifications", later("Notifications")),
    ("/settings/time-zone", later("Time zone")),
    ("/keys", later("Keys")),
    ("/search", later("Search")),
    ("/messages", later("Messages")),
    ("/checkpoints", later("Checkpoints")),
    ("/outbox", later("Outbox")),
    ("/keyboard", later("Keyboard")),
    ("/help", later("Help")),
)
"""What a person keeps for itself: behind its name, at the right end of the header."""
WITHOUT_CONTENT: tuple[tuple[Place, ...], ...] = (
    (("/people", later("People")),),
    (("/settings", later("Settings")), ("/account", later("Account")), ("/keys", later("Keys"))),
)
"""The navigation of who runs the hub and reads no content."""
ABOUT_FOR_ALL: tuple[Place, ...] = (
    ("/help", later("Help")),
    ("/help/data", later("About the data")),
    ("/accessibility", later("Accessibility statement")),
)
"""What stands at the foot of every page."""
ABOUT: tuple[Place, ...] = (*ABOUT_FOR_ALL, ("/keyboard", later("Keyboard shortcuts")))
BESIDE = {
    "/readout-checks": "/conference",
    "/offers": "/requests",
    "/hand-overs": "/people",
    "/pauses": "/parties",
    "/figures": "/parties",
}
"""Pages that are not in the navigation, and the part to which they belong."""
ADMINISTRATION: tuple[Place, ...] = (
    ("/admin", later("Administration")),
    ("/admin/route", later("Route")),
    ("/admin/people", later("People and sign-in")),
    ("/admin/early-warning", later("Thresholds")),
    ("/admin/audit", later("Audit")),
)
"""For operators alone."""
SPREAD_EACH, SPREAD_LEAST, SPREAD_MOST = 6, 700, 10_000
"""Milliseconds for each open stream, and at least and at most."""
ENDS_SOON = timedelta(minutes=15)
"""So long before its end a page says that a sign-in ends, in browsers without scripts."""


@dataclass(frozen=True)
class Shown:
    """Times of one page in its one zone, as ``time`` elements that programs can read too."""

    zone: ZoneInfo
    now: datetime
    apart: timedelta = timedelta(0)
    """How far the hub's clock, which an exercise may move, is ahead of the machine's."""

    def own(self, value: datetime) -> datetime:
        """A time of the machine's clock (sign-ins, keys, deliveries, hand-overs) as the hub's clock shows it: one page
        has one clock."""
        return value + self.apart

    def _tag(self, value: datetime, words: str) -> Markup:
        return Markup('<time datetime="{}">{}</time>').format(times.machine(value, self.zone), words)

    def at(self, value: datetime) -> Markup:
        return self._tag(value, times.moment(value, self.zone, self.now))

    def dated(self, value: datetime) -> Markup:
        """With the day also where it is today, as the end of a time that began on another: ``Sun 22 Nov, 06:45``."""
        return self._tag(value, times.dated(value, self.zone, self.now))

    def words_at(self, value: datetime) -> str:
        """Where no element can stand, as within a text that is escaped later."""
        return times.moment(value, self.zone, self.now)

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
    def yesterday(self) -> str:
        """The day before the present one, as it stands beside a number: ``Tue 20``."""
        return times.short_day(self.now.astimezone(self.zone).date() - timedelta(days=1))

    def day_words(self, value: date) -> str:
        """Where no element can stand, as in a drawing: ``Wed 21 Jan``."""
        return times.day(value)

    def short_day_words(self, value: date) -> str:
        return times.short_day(value)

    def short(self, value: datetime) -> str:
        """In a drawing: ``06:24``, or the day where it is another than today."""
        local = value.astimezone(self.zone)
        return times.clock(value, self.zone) if local.date() == self.today else times.short_day(local.date())

    def until(self, value: datetime) -> str:
        """``in 58 min``: only ever beside the exact time; empty for what is over or far off."""
        return times.until(value, self.now)

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

    def the(self, code: str) -> str:
        """``the European Commission``, in the middle of a sentence."""
        return naming.official(self.directory, code, self.on)

    def all(self, codes: Any) -> str:
        """``Croatia, Slovenia and Austria``"""
        return listed([self(code) for code in codes]) or _("nobody")


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
    spread: int = 0
    """Milliseconds over which the open pages of this hub spread their questions when something happens."""
    ends: datetime | None = None
    ends_soon: bool = False
    address: str = "/"

    @property
    def language(self) -> str:
        return language.current()

    @property
    def languages(self) -> tuple[tuple[str, str], ...]:
        """What the foot of the page offers: each by its own name. The page of a mail's link has its one act and no
        other form."""
        if self.here.startswith("/acknowledge/"):
            return ()
        return tuple((one, language.own_name(one)) for one in language.languages())

    @property
    def red(self) -> bool:
        """Whether the visitor's party reads something that is TLP:RED: then a device keeps no page that lists."""
        return self.visitor is not None and self.visitor.counts is not None and self.visitor.counts.red

    def mark(self, status: str) -> str:
        """How something of a CAP status that is not Actual is marked. On a sample route nothing is Actual: that is
        said of the sample, and not of an exercise that somebody holds."""
        return "sample" if self.marking == "sample" and status == "Exercise" else status

    @property
    def parts(self) -> tuple[tuple[Place, ...], ...]:
        """The parts of the navigation; who reads no content is led to no content."""
        reads = self.visitor is not None and self.visitor.principal.reads_feed
        parts = PARTS if reads else WITHOUT_CONTENT
        return parts if reads or not self.runs else (ADMINISTRATION, *parts)

    @property
    def runs(self) -> bool:
        """Whether the visitor runs the hub."""
        return self.visitor is not None and "operator" in self.visitor.principal.roles

    @property
    def pages(self) -> tuple[Place, ...]:
        """The first page of each part."""
        return tuple(part[0] for part in self.parts)

    @property
    def own(self) -> tuple[Place, ...]:
        """The pages behind the visitor's name."""
        if self.visitor is None or not self.visitor.principal.reads_feed:
            return WITHOUT_CONTENT[-1]
        follows = bool(self.visitor.principal.roles & FOLLOW)
        places = tuple(place for place in OWN if place[0] != "/keys" or follows)
        return (*places, ADMINISTRATION[0]) if self.runs else places

    @property
    def path(self) -> str:
        """This page below the route's address. The default route has two: links of mails name it by its code too."""
        named = f"/routes/{self.route.code}" if self.route else ""
        below = self.here.removeprefix(named) if named and f"{self.here}/".startswith(f"{named}/") else self.here
        return below.rstrip("/")

    @property
    def part(self) -> tuple[Place, ...]:
        """The part in which this page is; empty outside of all."""
        first = "/" + self.path.strip("/").partition("/")[0]
        inside = BESIDE.get(first, "" if first == "/" else first)
        return next((part for part in (*self.parts, ADMINISTRATION, self.own) if inside in dict(part)), ())

    @property
    def reports(self) -> bool:
        """Whether the visitor posts figures here."""
        return "report" in self.may and self.visitor is not None and bool(self.visitor.reports_for)

    @property
    def bar(self) -> bool:
        """Whether a phone has the two acts at its lower edge: not where a form has a button of its own."""
        first = self.path.strip("/").split("/")
        return (self.reports or "alert" in self.may) and first[0] != "figures" and first[-1] != "new"

    def is_here(self, path: str) -> bool:
        return self.path == path

    def is_below(self, path: str) -> bool:
        """Whether this page belongs to one of a list, such as one party."""
        return self.path.startswith(f"{path}/") and not any(self.is_here(other) for other, _ in self.part)

    @property
    def live(self) -> bool:
        """Whether the counts of the navigation follow what happens: on the pages that it leads to, not on forms."""
        return self.events is not None and any(self.is_here(path) for part in self.parts for path, _ in part)

    def waiting(self, path: str) -> tuple[int, str]:
        """The count at a page of the navigation, and what it counts: open, or waiting for the visitor (UX 5)."""
        counts = self.visitor.counts if self.visitor else None
        return counts.at(path) if counts else (0, "")


BANDS = {
    "exercise": later("Exercise. Nothing on this page is real."),
    "sample": later("Sample data. Every figure, name and event on this page is invented."),
}


def _events(visitor: Visitor) -> str | None:
    """Where the live stream of this page begins; a cursor that was lost goes on from the head."""
    if not visitor.principal.reads_feed:
        return None
    return f"/v1/routes/{visitor.route.code}/events?after={visitor.head}&resync=head"


def spoken_in(tag: str | None) -> Markup:
    """``lang="sl"`` for what a party wrote in a language that it named, if that is not the page's. Where nobody said in
    which, there is none: a guess would be read aloud wrongly."""
    return Markup(' lang="{}"').format(tag) if tag and tag != language.current() else Markup("")


def in_english(words: str) -> Markup:
    """``lang="en"`` for a word of the record, such as the name of a field, that the page's language has no word for."""
    return spoken_in(language.ENGLISH) if _(words) == words else Markup("")


def tongue_of(said: Payload) -> str | None:
    """The language that a payload names, not the one that it has when nobody said."""
    return said.language if "language" in said.model_fields_set else None


def spread(listening: int) -> int:
    """Milliseconds, for so many open streams. A few pages ask within a second; hundreds take as long as leaves half of
    the hub to everybody else (measured: ``python -m benchmarks pages``)."""
    return min(max(SPREAD_LEAST, SPREAD_EACH * listening), SPREAD_MOST)


def environment() -> Environment:
    env = Environment(
        loader=PackageLoader("routehub.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip
    env.filters["count"] = numbers.count
    env.filters["points"] = points
    env.filters["change"] = numbers.change
    env.filters["percent"] = words.percent
    env.filters["outcome"] = outcome
    env.filters["decimal"] = words.decimal
    env.filters["plan"] = partial(language.pgettext, "plan")
    env.filters["zone_name"] = times.zone_name
    env.filters["roles"] = roles_in_words
    language.into(env)
    env.globals["asset"] = assets.address
    env.globals["spoken_in"] = spoken_in
    env.globals["tongue_of"] = tongue_of
    env.globals["in_english"] = in_english
    env.globals["phrases"] = assets.phrases_address
    env.globals["squeezed"] = squeezed
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
    of: Iterable[Marked | None] = (),
) -> HTMLResponse:
    """One whole page. ``title`` stands first in the window's title; ``csrf``: of forms before sign-in; ``route``: of a
    page that needs no sign-in and belongs to a route; ``of``: records that the page is about and does not name by their
    messages, such as a conference, which goes by its number."""
    if visitor is not None:
        ctx.red_reads.shown(visitor.principal, of)
    now = ctx.clock.now()
    route = visitor.route if visitor else route
    # Before sign-in the pages are those of the default route, and marked as it is.
    standing = route or ctx.directory.value.routes.get(ctx.settings.default_route)
    marking = standing.marking if standing else "live"
    zone = visitor.zone if visitor else route.zone if route else ZoneInfo("UTC")
    shown = Shown(zone, now, ctx.clock.offset)
    base = visitor.base if visitor else ""
    frame = Frame(
        title=title, here=request.url.path, base=base, route=route,
        routes=visitor.routes if visitor else (), visitor=visitor, csrf=visitor.csrf if visitor else csrf,
        may=visitor.may if visitor else frozenset(), marking=marking, band=_(BANDS.get(marking, "")) or None,
        events=_events(visitor) if visitor else None, spread=spread(ctx.listening()),
        ends=visitor.session.expires_at if visitor else None,
        ends_soon=visitor is not None and visitor.session.expires_at < wall() + ENDS_SOON,
        address=request.url.path if request.method in ("GET", "HEAD") else base or "/",
    )  # fmt: skip
    # A page about one record gives names of its own: those of the day of the record.
    usual = {
        "frame": frame, "t": shown, "name": Names(ctx.directory.value, shown.today),
        "keeps": ctx.settings.keep_on_device, "hotline": ctx.settings.hotline,
        "about": ABOUT if visitor else ABOUT_FOR_ALL,
    }  # fmt: skip
    text = _ENVIRONMENT.get_template(template).render({**usual, **(values or {})})
    return HTMLResponse(text, status)
