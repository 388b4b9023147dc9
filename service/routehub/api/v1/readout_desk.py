"""The chair's work on readouts: drafting from the minutes, the check by the parties named, publication, errata, and the
words around every readout of a series."""

import json
import re
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from pydantic import BaseModel, Field

from routehub.api.body import json_body
from routehub.api.context import Context, Ctx
from routehub.api.door import Door
from routehub.api.identity import Who
from routehub.api.outcomes import accepted
from routehub.api.v1.answers import answer
from routehub.api.v1.messages import Key
from routehub.api.v1.readouts import Number, SeriesName
from routehub.chairing.readouts import content
from routehub.chairing.readouts.desk import ReadoutDesk, Standing
from routehub.chairing.readouts.template import Template
from routehub.core.canonical import dumps
from routehub.core.errors import Malformed, Unknown
from routehub_schemas import parse
from routehub_schemas.kind import STRICT
from routehub_schemas.vocab import Line, Remark

router = APIRouter(tags=["readouts"], route_class=Door)

IfMatch = Annotated[
    str | None, Header(alias="If-Match", max_length=100, description="The ETag of what you have read.")
]  # fmt: skip
_TAG = re.compile(r'(?:W/)?"([0-9]{1,9})"|\*')


class NewCheck(BaseModel):
    """How long the parties named have to ask for a change."""

    model_config = STRICT

    minutes: Annotated[int, Field(ge=15, le=10_080)] = 120


class NewReadout(BaseModel):
    """Publication; ``reason``: why without a check, before its end, or although a change was asked for."""

    model_config = STRICT

    reason: Remark | None = None


class NewErratum(BaseModel):
    """Words of the readout that are wrong, and those in their place; ``where``: found by itself if left out."""

    model_config = STRICT

    wrong: Remark
    right: Remark
    where: Line | None = None


def desk(ctx: Context) -> ReadoutDesk:
    return ReadoutDesk(ctx.db, ctx.writer, ctx.intake, ctx.directory, ctx.clock)


def expected(if_match: str | None) -> int | None:
    """The version that the sender has read; None: any. Errors: 400 for what is no ETag of ours."""
    if if_match is None or if_match.strip() == "*":
        return None
    found = _TAG.fullmatch(if_match.strip())
    if found is None or found[1] is None:
        raise Malformed('If-Match is the ETag of what you have read, such as "3".')
    return int(found[1])


async def _body(request: Request, ctx: Context) -> Any:
    """The body as JSON; an empty one stands for no wishes."""
    if request.headers.get("content-length") in (None, "0") and "transfer-encoding" not in request.headers:
        return {}
    return await json_body(request, ctx.settings.max_body_bytes)


def standing_body(found: Standing) -> dict[str, Any]:
    """How far a readout is, with the draft."""
    kept, asked = found.draft, found.asked
    return {
        "series": found.which.series, "conference": found.which.conference,
        "version": kept.version if kept else 0, "draft": kept.draft.model_dump(mode="json") if kept else None,
        "changed_by": kept.changed_by if kept else None, "changed_at": kept.changed_at if kept else None,
        "minutes": kept.minutes if kept else None, "edition": kept.edition if kept else found.edition,
        "outdated": found.outdated, "checked": found.checked, "check": asked.short_id if asked else None,
        "until": asked.until if asked else None, "published": found.published is not None,
    }  # fmt: skip


def _standing(found: Standing, status: int = 200) -> Response:
    version = found.draft.version if found.draft else 0
    headers = {"Cache-Control": "no-store", "ETag": f'"{version}"'}
    return Response(dumps(standing_body(found)), status, headers, media_type="application/json")


@router.get("/conferences/{number}/readout-draft")
async def get_draft(ctx: Ctx, who: Who, number: Number, series: SeriesName = "weekly") -> Response:
    """The readout in work, and how far it is. For the chair."""
    found = await desk(ctx).standing(who, series, number)
    if found.draft is None:
        raise Unknown(f"Nobody has begun a readout of conference {number}.")
    return _standing(found)


