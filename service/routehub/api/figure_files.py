"""Files of figures (CSV, XLSX) through the one intake: all of a file or none, or the good rows alone."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import Depends, Query, Request, Response

from routehub.api.body import media_type, raw
from routehub.api.context import Context
from routehub.api.outcomes import told
from routehub.api.problems import MEDIA, document
from routehub.core.canonical import digest, dumps
from routehub.core.errors import HubError, Malformed, Refused, TooLarge, Unknown, refused
from routehub.directory.principal import Principal
from routehub.directory.snapshot import Directory, RouteView
from routehub.formats.sheets.figures import Found, Reading
from routehub.formats.sheets.grid import Unreadable
from routehub.formats.sheets.known import Known, Terms
from routehub.formats.sheets.read import TYPES, read_file
from routehub.intake.receive import Post
from routehub.journal.jobs import NotTogether, Recorded
from routehub.journal.message import Guard
from routehub_schemas.errors import Problem
from routehub_schemas.vocab import Day, Tlp

MOST_REPORTS = 1_000
"""They are one transaction: the others' messages wait for it."""
_CHARSET = re.compile(r"charset=\"?([A-Za-z0-9._-]{1,40})", re.IGNORECASE)


@dataclass(frozen=True)
class Said:
    """What stands in the address of a file."""

    partial: bool = False
    sheet: str | None = None
    mapping: dict[str, str] = field(default_factory=dict)
    party: str | None = None
    day: date | None = None
    period: Literal["reporting_day", "calendar_day", "hour"] = "reporting_day"
    zone: str | None = None
    date_order: Literal["dmy", "mdy"] | None = None
    status: Literal["provisional", "confirmed"] | None = None
    reason: str | None = None
    comment: str | None = None
    tlp: Tlp | None = None
    exercise: bool | None = None


async def _said(
    partial: Annotated[bool, Query(description="Files: take the good rows and list the others.")] = False,
    sheet: Annotated[str | None, Query(max_length=100, description="XLSX: which sheet.")] = None,
    map: Annotated[
        list[str],
        Query(max_length=100, description="Files: what a column holds, Header:arrivals; Header:- leaves it out."),
    ] = [],  # noqa: B006
    period: Annotated[
        Literal["reporting_day", "calendar_day", "hour"], Query(description="Files: what a figure covers.")
    ] = "reporting_day",
    zone: Annotated[str | None, Query(max_length=60, description="Files: the zone of times without offset.")] = None,
    date_order: Annotated[
        Literal["dmy", "mdy"] | None, Query(description="Files: which number of 10/11/2015 is the day.")
    ] = None,
    status: Annotated[
        Literal["provisional", "confirmed"] | None, Query(description="Files: how final the figures are.")
    ] = None,
    reason: Annotated[str | None, Query(max_length=1000, description="Files: why confirmed values change.")] = None,
    comment: Annotated[str | None, Query(max_length=1000, description="Files: what readers should know.")] = None,
    tlp: Annotated[Tlp | None, Query(description="Files: the marking of the reports.")] = None,
    exercise: Annotated[bool | None, Query(description="Files: what the route must be.")] = None,
) -> Said:
    return Said(partial, sheet, _mapping(map), None, None, period, zone, date_order, status, reason, comment, tlp,
                exercise)  # fmt: skip


FileTerms = Annotated[Said, Depends(_said)]
RowsParty = Annotated[str | None, Query(max_length=40, description="Files: the party of rows that name none.")]
RowsDay = Annotated[Day | None, Query(description="Files: the day of rows that name none.")]


def is_file(request: Request) -> bool:
    return media_type(request) in TYPES


def _mapping(given: Sequence[str]) -> dict[str, str]:
    """``Ankünfte:arrivals``. A header may hold colons itself, what it means never does."""
    found = {}
    for word in given:
        header, colon, meant = word.rpartition(":")
        if not colon or not header or not meant:
            raise refused(
                "/query/map", "form", "Write map=Header:arrivals, or map=Header:- to leave it out.", sent=word
            )
        found[header.strip()] = meant.strip()
    return found


