"""How far an alert has climbed, as readers may see it: a party its own chain with the names of its people; the sender
and the coordinators how far each party has come."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from routehub.boards.alerts.queries import Ack, AlertView
from routehub.delivery.escalation import plan, steps
from routehub.delivery.escalation.steps import Taken
from routehub.delivery.tables import deliveries
from routehub.directory.snapshot import Directory

SENT = "first"


@dataclass(frozen=True)
class Rung:
    """One step of a chain. state: done, passed (a later one took its place), nobody (nobody was there to be told) or
    next; words: what it is; people: who was told, of one's own party only."""

    step: str
    words: str
    to: str
    at: datetime
    state: str
    people: tuple[str, ...]


@dataclass(frozen=True)
class Chain:
    """The reminders of one party. reached: whether some channel brought the alert; over: nothing more is to come."""

    party: str
    asked_at: datetime
    acknowledged_at: datetime | None
    channel: str | None
    reached: bool
    over: bool
    rungs: tuple[Rung, ...]
    sending: bool = False
    """Whether the alert is on its way to the party, so that whom it reaches is not known yet."""

    @property
    def reminders(self) -> int:
        return sum(rung.to == "duty" and rung.step != SENT and rung.state == "done" for rung in self.rungs)

    def at(self, to: str) -> datetime | None:
        """When these people were told."""
        return next((rung.at for rung in self.rungs if rung.to == to and rung.state == "done"), None)

    @property
    def following(self) -> Rung | None:
        return next((rung for rung in self.rungs if rung.state == "next"), None)


@dataclass(frozen=True)
class Progress:
    """What one reader may see: the own chain (None for who was not asked); for sender and coordinators all of them."""

    own: Chain | None
    parties: tuple[Chain, ...]


def progress(
    conn: Connection,
    alert: AlertView,
    party: str,
    coordinates: bool,
    directory: Directory,
) -> Progress:
    """How far an alert has climbed. ``alert``: as this reader sees it, so that it was read by the one predicate."""
    acks = {ack.party: ack for ack in alert.acknowledgements}
    asking = {ack.asked_in for ack in acks.values()}
    taken, reached = steps.taken(conn, asking), steps.reached(conn, asking)
    coming = steps.sending(conn, asking)
    every = alert.party == party or coordinates
    wanted = [ack for ack in acks.values() if every or ack.party == party]
    chains = {
        ack.party: _chain(
            alert, ack, taken.get((ack.asked_in, ack.party), {}),
            _first(conn, ack, directory) if ack.party == party else (),
            reached=ack.party in reached.get(ack.asked_in, frozenset()), own=ack.party == party,
            sending=_on_its_way(coming.get(ack.asked_in), ack.party),
        )
        for ack in wanted
    }  # fmt: skip
    return Progress(chains.get(party), tuple(chains[name] for name in sorted(chains)) if every else ())


def _chain(
    alert: AlertView, ack: Ack, taken: dict[str, Taken], first: Collection[str], *, reached: bool, own: bool,
    sending: bool,
) -> Chain:  # fmt: skip
    over = alert.state != "open" or ack.at is not None or alert.status not in plan.CLIMBING_STATUS
    ladder = plan.ladder(alert.severity, reached=reached)
    known = {step.name: step for step in (*plan.UNREACHED, *plan.LADDERS[alert.severity], *ladder)}
    rungs = [Rung(SENT, "Sent", "duty", ack.asked_at, "done" if reached else "nobody", tuple(first))] if own else []
    for step in taken.values():
        state = "done" if step.told else "nobody"
        if not step.told and any(one.told and _to(one, known) == _to(step, known) for one in taken.values()):
            state = "passed"
        words = plan.words(known[step.step], alert.severity) if step.step in known else step.step
        rungs.append(Rung(step.step, words, _to(step, known), step.taken_at, state, step.people if own else ()))
    if not over:
        for coming, at in plan.upcoming(ladder, ack.asked_at, taken):
            rungs.append(Rung(coming.name, plan.words(coming, alert.severity), coming.to, at, "next", ()))
    return Chain(ack.party, ack.asked_at, ack.at, ack.channel, reached, over, tuple(rungs), sending)


def _on_its_way(coming: Collection[str] | None, party: str) -> bool:
    return coming is None or party in coming


def _to(step: Taken, known: dict[str, plan.Step]) -> str:
    return known[step.step].to if step.step in known else "duty"


def _first(conn: Connection, ack: Ack, directory: Directory) -> list[str]:
    """To whom the alert itself went at the party: people by name, subscriptions by their channel."""
    d = deliveries.c
    rows = conn.execute(
        select(d.addressee, d.channel).where(d.about == ack.asked_in, d.party == ack.party, steps.brought())
    )
    found = []
    for row in rows:
        kind, _, name = row.addressee.partition(":")
        person = directory.people.get(name) if kind == "person" else None
        found.append(person.name if person is not None else f"a subscription ({row.channel})")
    return sorted(found)
