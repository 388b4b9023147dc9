"""Help inside: a guide for each role, the glossary, what the data mean, and the accessibility statement. All of it is
for everybody: nothing in it is of a route, so nobody learns from it which routes there are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from routehub import __version__
from routehub.core.errors import Unknown
from routehub.core.language import _, later
from routehub.web.answers import PageRoute
from routehub.web.anybody import somebody
from routehub.web.context import Web, WebContext
from routehub.web.render import page

router = APIRouter(route_class=PageRoute)


@dataclass(frozen=True)
class Guide:
    """``roles``: for whom it is written."""

    name: str
    title: str
    words: str
    roles: frozenset[str]


GUIDES = (
    Guide(
        "contact-point",
        later("Contact points and deputies"),
        later("Figures, alerts, answers, the conference, hand-over"),
        frozenset({"contact_point", "deputy", "party_office"}),
    ),
    Guide(
        "coordinator",
        later("Coordinators"),
        later("The route at a glance, and where it needs you"),
        frozenset({"coordinator"}),
    ),
    Guide("chair", later("The chair"), later("Agenda, minutes, readout"), frozenset({"chair"})),
    Guide(
        "national-system", later("National systems"), later("A key, the first push, what you can rely on"), frozenset()
    ),
    Guide("operator", later("Operators"), later("Setting up, watching, helping people in"), frozenset({"operator"})),
)
"""In the order in which they are listed."""
PAGES = {"glossary": later("Glossary"), "data": later("About the data")}


@router.get("/help")
async def show(request: Request, ctx: Web) -> Response:
    """All guides, those of the visitor's roles marked, and whom to call."""
    who = await somebody(request, ctx)
    roles = who.principal.roles if who else frozenset()
    mine = {guide.name for guide in GUIDES if guide.roles & roles}
    return await _shown(request, ctx, "help.html", _("Help"), {"guides": GUIDES, "mine": mine})


@router.get("/help/{name}")
async def show_one(request: Request, ctx: Web, name: Annotated[str, Path(max_length=40)]) -> Response:
    """One guide, the glossary, or what the data mean."""
    titles = PAGES | {guide.name: guide.title for guide in GUIDES}
    if name not in titles:
        raise Unknown(_("There is no such page in the help."))
    return await _shown(request, ctx, f"help_{name.replace('-', '_')}.html", _(titles[name]), {})


@router.get("/accessibility")
async def show_statement(request: Request, ctx: Web) -> Response:
    """The accessibility statement, with the address for feedback."""
    return await _shown(request, ctx, "accessibility.html", _("Accessibility statement"), {"version": __version__})


async def _shown(
    request: Request, ctx: WebContext, template: str, title: str, values: Mapping[str, Any]
) -> Response:  # fmt: skip
    usual = {
        "hotline": ctx.settings.hotline, "mailbox": ctx.settings.help_address,
        "url": ctx.settings.public_url.rstrip("/"),
    }  # fmt: skip
    return page(request, ctx, await somebody(request, ctx), template, title, {**usual, **values})
