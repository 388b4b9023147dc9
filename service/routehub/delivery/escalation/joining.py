"""A flood of alerts on one leg or place becomes one mail with its parts: pure functions.

The first goes at once; what follows soon after on the same leg waits for the end of a quarter of an hour and goes
together. Nothing grave is ever held: it goes at once, and mail programs show all of one leg and day as one thread.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from routehub.core.canonical import digest
from routehub.delivery.escalation.plan import GRAVE
from routehub.journal.message import Message
from routehub_schemas.kind import Kind
from routehub_schemas.kinds.alert.payload import Alert

WINDOW = timedelta(minutes=15)
MOST = 100
"""Messages in one letter: each is read again when it is written, and a mail of thousands is read by nobody."""
ASKING = frozenset({"agree", "object", "answer", "accept", "no_objection", "offer"})
"""Acts that something waits for: a message that can be answered so has a time, and is not held back."""


@dataclass(frozen=True)
class Placed:
    """What becomes of one mail. ``release_at`` None: it goes at once; ``joined``: together with others of its leg."""

    release_at: datetime | None = None
    joined: bool = False


AT_ONCE = Placed()


def can_wait(kind: Kind, severity: str | None) -> bool:
    """Whether a message may wait at all: nothing grave, and nothing that asks for an answer."""
    if severity is not None:
        return severity not in GRAVE
    return not ASKING & set(kind.acts)


def place(
    now: datetime, opened_at: datetime | None, quiet_until: Callable[[datetime], datetime | None], *, waits: bool
) -> Placed:
    """Where a mail goes. opened_at: when one about the same leg last went at once to the same person; quiet_until: the
    end of that person's quiet hours, if the moment lies in them."""
    if not waits:
        return AT_ONCE
    if opened_at is not None and opened_at <= now < opened_at + WINDOW:
        end = opened_at + WINDOW
        return Placed(quiet_until(end) or end, joined=True)
    quiet = quiet_until(now)
    return AT_ONCE if quiet is None else Placed(quiet)


def topic(message: Message) -> str:
    """The leg or place that an alert is about; else the party whose alert it is."""
    alert = message.payload
    if not isinstance(alert, Alert):
        return message.thread or message.id
    return topic_of(alert.legs, alert.place, message.reported_party)


def topic_of(legs: Sequence[str], place: str | None, party: str) -> str:
    """The same of what is on record. A crossing point belongs to its leg."""
    if legs:
        return legs[0]
    if place is None:
        return party
    area, _, _ = place.partition("/")
    return area if "-" in area else place


def thread_id(message: Message, host: str) -> str:
    """What all mails about one leg on one day refer to, so that they are shown as one thread (RFC 5322, 3.6.4: a
    reference may name a mail that the reader does not have)."""
    day = message.accepted_at.date().isoformat()
    return f"<{digest(f'{message.route} {topic(message)} {day}')[:32]}.thread@{host}>"


class Held(Protocol):
    """A mail whose time to go has come."""

    @property
    def addressee(self) -> str: ...
    @property
    def route(self) -> str: ...
    @property
    def thread(self) -> str: ...
    @property
    def joined(self) -> bool: ...
    @property
    def sequence(self) -> int: ...


H = TypeVar("H", bound=Held)


def letters(held: Iterable[H]) -> list[list[H]]:
    """The letters in which they go: each mail in exactly one, oldest first. What was joined goes by leg; what waited
    for the morning goes together, ``MOST`` in one letter."""
    found: dict[tuple[str, str, str], list[H]] = {}
    for one in held:
        found.setdefault((one.addressee, one.route, one.thread if one.joined else ""), []).append(one)
    ordered = (sorted(parts, key=lambda one: one.sequence) for parts in found.values())
    return [parts[at : at + MOST] for parts in ordered for at in range(0, len(parts), MOST)]
