"""Who looks at a page that needs no sign-in: somebody who has signed in, or anybody."""

from fastapi import Request

from routehub.core.errors import SignInNeeded, Unknown
from routehub.web.context import WebContext
from routehub.web.visitor import Visitor, visitor


async def somebody(request: Request, ctx: WebContext) -> Visitor | None:
    """The visitor, if they have signed in and have a role on the route of the address."""
    try:
        return await visitor(request, ctx)
    except (SignInNeeded, Unknown):
        return None
