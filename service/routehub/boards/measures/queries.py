"""Reading the measures board through the reader's audiences, as it stands or as it stood at an earlier hour."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, or_, select

from routehub.boards.measures.notice import Notice, felt, in_form, state, takes_views
from routehub.boards.measures.tables import measure_acts, measure_asked, measure_notices, measure_records
from routehub.directory.visibility import clause
from routehub_schemas.kinds.measure.payload import Measure

VIEWS = frozenset({"no_objection", "concerns", "object"})
OVER = frozenset({"ended", "withdrawn"})


@dataclass(frozen=True)
class Act:
    """What a party did: a view, a confirmation, the end, the withdrawal."""

    message_id: str
    party: str
    act: str
    text: str | None
    at: datetime
    author: str
    sequence: int


@dataclass(frozen=True)
class PartyView:
    """A party's view. current: None while it has given none; earlier: those that it replaced, the newest first;
    outdated: the measure was changed since."""

    party: str
    asked: bool
    current: Act | None
    earlier: tuple[Act, ...] = ()
    outdated: bool = False


@dataclass(frozen=True)
class CoAuthor:
    """A party in whose name it is told as well. confirmed_at: None until it confirms the newest notice."""

    party: str
    confirmed_at: datetime | None
    message_id: str | None


@dataclass(frozen=True)
class MeasureView:
    """A measure as a reader sees it at a moment. state: see ``notice.state``; said: its newest notice."""

    id: str
    short_id: str
    party: str
    notified_at: datetime
    exercise: bool
    state: str
    takes_views: bool
    notices: tuple[Notice, ...]
    views: tuple[PartyView, ...]
    co_authors: tuple[CoAuthor, ...]
    ended_at: datetime | None
    withdrawn_at: datetime | None
    why: str | None
    in_force: Notice | None

    @property
    def said(self) -> Measure:
        return self.notices[-1].said

    @property
    def latest(self) -> Notice:
        return self.notices[-1]

    @property
    def changed_at(self) -> datetime | None:
        return self.latest.at if len(self.notices) > 1 else None

    @property
    def short_notice(self) -> bool:
        return any(notice.short for notice in self.notices)

    @property
    def unilateral(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(words for notice in self.notices for words in notice.unilateral))

    @property
    def over(self) -> bool:
        return self.state in OVER

    @property
    def legs(self) -> tuple[str, ...]:
        """All legs on which it or one of its limits holds."""
        return tuple(dict.fromkeys([*self.said.legs, *(leg for cap in self.said.caps for leg in cap.legs)]))

    def view_of(self, party: str) -> PartyView | None:
        return next((view for view in self.views if view.party == party), None)

    def waits_for(self, party: str) -> bool:
        """Whether this party's view is asked for and could still be given; one from before a change counts no more."""
        view = self.view_of(party)
        return self.takes_views and view is not None and view.asked and (view.current is None or view.outdated)

    def unconfirmed(self) -> tuple[str, ...]:
        return () if self.over else tuple(c.party for c in self.co_authors if c.confirmed_at is None)


def measures(
    conn: Connection, audiences: Iterable[int], route: str, now: datetime,
    *, as_of: datetime | None = None, since: datetime | None = None, open_only: bool = False, limit: int = 500,
) -> list[MeasureView]:  # fmt: skip
    """The measures of a route, those that are not over first, then the newest. as_of: what was known then; since: only
    those of which anything was said from that time on; open_only: none that is over."""
    r = measure_records.c
    query = select(measure_records).where(r.route == route, clause(r.audience_id, audiences))
    if as_of is not None:
        query = query.where(r.notified_at <= as_of)
    if since is not None:
        n, a = measure_notices.c, measure_acts.c
        said = select(n.measure).where(n.at >= since).union(select(a.measure).where(a.at >= since))
        query = query.where(r.id.in_(said))
    query = query.order_by(r.sequence.desc())
    rows = conn.execute(query.limit(limit)).mappings().all()
    found = _views(conn, rows, as_of or now, as_of)
    if len(rows) == limit:  # an old one that is still in force must not fall behind the limit
        found = _older_open(conn, query, rows[-1]["sequence"], as_of or now, as_of, limit) + found
    found.sort(key=lambda view: view.over)
    return [view for view in found if not (open_only and view.over)][:limit]


def _older_open(
    conn: Connection, query: Select[Any], before: int, now: datetime, as_of: datetime | None, limit: int
) -> list[MeasureView]:
    """Those told before a sequence that are not over, the newest first. Whether one is over is in its newest notice and
    the clock, so they are looked at part by part."""
    r, a = measure_records.c, measure_acts.c
    ended = select(a.measure).where(a.act.in_(["end", "withdraw"]), *([a.at <= as_of] if as_of is not None else []))
    found: list[MeasureView] = []
    while len(found) < limit:
        part = query.where(r.sequence < before, r.id.not_in(ended)).limit(limit)
        rows = conn.execute(part).mappings().all()
        if not rows:
            break
        found += [view for view in _views(conn, rows, now, as_of) if not view.over]
        before = rows[-1]["sequence"]
    return found


