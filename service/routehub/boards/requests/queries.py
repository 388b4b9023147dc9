"""Reading the requests board through the reader's audiences, at a moment of the hub's clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from sqlalchemy import Connection, RowMapping, Table, or_, select

from routehub.boards.requests.standing import (
    ANSWERS,
    ENDINGS,
    OVER,
    Act,
    Counts,
    Progress,
    answer_state,
    answers_state,
    count,
    current,
    need_state,
    progress,
)
from routehub.boards.requests.tables import offer_acts, offers, request_acts, requests
from routehub.directory.visibility import clause

MOST = 1000


@dataclass(frozen=True)
class Looking:
    """Who looks, and when. ``zone``: that of the route, in which an offer's last day ends."""

    route: str
    party: str
    audiences: frozenset[int]
    now: datetime
    zone: tzinfo

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()


@dataclass(frozen=True)
class Asked:
    """One party that was asked. ``state``: as in ``standing.answer_state``, or not_shown where its answer is not for
    this reader; ``due``: its own, which more time moves; ``acts``: all of its own, the last stands."""

    party: str
    state: str
    due: datetime
    acts: tuple[Act, ...]

    @property
    def stands(self) -> Act | None:
        return self.acts[-1] if self.acts else None


@dataclass(frozen=True)
class OfferView:
    """An offer with the acts on it. ``need_short_id``: of the need that it is counted against; ``needed_by``: whose
    need that is."""

    id: str
    short_id: str
    party: str
    need: str | None
    need_short_id: str | None
    needed_by: str | None
    title: str
    text: str | None
    quantity: int
    unit: str
    place: str | None
    available_from: date | None
    available_until: date | None
    offered_to: tuple[str, ...]
    points: tuple[str, ...]
    offered_at: datetime
    author: str
    exercise: bool
    tlp: str
    audience_id: int
    progress: Progress
    acts: tuple[Act, ...]

    @property
    def state(self) -> str:
        return self.progress.state

    @property
    def over(self) -> bool:
        """Whether nothing more is expected of anybody."""
        return self.state in ("withdrawn", "declined", "lapsed", "received")

    def may_take(self, party: str) -> bool:
        """Whether a party may accept it: whose need it is, or of an unasked one those it is meant for."""
        if self.needed_by is not None:
            return party == self.needed_by
        return party != self.party and (not self.offered_to or party in self.offered_to)

    @property
    def receiver(self) -> str | None:
        """Who confirms its receipt."""
        return self.needed_by or self.progress.receiver


@dataclass(frozen=True)
class RequestView:
    """A request as one reader sees it now. ``ending``: the act by which who asked withdrew or closed it; of a joint
    assessment its text is the compiled outcome. ``answers_shown``: whether this reader reads the answers."""

    id: str
    short_id: str
    party: str
    category: str
    title: str
    text: str | None
    due: datetime
    expires: datetime | None
    scope: str | None
    first_day: date | None
    last_day: date | None
    purpose: str | None
    answers_to: str
    quantity: int | None
    unit: str | None
    place: str | None
    mechanism_triggered: bool | None
    mechanism_reference: str | None
    points: tuple[str, ...]
    asked_at: datetime
    author: str
    exercise: bool
    tlp: str
    audience_id: int
    coordinators: tuple[str, ...]
    state: str
    asked: tuple[Asked, ...]
    answers_shown: bool
    ending: Act | None
    counts: Counts | None
    offers: tuple[OfferView, ...]

    @property
    def over(self) -> bool:
        return self.state in OVER

    def asks(self, party: str) -> Asked | None:
        return next((one for one in self.asked if one.party == party), None)

    def waits_for(self, party: str) -> bool:
        """Whether an answer of this party is wanted."""
        one = self.asks(party)
        return not self.over and one is not None and one.state not in ("answered", "declined", "expired", "closed")

    def answer_audience(self, party: str) -> tuple[str, ...] | None:
        """To whom an answer of this party goes; None: to all readers, which needs no saying."""
        if self.answers_to == "readers":
            return None
        return tuple(sorted({self.party, party, *self.coordinators}))


