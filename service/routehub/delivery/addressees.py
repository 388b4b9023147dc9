"""Who is to get a message: subscriptions that match, and people who get the important things without having asked.

Pure functions over the directory, the subscriptions and the message. The message's frozen readers decide first; a
filter or a rule only narrows (DECISIONS 1).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from routehub.delivery.escalation.plan import GRAVE
from routehub.delivery.live.standing import stands
from routehub.delivery.subscriptions import SubscriptionView
from routehub.delivery.wanted import Traits, Wanted
from routehub.directory.principal import HUB_PARTY, Principal, person_principal
from routehub.directory.snapshot import Directory, Membership, PersonView
from routehub.journal.message import Message
from routehub_schemas.kinds.alert.payload import Alert
from routehub_schemas.kinds.conference.payload import Conference


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
    route), contact points (those on duty, deputies standing in), or those invited to a conference."""

    who: str
    wanted: Wanted


RULES = (
    Rule("coordinators", Wanted(kinds=frozenset({"alert"}), severity="Moderate")),
    Rule("contact_points", Wanted(kinds=frozenset({"alert"}), severity="Moderate")),
    Rule("contact_points", Wanted(kinds=frozenset({"agenda", "agenda_annex", "bulletin", "minutes", "readout_check"}))),
    Rule("coordinators", Wanted(kinds=frozenset({"bulletin"}))),
    # What the hub itself notes down for a party: its actions are due.
    Rule("contact_points", Wanted(kinds=frozenset({"note"}), parties=frozenset({HUB_PARTY}))),
    Rule("invited", Wanted(kinds=frozenset({"conference"}))),
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
        if not _has_settings(person, message.kind, found, here):
            yield Addressee(f"person:{person.id}", person.party, "email", person.id)


def _by_rule(at: Moment, message: Message, found: Traits) -> Iterator[PersonView]:
    """People whom a rule names, each once. Nobody is sent what their own party said, but an invitation: its entry
    belongs in the calendar of whoever called it, too."""
    route = at.directory.routes.get(message.route)
    if route is None or _over(message):
        return
    seen: set[str] = set()
    today = at.now.astimezone(route.zone).date()
    for member in route.members(today):
        own = member.party == message.reported_party and not isinstance(message.payload, Conference)
        if member.party not in message.parties or own:
            continue
        for rule in RULES:
            if not rule.wanted.matches(found):
                continue
            people = coordinators(at, message.route, member.party, member.role, today)
            if rule.who == "contact_points":
                people = list(at.directory.on_duty(message.route, member.party, at.wall))
            elif rule.who == "invited":
                people = invited(at, message, member)
            for person in people:
                if person.id not in seen and owner_stands(at, message.route, person.party, f"person:{person.id}"):
                    seen.add(person.id)
                    yield person


def _over(message: Message) -> bool:
    """An imported alert or a conference whose time had passed when it came: on record, and no news."""
    said = message.payload
    if isinstance(said, Conference):
        return said.start + timedelta(minutes=said.minutes) <= message.accepted_at
    return isinstance(said, Alert) and said.cap is not None and said.expires <= message.accepted_at


def invited(at: Moment, message: Message, member: Membership) -> list[PersonView]:
    """Who of a party gets an invitation: those on duty now, and those who will be when it begins, since the seat in
    the conference goes with a hand-over. A change goes to all who may have an entry in their calendar. What the hub
    itself calls for everybody comes with the agenda that it sends in the same moment."""
    said = message.payload
    assert isinstance(said, Conference)
    if said.participants:
        asked = {at.directory.party_code(code) or code for code in (*said.participants, said.chair)}
        if member.party not in asked:
            return []
    elif member.role == "observer" or message.party == HUB_PARTY:
        return []
    then = at.wall + max(said.start - at.now, timedelta(0))
    duty = at.directory.on_duty(message.route, member.party, at.wall)
    found = [*duty, *at.directory.on_duty(message.route, member.party, then)]
    if said.state != "planned":
        found += at.directory.contacts(message.route, member.party, at.wall)
    return list({person.id: person for person in found}.values())


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


def _has_settings(person: PersonView, kind: str, found: Traits, subscriptions: Sequence[SubscriptionView]) -> bool:
    """E-mail settings for the own mailbox and a kind, paused ones too, take the place of the rules for that kind, and
    of no other: somebody who also asks for daily reports, or for mail to an office, must not lose the alerts by it.
    What is grave comes by mail all the same unless some other channel of theirs brings it: nobody is to silence it
    everywhere (UX 5)."""
    own = [one for one in subscriptions if one.owner == f"person:{person.id}"]
    if found.severity in GRAVE and not any(one.sends and one.wanted.matches(found) for one in own):
        return False
    return any(is_own_mail(one, person) and (not one.wanted.kinds or kind in one.wanted.kinds) for one in own)


def is_own_mail(view: SubscriptionView, person: PersonView) -> bool:
    """Whether a subscription sends to the mailbox to which the rules send."""
    return view.channel == "email" and view.target.lower() == person.email.lower()
