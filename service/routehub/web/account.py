"""The account page: how its person signs in and where, and what may be changed of it now."""

from typing import Annotated

from fastapi import Depends, Request, Response

from routehub.core.clock import wall
from routehub.core.errors import HubError
from routehub.core.language import _, later
from routehub.directory import factors, passkeys, sessions
from routehub.web.context import WebContext
from routehub.web.forms import Faults
from routehub.web.render import page
from routehub.web.visitor import SignedIn, Visitor, lacks_second_step


class NotFresh(HubError):
    """The sign-in is too long ago to change how one signs in: an open browser must not be enough for that."""

    status, code, title = 403, "not-fresh", later("Sign in again first")


def is_fresh(who: Visitor) -> bool:
    return wall() < who.session.created_at + sessions.FRESH


def require_fresh(who: Visitor, what: str) -> Visitor:
    """what: the sentence that says to sign in again, and why."""
    if not is_fresh(who):
        raise NotFresh(what)
    return who


async def _fresh(who: SignedIn) -> Visitor:
    return require_fresh(who, _("You signed in more than half an hour ago. Sign in again to change how you sign in."))


Fresh = Annotated[Visitor, Depends(_fresh)]
"""A visitor who has signed in within the last half hour."""


async def show_account(
    request: Request, ctx: WebContext, who: Visitor, faults: Faults | None = None, status: int = 422
) -> Response:
    """The account page, with what went wrong in one of its forms."""
    faults = faults or Faults()
    values = {
        "ways": await ctx.db.read(factors.of, who.person.id),
        "sessions": await ctx.db.read(sessions.own, who.person.id, wall()), "current": who.session.id,
        "fresh": is_fresh(who), "roles": sorted(who.principal.roles), "faults": faults,
        "needed": lacks_second_step(ctx, who.session), "most": passkeys.MOST,
        "passkeys_here": passkeys.offered(ctx.settings.public_url), "asks": ctx.settings.second_factor,
        "done": "" if faults else request.query_params.get("done", ""),
    }  # fmt: skip
    title = _("Your account")
    return page(
        request, ctx, who, "account.html", _("Error: %(title)s", title=title) if faults else title, values,
        status=status if faults else 200,
    )  # fmt: skip


def show_recovery(request: Request, ctx: WebContext, who: Visitor, made: list[str], first: bool) -> Response:
    """Fresh recovery codes: shown now and never again. first: they came with the first second step."""
    return page(request, ctx, who, "recovery.html", _("Your recovery codes"), {"codes": made, "first": first})