def requests_of(
    conn: Connection, look: Looking, *, category: str | None = None, party: str | None = None,
    since: datetime | None = None, limit: int = MOST,
) -> list[RequestView]:  # fmt: skip
    """Requests that the reader may read, open ones first by their due time, then the newest. ``party``: who asked or is
    asked; ``since``: asked from then on."""
    r = requests.c
    query = select(requests).where(r.route == look.route, clause(r.audience_id, look.audiences))
    if category is not None:
        query = query.where(r.category == category)
    if since is not None:
        query = query.where(r.asked_at >= since)
    if party is not None:
        query = query.where(or_(r.party == party, (("," + r.asked + ",").contains(f",{party},", autoescape=True))))
    rows = conn.execute(query.order_by(r.sequence.desc()).limit(limit)).mappings().all()
    views = _requests(conn, look, rows)
    return sorted(views, key=lambda v: (v.over, v.due if not v.over else look.now - (v.asked_at - look.now)))


def request(conn: Connection, look: Looking, ref: str) -> RequestView | None:
    """One request by its short id or message id; None when unknown or not visible."""
    r = requests.c
    rows = conn.execute(
        select(requests).where(
            r.route == look.route, clause(r.audience_id, look.audiences),
            or_(r.short_id == ref.upper(), r.id == ref.lower()),
        )
    ).mappings().all()  # fmt: skip
    views = _requests(conn, look, rows[:1])
    return views[0] if views else None


def offers_of(
    conn: Connection, look: Looking, *, need: str | None = None, party: str | None = None,
    unasked: bool = False, limit: int = MOST,
) -> list[OfferView]:  # fmt: skip
    """Offers that the reader may read, the newest first."""
    o = offers.c
    query = select(offers).where(o.route == look.route, clause(o.audience_id, look.audiences))
    if need is not None:
        query = query.where(o.need == need)
    if party is not None:
        query = query.where(o.party == party)
    if unasked:
        query = query.where(o.need.is_(None))
    rows = conn.execute(query.order_by(o.sequence.desc()).limit(limit)).mappings().all()
    return _offers(conn, look, rows)


def offer(conn: Connection, look: Looking, ref: str) -> OfferView | None:
    """One offer by its short id or message id; None when unknown or not visible."""
    o = offers.c
    rows = conn.execute(
        select(offers).where(
            o.route == look.route, clause(o.audience_id, look.audiences),
            or_(o.short_id == ref.upper(), o.id == ref.lower()),
        )
    ).mappings().all()  # fmt: skip
    views = _offers(conn, look, rows[:1])
    return views[0] if views else None


def _acts(
    conn: Connection, table: Table, of: str, ids: Iterable[str], audiences: Iterable[int] | None
) -> dict[str, list[Act]]:
    """The acts on each of these, oldest first."""
    found: dict[str, list[Act]] = {one: [] for one in ids}
    query = select(table).where(table.c[of].in_(list(found)))
    if audiences is not None:
        query = query.where(clause(table.c.audience_id, audiences))
    for row in conn.execute(query.order_by(table.c.sequence)).mappings() if found else ():
        found[row[of]].append(
            Act(
                row["message_id"], row["party"], row["act"], row["text"], row.get("partial", False),
                row.get("new_time"), row.get("quantity"), row["author"], row["at"],
            )
        )  # fmt: skip
    return found


def _offers(conn: Connection, look: Looking, rows: Iterable[RowMapping]) -> list[OfferView]:
    rows = list(rows)
    acts = _acts(conn, offer_acts, "offer", [row["id"] for row in rows], look.audiences)
    r = requests.c
    needs = {row["need"] for row in rows if row["need"]}
    known = {
        row.id: row
        for row in conn.execute(select(r.id, r.short_id, r.party).where(r.id.in_(sorted(needs)))) if needs
    }  # fmt: skip
    return [_offer(row, acts[row["id"]], known.get(row["need"]), look) for row in rows]