def measure(
    conn: Connection, audiences: Iterable[int], route: str, ref: str, now: datetime, *, as_of: datetime | None = None
) -> MeasureView | None:
    """One measure by its short id or by the id of any of its notices; None when it is unknown or not visible."""
    r, n = measure_records.c, measure_notices.c
    by_notice = select(n.measure).where(or_(n.message_id == ref.lower(), n.short_id == ref.upper()))
    query = select(measure_records).where(r.route == route, clause(r.audience_id, audiences), r.id.in_(by_notice))
    if as_of is not None:
        query = query.where(r.notified_at <= as_of)
    found = _views(conn, conn.execute(query).mappings().all()[:1], as_of or now, as_of)
    return found[0] if found else None


def _views(conn: Connection, rows: Sequence[RowMapping], now: datetime, as_of: datetime | None) -> list[MeasureView]:
    ids = [row["id"] for row in rows]
    if not ids:
        return []
    notices, acts = _notices(conn, ids, as_of), _acts(conn, ids, as_of)
    asked: dict[str, list[str]] = {}
    a = measure_asked.c
    for row in conn.execute(select(measure_asked).where(a.measure.in_(ids)).order_by(a.party)):
        asked.setdefault(row.measure, []).append(row.party)
    return [_view(row, notices[row["id"]], acts.get(row["id"], []), asked.get(row["id"], []), now) for row in rows]


def _notices(conn: Connection, ids: list[str], as_of: datetime | None) -> dict[str, list[Notice]]:
    n = measure_notices.c
    query = select(measure_notices).where(n.measure.in_(ids)).order_by(n.sequence)
    if as_of is not None:
        query = query.where(n.at <= as_of)
    found: dict[str, list[Notice]] = {}
    for row in conn.execute(query):
        earlier = found.setdefault(row.measure, [])
        said = Measure.model_validate_json(row.said)
        before = earlier[-1].said if earlier else None
        earlier.append(Notice(row.message_id, row.at, row.tlp, row.author, said, felt(said, before)))
    return found


def _acts(conn: Connection, ids: list[str], as_of: datetime | None) -> dict[str, list[Act]]:
    a = measure_acts.c
    query = select(measure_acts).where(a.measure.in_(ids)).order_by(a.sequence)
    if as_of is not None:
        query = query.where(a.at <= as_of)
    found: dict[str, list[Act]] = {}
    for row in conn.execute(query):
        act = Act(row.message_id, row.party, row.act, row.text, row.at, row.author, row.sequence)
        found.setdefault(row.measure, []).append(act)
    return found


def _view(row: RowMapping, notices: list[Notice], acts: list[Act], asked: list[str], now: datetime) -> MeasureView:
    ended = next((act for act in acts if act.act == "end"), None)
    withdrawn = next((act for act in acts if act.act == "withdraw"), None)
    last = ended or withdrawn
    stands = state(notices, now, ended.at if ended else None, withdrawn.at if withdrawn else None)
    over = stands in OVER
    return MeasureView(
        row["id"], row["short_id"], row["party"], row["notified_at"], row["exercise"], stands,
        takes_views(notices, now, over), tuple(notices), _party_views(acts, asked, notices),
        _co_authors(acts, notices[-1]), ended.at if ended else None, withdrawn.at if withdrawn else None,
        last.text if last else None, None if over else in_form(notices, now),
    )  # fmt: skip


def _party_views(acts: list[Act], asked: list[str], notices: list[Notice]) -> tuple[PartyView, ...]:
    given: dict[str, list[Act]] = {}
    for act in acts:
        if act.act in VIEWS:
            given.setdefault(act.party, []).insert(0, act)
    changed = max((notice.at for notice in notices[1:] if notice.felt), default=None)
    found = []
    for party in sorted({*asked, *given}):
        own = given.get(party, [])
        outdated = bool(own) and changed is not None and own[0].at < changed
        found.append(PartyView(party, party in asked, own[0] if own else None, tuple(own[1:]), outdated))
    return tuple(found)


def _co_authors(acts: list[Act], newest: Notice) -> tuple[CoAuthor, ...]:
    confirmed = {act.party: act for act in acts if act.act == "confirm" and act.at >= newest.at}
    return tuple(
        CoAuthor(party, found.at if found else None, found.message_id if found else None)
        for party in newest.said.co_authors
        for found in (confirmed.get(party),)
    )
