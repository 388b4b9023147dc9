"""Compiling a bulletin from what everyone on the route may read at one moment; the result is frozen in a message."""

from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection

from routehub.boards.bulletins.queries import bulletins
from routehub.core.canonical import iso
from routehub.core.ids import uuid8
from routehub.digests.bulletin.times import BulletinTime
from routehub.digests.occurrences import Due
from routehub.directory.reporting_day import instant
from routehub.directory.snapshot import Directory, RouteView
from routehub.views import overnight, shared
from routehub.views.changes import Line
from routehub.views.route import Station

ABOUT = {
    "!": "alert", "^": "flow", "m": "measure", ">": "movement", "r": "correction", "-": "reporting", "#": "reception",
}  # fmt: skip
MARKS = {about: mark for mark, about in ABOUT.items()}
LINES, REMARK, PARTIES, SOURCES = 100, 1_000, 100, 100
ONE_DAY = timedelta(days=1)
LONGEST = timedelta(days=3)
"""A bulletin goes on where the last one ended, no further back than this: after a pause it tells of the last day."""


def bulletin_id(occurrence: Due) -> str:
    """The id of the one bulletin of a morning, whoever compiles it and when (PROMISES B5)."""
    return uuid8("bulletin", occurrence.route, occurrence.local_date.isoformat())


def begin_of(conn: Connection, route: RouteView, now: datetime) -> datetime:
    """Where the last bulletin ended, as everyone knows it; else a day ago."""
    last = bulletins(conn, shared.audiences(conn, route, now), route.code, limit=1)
    at = last[0].compiled_at if last else None
    return at if at is not None and now - LONGEST <= at < now else now - ONE_DAY


def compile_bulletin(
    conn: Connection, directory: Directory, route: RouteView, at: BulletinTime, occurrence: Due, now: datetime
) -> dict[str, Any]:
    """The bulletin of a morning as the data of a message."""
    begin = begin_of(conn, route, now)
    found = overnight.for_everyone(conn, directory, route, now, begin)
    data: dict[str, Any] = {
        "audience": ["*"], "date": occurrence.local_date.isoformat(), "zone": at.zone.key, "compiled_at": iso(now),
        "due_at": iso(occurrence.due_at), "window": {"start": iso(begin), "end": iso(now)},
        "changes": [_change(line) for line in found.lines[:LINES]], "more": max(0, len(found.lines) - LINES),
        "reporting": [_reporting(station) for station in found.picture.stations],
    }  # fmt: skip
    if (week := _week_over(route, begin, now)) is not None:
        data["week"] = week
    return data


def _change(line: Line) -> dict[str, Any]:
    found: dict[str, Any] = {
        "about": ABOUT[line.mark], "at": iso(line.at), "party": line.party, "text": line.text[:REMARK],
        "parties": list(line.parties[:PARTIES]), "sources": list(line.sources[:SOURCES]),
    }  # fmt: skip
    more = {"severity": line.severity, "ref": line.ref}
    return found | {name: value for name, value in more.items() if value}


def _reporting(station: Station) -> dict[str, Any]:
    fresh = station.freshness
    found: dict[str, Any] = {
        "party": station.party, "state": fresh.state, "day": fresh.day.isoformat(), "due_at": iso(fresh.due_at),
    }  # fmt: skip
    if fresh.state == "silent":
        found["silent_days"] = fresh.silent_days
    if fresh.reported_at is not None:
        found["reported_at"] = iso(fresh.reported_at)
    if fresh.reason:
        found["reason"] = fresh.reason
    return found


def _week_over(route: RouteView, begin: datetime, now: datetime) -> str | None:
    """The week, Monday to Sunday in the zone of the route, that ended since the last bulletin."""
    today = now.astimezone(route.zone).date()
    monday = today - today.weekday() * ONE_DAY
    if not begin < instant(monday, time(0), route.zone) <= now:
        return None
    year, week, _ = (monday - ONE_DAY).isocalendar()
    return f"{year}-W{week:02}"
