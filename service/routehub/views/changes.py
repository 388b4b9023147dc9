"""What changed: at most five ranked lines (UX 3.3), the same on the overview, in the terminal and in the bulletin.
Each line is filled from records; nothing is generated."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from routehub.boards.alerts.queries import AlertView
from routehub.boards.figures.unusual import unusual
from routehub.core.words import day, number, signed_percent
from routehub.views.route import RoutePicture, Station

FLOWS = ("arrivals", "departures")
LEVEL_WORDS = {
    "room": "room",
    "filling": "filling",
    "nearly_full": "nearly full",
    "over_capacity": "over capacity",
}


@dataclass(frozen=True)
class Line:
    """One change. ``mark``: ! alert, ^ flow outside the usual range, r correction, - silent or back, # capacity,
    m measure, > movement; ``ref``: the short id or message id of its record."""

    mark: str
    at: datetime
    party: str
    text: str
    ref: str | None
    severity: str | None = None


@dataclass(frozen=True)
class Todo:
    """One thing that waits for the reader's party. ``page``: where it is done, below the route's own address."""

    text: str
    due: datetime | None
    ref: str | None
    page: str = "/figures"


def changes(picture: RoutePicture, since: datetime) -> list[Line]:
    """All changes since a moment, ranked: alerts, flows, corrections, silence, capacity."""
    lines = [_alert(a) for a in picture.alerts if a.severity != "Minor"]
    for station in picture.stations:
        lines += _flows(picture, station, since)
    for station in picture.stations:
        lines += _corrections(picture, station, since)
    lines += [_silent(s) for s in picture.in_states("silent")]
    for station in picture.stations:
        if station.capacity and station.capacity.level in ("nearly_full", "over_capacity") and station.capacity.current:
            lines.append(_full(station))
    return lines


def todo(picture: RoutePicture, party: str) -> list[Todo]:
    """What waits for a party: alerts to acknowledge, figures to post."""
    found = [
        Todo(f"Acknowledge {a.short_id}: {a.headline}", None, a.short_id, f"/alerts/{a.short_id}")
        for a in picture.alerts
        if a.waits_for(party)
    ]
    station = picture.station(party)
    if station is not None and station.freshness.state in ("due", "late", "silent"):
        found.append(Todo("Post figures", station.freshness.due_at, None))
    return found


def _alert(alert: AlertView) -> Line:
    return Line("!", alert.issued_at, alert.party, alert.headline, alert.short_id, alert.severity)


def change_words(now: int, before: int) -> str:
    """``524 more than yesterday (+38%)``."""
    apart = now - before
    if apart == 0:
        return "the same as yesterday"
    share = f" ({signed_percent(now, before)})" if before else ""
    return f"{number(abs(apart))} {'more' if apart > 0 else 'fewer'} than yesterday{share}"


def _flows(picture: RoutePicture, station: Station, since: datetime) -> list[Line]:
    lines = []
    for indicator in FLOWS:
        figure = station.figures.get(indicator)
        if figure is None or not figure.current or figure.before is None or figure.now.accepted_at < since:
            continue
        week = _week(picture, station.party, indicator, figure.now.day)
        if unusual(figure.now.value, figure.before.value, week):
            word = "entered" if indicator == "arrivals" else "left"
            text = f"{number(figure.now.value)} people {word}, {change_words(figure.now.value, figure.before.value)}"
            lines.append(Line("^", figure.now.accepted_at, station.party, text, figure.now.messages[0]))
    return lines


def _week(picture: RoutePicture, party: str, indicator: str, day: date) -> Sequence[int]:
    found = (picture.totals.total(party, indicator, day - timedelta(days=back)) for back in range(1, 8))
    return [t.value for t in found if t is not None]


def _corrections(picture: RoutePicture, station: Station, since: datetime) -> list[Line]:
    lines = []
    for value in picture.values:
        if value.party == station.party and value.revised and value.accepted_at >= since and value.value is not None:
            about = f" ({value.counterpart})" if value.counterpart else ""
            what = value.indicator.replace("_", " ") + about
            lines.append(
                Line(
                    "r", value.accepted_at, value.party,
                    f"corrected {what} of {day(value.day)} to {number(value.value)}",
                    value.message_id,
                )
            )  # fmt: skip
    return lines


def _silent(station: Station) -> Line:
    days = station.freshness.silent_days
    last = station.freshness.last_at
    return Line("-", last or station.freshness.due_at, station.party, f"silent for {days} days", None)


def _full(station: Station) -> Line:
    assert station.capacity is not None
    c = station.capacity
    text = f"reception {LEVEL_WORDS[c.level]}: {number(c.occupied)} of {number(c.places)}"
    figure = station.figures["occupied"]
    return Line("#", figure.now.accepted_at, station.party, text, figure.now.messages[0])