async def receive(
    request: Request, ctx: Context, who: Principal, said: Said, *, key: str | None, dry_run: bool,
    guard: Guard | None = None,
) -> Response:  # fmt: skip
    """Read the file, hand its reports to intake, and answer by row and column."""
    directory, route = ctx.directory.value, ctx.directory.route(who.route)
    terms, known = _terms(directory, who, said), _known(directory, route, said)
    body = await raw(request, ctx.settings.max_batch_bytes)
    if not body.strip():
        raise Malformed("The body is empty; send a file.")
    charset = _CHARSET.search(request.headers.get("content-type", ""))
    try:
        reading = await asyncio.to_thread(
            read_file, body, media_type(request), terms, known, most_rows=ctx.settings.max_rows,
            charset=charset[1] if charset else "", sheet=said.sheet,
        )  # fmt: skip
    except Unreadable as error:
        refusal = TooLarge if error.problem.code.startswith("too-") else Malformed
        raise refusal(error.problem.message, [error.problem]) from None
    if len(reading.reports) > MOST_REPORTS:
        words = f"A file has at most {MOST_REPORTS} reports (parties by days or hours); this one has"
        raise TooLarge(f"{words} {len(reading.reports)}. Send it in parts.")
    kind = ctx.registry["report"]
    posts: list[Post | HubError] = [
        Post(kind, _for(directory, who, report), tlp=said.tlp, exercise=said.exercise, dry_run=dry_run,
             key=_key(key, report, number), guard=guard if number == 0 else None)
        for number, report in enumerate(reading.reports)
    ]  # fmt: skip
    together = not said.partial
    if together and reading.faults:
        posts.append(Refused("Some rows cannot be read.", reading.faults))
    outcomes = await ctx.intake.receive_many(who, posts, together=together)
    return await _answer(ctx, who, reading, outcomes[: len(reading.reports)], together=together, dry_run=dry_run,
                         keyed=key is not None)  # fmt: skip


def _terms(directory: Directory, who: Principal, said: Said) -> Terms:
    party = directory.party_code(said.party) if said.party else who.party
    if party is None:
        raise refused("/query/party", "unknown-party", f"No party has the code {said.party}.", sent=said.party)
    return Terms(party, said.day, said.period, said.date_order, said.mapping, said.status, said.reason, said.comment)


def _known(directory: Directory, route: RouteView, said: Said) -> Known:
    names = {
        name.casefold(): party.code for party in directory.parties.values() for *_, name in party.names if name
    }  # fmt: skip
    zones = {member.party: member.zone for member in route.memberships}
    try:
        asked = ZoneInfo(said.zone) if said.zone else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise refused("/query/zone", "unknown-zone", "Not a zone of the IANA database.", sent=said.zone) from None
    return Known(
        party=lambda text: directory.party_code(text.strip()) or names.get(text.strip().casefold()),
        near_party=directory.near_party,
        zone=lambda party: asked or zones.get(party, route.zone),
        places={code: place.name for code, place in route.places.items()},
    )


def _for(directory: Directory, who: Principal, report: Found) -> dict[str, Any]:
    if directory.party_code(report.party) == who.party:
        return report.data
    return {"on_behalf_of": report.party} | report.data


def _key(key: str | None, report: Found, number: int) -> str | None:
    """Each report of a file has a key of its own that follows from the file's: the file sent again is known."""
    if key is None:
        return None
    return (
        f"{key[:150]}#{digest(dumps([key, report.party, report.data.get('period'), report.data['day'], number]))[:24]}"
    )


