"""An app for one-time codes on a person's telephone: scan, type the first code, done."""

from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from routehub.core.errors import TooMany
from routehub.core.language import _
from routehub.directory import attempts, codes, factors, sessions, sign_in
from routehub.journal.jobs import Change
from routehub.journal.message import Transaction
from routehub.web import notices
from routehub.web.account import Fresh, show_recovery
from routehub.web.answers import PageRoute, go
from routehub.web.context import Web, WebContext
from routehub.web.forms import Faults
from routehub.web.guard import OwnForm
from routehub.web.render import page
from routehub.web.visitor import Visitor

router = APIRouter(route_class=PageRoute)


async def _show(request: Request, ctx: WebContext, who: Visitor, words: str = "", status: int = 200) -> Response:
    import segno  # loaded when somebody sets up an app

    person, faults = who.person.id, Faults()
    if words:
        faults.add("code", words)
    secret = await ctx.writer.submit(Change(lambda tx: codes.begin(tx, ctx.vault, person)))
    host = ctx.settings.public_url.partition("://")[2].rstrip("/")
    address = codes.address(secret, who.person.email, host)
    # Dark on light in both themes: many cameras read nothing else.
    drawing = segno.make(address, error="m").svg_inline(scale=4, border=4, dark="#000", light="#fff")
    grouped = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    values = {"drawing": Markup(drawing), "secret": grouped, "address": address, "faults": faults}  # noqa: S704 - made here, of letters and digits
    title = _("Authenticator app")
    return page(
        request,
        ctx,
        who,
        "account_codes.html",
        _("Error: %(title)s", title=title) if words else title,
        values,
        status=status,
    )


@router.post("/account/codes/new")
async def new(request: Request, ctx: Web, who: Fresh, form: OwnForm) -> Response:
    """A new secret to scan. It counts once a code of it was typed; until then nothing changes."""
    return await _show(request, ctx, who)


@router.post("/account/codes")
async def confirm(request: Request, ctx: Web, who: Fresh, form: OwnForm) -> Response:
    """Turn the app on by its first code. With the first second step come recovery codes."""
    person, current, typed = who.person.id, who.session.token_hash, form.text("code")
    try:
        attempts.may_try_code(ctx.rates, request.client.host if request.client else "", person, "account")
    except TooMany as error:
        return await _show(request, ctx, who, error.detail, 429)

    def apply(tx: Transaction) -> list[str] | None:
        if not codes.confirm(tx, ctx.vault, person, typed):
            return None
        sign_in.changed(tx, person, "codes-added")
        sessions.strengthen(tx.conn, current, "code")
        return codes.make_paper(tx, person) if codes.paper_left(tx.conn, person) == 0 else []

    made = await ctx.writer.submit(Change(apply))
    if made is None:
        words = "This code is not right. Type the six digits that the app shows now; is the telephone's clock right?"
        return await _show(request, ctx, who, words, 422)
    answer = show_recovery(request, ctx, who, made, first=True) if made else go(f"{who.base}/account?done=codes")
    answer.background = notices.later(ctx, person, "An authenticator app was set up.")
    return answer


@router.post("/account/codes/remove")
async def remove(ctx: Web, who: Fresh, form: OwnForm) -> Response:
    """The app counts no more. Without another second step the password and the recovery codes go too."""
    person, alone = who.person.id, ctx.settings.second_factor == "offered"

    def apply(tx: Transaction) -> None:
        codes.remove(tx, person)
        factors.settle(tx, person, alone=alone)
        sign_in.changed(tx, person, "codes-removed")

    await ctx.writer.submit(Change(apply))
    answer = go(f"{who.base}/account?done=codes-removed")
    answer.background = notices.later(ctx, person, "The authenticator app was removed.")
    return answer
