"""Who asks: a key in the Authorization header, or the page's session. And on which route."""

from typing import Annotated

from fastapi import Depends, Path
from starlette.requests import HTTPConnection

from routehub.api.context import Context, Ctx
from routehub.core.clock import wall
from routehub.core.errors import NotAllowed, SignInNeeded, Unknown
from routehub.directory import keys
from routehub.directory.principal import Principal
from routehub.directory.snapshot import RouteView


def route_code(connection: HTTPConnection, ctx: Ctx) -> str:
    """The route of an address: the one it names, else the default one, else that of the key."""
    named: str | None = connection.path_params.get("route")
    return named or ctx.settings.default_route


async def identify(connection: HTTPConnection, ctx: Context) -> Principal:
    """The principal behind a request.

    A key belongs to one route: without a route in the address its own is meant; with another it is refused like a
    route that is not there.
    """
    header = connection.headers.get("authorization")
    if header is None:
        raise SignInNeeded("Send a key: Authorization: Bearer rh_… . Your party's office makes keys.")
    scheme, _, text = header.partition(" ")
    if scheme.lower() != "bearer":
        raise SignInNeeded("Send a key as: Authorization: Bearer rh_…")
    principal = keys.authenticate(ctx.directory.value, text.strip(), wall())
    named: str | None = connection.path_params.get("route")
    if named is not None and named != principal.route:
        raise Unknown(f"There is no route {named} here that you can see.")
    return principal


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


async def _route(who: Who, ctx: Ctx) -> RouteView:
    return ctx.directory.route(who.route)


OnRoute = Annotated[RouteView, Depends(_route)]
PartyPath = Annotated[str, Path(description="Party code or alias, for example MK.", examples=["MK"], max_length=40)]
