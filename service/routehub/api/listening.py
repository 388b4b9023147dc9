"""What a reader asks of a stream, the same for WebSocket and server-sent events, and the way into the live follower."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from routehub.api.context import Context
from routehub.api.identity import identify
from routehub.api.sockets import Connection
from routehub.core.errors import HubError, NotAllowed, TooMany, refused
from routehub.core.observe import log
from routehub.delivery.live import resume
from routehub.delivery.live.listener import Ending
from routehub.delivery.wanted import Wanted
from routehub.directory.principal import Principal
from routehub_schemas.errors import near
from routehub_schemas.vocab import SEVERITIES

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
    """Everything about a stream that can be refused, before it opens: 401, 403, 404, 410, 422, 429."""
    check_origin(connection, ctx.settings.public_url)
    principal = await identify(connection, ctx)
    if not principal.reads_feed:
        raise NotAllowed("You may not read this feed. A key needs the scope read:feed, a person a role on the route.")
    begin = await resume.place(ctx.live, principal.route, principal.party, after, or_head=resync == "head")
    _check_number(ctx, principal)  # last: whoever asks for many at once has none of them open before the first read
    return Asked(principal, found, begin)


def _check_number(ctx: Context, principal: Principal) -> None:
    """One program in a loop that forgets to close must not take the hub's sockets from the others."""
    most = ctx.settings.streams_per_person if principal.person_id else ctx.settings.streams_per_key
    if ctx.live.streams(principal.actor) >= most:
        raise TooMany(f"{most} streams are open for you already. Close some first; one carries a whole feed.")


async def listen(ctx: Context, ask: Asked, connection: Connection) -> None:
    """Bring a reader up to date and leave it to the live follower, which writes to it until it goes or is ended."""
    listener = ctx.live.open(ask.principal, ask.wanted, connection)
    gauge = ctx.metrics.listeners.labels(connection.form)
    gauge.inc()

    def lost() -> None:
        gauge.dec()
        ctx.live.close(listener)

    connection.keep(lost)
    try:
        await resume.catch_up(ctx.live, listener, ask.begin, connection.drained)
    except HubError as fault:
        log("live").warning("a stream ends", fault=fault.detail)
        listener.end(TRY_AGAIN)
    except BaseException:
        connection.abort()
        raise
