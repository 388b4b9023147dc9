"""Mail to a person about their own sign-in: whoever did it, its owner hears of it (ASVS 5.0, 6.3.7)."""

from starlette.background import BackgroundTask

from routehub.core.clock import wall
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
    text = (
        f"{words}\n\nThis was on {wall():%A %d %B %Y, %H:%M} UTC, for {known.email}.\n\n"
        "If it was you, there is nothing to do. If not, tell the operator of the hub at once, and end the sign-ins "
        f"that you do not know:\n{ctx.settings.public_url.rstrip('/')}/account\n"
    )
    try:
        letter = Mail("How you sign in to Routehub has changed", text)
        await ctx.mail.send(Mailbox(known.email), marked_for(letter, known, ctx.directory.value))
    except Exception as fault:  # noqa: BLE001 - the answer is out already; the operator reads the log
        log("web").error("a notice about sign-in was not mailed", fault=type(fault).__name__)
