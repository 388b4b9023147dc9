"""The contract itself, for everybody: JSON Schemas of the kinds, and what the types of problems mean."""

import asyncio
from html import escape
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from routehub.api.context import Ctx
from routehub.api.documents.shelf import shelf
from routehub.core import errors
from routehub.core.errors import HubError, Unknown
from routehub_schemas import export

router = APIRouter(tags=["contract"])

WHAT_TO_DO = {
    "malformed": "Send UTF-8 JSON without doubled names, control characters or values that JSON does not know.",
    "sign-in-needed": "Send a key (Authorization: Bearer rh_…) or sign in. Your party's office makes keys.",
    "looks-personal": "Leave the text out, or send it again with the header `Text-Checked: yes`; that is recorded.",
    "wrong-secrets-key": "Put the file of ROUTEHUB_SECRETS_KEY_FILE back.",
    "not-allowed": "Ask your party's office for the role or the key scope that is named.",
    "second-step-needed": "Set up a passkey or an authenticator app on the page /account.",
    "unknown": "Check the id. What you may not read is answered in the same words as what is not there.",
    "wrong-method": "Use one of the methods in the header Allow.",
    "not-acceptable": "Accept one of the types in `offered`, or use the address with a suffix, such as .csv.",
    "conflict": "Read the present state again, then decide.",
    "cursor-gone": "Read your feed again from the start: after=0. Each message has its id, so nothing doubles.",
    "erased": "Nothing brings it back; its id and its place in your feed stay.",
    "form-outdated": "Load the page again; what you typed is kept.",
    "not-fresh": "Sign in again, then change how you sign in.",
    "stale": "Read the report again, put your change in, and send it with the new ETag.",
    "too-large": "Send less at once: up to 1,000 figures in a report.",
    "wrong-type": "Send one of the content types that are named.",
    "refused": "Mend every problem in the list; each has a pointer to the field.",
    "too-many": "Wait as long as Retry-After says.",
    "not-installed": "Ask for another form, or have the operator install the extra that is named.",
    "busy": "Nothing was stored. Send the same again after Retry-After, with the same Idempotency-Key.",
    "disk-full": "Nothing was stored. The operator has to make room; then send the same again.",
    "internal": "Tell the operator the code of four characters.",
}


@router.get("/schemas/{name}.json")
async def get_schema(
    ctx: Ctx,
    name: Annotated[str, Path(max_length=60, description="Kind and version: report.v1.", examples=["report.v1"])],
) -> Response:
    """The JSON Schema of a kind of message."""
    for kind in ctx.registry.values():
        if name == f"{kind.name}.v{kind.version}":
            return Response(export.text(export.schema(kind)), media_type="application/schema+json")
    raise Unknown(f"There is no schema {name}.")


def _tree(kind: type[HubError]) -> list[type[HubError]]:
    return [kind, *(found for child in kind.__subclasses__() for found in _tree(child))]


def _first_line(kind: type[HubError]) -> str:
    """What a problem of another package says about itself."""
    return (kind.__doc__ or kind.title).partition("\n")[0]


JSON = "application/json"
KEPT = {"Cache-Control": "public, max-age=300"}


@router.get("/openapi.json", include_in_schema=False)
async def get_openapi(request: Request) -> Response:
    """This API as an OpenAPI 3.1 document."""
    return Response(await asyncio.to_thread(lambda: shelf(request).openapi_text), headers=KEPT, media_type=JSON)


@router.get("/asyncapi.json", include_in_schema=False)
async def get_asyncapi(request: Request) -> Response:
    """Streams and webhooks as an AsyncAPI 3.0 document."""
    return Response(await asyncio.to_thread(lambda: shelf(request).asyncapi_text), headers=KEPT, media_type=JSON)


@router.get("/docs", include_in_schema=False)
async def get_docs(request: Request) -> Response:
    """This API for people to read."""
    found = shelf(request)
    body = await asyncio.to_thread(lambda: found.page)
    return Response(body, headers=KEPT | {"Content-Security-Policy": found.page_policy}, media_type="text/html")


@router.get("/docs/problems", include_in_schema=False)
async def get_problems() -> Response:
    """What each type of problem means and what to do about it."""
    rows = "".join(
        f'<tr id="{kind.code}"><th scope="row">{kind.code}</th><td>{kind.status}</td><td>{escape(kind.title)}</td>'
        f"<td>{escape(WHAT_TO_DO.get(kind.code) or _first_line(kind))}</td></tr>"
        for kind in sorted(_tree(errors.HubError), key=lambda k: k.status)
    )
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Problems</title></head><body><main>'
        "<h1>Problems</h1><table><thead><tr><th>type</th><th>status</th><th>meaning</th><th>what to do</th></tr>"
        f"</thead><tbody>{rows}</tbody></table></main></body></html>"
    )
    return Response(page, media_type="text/html; charset=utf-8")
