"""From a claimed delivery to the parcel that is sent. Everything is asked again here: whether the addressee still
stands, and whether the message is in the feed of its party."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from routehub.core import state
from routehub.core.canonical import dumps, iso
from routehub.core.clock import Clock, wall
from routehub.core.errors import HubError
from routehub.core.language import _, of_person, using
from routehub.core.observe import log
from routehub.delivery import subscriptions
from routehub.delivery.addressees import Moment, owner_stands
from routehub.delivery.channels.base import Parcel
from routehub.delivery.mail import Mail, MailContext
from routehub.delivery.outgoing import Claimed
from routehub.directory.current import CurrentDirectory
from routehub.directory.snapshot import Directory, PersonView, RouteView
from routehub.journal import feed, follow
from routehub.journal.checkpoints.reading import newest_first
from routehub.journal.message import Message
from routehub_schemas.registry import Registry


@dataclass(frozen=True)
class Dropped:
    """Why a delivery must not be sent any more."""

    why: str


@dataclass(frozen=True)
class _To:
    target: str
    name: str
    zone: str
    owner: str
    secrets: tuple[str, ...] = ()
    person: str | None = None
    reason: str = ""
    language: str = ""


@dataclass(frozen=True)
class Composed:
    """What a composer makes of a delivery: the mail for a reader, and the message that it asks to acknowledge."""

    write: Callable[[MailContext], Mail]
    message: Message | None = None


Composer = Callable[[Connection, Claimed, MailContext], Composed | Dropped]
"""Composes deliveries of one purpose: not one message as it is, but a reminder, or several messages together."""

ReaderMail = Callable[[Connection, Message, MailContext], Mail]
"""Writes the mail of a message that says something else to each reader, with what only the reader's party may read."""


DIGESTS = frozenset({"agenda", "bulletin"})
"""Kinds whose mail brings a checkpoint of the reader's feed."""


