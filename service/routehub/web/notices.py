"""Mail to a person about their own sign-in: whoever did it, its owner hears of it (ASVS 5.0, 6.3.7)."""

from starlette.background import BackgroundTask

from routehub.core.clock import wall
from routehub.core.language import _, of_person, using
from routehub.core.observe import log
from routehub.delivery.mail import Mail, Mailbox
from routehub.delivery.rendering import marked_for
from routehub.web.context import WebContext


def later(ctx: WebContext, person: str, words: str) -> BackgroundTask:
    """Send it once the answer is out."""
    return BackgroundTask(_tell, ctx, person, words)


async def _tell(ctx: WebContext, person: str, words: str) -> None:
    known = ctx.directory.value.people.get(person)
    if known is None:
        return
    with using(of_person(known.language)):
        text = _(
            "%(words)s\n\nThis was on %(time)s UTC, for %(email)s.\n\nIf it was you, there is nothing to do. If not, "
            "tell the operator of the hub at once, and end the sign-ins that you do not know:\n%(address)s\n",
            words=_(words),
            time=f"{wall():%A %d %B %Y, %H:%M}",
            email=known.email,
            address=f"{ctx.settings.public_url.rstrip('/')}/account",
        )
        letter = Mail(_("How you sign in to Routehub has changed"), text)
    try:
        await ctx.mail.send(Mailbox(known.email), marked_for(letter, known, ctx.directory.value))
    except Exception as fault:  # noqa: BLE001 - the answer is out already; the operator reads the log
        log("web").error("a notice about sign-in was not mailed", fault=type(fault).__name__)