async def _answer(
    ctx: Context, who: Principal, reading: Reading, outcomes: Sequence[Recorded | HubError], *, together: bool,
    dry_run: bool, keyed: bool,
) -> Response:  # fmt: skip
    faults, warnings, results = list(reading.faults), [note.as_dict() for note in reading.notes], []
    for report, outcome in zip(reading.reports, outcomes, strict=True):
        if isinstance(outcome, HubError):
            faults += _faults(report, outcome)
            continue
        for caution in outcome.cautions:
            pointer, words = report.located(caution.pointer, caution.message)
            warnings.append(caution.as_dict() | {"pointer": pointer, "message": words})
        results.append(await _result(ctx, who, report, outcome, dry_run=dry_run))
    faults.sort(key=_order)
    failing = next((o for o in outcomes if isinstance(o, HubError) and o.status >= 500), None)
    if failing is not None and (together or not results):
        raise failing
    if faults and (together or not results):
        results = []
    if not keyed and not dry_run and results:
        warnings.append(_NO_KEY)
    body: dict[str, Any] = {"accepted": len(results), "results": results}
    body |= {"dry_run": True} if dry_run else {}
    body |= {"sheet": reading.sheet} if reading.sheet else {}
    body |= {"warnings": warnings, "skipped": reading.skipped}
    if faults:
        error = NotTogether(()) if not results else Refused()
        error.problems = tuple(faults)
        error.detail = _counted(faults, stored=bool(results) and not dry_run)
        if not results:
            return Response(dumps(document(error) | body), _status(outcomes), _PLAIN, media_type=MEDIA)
        body |= {name: value for name, value in document(error).items() if name in ("problems", "more", "detail")}
    status = 207 if faults else 201 if any(result["status"] == 201 for result in results) else 200
    return Response(dumps(body), status, _PLAIN, media_type="application/json")


_PLAIN = {"Cache-Control": "no-store"}
_NO_KEY = {
    "pointer": "",
    "code": "no-id",
    "message": "Sent without an id. Sending the same file again is harmless: figures that are on record stay.",
}


def _status(outcomes: Sequence[Recorded | HubError]) -> int:
    """422; if all reports were refused for one other reason (403, 412 …), that."""
    statuses = {outcome.status if isinstance(outcome, HubError) else 0 for outcome in outcomes}
    return statuses.pop() if len(statuses) == 1 and 0 not in statuses else 422


def _faults(report: Found, refusal: HubError) -> list[Problem]:
    """A refusal of a report at the cells of its figures."""
    if not refusal.problems:
        pointer, words = report.located("", refusal.detail)
        return [Problem(pointer, refusal.code, words)]
    found = []
    for problem in refusal.problems:
        pointer, words = report.located(problem.pointer, problem.message)
        found.append(replace(problem, pointer=pointer, message=words))
    return found


def _order(problem: Problem) -> tuple[int, int, str]:
    """The file's own problems first, then columns, then rows from the top."""
    parts = problem.pointer.split("/")
    column = parts[3] if len(parts) > 3 else ""
    return int(parts[2]) if parts[1:2] == ["rows"] else 0, len(column), column


def _counted(faults: Sequence[Problem], *, stored: bool) -> str:
    rows = {problem.pointer.split("/")[2] for problem in faults if problem.pointer.startswith("/rows/")}
    what = f"{len(faults)} {'problem' if len(faults) == 1 else 'problems'}"
    if rows:
        what += f" in {len(rows)} {'row' if len(rows) == 1 else 'rows'}"
    return f"{what}; {'the other rows were taken' if stored else 'nothing was stored'}."


async def _result(
    ctx: Context, who: Principal, report: Found, recorded: Recorded, *, dry_run: bool
) -> dict[str, Any]:  # fmt: skip
    rows = [row for row, *_ in report.origins]
    found: dict[str, Any] = {"party": report.party, "day": report.data["day"]}
    found |= {name: report.data[name] for name in ("period", "start") if name in report.data}
    found |= {"figures": len(report.origins), "rows": [min(rows) + 1, max(rows) + 1]}
    if dry_run:
        return {"status": 200} | found | {"data": report.data}
    try:
        status, headers, body = await told(ctx, who, recorded, dry_run=False)
    except Unknown as gone:
        return {"status": gone.status} | found
    return {"status": status, "id": body["id"], "location": headers["Location"], "web": body["web"]} | found
