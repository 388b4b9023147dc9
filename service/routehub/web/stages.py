"""Which stages of a conference its bar can lead to."""

from routehub.boards.readouts.queries import readouts
from routehub.web.context import WebContext
from routehub.web.visitor import Visitor


async def has_readout(ctx: WebContext, who: Visitor, series: str, number: int) -> bool:
    """Whether there is a page of the readout for the visitor: a draft for the chair, for others once published."""
    if "chair" in who.principal.roles:
        return True
    return bool(await ctx.db.read(readouts, who.route.code, series, number))
