"""A bulletin as one party reads it: the frozen changes, those that only it and some others know of, and the five that
come first."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from routehub.boards.bulletins.queries import bulletins
from routehub.digests.bulletin.compiling import MARKS
from routehub.directory.snapshot import Directory, RouteView
from routehub.directory.visibility import readable
from routehub.journal import follow
from routehub.journal.message import Message
from routehub.views import acting, overnight
from routehub.views.changes import Line, ranked
from routehub_schemas.kinds.bulletin.payload import Bulletin, Change
from routehub_schemas.registry import Registry

FIRST = 5


@dataclass(frozen=True)
class Reading:
    """``lines``: all changes for this reader, the most important first.

    The same for a bulletin of long ago as on its morning: what is not frozen in the message is read as it was known at
    the moment at which the bulletin was compiled.
    """

    message_id: str
    tlp: str
    bulletin: Bulletin
    lines: tuple[Line, ...]

    @property
    def first(self) -> tuple[Line, ...]:
        return self.lines[:FIRST]

    @property
    def rest(self) -> int:
        """How many there are besides the first."""
        return max(0, len(self.lines) - FIRST) + self.bulletin.more

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.bulletin.zone)

    @property
    def since(self) -> datetime:
        return self.bulletin.window.start


def read(conn: Connection, directory: Directory, route: RouteView, message: Message, party: str) -> Reading:
    """The bulletin of a message as a party reads it that has this message in its feed."""
    bulletin = message.payload
    assert isinstance(bulletin, Bulletin)
    frozen = [_line(change) for change in bulletin.changes]
    on = bulletin.compiled_at.astimezone(route.zone).date()
    own = overnight.for_party(conn, directory, route, party, bulletin.compiled_at, bulletin.window.start)
    lines = ranked([*acting.near(frozen, route, party, on), *own])
    return Reading(message.id, message.tlp, bulletin, tuple(lines))


def of_day(
    conn: Connection, registry: Registry, directory: Directory, route: RouteView, party: str, day: date | None
) -> Reading | None:
    """The bulletin of a morning, or the newest; None when there is none that the party may read."""
    refs = bulletins(conn, readable(conn, route.code, party), route.code, day=day, limit=1)
    message = follow.by_id(conn, registry, refs[0].message_id) if refs else None
    return read(conn, directory, route, message, party) if message is not None else None


def _line(change: Change) -> Line:
    return Line(
        MARKS[change.about], change.at, change.party, change.text, change.ref, change.severity, tuple(change.parties),
        tuple(change.sources),
    )  # fmt: skip
