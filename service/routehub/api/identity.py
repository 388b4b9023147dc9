"""Who asks: a key in the Authorization header, or a person's session in the cookie. And on which route."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Path
from starlette.requests import HTTPConnection

from routehub.api.context import Context, Ctx
from routehub.api.forwarded import fingerprint
from routehub.core.clock import wall
from routehub.core.errors import NotAllowed, SecondStepNeeded, SignInNeeded, Unknown
from routehub.directory import factors, keys, sessions
from routehub.directory.principal import Principal, person_principal
from routehub.directory.sessions import SessionView
from routehub.directory.snapshot import RouteView

LOOKS = 5
"""So many times a second a key that is not known makes the hub look whether there is a newer directory."""
UNPROVED = 600
"""So many requests a minute that prove nothing are answered for one address."""
PARTY_SHARE = 4
"""A party may make so many times the requests of one of its keys or sessions: several systems, one bound."""


def route_code(connection: HTTPConnection, ctx: Ctx) -> str:
    """The route of an address: the one it names, else the default one."""
    named: str | None = connection.path_params.get("route")
    return named or ctx.settings.default_route


async def identify(connection: HTTPConnection, ctx: Context) -> Principal:
    """The principal behind a request, counted against its rate.

    A key belongs to one route: without a route in the address its own is meant; with another it is refused like a
    route that is not there. A person is on the route of the address.
    """
    try:
        principal = await _proved(connection, ctx)
    except SignInNeeded:
        # Counted by address when it failed only: a guesser is stopped, the system beside it with its key is not.
        address = connection.client.host if connection.client else ""
        ctx.rates.take("not-proved", address, UNPROVED, 60, "Too many requests without a valid key or sign-in.")
        raise
    connection.state.reader = principal  # to whom the answer goes (journal/red_reads.py)
    most = ctx.settings.rate_per_minute
    ctx.rates.take("actor", principal.session or principal.actor, most, 60)
    ctx.rates.take("party", f"{principal.route} {principal.party}", most * PARTY_SHARE, 60)
    return principal


async def _proved(connection: HTTPConnection, ctx: Context) -> Principal:
    header = connection.headers.get("authorization")
    if header is not None:
        return await _by_key(connection, ctx, header)
    if (name := ctx.settings.client_certificate_header) and (said := connection.headers.get(name)):
        found = keys.by_certificate(ctx.directory.value, fingerprint(said) or "", wall())
        if found is not None:
            return _on_its_route(connection, ctx, found)
        if sessions.cookie_name(ctx.settings.public_url) not in connection.cookies:
            raise SignInNeeded("This certificate stands for no key here. Your party's office registers it.")
    return await _by_session(connection, ctx)


async def _by_key(connection: HTTPConnection, ctx: Context, header: str) -> Principal:
    scheme, _, text = header.partition(" ")
    if scheme.lower() != "bearer":
        raise SignInNeeded("Send a key as: Authorization: Bearer rh_…")
    if keys.named(ctx.directory.value, text.strip()) is None and ctx.rates.allows("unknown-key", "", LOOKS, 1):
        # Made a moment ago, at another hub or at the operator's terminal: its first push must not be turned away.
        await ctx.db.read(ctx.directory.refresh)
    return _on_its_route(connection, ctx, keys.authenticate(ctx.directory.value, text.strip(), wall()))


def _on_its_route(connection: HTTPConnection, ctx: Context, principal: Principal) -> Principal:
    """The principal of a key, if the address means its route and its party is on it."""
    named: str | None = connection.path_params.get("route")
    if named is not None and named != principal.route:
        raise Unknown(f"There is no route {named} here that you can see.")
    route = ctx.directory.route(principal.route)
    if route.membership(principal.party, ctx.clock.now().astimezone(route.zone).date()) is None:
        raise NotAllowed(f"{principal.party} is not on the route {principal.route} today; its keys rest.")
    return principal


async def _by_session(connection: HTTPConnection, ctx: Context) -> Principal:
    session = await find_session(connection, ctx)
    if ctx.settings.second_factor == "everyone" and not factors.is_two(session.how):
        raise SecondStepNeeded(
            "This hub asks for two steps. Set up a passkey or an authenticator app at /account first."
        )
    directory = ctx.directory.value
    person = directory.people.get(session.person)
    if person is None or not person.active(wall()):
        raise SignInNeeded("This nomination has ended. Ask your party's office.")
    code = route_code(connection, ctx)
    route = ctx.directory.route(code)
    today = ctx.clock.now().astimezone(route.zone).date()
    principal = person_principal(person, code, directory, wall(), today, session.token_hash)
    if not principal.roles and "route" in connection.path_params:
        raise Unknown(f"There is no route {code} here that you can see.")
    return principal


async def find_session(connection: HTTPConnection, ctx: Context) -> SessionView:
    """The session of the cookie. What changes something also needs the session's CSRF token, and a stream by
    WebSocket the hub's own origin: a browser sends the cookie along from any page."""
    token = connection.cookies.get(sessions.cookie_name(ctx.settings.public_url))
    if not token:
        raise SignInNeeded("Sign in, or send a key: Authorization: Bearer rh_… . Your party's office makes keys.")
    session = await ctx.db.read(ctx.directory.session, token, wall())
    if session is None:
        raise SignInNeeded("Your sign-in has ended. Sign in again.")
    if connection.scope["type"] == "websocket":
        _check_origin(connection, ctx.settings.public_url)
    elif connection.scope["method"] not in sessions.SAFE_METHODS:
        headers = connection.headers
        sessions.check_unsafe(session, headers.get(sessions.CSRF_HEADER), headers.get("sec-fetch-site"))
    return session


def _check_origin(connection: HTTPConnection, public_url: str) -> None:
    origin = urlsplit(connection.headers.get("origin", ""))
    ours = urlsplit(public_url)
    if (origin.scheme, origin.netloc) != (ours.scheme, ours.netloc):
        raise NotAllowed("Streams with a session are for the hub's own pages. Programs use a key.")


async def _principal(connection: HTTPConnection, ctx: Ctx) -> Principal:
    return await identify(connection, ctx)


Who = Annotated[Principal, Depends(_principal)]


async def _reader(who: Who) -> Principal:
    if not who.reads_feed:
        if who.scopes is not None:
            raise NotAllowed("This key does not have the scope read:feed. Make a key that has it.")
        raise NotAllowed("You have no role on this route that reads messages.")
    return who


Reader = Annotated[Principal, Depends(_reader)]


async def _person(who: Who) -> Principal:
    if who.person_id is None:
        raise NotAllowed("This is for people who have signed in; a key cannot do it.")
    return who


Someone = Annotated[Principal, Depends(_person)]


async def _route(who: Who, ctx: Ctx) -> RouteView:
    return ctx.directory.route(who.route)


OnRoute = Annotated[RouteView, Depends(_route)]
PartyPath = Annotated[str, Path(description="Party code or alias, for example MK.", examples=["MK"], max_length=40)]
