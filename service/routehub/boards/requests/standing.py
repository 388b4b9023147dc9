"""How requests and offers stand: pure rules over what was said and the clock (DOMAIN 3).

Nothing here is stored. What depends on the clock (overdue, expired, lapsed) is worked out when it is read.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

ASSESSMENT_HOURS = timedelta(hours=24)
"""A joint needs assessment is launched within 24 hours (draft statement, point 2)."""
OVER = frozenset({"withdrawn", "closed", "expired", "met"})
"""States of a request in which nothing is waited for."""


@dataclass(frozen=True)
class Act:
    """One act on a request or an offer. ``quantity``: how much in all by then."""

    message_id: str
    party: str
    act: str
    text: str | None
    partial: bool
    new_time: datetime | None
    quantity: int | None
    author: str
    at: datetime


def current(acts: Iterable[Act], party: str, words: frozenset[str]) -> Act | None:
    """A party's act that stands: the last of its own; earlier ones are history. ``acts``: oldest first."""
    found = [act for act in acts if act.party == party and act.act in words]
    return found[-1] if found else None


ANSWERS = frozenset({"answer", "more_time", "decline"})
ENDINGS = frozenset({"withdraw", "close"})


def answer_state(act: Act | None, due: datetime, expires: datetime | None, now: datetime) -> str:
    """How one party that was asked stands: open, partly_answered, answered, more_time_asked, declined, overdue or
    expired. More time moves this party's own clock; the time first asked for stays on record."""
    if act is not None and act.act in ("answer", "decline") and not act.partial:
        return "answered" if act.act == "answer" else "declined"
    if expires is not None and expires <= now:
        return "expired"
    if act is not None and act.new_time is not None:
        return "more_time_asked" if now < act.new_time else "overdue"
    if now >= due:
        return "overdue"
    return "partly_answered" if act is not None else "open"


def answers_state(states: Sequence[str]) -> str:
    """How a request stands by its parties' states: settled when all are, overdue when one is."""
    if not states:
        return "open"
    if all(state == "declined" for state in states):
        return "declined"
    if all(state in ("answered", "declined") for state in states):
        return "answered"
    for state in ("expired", "overdue"):
        if state in states:
            return state
    if "answered" in states or "partly_answered" in states:
        return "partly_answered"
    return "more_time_asked" if "more_time_asked" in states else "open"


@dataclass(frozen=True)
class Progress:
    """How far an offer has come. Each number is how much in all, in the offer's unit; ``receiver``: who accepted it;
    ``ended``: withdrawn or declined; ``lapsed``: its last day has passed and nothing of it was committed."""

    quantity: int
    receiver: str | None
    committed: int
    delivered: int
    received: int
    ended: str | None
    lapsed: bool

    @property
    def pledged(self) -> int:
        """What counts against a need: all of it, or of an offer that has ended what was delivered before."""
        return self.delivered if self.ended or self.lapsed else self.quantity

    @property
    def state(self) -> str:
        if self.ended is not None:
            return self.ended
        if self.received >= self.quantity:
            return "received"
        if self.delivered >= self.quantity:
            return "delivered"
        if self.delivered:
            return "partly_delivered"
        if self.committed:
            return "committed"
        if self.lapsed:
            return "lapsed"
        return "accepted" if self.receiver else "offered"


def progress(
    quantity: int, acts: Iterable[Act], today: date, until: date | None = None, offered_to: Sequence[str] = ()
) -> Progress:
    """Where the acts on an offer have brought it, oldest first. What is delivered is committed. An offer to several is
    declined when all of them have declined; one to whoever takes it (nobody in ``offered_to``) by nobody."""
    receiver: str | None = None
    committed = delivered = received = 0
    ended: str | None = None
    declined: set[str] = set()
    for act in acts:
        if act.act == "accept":
            receiver, ended = act.party, None
            declined.discard(act.party)
        elif act.act == "decline":
            declined.add(act.party)
            receiver = None if receiver == act.party else receiver
            over = receiver is None and bool(offered_to) and declined >= set(offered_to)
            ended = "declined" if over else ended
        elif act.act == "withdraw":
            ended = "withdrawn"
        elif act.act == "commit":
            committed = act.quantity or 0
        elif act.act == "deliver":
            delivered = act.quantity or 0
            committed = max(committed, delivered)
        elif act.act == "receive":
            received = act.quantity or 0
    if ended:
        committed = delivered
    lapsed = until is not None and until < today and not committed
    return Progress(quantity, receiver, committed, delivered, received, ended, lapsed)


@dataclass(frozen=True)
class Counts:
    """Offers against a need, in its unit. Pledges of goods, places and staff are added up; the parts stay visible."""

    needed: int
    pledged: int
    committed: int
    delivered: int
    received: int

    @property
    def missing(self) -> int:
        return max(0, self.needed - self.pledged)

    @property
    def beyond(self) -> int:
        return max(0, self.pledged - self.needed)


def count(needed: int, offers: Iterable[Progress]) -> Counts:
    every = list(offers)
    return Counts(
        needed, sum(o.pledged for o in every), sum(o.committed for o in every), sum(o.delivered for o in every),
        sum(o.received for o in every),
    )  # fmt: skip


def need_state(counts: Counts, answers: str, due: datetime, expires: datetime | None, now: datetime) -> str:
    """Met when who needs it has received it; answered when enough is pledged. ``answers``: what the parties that were
    asked by name said, if any were."""
    if counts.received >= counts.needed:
        return "met"
    if expires is not None and expires <= now:
        return "expired"
    if now >= due:
        return "overdue"
    if counts.pledged >= counts.needed:
        return "answered"
    if counts.pledged:
        return "partly_answered"
    return "open" if answers == "overdue" else answers
