"""A series as a calendar event that repeats (RFC 5545, 3.8.5): what its rule proposes, tentative until it is called.

A week whose conference is called, moved or cancelled is left out of the rule: that conference has an entry of its own.
So is a week in which the local time does not exist or comes twice: readers of calendars disagree on it, and its entry
stands alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from routehub.boards.conferences.queries import ConferenceView
from routehub.digests.render.zone import said
from routehub.digests.series import ONE_WEEK, Series

if TYPE_CHECKING:
    from icalendar import Event

HORIZON = 104
"""Weeks for which the exceptions are worked out; a calendar that subscribes asks again long before."""


@dataclass(frozen=True)
class Repeating:
    """What a series proposes from ``first`` on: every week but those in ``without``; ``besides``: proposals that the
    rule cannot say."""

    series: Series
    title: str
    first: datetime
    without: tuple[datetime, ...]
    besides: tuple[datetime, ...]
    said_at: datetime


def repeating(series: Series, title: str, conferences: Sequence[ConferenceView], now: datetime) -> Repeating | None:
    """The proposals of a series from now on; None where it has no rule."""
    starts = series.proposed(now, HORIZON)
    if not starts:
        return None
    mine = [one for one in conferences if one.series == series.name and not one.extra]
    taken = [start for start in starts if any(_takes(one, start) for one in mine)]
    shifted = [start for start in starts if said(start, series.zone).time() != series.at]
    first = next((start for start in starts if start not in taken and start not in shifted), None)
    if first is None:
        return None
    newest = max((one.accepted_at for one in mine), default=series.looked_until or now)
    return Repeating(
        series, title, first, tuple(start for start in starts if start in taken or start in shifted),
        tuple(start for start in shifted if start not in taken), newest,
    )  # fmt: skip


def _takes(one: ConferenceView, start: datetime) -> bool:
    """Whether a conference stands in the place of a proposal: it was first to begin within half a week of it."""
    return abs(one.first_start - start) <= ONE_WEEK / 2


def events(found: Repeating, public_url: str) -> list["Event"]:
    """The event that repeats, and one for each proposal beside the rule."""
    from icalendar import vRecur

    rule = _event(found, public_url, found.first, "proposed")
    rule.add("rrule", vRecur({"FREQ": "WEEKLY"}))
    left_out = [_wall(found, start) for start in found.without if start > found.first]
    if left_out:
        rule.add("exdate", left_out)
    alone = [_event(found, public_url, start, f"proposed-{start:%Y%m%d}") for start in found.besides]
    return [rule, *alone]


def _wall(found: Repeating, start: datetime) -> datetime:
    """The local time that the rule comes to on that day, by which an exception is known."""
    day = start.astimezone(found.series.zone).date()
    return datetime.combine(day, found.series.at, found.series.zone)


def _event(found: Repeating, public_url: str, start: datetime, name: str) -> "Event":
    from icalendar import Event, vDuration

    series, event = found.series, Event()
    host = urlsplit(public_url).hostname or "localhost"
    event.add("uid", f"{name}.{series.name}.{series.route}@{host}")
    event.add("dtstamp", found.said_at)
    event.add("dtstart", said(start, series.zone))
    event.add("duration", vDuration(timedelta(minutes=series.minutes)))
    event.add("summary", found.title)
    event.add("description", "Proposed by the rule of the series. The chair calls each conference.")
    event.add("status", "TENTATIVE")
    event.add("transp", "TRANSPARENT")
    event.add("url", f"{public_url}/routes/{series.route}/conference/series/{series.name}")
    return event
