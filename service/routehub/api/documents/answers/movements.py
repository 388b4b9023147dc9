"""Movements and the ledger of each pair of neighbours."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from routehub.api.documents.answers.base import Answer
from routehub.api.documents.answers.figures import RouteMarking
from routehub_schemas.vocab import LegPolicy, Transport


class MovementAct(Answer):
    party: str
    act: Literal["agree", "agree_with_conditions", "object", "accept_conditions", "withdraw", "took_place"]
    text: str | None
    people: int | None
    at: datetime
    by: str
    message: str


class TookPlace(Answer):
    people: int
    at: datetime
    text: str | None


class Movement(Answer):
    id: str
    short_id: str
    from_: str = Field(alias="from")
    to: str
    leg: str
    state: Literal[
        "proposed", "notified", "agreed", "agreed_with_conditions", "objected", "not_agreed", "withdrawn", "took_place"
    ]
    """`agreed_with_conditions` is not agreed until the sender accepts them; `notified` needs no agreement."""
    policy: LegPolicy
    people: int
    at: datetime
    transport: Transport
    vehicles: int | None
    place: str | None
    start_place: str | None
    title: str | None
    remarks: str | None
    points: list[str]
    proposed_at: datetime
    answer_by: datetime
    takes_answers: bool
    agreed: bool
    answer: MovementAct | None
    conditions: str | None
    conditions_accepted_at: datetime | None
    took_place: TookPlace | None
    without_agreement: bool
    """Whether it took place although it had to be agreed and was not."""
    history: list[MovementAct]
    exercise: bool
    tlp: str
    by: str


class Movements(Answer):
    route: RouteMarking
    movements: list[Movement]


class Pair(Answer):
    """One pair of neighbours by the sender's own numbers; they are not added to those of others."""

    from_: str = Field(alias="from")
    to: str
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


class Ledger(Answer):
    route: RouteMarking
    from_: date | None = Field(alias="from")
    to: date | None
    pairs: list[Pair]