_OFFER = ("id", "short_id", "party", "need", "title", "text", "quantity", "unit", "place", "available_from",
          "available_until", "offered_at", "author", "exercise", "tlp", "audience_id")  # fmt: skip


def _offer(row: RowMapping, acts: list[Act], need: object, look: Looking) -> OfferView:
    to, needed_by = _list(row["offered_to"]), getattr(need, "party", None)
    decides = (needed_by,) if needed_by is not None else to
    return OfferView(
        **{name: row[name] for name in _OFFER}, need_short_id=getattr(need, "short_id", None),
        needed_by=needed_by, offered_to=to, points=_list(row["points"]), acts=tuple(acts),
        progress=progress(row["quantity"], acts, look.today, row["available_until"], decides),
    )  # fmt: skip


_REQUEST = ("id", "short_id", "party", "category", "title", "text", "due", "expires", "scope", "first_day", "last_day",
            "purpose", "answers_to", "quantity", "unit", "place", "mechanism_triggered", "mechanism_reference",
            "asked_at", "author", "exercise", "tlp", "audience_id")  # fmt: skip


def _requests(conn: Connection, look: Looking, rows: Iterable[RowMapping]) -> list[RequestView]:
    rows = list(rows)
    ids = [row["id"] for row in rows]
    acts = _acts(conn, request_acts, "request", ids, look.audiences)
    o = offers.c
    made: dict[str, list[OfferView]] = {one: [] for one in ids}
    if any(row["quantity"] for row in rows):
        query = select(offers).where(o.need.in_(ids), clause(o.audience_id, look.audiences)).order_by(o.sequence)
        for view in _offers(conn, look, conn.execute(query).mappings()):
            made[view.need or ""].append(view)
    return [_request(row, acts[row["id"]], made[row["id"]], look) for row in rows]


def _request(row: RowMapping, acts: list[Act], made: list[OfferView], look: Looking) -> RequestView:
    coordinators = _list(row["coordinators"])
    shown = row["answers_to"] == "readers" or look.party in (row["party"], *coordinators)
    asked = tuple(_asked(party, row, acts, look, shown=shown) for party in _list(row["asked"]))
    ending = current(acts, row["party"], ENDINGS)
    counts = count(row["quantity"], (view.progress for view in made)) if row["quantity"] else None
    state = _state(row, ending, asked, counts, look)
    if ending is not None or state == "met":
        asked = tuple(_released(one) for one in asked)
    return RequestView(
        **{name: row[name] for name in _REQUEST}, points=_list(row["points"]), coordinators=coordinators, state=state,
        asked=asked, answers_shown=shown, ending=ending, counts=counts, offers=tuple(made),
    )  # fmt: skip


def _asked(party: str, row: RowMapping, acts: list[Act], look: Looking, *, shown: bool) -> Asked:
    if not shown and party != look.party:  # whether it has answered is not for this reader either
        return Asked(party, "not_shown", row["due"], ())
    own = tuple(act for act in acts if act.party == party and act.act in ANSWERS)
    stands = own[-1] if own else None
    due = stands.new_time if stands is not None and stands.new_time is not None else row["due"]
    return Asked(party, answer_state(stands, row["due"], row["expires"], look.now), due, own)


def _released(one: Asked) -> Asked:
    """Nobody waits for an answer to what is over."""
    if one.state in ("answered", "declined", "partly_answered", "not_shown"):
        return one
    return Asked(one.party, "closed", one.due, one.acts)


def _state(row: RowMapping, ending: Act | None, asked: tuple[Asked, ...], counts: Counts | None, look: Looking) -> str:
    if ending is not None:
        return "withdrawn" if ending.act == "withdraw" else "closed"
    states = [one.state for one in asked if one.state != "not_shown"]
    answers = answers_state(states)
    if counts is not None:
        return need_state(counts, answers, row["due"], row["expires"], look.now)
    if not states and row["expires"] is not None and row["expires"] <= look.now:
        return "expired"
    return answers


def _list(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(",")))
