"""Any request to the hub, with the key of the sign-in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qsl, quote, urlsplit

import typer

from routehub_client import ids
from routehub_client.cli.command import command
from routehub_client.cli.exits import Usage
from routehub_client.cli.run import Run
from routehub_client.wire import Request

SAFE = {"GET", "HEAD"}


def register(app: typer.Typer) -> None:
    command(app, "api")(api)


def api(
    run: Run,
    method: Annotated[str, typer.Argument(metavar="METHOD")],
    path: Annotated[str, typer.Argument(metavar="PATH", help="Such as /v1/figures?party=MK, or figures?party=MK.")],
    data: Annotated[
        str | None,
        typer.Option("--data", "-d", help="The body: JSON, @FILE, or - for stdin.", metavar="BODY"),
    ] = None,
    header: Annotated[list[str] | None, typer.Option("--header", "-H", metavar="NAME:VALUE")] = None,
    accept: Annotated[str, typer.Option("--accept", help="The format wanted.", metavar="TYPE")] = "application/json",
) -> None:
    """Send one request and write the answer as it comes. Nothing is saved in the outbox."""
    answer = run.hub.ask(_request(run, method.upper(), path, data, header or [], accept))
    run.mark(data=False)
    run.detail(f"{answer.status}, {answer.headers.get('content-type', '')}")
    sys.stdout.flush()
    sys.stdout.buffer.write(answer.body if not answer.body or answer.body.endswith(b"\n") else answer.body + b"\n")
    sys.stdout.buffer.flush()


def _request(run: Run, method: str, given: str, data: str | None, header: list[str], accept: str) -> Request:
    parts = urlsplit(given)
    if parts.scheme or parts.netloc:
        raise Usage("Give the path only, such as /v1/figures: the key goes to no other address.")
    path = parts.path
    if not path.startswith("/"):
        route = run.hub.route_code
        path = f"/v1/routes/{quote(route, safe='')}/{path}" if route else f"/v1/{path}"
    headers = {"Accept": accept}
    body = _body(data)
    if body is not None:
        headers["Content-Type"] = "application/json"
    if method not in SAFE and not run.options.dry_run:
        headers["Idempotency-Key"] = ids.new_key()
    for line in header:
        name, sign, value = line.partition(":")
        if not sign:
            raise Usage(f"{line!r} is not a header: write NAME:VALUE.")
        headers[name.strip()] = value.strip()
    asked = parse_qsl(parts.query, keep_blank_values=True)
    if run.options.dry_run and method not in SAFE:
        asked.append(("dry_run", "true"))
    return Request(method, path, tuple(asked), tuple(headers.items()), body)


def _body(data: str | None) -> bytes | None:
    if data is None:
        return None
    if data == "-":
        return sys.stdin.buffer.read()
    if data.startswith("@"):
        try:
            return Path(data[1:]).expanduser().read_bytes()
        except OSError as fault:
            raise Usage(f"Cannot read {data[1:]}: {fault.strerror}.") from None
    return data.encode()
