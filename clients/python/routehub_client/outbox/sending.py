"""Sending what waits: oldest first, in the order in which it was written, and never counted twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from routehub_client import answers, errors
from routehub_client.hub import Hub
from routehub_client.outbox.store import Item, Outbox, State


@dataclass(frozen=True)
class Outcome:
    """What became of one item."""

    item: Item
    state: State
    posted: answers.Posted | None = None
    fault: errors.RoutehubError | None = None

    @property
    def unusual(self) -> tuple[answers.Caution, ...]:
        """The figures because of which it asks; empty otherwise."""
        return self.posted.unusual() if self.posted is not None and self.state == "asks" else ()


def send(outbox: Outbox, hub: Hub, items: Iterable[Item]) -> Iterator[Outcome]:
    """Tries the items, all of one sender, in their order.

    No connection, a busy hub or an ended sign-in stops everything: later items wait behind. A refusal
    concerns its item alone, which then asks for a decision; only later reports of the same day wait
    with it, because an older figure must not come in after a newer one.
    """
    held: set[str] = set()
    stopped = False
    for item in items:
        if stopped or item.state == "asks" or item.request.path in held:
            outcome = Outcome(item, item.state)
        else:
            outcome = _try(outbox, hub, item)
        if outcome.state == "asks" and item.request.method == "PUT":
            held.add(item.request.path)
        stopped = stopped or (outcome.state == "waiting" and outcome.fault is not None)
        yield outcome


def _try(outbox: Outbox, hub: Hub, item: Item) -> Outcome:
    try:
        if not item.checked:
            tried = answers.posted(hub.ask(item.request.dry()))
            if tried.unusual():
                outbox.asks(item, {"unusual": [warning.message for warning in tried.unusual()]})
                return Outcome(item, "asks", posted=tried)
            item = outbox.check_passed(item)
        posted = answers.posted(hub.ask(item.request))
    except (errors.NoConnection, errors.Busy, errors.SignInNeeded) as fault:
        outbox.tried(item, {"reason": str(fault)})
        return Outcome(item, "waiting", fault=fault)
    except errors.HubError as fault:
        problems = [problem.as_dict() for problem in fault.problems]
        outbox.asks(item, {"status": fault.status, "title": fault.title, "problems": problems})
        return Outcome(item, "asks", fault=fault)
    outbox.sent(item, {"id": posted.id, "short_id": posted.short_id})
    return Outcome(item, "sent", posted=posted)
