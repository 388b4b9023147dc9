"""What changed: at most five ranked lines (UX 3.3), the same on the overview, in the terminal and in the bulletin.
Each line is filled from records; nothing is generated."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from routehub.boards.alerts.queries import AlertView
from routehub.boards.figures.queries import FigureValue
from routehub.boards.figures.unusual import unusual
from routehub.core.language import _, later, plural
from routehub.core.words import day, number, signed_percent
from routehub.views.route import RoutePicture, Station
from routehub_schemas.vocab import SEVERITIES

RANK = {"!": 0, "^": 1, "m": 2, ">": 2, "r": 3, "-": 4, "#": 5}
"""The order in which changes matter (UX 3.3): open alerts; flows outside the usual range; measures and movements;
corrections; silence; reception."""
FULL = ("nearly_full", "over_capacity")
CORRECTED_SHARE = 0.10
"""A correction of less is no news (UX 3.3)."""
WORDS = {"arrivals": later("entries from %(party)s"), "departures": later("exits to %(party)s")}
ENTERED = later("%(figure)s people entered, %(change)s")
LEFT = later("%(figure)s people left, %(change)s")
FLOWS = ("arrivals", "departures")
LEVEL_WORDS = {
    "room": later("room"),
    "filling": later("filling"),
    "nearly_full": later("nearly full"),
    "over_capacity": later("over capacity"),
}


@dataclass(frozen=True)
class Line:
    """One change. ``mark``: ! alert, ^ flow outside the usual range, r correction, - silent or back, # reception,
    m measure, > movement; ``ref``: the short id or message id of its record; ``parties``: whom a measure or movement
    is about; ``sources``: the messages that it rests on."""

    mark: str
    at: datetime
    party: str
    text: str
    ref: str | None
    severity: str | None = None
    parties: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Todo:
    """One thing that waits for the reader's party. ``page``: where it is done, below the route's own address;
    ``at_once``: before everything else, whatever is due; ``message``: on which it rests, where it goes by a number."""

    text: str
    due: datetime | None
    ref: str | None
    page: str = "/figures"
    at_once: bool = False
    message: str | None = None


Corrected = Mapping[str, Sequence[tuple[FigureValue, FigureValue]]]
"""By party, its corrected values, each with the value before it."""


def ranked(lines: Iterable[Line]) -> list[Line]:
    """All lines in the order in which they matter: alerts by severity, measures and movements the newest first."""
    return sorted(lines, key=_rank)


def _rank(line: Line) -> tuple[int, int, float]:
    grave = SEVERITIES.index(line.severity) if line.severity in SEVERITIES else 0
    return RANK[line.mark], grave, -line.at.timestamp() if line.mark in "m>" else 0.0


def changes(picture: RoutePicture, since: datetime, corrected: Corrected) -> list[Line]:
    """What changed since a moment, by what the picture shows; in no order."""
    lines = [alert_line(a, exercise=picture.route.exercise) for a in picture.alerts if a.severity != "Minor"]
    for station in picture.stations:
        lines += _flows(picture, station, since)
        lines += _corrections(corrected.get(station.party, ()))
        lines += _silence(station, since)
        lines += _reception(station, since)
    return lines


def todo(picture: RoutePicture, party: str) -> list[Todo]:
    """What waits for a party: alerts to acknowledge, figures to post."""
    found = [
        Todo(
            _("Acknowledge %(short_id)s: %(headline)s", short_id=a.short_id, headline=a.headline),
            None,
            a.short_id,
            f"/alerts/{a.short_id}",
            at_once=True,
        )
        for a in picture.alerts
        if a.waits_for(party)
    ]
    station = picture.station(party)
    if station is not None and station.freshness.state in ("due", "late", "silent"):
        found.append(Todo(_("Post figures"), station.freshness.due_at, None))
    return found


def alert_line(alert: AlertView, *, exercise: bool) -> Line:
    """``exercise``: whether the whole route is one, and marked as such."""
    mark = "" if exercise or alert.status == "Actual" else f"{alert.status.upper()}: "
    sources = tuple(dict.fromkeys((alert.id, alert.latest)))
    return Line(
        "!", alert.issued_at, alert.party, mark + alert.headline, alert.short_id, alert.severity, sources=sources
    )


def change_words(now: int, before: int) -> str:
    """``524 more than yesterday (+38%)``."""
    apart = now - before
    if apart == 0:
        return _("the same as yesterday")
    many = number(abs(apart))
    words = _("%(many)s more than yesterday", many=many) if apart > 0 else _("%(many)s fewer than yesterday", many=many)
    return f"{words} ({signed_percent(now, before)})" if before else words


def _flows(picture: RoutePicture, station: Station, since: datetime) -> list[Line]:
    lines = []
    for indicator in FLOWS:
        figure = station.figures.get(indicator)
        if figure is None or not figure.current or figure.before is None or figure.now.accepted_at < since:
            continue
        week = _week(picture, station.party, indicator, figure.now.day)
        if unusual(figure.now.value, figure.before.value, week):
            said = ENTERED if indicator == "arrivals" else LEFT
            change = change_words(figure.now.value, figure.before.value)
            text = _(said, figure=number(figure.now.value), change=change)
            sources = tuple(dict.fromkeys((*figure.now.messages, *figure.before.messages)))
            at, ref = figure.now.accepted_at, figure.now.messages[0]
            lines.append(Line("^", at, station.party, text, ref, sources=sources))
    return lines


def _week(picture: RoutePicture, party: str, indicator: str, day: date) -> Sequence[int]:
    found = (picture.totals.total(party, indicator, day - timedelta(days=back)) for back in range(1, 8))
    return [t.value for t in found if t is not None]


def _corrections(corrected: Iterable[tuple[FigureValue, FigureValue]]) -> list[Line]:
    lines = []
    for now, before in corrected:
        if now.value is None or before.value is None or abs(now.value - before.value) <= CORRECTED_SHARE * before.value:
            continue
        towards = now.counterpart if now.indicator in WORDS else None
        what = _(WORDS[now.indicator], party=towards) if towards else _(now.indicator.replace("_", " "))
        about = f" ({now.counterpart})" if now.counterpart and not towards else ""
        text = _(
            "corrected %(what)s%(about)s of %(day)s to %(value)s (was %(before)s)",
            what=what,
            about=about,
            day=day(now.day),
            value=number(now.value),
            before=number(before.value),
        )
        sources = tuple(dict.fromkeys((now.message_id, before.message_id)))
        lines.append(Line("r", now.accepted_at, now.party, text, now.message_id, sources=sources))
    return lines


def _silence(station: Station, since: datetime) -> list[Line]:
    fresh = station.freshness
    if fresh.state == "silent":
        text = _("silent for %(silent_days)s days", silent_days=fresh.silent_days)
        return [Line("-", fresh.last_at or fresh.due_at, station.party, text, None)]
    if fresh.reported_at is None or fresh.reported_at < since or not station.missed:
        return []
    text = plural(
        "reports again, after %(n)s day without a report",
        "reports again, after %(n)s days without a report",
        station.missed,
    )
    return [Line("-", fresh.reported_at, station.party, text, None)]


def _reception(station: Station, since: datetime) -> list[Line]:
    """Reception that is nearly full or over, and what level it was at before; and what is so no more."""
    now, before = station.capacity, station.capacity_before
    if now is None or not now.current:
        return []
    other = before is not None and before.level != now.level
    figure = station.figures["occupied"]
    eased = before is not None and other and before.level in FULL and figure.now.accepted_at >= since
    if now.level not in FULL and not eased:
        return []
    was = _(" (was %(level)s)", level=_(LEVEL_WORDS[before.level])) if before is not None and other else ""
    text = _(
        "reception %(level)s: %(occupied)s of %(places)s%(was)s",
        level=_(LEVEL_WORDS[now.level]),
        occupied=number(now.occupied),
        places=number(now.places),
        was=was,
    )
    at, used = figure.now.accepted_at, figure.now.messages
    return [Line("#", at, station.party, text, used[0], sources=used)]
