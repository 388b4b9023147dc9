"""Which stages of a conference its bar can lead to."""

from sqlalchemy import Connection

from routehub.boards.minutes.queries import newest
from routehub.boards.readouts.queries import readouts
from routehub.directory.visibility import readable
from routehub.web.context import WebContext
from routehub.web.visitor import Visitor


async def has_readout(ctx: WebContext, who: Visitor, series: str, number: int) -> bool:
    """Whether there is a page of the readout for the visitor: for the chair as soon as there are minutes to draft it
    from, for others once it is published."""
    return await ctx.db.read(_there, who, series, number)


def _there(conn: Connection, who: Visitor, series: str, number: int) -> bool:
    if "chair" in who.principal.roles:
        ids = readable(conn, who.route.code, who.party)
        return (series, number) in newest(conn, ids, who.route.code, series)
    return bool(readouts(conn, who.route.code, series, number))
