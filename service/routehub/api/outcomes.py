"""What became of what was posted: one message, or many in their order."""

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Response

from routehub.api.context import Context
from routehub.api.problems import MEDIA, answer, document
from routehub.core.canonical import dumps
from routehub.core.errors import Erased, HubError, Unknown
from routehub.directory.principal import Principal
from routehub.journal import feed
from routehub.journal.jobs import NotTogether, Recorded
from routehub.journal.message import as_event, for_reader

RETRY_WARNING = {
    "pointer": "",
    "code": "no-id",
    "message": "Sent without an id: a retry would store it twice. Send an Idempotency-Key.",
}
MOST_TOLD = 1_000
"""Problems in one answer about many messages: a thousand events of a hundred faults get an answer of bounded size."""
WITH_OTHERS = 424
"""Right by itself, and not stored because of another (RFC 4918, section 11.4)."""


async def told(
    ctx: Context, who: Principal, recorded: Recorded, *, dry_run: bool, keyed: bool = True
) -> tuple[int, dict[str, str], dict[str, Any]]:
    """Status, headers and body about one message: 201 with the envelope; 200 when it was there, or for a dry run."""
    headers: dict[str, str] = {}
    status = 201
    if recorded.message is not None:
        body = as_event(recorded.message.body, recorded.epoch, recorded.feed)
        body["warnings"] = [caution.as_dict() for caution in recorded.cautions]
        if dry_run:
            body["dry_run"], status = True, 200
            for name in ("id", "cursor", "feed", "shortid"):
                body.pop(name, None)
        elif not keyed:
            body["warnings"].append(RETRY_WARNING)
    else:
        body, status = json.loads(await _earlier(ctx, who, recorded)) | {"warnings": []}, 200
        headers |= _again(recorded)
    if not dry_run:
        headers["Location"] = f"/v1/routes/{who.route}/messages/{body['id']}"
        headers["ETag"] = f'"{body["id"]}"'
        body["web"] = f"{ctx.settings.public_url.rstrip('/')}/routes/{who.route}/messages/{body['id']}"
    return status, headers, body


async def accepted(ctx: Context, who: Principal, recorded: Recorded, *, dry_run: bool, keyed: bool = True) -> Response:
    """The answer to the post of one message."""
    if dry_run:
        status, headers, body = await told(ctx, who, recorded, dry_run=True, keyed=keyed)
        return _answer(dumps(body), status, headers)
    if recorded.message is None:
        return _stored(ctx, who, recorded.message_id, await _earlier(ctx, who, recorded), [], 200, _again(recorded))
    began = time.perf_counter()
    warnings = [caution.as_dict() for caution in recorded.cautions]
    text = for_reader(recorded.message.body, recorded.epoch, recorded.feed)
    answer = _stored(ctx, who, recorded.message_id, text, warnings if keyed else [*warnings, RETRY_WARNING], 201, {})
    ctx.metrics.stage("answer", time.perf_counter() - began)
    return answer


def _stored(
    ctx: Context, who: Principal, message_id: str, text: str, warnings: list[dict[str, Any]], status: int,
    headers: dict[str, str],
) -> Response:  # fmt: skip
    """What ``told`` says of a message, put together as text: its envelope is not read and written again."""
    place = f"/routes/{who.route}/messages/{message_id}"
    web = dumps(ctx.settings.public_url.rstrip("/") + place)
    more = {"Location": f"/v1{place}", "ETag": f'"{message_id}"'}
    return _answer(f'{text[:-1]},"warnings":{dumps(warnings)},"web":{web}}}', status, more | headers)


def _answer(text: str, status: int, headers: dict[str, str]) -> Response:
    return Response(text, status, {"Cache-Control": "no-store"} | headers, media_type="application/json")


async def _earlier(ctx: Context, who: Principal, recorded: Recorded) -> str:
    """The envelope of a message that was there already, as its sender reads it. Errors: Erased, as for readers."""
    item = await ctx.db.read(feed.one, who.route, who.party, recorded.message_id)
    if item is None:
        raise Unknown()
    if item.body is None:
        raise Erased(item.erased.words if item.erased else "")
    return item.text((await ctx.db.read(feed.head, who.route, who.party)).epoch)


def _again(recorded: Recorded) -> dict[str, str]:
    return {"Idempotent-Replay" if recorded.replayed else "Unchanged": "true"}


async def of_many(
    ctx: Context, who: Principal, outcomes: Sequence[Recorded | HubError], *, dry_run: bool, together: bool,
    more: Mapping[str, Any] | None = None,
) -> Response:  # fmt: skip
    """The answer to the post of several, each in its place under ``results``.

    201: all are stored; 200: nothing new to store; 207: some were refused; 422 (a problem document): all were, or
    one was and they go together. The same fault of the hub for all of them is that fault.
    """
    refusals = [outcome for outcome in outcomes if isinstance(outcome, HubError)]
    if refusals and len(refusals) == len(outcomes) and refusals[0].status >= 500:
        return answer(refusals[0])
    spoilt = together and bool(refusals)
    left = MOST_TOLD
    results: list[dict[str, Any]] = []
    for outcome in outcomes:
        if isinstance(outcome, HubError):
            problem = document(outcome, most=max(left, 1))
            left -= len(problem.get("problems", ()))
            results.append({"status": outcome.status, "problem": problem})
        elif spoilt:
            results.append({"status": WITH_OTHERS})
        else:
            results.append(await _result(ctx, who, outcome, dry_run=dry_run))
    taken = 0 if spoilt else len(outcomes) - len(refusals)
    body: dict[str, Any] = {"accepted": taken, "refused": len(outcomes) - taken, "results": results} | dict(more or {})
    if dry_run:
        body["dry_run"] = True
    if refusals and not taken:
        return Response(dumps(document(NotTogether(outcomes)) | body), 422, _PLAIN, media_type=MEDIA)
    fresh = any(result["status"] == 201 for result in results)
    status = 207 if refusals else 201 if fresh else 200
    return Response(dumps(body), status, _PLAIN, media_type="application/json")


_PLAIN = {"Cache-Control": "no-store"}


async def _result(ctx: Context, who: Principal, recorded: Recorded, *, dry_run: bool) -> dict[str, Any]:
    try:
        status, _, body = await told(ctx, who, recorded, dry_run=dry_run)
    except (Unknown, Erased) as gone:  # sent before, erased since
        return {"status": gone.status, "problem": document(gone)}
    return {"status": status, "message": body}
