"""The week is read once, at one moment; the rules say what is on the agenda; the result is frozen in a message.
Compiled again from the same records it has the same bytes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from routehub.boards.conferences.queries import AgendaRef, ConferenceView, agendas, conferences
from routehub.boards.minutes.queries import MinutesRef, conclusions, editions, newest
from routehub.core.canonical import iso
from routehub.digests.agenda.matter import Entry, Matter, Past, Prepare
from routehub.digests.agenda.order import entries, fit
from routehub.digests.agenda.rules.follow_up import FOLLOW_UP
from routehub.digests.circle import circle, read_by, words
from routehub.digests.series import ONE_WEEK, Series
from routehub.directory.snapshot import Directory, RouteView
from routehub.journal import follow
from routehub.views import week as weekly
from routehub.views.totals import Total
from routehub.views.week import Week
from routehub_schemas.kinds.agenda.payload import Agenda
from routehub_schemas.registry import Registry

CLOSES_BEFORE = timedelta(hours=2)
"""Of a conference at 10:00 the agenda closes at 08:00 (UX 3.6)."""


def closing(start: datetime, compiled_at: datetime) -> datetime:
    """When an agenda closes by itself: before its conference; of one that was called after that when it begins, or at
    once where it has begun."""
    usual = start - CLOSES_BEFORE
    return usual if compiled_at < usual else max(start, compiled_at)


def past_agenda(
    conn: Connection, registry: Registry, route: RouteView, conference: ConferenceView, ids: frozenset[int],
    now: datetime,
) -> tuple[Past | None, datetime | None]:  # fmt: skip
    """What the agenda of the last conference that was held left to follow up, and when it was compiled. ids: the
    audiences of those who get the new one."""
    series = conference.series
    for ref in _held_before(conn, route, conference, ids, now):
        message = follow.by_id(conn, registry, ref.message_id)
        if message is not None and isinstance(message.payload, Agenda):
            items = message.payload.items
            decisions = tuple(
                (item.number, item.title) for item in items if item.outcome == "decide" and item.rule != FOLLOW_UP
            )
            proposed = frozenset(source for item in items if item.rule == "proposal" for source in item.sources)
            held = _minutes(conn, ids, route, series, ref.conference)
            concluded = tuple((one.id, one.text) for one in conclusions(conn, [held])) if held else ()
            past = Past(
                ref.conference, ref.message_id, len(items), decisions, proposed, held.message_id if held else None,
                concluded,
            )  # fmt: skip
            return past, ref.window_end
    return None, None


def _held_before(
    conn: Connection, route: RouteView, conference: ConferenceView, ids: frozenset[int], now: datetime
) -> list[AgendaRef]:
    """The agendas of the conferences that were held, the last one first: an extra one called for today comes before
    a lower number of tomorrow. Where the conference itself cannot be read, its number says."""
    minutes = newest(conn, ids, route.code, conference.series)
    known = {view.number: view for view in conferences(conn, ids, route.code, conference.series)}
    found: list[tuple[datetime, AgendaRef]] = []
    for ref in agendas(conn, ids, route.code, conference.series):
        held, view = minutes.get((ref.series, ref.conference)), known.get(ref.conference)
        began = held.began if held is not None else view.start if view is not None else ref.compiled_at
        before = began < conference.start and began <= now if view is not None else ref.conference < conference.number
        if ref.conference != conference.number and before and (held is not None or view is None or view.current):
            found.append((began, ref))
    return [ref for _, ref in sorted(found, key=lambda pair: pair[0], reverse=True)]


@dataclass(frozen=True)
class Look:
    """What the agenda of a conference looks back on: the one before it, and since when."""

    past: Past | None
    since: datetime


def look(
    conn: Connection, registry: Registry, route: RouteView, conference: ConferenceView, now: datetime,
    few: frozenset[str] | None = None,
) -> Look:  # fmt: skip
    ids = read_by(conn, route, few, now)
    past, since = past_agenda(conn, registry, route, conference, ids, now)
    return Look(past, since if since is not None and since < now else now - ONE_WEEK)


def matter_of(week: Week, series: Series, conference: ConferenceView, past: Past | None) -> Matter:
    return Matter(week, conference.number, ZoneInfo(conference.zone), conference.chair, series.plan, past)


def _minutes(conn: Connection, ids: frozenset[int], route: RouteView, series: str, number: int) -> MinutesRef | None:
    """The minutes of the conference before, as everyone on the route reads them."""
    found = editions(conn, ids, route.code, series, number)
    return found[0] if found and found[0].tlp != "RED" else None


def compile_agenda(
    conn: Connection,
    registry: Registry,
    directory: Directory,
    route: RouteView,
    series: Series,
    conference: ConferenceView,
    now: datetime,
    due_at: datetime | None = None,
    edition: int = 1,
    following: datetime | None = None,
) -> dict[str, Any]:
    """The agenda of a conference as the data of a message, from what everyone on the route may read at this moment,
    also where it goes to the few who were told of the conference.

    following: when the series proposes the conference after it.
    """  # fmt: skip
    few = circle(conn, route, conference, now)
    back = look(conn, registry, route, conference, now, few)
    week = weekly.load(conn, directory, route, now, back.since)
    found = entries(matter_of(week, series, conference, back.past))
    given = fit(found, conference.minutes)
    data: dict[str, Any] = {
        "audience": words(few),
        "points": sorted({point for entry in found for point in entry.points})[:50],
        "thread": conference.message_id,
        "references": [conference.message_id],
        "series": series.name,
        "conference": conference.number,
        "edition": edition,
        "closes_at": iso(closing(conference.start, now)),
        "compiled_at": iso(now),
        "window": {"start": iso(back.since), "end": iso(now)},
        "meeting": _meeting(conference, following),
        "items": [
            _item(at, entry, minutes) for at, (entry, minutes) in enumerate(zip(found, given, strict=True), start=1)
        ],
        "days": [day.isoformat() for day in week.days],
        "week": _rows(week),
        "reporting": [
            {
                "party": p.party, "expected": p.record.expected, "received": p.record.arrived,
                "on_time": p.record.on_time, "missing": [day.isoformat() for day in p.missing],
            }
            for p in week.reporting
        ],
    }  # fmt: skip
    if due_at is not None:
        data["due_at"] = iso(due_at)
    return data


def _meeting(conference: ConferenceView, following: datetime | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "title": conference.title, "start": iso(conference.start), "minutes": conference.minutes,
        "zone": conference.zone, "chair": conference.chair, "revision": conference.revision,
        "told_at": iso(conference.accepted_at),
    }  # fmt: skip
    if conference.link:
        found["link"] = conference.link
    if following is not None:
        found["next"] = iso(following)
    return found


def _item(number: int, entry: Entry, minutes: int) -> dict[str, Any]:
    return {"number": number, "minutes": minutes} | in_message(entry)


def in_message(entry: Entry) -> dict[str, Any]:
    """What an agenda and an annex say of an entry alike."""
    found: dict[str, Any] = {
        "title": entry.title, "rule": entry.rule, "why": entry.why, "points": list(entry.points),
        "outcome": entry.outcome, "lead": entry.lead, "lines": list(entry.lines), "sources": list(entry.sources),
    }  # fmt: skip
    if entry.wanted:
        found["wanted"] = entry.wanted
    if entry.prepare:
        found["prepare"] = [_prepare(one) for one in entry.prepare]
    return found


def _prepare(one: Prepare) -> dict[str, Any]:
    due = iso(one.due) if one.due is not None else None
    told = {"party": one.party, "text": one.text, "due": due, "source": one.source}
    return {name: value for name, value in told.items() if value is not None}


def _rows(week: Week) -> list[dict[str, Any]]:
    """The week's figures: per party its own flow and its own stocks, never added up across parties."""
    rows: list[dict[str, Any]] = []
    for flow in week.flows:
        if flow.sum is not None or flow.sum_before is not None:
            row = _row(flow.party, flow.indicator, flow.now)
            told = {"total": flow.sum, "previous": flow.sum_before}
            rows.append(row | {name: value for name, value in told.items() if value is not None})
        for indicator, totals in week.stocks.get(flow.party, {}).items():
            rows.append(_row(flow.party, indicator, totals))
    return rows[:1_000]


def _row(party: str, indicator: str, totals: tuple[Total | None, ...]) -> dict[str, Any]:
    return {"party": party, "indicator": indicator, "values": [t.value if t is not None else None for t in totals]}
