"""PUT per party and day: the natural form for a national system. Sending the same twice is harmless."""

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from routehub.api.body import json_body
from routehub.api.context import Ctx
from routehub.api.identity import PartyPath, Who
from routehub.api.outcomes import accepted
from routehub.api.v1.messages import DryRun, Key, plain
from routehub.boards.reporting.project import expect_version
from routehub.core.errors import Refused, Unknown
from routehub_schemas.errors import Problem
from routehub_schemas.vocab import Day

router = APIRouter(tags=["figures"])


@router.put("/parties/{party}/reports/{day}", status_code=201)
async def put_report(
    request: Request, ctx: Ctx, who: Who, party: PartyPath, day: Day, idempotency_key: Key = None,
    dry_run: DryRun = False, if_match: Annotated[str | None, Header(max_length=100)] = None,
) -> Response:  # fmt: skip
    """Report a day's figures. Named figures replace, others stay. 200 when all of it is on record already.

    The body is the report's data without ``party`` and ``day``; they come from the address.
    """
    code = ctx.directory.value.party_code(party)
    if code is None:
        raise Unknown(f"No party has the code {party}.")
    data = await json_body(request, ctx.settings.max_body_bytes)
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
    guard = None
    if if_match is not None:
        bucket = data.get("period", "reporting_day") if isinstance(data, dict) else "reporting_day"
        guard = expect_version(who.route, code, str(bucket), day, if_match.strip().removeprefix("W/").strip('"'))
    kind = ctx.registry["report"]
    recorded = await ctx.intake.receive(who, plain(kind, data, key=idempotency_key, dry_run=dry_run, guard=guard))
    return await accepted(ctx, who, recorded, dry_run=dry_run)
