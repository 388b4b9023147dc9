"""Pages about the reader's own device: what waits on it to be sent, the keys, and what opens without a connection."""

from fastapi import APIRouter, Request, Response

from routehub.core.language import _
from routehub.web.answers import PageRoute
from routehub.web.context import Web
from routehub.web.render import page
from routehub.web.visitor import SignedIn

router = APIRouter(route_class=PageRoute)
of_any_route = APIRouter(route_class=PageRoute)


@router.get("/outbox")
async def show_outbox(request: Request, ctx: Web, who: SignedIn) -> Response:
    """What waits on this device to be sent, what needs a look, and what was sent. Scripts of the page fill it."""
    return page(request, ctx, who, "outbox.html", _("Outbox"))


@router.get("/keyboard")
async def show_keyboard(request: Request, ctx: Web, who: SignedIn) -> Response:
    """The keys of the pages, and how to turn them off."""
    return page(request, ctx, who, "keyboard.html", _("Keyboard"))


@of_any_route.get("/offline")
async def show_offline(request: Request, ctx: Web) -> Response:
    """What a device shows without a connection instead of a page that it did not keep. It holds nothing of anybody."""
    return page(request, ctx, None, "offline.html", _("You are offline"))
