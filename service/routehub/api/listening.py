"""What a reader asks of a stream, the same for WebSocket and server-sent events, and carrying it there."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from routehub.api.context import Context
from routehub.api.identity import identify
from routehub.core.errors import HubError, NotAllowed, refused
from routehub.core.observe import log
from routehub.delivery.live import resume
from routehub.delivery.live.frame import Frame
from routehub.delivery.live.listener import Ending, Listener, too_slow
from routehub.delivery.wanted import Wanted
from routehub.directory.principal import Principal
from routehub_schemas.errors import near
from routehub_schemas.vocab import SEVERITIES

WRITE_SECONDS = 20.0
TRY_AGAIN = Ending(1013, "the journal cannot be read right now; connect again in a moment")


@dataclass(frozen=True)
class Asked:
    """Who wants to listen to what, from where on."""

    principal: Principal
    wanted: Wanted
    begin: resume.Place


def check_origin(connection: HTTPConnection, public_url: str) -> None:
    """Browsers open WebSockets to any site and send its cookie along: only the hub's own pages may (PROMISES)."""
    origin = connection.headers.get("origin")
    if origin is None or "cookie" not in connection.headers:
        return
    own = urlsplit(public_url)
    if origin.lower() != f"{own.scheme}://{own.netloc}" and urlsplit(origin).netloc != connection.headers.get("host"):
        raise NotAllowed("Streams with a sign-in cookie are opened by the hub's own pages only.")


def wanted(ctx: Context, kinds: list[str], parties: list[str], places: list[str], severity: str | None) -> Wanted:
    """The filter of a stream. Words that mean nothing are refused: such a stream would stay silent for ever."""
    for kind in kinds:
        if kind not in ctx.registry:
            raise refused(
                "/kind", "unknown-kind", f"There is no kind {kind}.", sent=kind, allowed=sorted(ctx.registry),
                suggestion=near(kind, list(ctx.registry)),
            )  # fmt: skip
    if severity is not None and severity not in SEVERITIES:
        raise refused(
            "/severity", "unknown-severity", "Severity is a word of CAP 1.2.", sent=severity, allowed=list(SEVERITIES)
        )
    codes = []
    for party in parties:
        code = ctx.directory.value.party_code(party)
        if code is None:
            raise refused("/party", "unknown-party", f"No party has the code {party}.", sent=party)
        codes.append(code)
    return Wanted(frozenset(kinds), frozenset(codes), frozenset(places), severity)


async def asked(
    connection: HTTPConnection, ctx: Context, found: Wanted, after: str | None, resync: str | None
) -> Asked:
    """Everything about a stream that can be refused, before it opens: 401, 403, 404, 410, 422."""
    check_origin(connection, ctx.settings.public_url)
    principal = await identify(connection, ctx)
    if not principal.reads_feed:
        raise NotAllowed("You may not read this feed. A key needs the scope read:feed, a person a role on the route.")
    begin = await resume.place(ctx.live, principal.route, principal.party, after, or_head=resync == "head")
    return Asked(principal, found, begin)


@asynccontextmanager
async def listening(ctx: Context, ask: Asked, form: str) -> AsyncIterator[Listener]:
    listener = ctx.live.open(ask.principal, ask.wanted)
    gauge = ctx.metrics.listeners.labels(form)
    gauge.inc()
    try:
        yield listener
    finally:
        gauge.dec()
        ctx.live.close(listener)


async def carry(
    ctx: Context, ask: Asked, listener: Listener, send: Callable[[Frame], Awaitable[None]],
    left: Callable[[], Coroutine[Any, Any, None]],
) -> Ending | None:  # fmt: skip
    """Send frames until the reader leaves (None) or the stream ends (why).

    ``left`` returns when the reader has gone: one that is only sent to never shows it.
    """
    sender = asyncio.create_task(_send(ctx, ask, listener, send))
    others = [asyncio.create_task(left()), asyncio.create_task(listener.over.wait())]
    try:
        await asyncio.wait({sender, *others}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (sender, *others):
            task.cancel()
        results = await asyncio.gather(sender, *others, return_exceptions=True)
    fault = results[0]
    if isinstance(fault, HubError):
        log("live").warning("a stream ends", fault=fault.detail)
        listener.end(TRY_AGAIN)
    elif isinstance(fault, Exception) and not isinstance(fault, OSError):
        raise fault
    return listener.ending


async def _send(ctx: Context, ask: Asked, listener: Listener, send: Callable[[Frame], Awaitable[None]]) -> None:
    async for frame in resume.stream(ctx.live, listener, ask.begin):
        try:
            async with asyncio.timeout(WRITE_SECONDS):
                await send(frame)
        except TimeoutError:
            listener.end(too_slow())
            return
