"""Reading the minutes board, always through the reader's audiences."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from sqlalchemy import Connection, RowMapping, select

from routehub.boards.minutes import standing
from routehub.boards.minutes.standing import Act, Owner
from routehub.boards.minutes.tables import action_acts, minutes_actions, minutes_conclusions, minutes_editions
from routehub.directory.visibility import clause

STATES = ("overdue", "open", "done")


@dataclass(frozen=True)
class MinutesRef:
    """An edition of minutes; its whole text is the message ``message_id``."""

    series: str
    conference: int
    edition: int
    began: datetime
    ended: datetime
    next_at: datetime | None
    items: int
    chair: str
    author: str
    tlp: str
    accepted_at: datetime
    message_id: str
    audience_id: int


@dataclass(frozen=True)
class ConclusionView:
    """A conclusion with the item under which it stands."""

    id: str
    series: str
    conference: int
    item: int
    title: str
    text: str
    publish: str
    points: tuple[str, ...]
    message_id: str


@dataclass(frozen=True)
class ActionView:
    """An action as it stands. ``first_due``: as it was minuted; ``due``: with the time that owners asked for."""

    id: str
    series: str
    conference: int
    item: int
    title: str
    what: str
    points: tuple[str, ...]
    first_due: date
    owners: tuple[Owner, ...]
    acts: tuple[Act, ...]
    message_id: str
    tlp: str
    minuted_at: datetime

    @property
    def state(self) -> str:
        """open, overdue or done."""
        return standing.state(self.owners)

    @property
    def due(self) -> date:
        """The first day by which somebody still owes it; once all is done, the last of all."""
        waiting = [one.due for one in self.owners if one.state != "done"]
        return min(waiting) if waiting else max((one.due for one in self.owners), default=self.first_due)

    @property
    def waiting(self) -> tuple[str, ...]:
        """The owners that have not reported it done."""
        return tuple(one.party for one in self.owners if one.state != "done")

    def owner(self, party: str) -> Owner | None:
        return next((one for one in self.owners if one.party == party), None)


def editions(
    conn: Connection, audiences: Iterable[int], route: str, series: str | None = None, number: int | None = None
) -> list[MinutesRef]:
    """Editions of minutes, the newest first; of one conference or of all."""
    e = minutes_editions.c
    query = select(minutes_editions).where(e.route == route, clause(e.audience_id, audiences))
    if series is not None:
        query = query.where(e.series == series)
    if number is not None:
        query = query.where(e.conference == number)
    return [_ref(row) for row in conn.execute(query.order_by(e.sequence.desc())).mappings()]


def newest(
    conn: Connection, audiences: Iterable[int], route: str, series: str | None = None
) -> dict[tuple[str, int], MinutesRef]:
    """The edition of each conference that counts for a reader, by series and number."""
    found: dict[tuple[str, int], MinutesRef] = {}
    for ref in editions(conn, audiences, route, series):
        found.setdefault((ref.series, ref.conference), ref)
    return found


def _ref(row: RowMapping) -> MinutesRef:
    names = (
        "series", "conference", "edition", "began", "ended", "next_at", "items", "chair", "author", "tlp",
        "accepted_at", "message_id", "audience_id",
    )  # fmt: skip
    return MinutesRef(**{name: row[name] for name in names})


def conclusions(conn: Connection, refs: Iterable[MinutesRef]) -> list[ConclusionView]:
    """The conclusions of some editions, in their order."""
    by_id = {ref.message_id: ref for ref in refs}
    c = minutes_conclusions.c
    query = select(minutes_conclusions).where(c.message_id.in_(sorted(by_id))).order_by(c.message_id, c.position)
    return [
        ConclusionView(
            row["id"], by_id[row["message_id"]].series, by_id[row["message_id"]].conference, row["item"],
            row["title"], row["text"], row["publish"], _parts(row["points"]), row["message_id"],
        )
        for row in conn.execute(query).mappings()
    ]  # fmt: skip


def actions(
    conn: Connection, audiences: Iterable[int], route: str, now: datetime, zone: tzinfo, *,
    series: str | None = None, party: str | None = None,
) -> list[ActionView]:  # fmt: skip
    """The actions of a route as they stand: those that wait first, by their due day.

    zone: in which a day ends; party: only those that it owns.
    """
    ids = frozenset(audiences)
    refs = {ref.message_id: ref for ref in newest(conn, ids, route, series).values()}
    if not refs:
        return []
    a = minutes_actions.c
    query = select(minutes_actions).where(a.message_id.in_(sorted(refs))).order_by(a.message_id, a.position)
    rows = conn.execute(query).mappings().all()
    said = _acts(conn, ids, route)
    today = now.astimezone(zone).date()
    found = [_action(row, refs[row["message_id"]], said, today, zone) for row in rows]
    found = [view for view in found if party is None or view.owner(party) is not None]
    return sorted(found, key=lambda v: (v.state == "done", v.due, v.series, v.conference, _number(v.id)))


def action(
    conn: Connection, audiences: Iterable[int], route: str, now: datetime, zone: tzinfo, series: str, id_: str
) -> ActionView | None:
    """One action by its number, such as A13.2; None when it is unknown or not visible."""
    return next((one for one in actions(conn, audiences, route, now, zone, series=series) if one.id == id_), None)


def taken_on(conn: Connection, route: str) -> bool:
    """Whether there is any action on a route, whoever may read it. For the hub's own schedule, never an answer to a
    reader."""
    a, e = minutes_actions.c, minutes_editions.c
    of_route = select(a.id).join(minutes_editions, e.message_id == a.message_id).where(e.route == route)
    return conn.execute(of_route.limit(1)).first() is not None


def numbers_given(conn: Connection, route: str, series: str, number: int) -> set[str]:
    """The numbers of all conclusions and actions in any edition of a conference's minutes: one that was struck is not
    given again, since what its owner said of it is kept under it. For numbering, never an answer to a reader."""
    e = minutes_editions.c
    found: set[str] = set()
    for table in (minutes_conclusions, minutes_actions):
        query = select(table.c.id).join(minutes_editions, e.message_id == table.c.message_id)
        found |= set(conn.scalars(query.where(e.route == route, e.series == series, e.conference == number)))
    return found


def _acts(conn: Connection, ids: frozenset[int], route: str) -> dict[tuple[str, int, str], list[Act]]:
    c = action_acts.c
    query = select(action_acts).where(c.route == route, clause(c.audience_id, ids)).order_by(c.sequence)
    found: dict[tuple[str, int, str], list[Act]] = {}
    for row in conn.execute(query).mappings():
        act = Act(
            row["message_id"], row["party"], row["act"], row["text"], row["new_time"], row["author"], row["at"]
        )  # fmt: skip
        found.setdefault((row["series"], row["conference"], row["action"]), []).append(act)
    return found


def _action(
    row: RowMapping, ref: MinutesRef, said: dict[tuple[str, int, str], list[Act]], today: date, zone: tzinfo
) -> ActionView:
    acts = said.get((ref.series, ref.conference, row["id"]), [])
    return ActionView(
        row["id"], ref.series, ref.conference, row["item"], row["title"], row["what"], _parts(row["points"]),
        row["due"],
        tuple(standing.owner(code, acts, row["due"], today, zone, ref.chair) for code in _parts(row["owners"])),
        tuple(acts), row["message_id"], ref.tlp, ref.accepted_at,
    )  # fmt: skip


def _parts(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(",")))


def _number(id_: str) -> int:
    return int(id_.rpartition(".")[2])
