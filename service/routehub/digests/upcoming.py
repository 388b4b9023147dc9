"""Which conference a digest is for. The chair's word goes before the series' rule: a conference on the board that
begins before the next digest is the one; where there is none, the hub proposes the next number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from routehub.boards.conferences.queries import ConferenceView
from routehub.core.canonical import iso
from routehub.core.ids import uuid8
from routehub.digests.series import ONE_WEEK, Series


@dataclass(frozen=True)
class Open:
    """Nobody has called this conference yet."""

    number: int
    start: datetime


@dataclass(frozen=True)
class Gone:
    """The conference of this week was cancelled, or moved beyond the next digest."""

    reason: str


def upcoming(series: Series, day: date, conferences: Sequence[ConferenceView]) -> ConferenceView | Open | Gone:
    """The conference of the digest of a local date."""
    begin, end = series.due(day), series.due(day + ONE_WEEK)
    of_series = [c for c in conferences if c.series == series.name]
    regular = [c for c in of_series if not c.extra]
    there = [c for c in regular if begin <= c.start < end and c.current]
    if there:
        return there[0]
    for c in regular:
        if begin <= c.first_start < end:
            words = "was cancelled" if c.state == "cancelled" else f"was moved to {c.start.isoformat()}"
            return Gone(f"Conference {c.number} {words}.")
    return Open(next_number(series, of_series), series.meets(day))


def next_number(series: Series, conferences: Sequence[ConferenceView]) -> int:
    """Numbers continue, whoever called the last one; a cancelled conference keeps its own."""
    return max((c.number for c in conferences if c.series == series.name), default=series.first_number - 1) + 1


def after(series: Series, day: date, conference: ConferenceView, conferences: Sequence[ConferenceView]) -> datetime:
    """When the conference after this one begins: as called, else as the series proposes."""
    for c in conferences:
        if c.series == series.name and c.start > conference.start and c.current and not c.extra:
            return c.start
    start = series.meets(day)
    week = 1
    while start <= conference.start:
        start = series.meets(day + timedelta(days=7 * week))
        week += 1
    return start


def call(series: Series, found: Open) -> tuple[str, dict[str, Any]]:
    """The conference message by which the hub proposes an occurrence, with its fixed id."""
    data: dict[str, Any] = {
        "audience": ["*"], "series": series.name, "number": found.number, "title": series.title,
        "start": iso(found.start), "minutes": series.minutes, "zone": series.zone.key, "chair": series.chair,
    }  # fmt: skip
    more = {"link": series.link, "participants": list(series.participants)}
    data |= {name: value for name, value in more.items() if value}
    return uuid8("conference", series.route, series.name, str(found.number)), data


def repeat(conference: ConferenceView) -> tuple[str, dict[str, Any]]:
    """The message that tells of a conference again, for parties that have joined the route since it was called."""
    data: dict[str, Any] = {
        "audience": ["*"], "series": conference.series, "number": conference.number, "title": conference.title,
        "start": iso(conference.start), "minutes": conference.minutes, "zone": conference.zone,
        "chair": conference.chair,
    }  # fmt: skip
    more = {
        "link": conference.link, "participants": list(conference.participants), "extra": conference.extra,
        "about": conference.about,
    }  # fmt: skip
    data |= {name: value for name, value in more.items() if value}
    return uuid8("conference", conference.route, conference.series, conference.message_id), data


def edition_id(series: Series, day: date) -> str:
    """The id of the one agenda of an occurrence, whoever compiles it and when (PROMISES B5)."""
    return uuid8("agenda", series.route, series.name, day.isoformat())
