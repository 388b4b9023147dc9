"""A person's passkeys: made on this device or on a key, named, and removed."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import JSONResponse

from routehub.core.errors import Conflict, Refused
from routehub.core.language import _
from routehub.directory import codes, factors, passkeys, sessions, sign_in, steps
from routehub.journal.jobs import Change
from routehub.journal.message import Transaction
from routehub.web import notices
from routehub.web.account import Fresh, show_account, show_recovery
from routehub.web.answers import PageRoute, go
from routehub.web.context import Web
from routehub.web.forms import Faults
from routehub.web.guard import OwnForm

router = APIRouter(route_class=PageRoute)


@router.post("/account/passkeys/options")
async def options(ctx: Web, who: Fresh, form: OwnForm) -> Response:
    """What the browser needs to make a passkey, as JSON for the page's script; ``step`` comes back with the answer."""
    person = who.person.id
    known = await ctx.db.read(passkeys.of, person)
    found = passkeys.creation_options(ctx.settings.public_url, who.person, known)
    token = await ctx.writer.submit(Change(lambda tx: steps.begin(tx, "enrol", person, challenge=found["challenge"])))
    return JSONResponse(found | {"step": token})


@router.post("/account/passkeys")
async def enrol(request: Request, ctx: Web, who: Fresh, form: OwnForm) -> Response:
    """Keep a new passkey. With the first second step come recovery codes."""
    person, current, url = who.person.id, who.session.token_hash, ctx.settings.public_url
    token, said = form.raw("step"), form.raw("credential")
    name = " ".join(form.text("name").split())[:60] or _("Passkey")
    faults = Faults()

    def apply(tx: Transaction) -> list[str]:
        step = steps.use(tx, token, "enrol")
        if step is None or step.person != person:
            raise Refused(_("That took too long. Press the button again."))
        passkeys.enrol(tx, url, person, step.challenge, said, name)
        sign_in.changed(tx, person, "passkey-added", name=name)
        sessions.strengthen(tx.conn, current, "passkey")
        return codes.make_paper(tx, person) if codes.paper_left(tx.conn, person) == 0 else []

    if not name.isprintable():
        faults.add("name", _("Write a name in plain letters, such as Office laptop"))
        return await show_account(request, ctx, who, faults)
    try:
        made = await ctx.writer.submit(Change(apply))
    except (Refused, Conflict) as error:
        faults.add("name", error.detail)
        return await show_account(request, ctx, who, faults)
    answer = show_recovery(request, ctx, who, made, first=True) if made else go(f"{who.base}/account?done=passkey")
    answer.background = notices.later(ctx, person, f"A passkey was added: {name}.")
    return answer


@router.post("/account/passkeys/{passkey}/remove")
async def remove(ctx: Web, who: Fresh, form: OwnForm, passkey: Annotated[str, Path(max_length=1400)]) -> Response:
    """Remove a passkey, such as that of a lost device. Without a second step left the password goes too."""
    person, alone = who.person.id, ctx.settings.second_factor == "offered"

    def apply(tx: Transaction) -> bool:
        if not passkeys.remove(tx, person, passkey):
            return False
        factors.settle(tx, person, alone=alone)
        sign_in.changed(tx, person, "passkey-removed")
        return True

    gone = await ctx.writer.submit(Change(apply))
    answer = go(f"{who.base}/account?done=passkey-removed")
    if gone:
        answer.background = notices.later(ctx, person, "A passkey was removed.")
    return answer