@router.post("/conferences/{number}/readout-draft", status_code=201)
async def post_draft(
    ctx: Ctx, who: Who, number: Number, series: SeriesName = "weekly", if_match: IfMatch = None
) -> Response:
    """Draft it from the newest minutes: public interventions and conclusions by points, and progress against targets.
    What was changed in an earlier draft is gone; with ``If-Match`` only if it is the one that you have read."""
    made = desk(ctx)
    await made.draft(who, series, number, expected(if_match))
    return _standing(await made.standing(who, series, number), 201)


@router.put("/conferences/{number}/readout-draft")
async def put_draft(
    request: Request, ctx: Ctx, who: Who, number: Number, series: SeriesName = "weekly", if_match: IfMatch = None
) -> Response:
    """Change the draft: the body is ``draft`` as it was read, changed. 412 tells of somebody else’s change, with it."""
    given = content.read(await json_body(request, ctx.settings.max_body_bytes))
    made = desk(ctx)
    await made.save(who, series, number, given, expected(if_match))
    return _standing(await made.standing(who, series, number))


@router.post("/conferences/{number}/readout-check", status_code=201)
async def post_check(
    request: Request, ctx: Ctx, who: Who, number: Number, series: SeriesName = "weekly", if_match: IfMatch = None,
    idempotency_key: Key = None,
) -> Response:  # fmt: skip
    """Send the draft to the parties named in it. Who asks for no change within the window (``minutes``, 120 if not
    given) has accepted it."""
    given = parse.validate(NewCheck, await _body(request, ctx))
    recorded = await desk(ctx).send(
        who, series, number, window=timedelta(minutes=given.minutes), key=idempotency_key, version=expected(if_match)
    )
    return await accepted(ctx, who, recorded, dry_run=False, keyed=idempotency_key is not None)


@router.post("/conferences/{number}/readout", status_code=201)
async def post_publication(
    request: Request, ctx: Ctx, who: Who, number: Number, series: SeriesName = "weekly", if_match: IfMatch = None,
    idempotency_key: Key = None,
) -> Response:  # fmt: skip
    """Publish the draft to everybody. Without a check of these words that has ended without a change asked for, it
    takes a ``reason``, which everybody reads."""
    given = parse.validate(NewReadout, await _body(request, ctx))
    recorded = await desk(ctx).publish(
        who, series, number, reason=given.reason, key=idempotency_key, version=expected(if_match)
    )
    return await accepted(ctx, who, recorded, dry_run=False, keyed=idempotency_key is not None)


@router.post("/readouts/{number}/errata", status_code=201)
async def post_erratum(
    request: Request, ctx: Ctx, who: Who, number: Number, series: SeriesName = "weekly", idempotency_key: Key = None
) -> Response:
    """Correct a published readout: the words that are wrong, as they stand in it, and the right ones. It is numbered,
    and the readout shows it. It is published at once and cannot be taken back; the pages show first how it will
    read."""
    given = parse.validate(NewErratum, await json_body(request, ctx.settings.max_body_bytes))
    recorded = await desk(ctx).correct(
        who, series, number, given.wrong, given.right, given.where, key=idempotency_key
    )  # fmt: skip
    return await accepted(ctx, who, recorded, dry_run=False, keyed=idempotency_key is not None)


@router.get("/readout-template")
async def get_template(ctx: Ctx, who: Who, series: SeriesName = "weekly") -> Response:
    """The words around every readout of a series; version 0 is the one that the hub comes with. For the chair."""
    template, version = await desk(ctx).template(who, series)
    found = answer({"series": series, "version": version, "template": json.loads(template.model_dump_json())})
    found.headers["ETag"] = f'"{version}"'
    return found


@router.put("/readout-template")
async def put_template(
    request: Request, ctx: Ctx, who: Who, series: SeriesName = "weekly", if_match: IfMatch = None
) -> Response:
    """Set the words around every readout of a series, for those that are drafted from now on."""
    given = parse.validate(Template, await json_body(request, ctx.settings.max_body_bytes))
    version = await desk(ctx).set_template(who, series, given, expected(if_match))
    found = answer({"series": series, "version": version, "template": json.loads(given.model_dump_json())})
    found.headers["ETag"] = f'"{version}"'
    return found
