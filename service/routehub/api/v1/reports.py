"""Figures: a report as JSON, a file of them, or PUT per party and day, the natural form for a national system."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from routehub.api import figure_files
from routehub.api.body import json_body
from routehub.api.context import Ctx
from routehub.api.door import Door
from routehub.api.figure_files import FileTerms, RowsDay, RowsParty
from routehub.api.identity import PartyPath, Who
from routehub.api.outcomes import accepted
from routehub.api.v1.messages import DryRun, Key, plain, post_kind
from routehub.boards.reporting.project import expect_version
from routehub.core.errors import Refused, Unknown
from routehub.formats.sheets.read import TYPES
from routehub.journal.message import Guard
from routehub_schemas.errors import Problem
from routehub_schemas.vocab import Day

router = APIRouter(tags=["figures"], route_class=Door)
_FILE = {media: {"schema": {"type": "string", "format": "binary"}} for media in TYPES}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "/schemas/report.v1.json"}}, **_FILE},
    }
}


@router.post("/reports", status_code=201, openapi_extra=_BODY)
async def post_report(
    request: Request, ctx: Ctx, who: Who, terms: FileTerms, party: RowsParty = None, day: RowsDay = None,
    idempotency_key: Key = None, dry_run: DryRun = False,
) -> Response:  # fmt: skip
    """Post one report as JSON (its data, and maybe ``tlp``), or a file of figures as CSV or XLSX.

    Of a file all is taken or nothing, unless ``partial``. Every bad row is named by row and column: ``/rows/14/D``.
    """
    if figure_files.is_file(request):
        terms = replace(terms, party=party, day=day)
        return await figure_files.receive(request, ctx, who, terms, key=idempotency_key, dry_run=dry_run)
    data = await json_body(request, ctx.settings.max_body_bytes, "application/json", *TYPES)
    return await post_kind(ctx, who, ctx.registry["report"], data, idempotency_key, dry_run)


@router.put("/parties/{party}/reports/{day}", status_code=201)
async def put_report(
    request: Request, ctx: Ctx, who: Who, party: PartyPath, day: Day, terms: FileTerms,
    idempotency_key: Key = None, dry_run: DryRun = False,
    if_match: Annotated[str | None, Header(max_length=100)] = None,
) -> Response:  # fmt: skip
    """Report a day's figures. Named figures replace, others stay. 200 when all of it is on record already.

    The body is the report's data without ``party`` and ``day``, or a file (CSV, XLSX) of that day: they come from
    the address.
    """
    code = ctx.directory.value.party_code(party)
    if code is None:
        raise Unknown(f"No party has the code {party}.")
    if figure_files.is_file(request):
        guard = _guard(who.route, code, terms.period, day, if_match)
        terms = replace(terms, party=code, day=day)
        return await figure_files.receive(request, ctx, who, terms, key=idempotency_key, dry_run=dry_run, guard=guard)
    data = await json_body(request, ctx.settings.max_body_bytes, "application/json", *TYPES)
    if isinstance(data, dict):
        problems = [
            Problem(f"/{name}", "contradicts-address", f"The address says {said}.", sent=data[name], allowed=said)
            for name, said in (("party", code), ("day", day.isoformat()))
            if name in data and data[name] != said
        ]
        if problems:
            raise Refused("The body and the address differ.", problems)
        data = data | {"party": code, "day": day.isoformat()}
        if code != who.party:
            data.setdefault("on_behalf_of", code)
    bucket = str(data.get("period", "reporting_day")) if isinstance(data, dict) else "reporting_day"
    guard = _guard(who.route, code, bucket, day, if_match)
    kind = ctx.registry["report"]
    recorded = await ctx.intake.receive(who, plain(kind, data, key=idempotency_key, dry_run=dry_run, guard=guard))
    return await accepted(ctx, who, recorded, dry_run=dry_run)


def _guard(route: str, party: str, bucket: str, day: Day, if_match: str | None) -> Guard | None:
    if if_match is None:
        return None
    return expect_version(route, party, bucket, day, if_match.strip().removeprefix("W/").strip('"'))
