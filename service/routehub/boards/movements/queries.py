"""Reading the movements board through the reader's audiences, and the ledger of each pair of neighbours."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, or_, select

from routehub.boards.movements import agreement
from routehub.boards.movements.agreement import AGREEMENT, Act
from routehub.boards.movements.tables import movement_acts, movement_records
from routehub.directory.visibility import clause

WAITING = frozenset({"proposed", "agreed_with_conditions", "notified"})


@dataclass(frozen=True)
class MovementView:
    """A movement as a reader sees it at a moment. state: see ``agreement.state``."""

    id: str
    short_id: str
    party: str
    asked: str
    leg: str
    policy: str
    people: int
    at: datetime
    answer_by: datetime
    transport: str
    vehicles: int | None
    place: str | None
    start_place: str | None
    title: str | None
    remarks: str | None
    points: tuple[str, ...]
    proposed_at: datetime
    exercise: bool
    tlp: str
    author: str
    state: str
    takes_answers: bool
    acts: tuple[Act, ...]

    @property
    def answer(self) -> Act | None:
        return agreement.answer(self.acts)

    @property
    def conditions(self) -> str | None:
        """The conditions of the answer that holds."""
        given = self.answer
        return given.text if given is not None and given.act == "agree_with_conditions" else None

    @property
    def accepted_at(self) -> datetime | None:
        found = agreement.accepted(self.acts)
        return found.at if found else None

    @property
    def agreed(self) -> bool:
        return agreement.agreed(self.acts)

    @property
    def took_place(self) -> Act | None:
        return agreement.last(self.acts, "took_place")

    @property
    def without_agreement(self) -> bool:
        """Whether it took place although it had to be agreed and was not."""
        return self.took_place is not None and self.policy == AGREEMENT and not self.agreed

    @property
    def needs(self) -> bool:
        """Whether the leg asks for agreement."""
        return self.policy == AGREEMENT

    def waits_for(self, party: str) -> str | None:
        """The act that is wanted of a party now: answer, accept_conditions, took_place; None when nothing is."""
        if party == self.asked and self.state == "proposed":
            return "answer"
        if party == self.party and self.state == "agreed_with_conditions":
            return "accept_conditions"
        return None

    def unreported(self, now: datetime) -> bool:
        """Whether its time has passed and the sender has not said what took place."""
        return self.at <= now and self.state not in ("took_place", "withdrawn")


def movements(
    conn: Connection, audiences: Iterable[int], route: str, now: datetime,
    *, since: datetime | None = None, until: datetime | None = None, limit: int = 500,
) -> list[MovementView]:  # fmt: skip
    """The movements of a route, the next ones first. since, until: of when people reach the border."""
    r = movement_records.c
    query = select(movement_records).where(r.route == route, clause(r.audience_id, audiences))
    if since is not None:
        query = query.where(r.at >= since)
    if until is not None:
        query = query.where(r.at < until)
    rows = conn.execute(query.order_by(r.at.desc(), r.sequence.desc()).limit(limit)).mappings().all()
    found = _views(conn, rows, now)
    ahead = sorted((view for view in found if view.state in WAITING), key=lambda view: view.answer_by)
    return ahead + [view for view in found if view.state not in WAITING]


def movement(conn: Connection, audiences: Iterable[int], route: str, ref: str, now: datetime) -> MovementView | None:
    """One movement by its short id or message id; None when it is unknown or not visible."""
    r = movement_records.c
    query = select(movement_records).where(
        r.route == route, clause(r.audience_id, audiences), or_(r.short_id == ref.upper(), r.id == ref.lower())
    )
    found = _views(conn, conn.execute(query).mappings().all(), now)
    return found[0] if found else None


def _views(conn: Connection, rows: Sequence[RowMapping], now: datetime) -> list[MovementView]:
    acts: dict[str, list[Act]] = {row["id"]: [] for row in rows}
    a = movement_acts.c
    if acts:
        query = select(movement_acts).where(a.movement.in_(list(acts))).order_by(a.sequence)
        for row in conn.execute(query):
            act = Act(row.message_id, row.party, row.act, row.text, row.people, row.at, row.author)
            acts[row.movement].append(act)
    return [_view(row, tuple(acts[row["id"]]), now) for row in rows]


_SAME = (
    "id", "short_id", "party", "asked", "leg", "policy", "people", "at", "answer_by", "transport", "vehicles", "place",
    "start_place", "title", "remarks", "proposed_at", "exercise", "tlp", "author",
)  # fmt: skip


def _view(row: RowMapping, acts: tuple[Act, ...], now: datetime) -> MovementView:
    state = agreement.state(row["policy"], row["at"], row["answer_by"], acts, now)
    return MovementView(
        **{name: row[name] for name in _SAME},
        points=tuple(filter(None, row["points"].split(","))), state=state, acts=acts,
        takes_answers=state not in ("withdrawn", "took_place") and now < row["answer_by"],
    )  # fmt: skip


@dataclass(frozen=True)
class Account:
    """One pair of neighbours, from the one to the other, by the sender's own numbers. The counts are of movements; the
    people that took place and that took place without agreement are as the sender reported them."""

    party: str
    asked: str
    leg: str
    proposed: int
    waiting: int
    agreed: int
    not_agreed: int
    prior_notice: int
    withdrawn: int
    took_place: int
    without_agreement: int
    unreported: int
    people_agreed: int
    people_took_place: int
    people_without_agreement: int


def ledger(views: Iterable[MovementView], now: datetime) -> list[Account]:
    """An account for each pair. Numbers of different parties are never added up: each is its sender's own."""
    pairs: dict[tuple[str, str], list[MovementView]] = {}
    for view in views:
        pairs.setdefault((view.party, view.asked), []).append(view)
    return [_account(own, now) for _, own in sorted(pairs.items())]


def _account(own: list[MovementView], now: datetime) -> Account:
    def count(*states: str) -> int:
        return sum(view.state in states for view in own)

    placed = [view for view in own if view.took_place is not None]
    without = [view for view in placed if view.without_agreement]
    agreed = [view for view in own if view.agreed and view.state != "withdrawn"]
    refused = [v for v in own if not v.agreed and (v.state in ("not_agreed", "objected") or v.without_agreement)]
    return Account(
        own[0].party, own[0].asked, own[0].leg, len(own), count("proposed", "agreed_with_conditions"), len(agreed),
        len(refused), sum(not view.needs and not view.agreed for view in own if view.state not in ("withdrawn",)),
        count("withdrawn"), len(placed), len(without), sum(view.unreported(now) for view in own),
        sum(view.people for view in agreed), _people(placed), _people(without),
    )  # fmt: skip


def _people(views: list[MovementView]) -> int:
    return sum(view.took_place.people or 0 for view in views if view.took_place is not None)
