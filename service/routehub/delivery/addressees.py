"""Who is to get a message: subscriptions that match, and people who get the important things without having asked.

Pure functions over the directory, the subscriptions and the message. The message's frozen readers decide first; a
filter or a rule only narrows (DECISIONS 1).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from routehub.delivery.live.standing import stands
from routehub.delivery.subscriptions import SubscriptionView
from routehub.delivery.wanted import Traits, Wanted
from routehub.directory.principal import Principal, person_principal
from routehub.directory.snapshot import Directory, PersonView
from routehub.journal.message import Message
from routehub_schemas.kinds.alert.payload import Alert


@dataclass(frozen=True)
class Addressee:
    """``subscription:ID`` or ``person:ID``, for which party, by which channel. ``person``: whose quiet hours count."""

    name: str
    party: str
    channel: str
    person: str | None = None


@dataclass(frozen=True)
class Moment:
    """The directory and both clocks at the time of asking."""

    directory: Directory
    now: datetime
    wall: datetime


@dataclass(frozen=True)
class Rule:
    """What people get by e-mail without a subscription. ``who``: coordinators (all their people with a role on the
    route) or contact points (those on duty, deputies standing in)."""

    who: str
    wanted: Wanted


RULES = (
    Rule("coordinators", Wanted(kinds=frozenset({"alert"}), severity="Moderate")),
    Rule("contact_points", Wanted(kinds=frozenset({"alert"}), severity="Moderate")),
    Rule("contact_points", Wanted(kinds=frozenset({"agenda", "bulletin", "readout_check"}))),
    Rule("coordinators", Wanted(kinds=frozenset({"bulletin"}))),
)


def owner_stands(at: Moment, route: str, party: str, owner: str) -> bool:
    """Whether the person still reads this feed, or the system has a key that does."""
    kind, _, name = owner.partition(":")
    if kind == "person":
        return stands(at.directory, Principal(route, party, "", owner, frozenset()), at.now, at.wall)
    return any(
        key.system == name and key.party == party and key.route == route
        and stands(at.directory, Principal(route, party, name, f"key:{key.id}", frozenset()), at.now, at.wall)
        for key in at.directory.keys.values()
    )  # fmt: skip


def addressees(
    at: Moment, message: Message, found: Traits, subscriptions: Sequence[SubscriptionView]
) -> Iterator[Addressee]:
    """Everybody who is to be sent this message."""
    here = [one for one in subscriptions if one.route == message.route]
    for one in here:
        if (
            one.sends
            and one.party in message.parties
            and one.wanted.matches(found)
            and owner_stands(at, one.route, one.party, one.owner)
        ):
            owner, _, name = one.owner.partition(":")
            yield Addressee(one.addressee, one.party, one.channel, name if owner == "person" else None)
    for person in _by_rule(at, message, found):
        if not _has_settings(person, message.kind, here):
            yield Addressee(f"person:{person.id}", person.party, "email", person.id)


def _by_rule(at: Moment, message: Message, found: Traits) -> Iterator[PersonView]:
    """People whom a rule names, each once. Nobody is sent what their own party said."""
    route = at.directory.routes.get(message.route)
    if route is None or _over(message):
        return
    seen: set[str] = set()
    today = at.now.astimezone(route.zone).date()
    for member in route.members(today):
        if member.party not in message.parties or member.party == message.reported_party:
            continue
        for rule in RULES:
            if not rule.wanted.matches(found):
                continue
            people = coordinators(at, message.route, member.party, member.role, today)
            if rule.who == "contact_points":
                people = list(at.directory.on_duty(message.route, member.party, at.wall))
            for person in people:
                if person.id not in seen and owner_stands(at, message.route, person.party, f"person:{person.id}"):
                    seen.add(person.id)
                    yield person


def _over(message: Message) -> bool:
    """An imported alert whose time had passed when it came: on record, and no news."""
    alert = message.payload
    return isinstance(alert, Alert) and alert.cap is not None and alert.expires <= message.accepted_at


def coordinators(at: Moment, route: str, party: str, role: str, today: date) -> list[PersonView]:
    """The people of a party who coordinate on a route; none where the party does not."""
    if role != "coordinator":
        return []
    return [
        person
        for person in at.directory.people.values()
        if person.party == party
        and person.roles.get(route)
        and person_principal(person, route, at.directory, at.wall, today).reads_feed
    ]


def _has_settings(person: PersonView, kind: str, subscriptions: Sequence[SubscriptionView]) -> bool:
    """Own e-mail settings for a kind, paused ones too, take the place of the rules for that kind, and of no other:
    somebody who also asks for daily reports must not lose the alerts by it."""
    return any(
        one.owner == f"person:{person.id}" and one.channel == "email"
        and (not one.wanted.kinds or kind in one.wanted.kinds)
        for one in subscriptions
    )  # fmt: skip