class Packer:
    def __init__(
        self, directory: CurrentDirectory, registry: Registry, clock: Clock, public_url: str,
        composers: Mapping[str, Composer] | None = None, by_reader: Mapping[str, ReaderMail] | None = None,
    ) -> None:  # fmt: skip
        self._by_reader = by_reader or {}
        self.directory, self._registry, self._clock = directory, registry, clock
        self._public_url, self._composers = public_url.rstrip("/"), composers or {}

    def pack_all(self, conn: Connection, claimed: Sequence[Claimed]) -> list[Parcel | Dropped | None]:
        """In order; None for one that cannot be packed: it must not be tried for ever unseen, nor stop the others."""
        known: dict[str, Message | None] = {}
        found: list[Parcel | Dropped | None] = []
        for one in claimed:
            try:
                found.append(self._pack(conn, one, known))
            except HubError:
                raise  # the database is away: the leases end and all are tried again
            except Exception as fault:
                if isinstance(fault, DBAPIError) and fault.connection_invalidated:
                    raise  # all are packed again, on another connection
                log("delivery").error("a delivery could not be packed", delivery=one.id, exc_info=fault)
                found.append(None)
        return found

    def _pack(self, conn: Connection, one: Claimed, known: dict[str, Message | None]) -> Parcel | Dropped:
        at = Moment(self.directory.value, self._clock.now(), wall())
        route = at.directory.routes.get(one.route)
        to = self._to(conn, one)
        if route is None or to is None:
            return Dropped("nobody is there to get it any more")
        if not owner_stands(at, one.route, one.party, to.owner):
            return Dropped("the addressee may not read this feed any more")
        context = MailContext(
            route, one.party, to.name, _zone(to.zone, route, one.party, at), at.directory, at.now, self._public_url,
            to.reason, language=to.language,
        )  # fmt: skip
        with using(of_person(to.language)):
            return self._packed(conn, one, to, context, at, known)

    def _packed(
        self, conn: Connection, one: Claimed, to: _To, context: MailContext, at: Moment,
        known: dict[str, Message | None],
    ) -> Parcel | Dropped:  # fmt: skip
        if (composer := self._composers.get(one.purpose)) is not None:
            letter = composer(conn, one, context)
            if isinstance(letter, Dropped):
                return letter
            return Parcel(
                one.id, one.about, one.purpose, to.target, "", context, message=letter.message, person=to.person,
                letter=letter.write,
            )  # fmt: skip
        if one.purpose != "message":
            return Parcel(
                one.id, one.about, one.purpose, to.target, self._test_event(one, at), context, note=one.note,
                secrets=to.secrets,
            )  # fmt: skip
        item = feed.one(conn, one.route, one.party, one.about)
        if one.about not in known:  # one message goes to many
            known[one.about] = follow.by_id(conn, self._registry, one.about)
        message = known[one.about]
        if item is None or item.body is None or message is None:
            return Dropped("the message is not there any more")
        mail = self._mail(conn, message, context) if one.channel != "webhook" else None
        return Parcel(
            one.id, one.about, one.purpose, to.target, item.text(state.epoch(conn)), context, message=message,
            secrets=to.secrets, person=to.person, letter=(lambda _at: mail) if mail is not None else None,
            checkpoint=_checkpoint(conn, one) if one.channel == "email" and message.kind in DIGESTS else "",
        )  # fmt: skip

    def _mail(self, conn: Connection, message: Message, context: MailContext) -> Mail | None:
        """The mail of a kind that says something else to each reader."""
        write = self._by_reader.get(message.kind) if message.tlp != "RED" else None
        return write(conn, message, context) if write is not None else None

    def _to(self, conn: Connection, one: Claimed) -> _To | None:
        kind, _sep, name = one.addressee.partition(":")
        directory = self.directory.value
        if kind == "person":
            person = directory.people.get(name)
            if person is None:
                return None
            with using(of_person(person.language)):
                reason = _reason(directory, person, one.route)
            return _To(person.email, person.name, person.zone, one.addressee, (), name, reason, person.language)
        found = subscriptions.by_id(conn, name)
        if found is None or not (found.sends or one.purpose == "test"):
            return None
        owner = directory.people.get(found.owner.partition(":")[2]) if found.owner.startswith("person:") else None
        own_address = owner is not None and owner.email == found.target
        language = owner.language if owner else ""
        with using(of_person(language)):
            reason = _("it was subscribed to")
        return _To(
            found.target, owner.name if owner and own_address else "", owner.zone if owner else "", found.owner,
            tuple(key.secret for key in found.signing(wall())), owner.id if owner and own_address else None,
            reason, language,
        )  # fmt: skip

    def _test_event(self, one: Claimed, at: Moment) -> str:
        return dumps(
            {
                "specversion": "1.0", "id": one.about, "source": "/hub", "type": f"routehub.{one.purpose}.v1",
                "time": iso(at.wall), "datacontenttype": "application/json", "data": {"text": one.note or ""},
            }
        )  # fmt: skip


def _checkpoint(conn: Connection, one: Claimed) -> str:
    """The newest note about the reader's feed; empty where nothing was signed yet."""
    newest = newest_first(conn, "feed", one.route, one.party, None, 1)
    return newest[0].note if newest else ""


def _reason(directory: Directory, person: PersonView, route: str) -> str:
    """Why a person gets what nobody subscribed to."""
    roles = person.roles.get(route, frozenset())
    view = directory.routes.get(route)
    coordinates = view is not None and any(
        m.party == person.party and m.role == "coordinator" for m in view.memberships
    )
    if coordinates:
        return _("your party coordinates on this route")
    if "contact_point" in roles:
        return _("you are a contact point")
    return _("you are a deputy") if "deputy" in roles else _("you have a role there")


def _zone(wanted: str, route: RouteView, party: str, at: Moment) -> ZoneInfo:
    """The person's zone, else the party's, else the route's."""
    if wanted:
        return ZoneInfo(wanted)
    member = route.membership(party, at.now.date())
    return member.zone if member is not None else route.zone
