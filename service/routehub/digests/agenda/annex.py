"""The annexes to an agenda: for each party the matters that it may read and not everyone (DECISIONS 1). The numbered
items stay the same for all, so that those in the call see one list; an annex is a message of its own, without
numbers."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from routehub.boards.conferences.queries import ConferenceView
from routehub.core.canonical import iso
from routehub.core.errors import HubError
from routehub.core.ids import uuid8
from routehub.digests.agenda.compile import in_message, look, matter_of
from routehub.digests.agenda.matter import Entry
from routehub.digests.agenda.order import in_call
from routehub.digests.agenda.rules import OF_RECORDS
from routehub.digests.series import Series
from routehub.directory.principal import hub_principal
from routehub.directory.snapshot import Directory, RouteView
from routehub.intake.receive import Intake, Post
from routehub.views import shared
from routehub.views import week as weekly
from routehub_schemas.registry import Registry

MOST = 200


def compile_annexes(
    conn: Connection, registry: Registry, directory: Directory, route: RouteView, series: Series,
    conference: ConferenceView, now: datetime,
) -> dict[str, dict[str, Any]]:  # fmt: skip
    """The annexes by party as the data of messages; none for a party that may read no more than all."""
    back = look(conn, registry, route, conference, now)
    parties = sorted(shared.everyone(route, now.astimezone(route.zone).date()))
    found = {}
    for party, week in weekly.narrower(conn, directory, route, now, back.since, parties).items():
        matter = matter_of(week, series, conference, back.past)
        entries = in_call([entry for rule in OF_RECORDS for entry in rule(matter)])[:MOST]
        if entries:
            found[party] = _annex(party, entries, conference, now)
    return found


def _annex(party: str, entries: list[Entry], conference: ConferenceView, now: datetime) -> dict[str, Any]:
    return {
        "audience": [party], "points": sorted({point for entry in entries for point in entry.points})[:50],
        "thread": conference.message_id, "series": conference.series, "conference": conference.number, "party": party,
        "compiled_at": iso(now), "matters": [in_message(entry) for entry in entries],
    }  # fmt: skip


def annex_id(series: Series, day: date, party: str) -> str:
    """The id of a party's one annex to the agenda of an occurrence, whoever compiles it and when (PROMISES B5)."""
    return uuid8("agenda_annex", series.route, series.name, day.isoformat(), party)


async def post_annexes(
    intake: Intake, route: RouteView, series: Series, day: date, found: Mapping[str, dict[str, Any]]
) -> None:
    """Accept the annexes of one occurrence. Those that were accepted before, by a hub that then died, stay as they are.

    Errors: the first refusal, when there is one.
    """
    kind = intake.registry["agenda_annex"]
    posts = [Post(kind, data, fixed_id=annex_id(series, day, party)) for party, data in found.items()]
    for outcome in await intake.receive_many(hub_principal(route.code), posts):
        if isinstance(outcome, HubError):
            raise outcome
