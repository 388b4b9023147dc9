"""Reading request bodies: within the limit, of a type that is known, as strict JSON."""

from typing import Any

from fastapi import Request
from starlette.requests import ClientDisconnect

from routehub.core.bounded import READ_ON, within
from routehub.core.errors import Malformed, TooLarge, WrongType
from routehub_schemas import parse

JSON_TYPES = ("application/json",)


def media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def raw(request: Request, most: int) -> bytes:
    """The body, with and without Content-Length held to ``most`` bytes (413). Encoded bodies are refused (415):
    a small one may unpack to gigabytes."""
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise WrongType("Send the body without Content-Encoding.")
    length = request.headers.get("content-length")
    if length is not None and (not (length.isascii() and length.isdigit()) or int(length) > most * READ_ON):
        raise TooLarge(f"A body has at most {most} bytes.")
    try:
        found = await within(request.stream(), most)
    except ClientDisconnect:  # nobody reads the answer; it is the sender's fault and none of the hub's
        raise Malformed("The body ended before all of it had come.") from None
    if found is None:
        raise TooLarge(f"A body has at most {most} bytes.")
    return found


async def json_body(request: Request, most: int, *types: str) -> Any:
    """The body as strict JSON of one of ``types`` (415 otherwise)."""
    accepted = types or JSON_TYPES
    if media_type(request) not in accepted:
        raise WrongType(f"Send Content-Type: {' or '.join(accepted)}.", allowed=list(accepted))
    data = await raw(request, most)
    if not data.strip():
        raise Malformed("The body is empty; send JSON.")
    return parse.loads(data)
