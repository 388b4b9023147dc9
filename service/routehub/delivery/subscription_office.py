"""What people and systems ask about subscriptions, checked: for the doors of the API and for the pages alike."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from routehub.core.db import Database
from routehub.core.errors import Conflict, NotAllowed, Refused, Unknown, refused
from routehub.core.ids import uuid7
from routehub.core.settings import Settings
from routehub.delivery import outgoing, subscriptions
from routehub.delivery.apprise.messenger import Messenger
from routehub.delivery.channels.apprise import check_service
from routehub.delivery.channels.webhook import check_target
from routehub.delivery.signing import Signing
from routehub.delivery.subscriptions import SubscriptionView
from routehub.delivery.wanted import Wanted
from routehub.directory.current import CurrentDirectory
from routehub.directory.principal import Principal
from routehub.journal.batch import Batch
from routehub.journal.jobs import Change
from routehub.journal.writer import Writer
from routehub_schemas.errors import Problem, near
from routehub_schemas.kind import Part
from routehub_schemas.registry import Registry
from routehub_schemas.vocab import PlanPoint, Reference, Severity

Target = Annotated[str, Field(min_length=3, max_length=2000)]
_Words = list[Annotated[str, Field(min_length=1, max_length=80)]]
OVERLAP_HOURS, LONGEST_OVERLAP = 24, 24 * 14


class SubscriptionFilter(Part):
    """What to send; what is left out or empty does not narrow."""

    kinds: _Words = Field(default=[], max_length=50)
    parties: _Words = Field(default=[], max_length=50)
    places: _Words = Field(default=[], max_length=50)
    severity: Severity | None = None
    points: list[PlanPoint] = Field(default=[], max_length=50)
    threads: list[Reference] = Field(default=[], max_length=50)


class NewSubscription(SubscriptionFilter):
    """A subscription as it is asked for. ``target``: an https address, an e-mail address (the person's own when left
    out), or the address of a service of Apprise. ``signing``: how a webhook is signed."""

    channel: Literal["webhook", "email", "apprise"]
    target: Target | None = None
    signing: Signing = "hmac"


class ChangedSubscription(Part):
    """What to change; a filter replaces the one before as a whole."""

    filter: SubscriptionFilter | None = None
    target: Target | None = None
    active: bool | None = None


class NewSigningKeys(Part):
    """New keys for a webhook; those of before sign beside them for the overlap. ``signing``: of the same form as
    before when left out."""

    signing: Signing | None = None
    overlap_hours: int = Field(default=OVERLAP_HOURS, ge=0, le=LONGEST_OVERLAP)


@dataclass(frozen=True)
class SubscriptionOffice:
    """Where subscriptions are made and changed."""

    settings: Settings
    db: Database
    writer: Writer
    directory: CurrentDirectory
    registry: Registry
    messenger: Messenger

    async def create(self, who: Principal, asked: NewSubscription) -> SubscriptionView:
        """Errors: 422 with every problem, 403 for e-mail to a system, 409 for too many."""
        found = self.wanted(asked)
        target = await self.target(who, asked.channel, asked.target)
        return await self.writer.submit(
            Change(lambda tx: subscriptions.create(tx, who, asked.channel, target, found, asked.signing))
        )

    async def change(self, who: Principal, sub_id: str, asked: ChangedSubscription) -> SubscriptionView:
        """Errors: 404 for others' subscriptions, 422."""
        before = await self.db.read(subscriptions.one, who, sub_id)
        found = self.wanted(asked.filter, "/filter") if asked.filter is not None else None
        target = await self.target(who, before.channel, asked.target) if asked.target is not None else None
        return await self.writer.submit(
            Change(
                lambda tx: subscriptions.change(tx, who, sub_id, wanted=found, target=target, active=asked.active)
            )
        )  # fmt: skip

    async def rotate(self, who: Principal, sub_id: str, asked: NewSigningKeys) -> SubscriptionView:
        overlap = timedelta(hours=asked.overlap_hours)
        return await self.writer.submit(
            Change(lambda tx: subscriptions.rotate(tx, who, sub_id, asked.signing, overlap))
        )

    async def end_key(self, who: Principal, sub_id: str, key_id: str) -> SubscriptionView:
        return await self.writer.submit(Change(lambda tx: subscriptions.end_key(tx, who, sub_id, key_id)))

    async def remove(self, who: Principal, sub_id: str) -> None:
        await self.writer.submit(Change(lambda tx: subscriptions.remove(tx, who, sub_id)))

    async def test(self, who: Principal, sub_id: str) -> str:
        """A test, due now; answers its delivery. Errors: 409 for a subscription that is switched off."""
        return await self.writer.submit(Change(lambda tx: _test(tx, who, sub_id)))

    async def redeliver(self, who: Principal, sub_id: str, delivery: str) -> None:
        """Send one finished delivery once more, under the same id."""

        def again(tx: Batch) -> None:
            found = _sending(tx, who, sub_id)
            if not outgoing.again(tx, found.addressee, delivery):
                raise Unknown("There is no finished delivery with this id that you can see.")
            tx.audit("redeliver", found.route, found.party, who.actor, {"delivery": delivery})

        await self.writer.submit(Change(again))

    def wanted(self, asked: SubscriptionFilter, pointer: str = "") -> Wanted:
        """The filter. Words that mean nothing are refused, all at once: such a subscription would stay silent."""
        problems, codes = [], []
        for at, kind in enumerate(asked.kinds):
            if kind not in self.registry:
                problems.append(
                    Problem(
                        f"{pointer}/kinds/{at}", "unknown-kind", f"There is no kind {kind}.", sent=kind,
                        allowed=sorted(self.registry), suggestion=near(kind, list(self.registry)),
                    )
                )  # fmt: skip
        for at, party in enumerate(asked.parties):
            code = self.directory.value.party_code(party)
            if code is None:
                words = f"No party has the code {party}."
                problems.append(Problem(f"{pointer}/parties/{at}", "unknown-party", words, sent=party))
            else:
                codes.append(code)
        if problems:
            raise Refused("Some words of the filter mean nothing here.", problems)
        return Wanted(
            frozenset(asked.kinds), frozenset(codes), frozenset(asked.places), asked.severity,
            frozenset(asked.points), frozenset(asked.threads),
        )  # fmt: skip

    async def target(self, who: Principal, channel: str, given: str | None) -> str:
        """Where to: https for webhooks, a service for Apprise; for mail the person's own address, or a mailbox of the
        same domain, so that no message leaves for a stranger's by a slip of the hand."""
        if channel == "email":
            return self._mailbox(who, given)
        if given is None:
            raise refused("/target", "missing", "Say where to: the address to call.")
        if channel == "apprise":
            return await check_service(given, self.settings.apprise_services, self.messenger)
        return check_target(given, private=self.settings.webhook_private)

    def _mailbox(self, who: Principal, given: str | None) -> str:
        person = self.directory.value.people.get(who.actor.partition(":")[2]) if who.scopes is None else None
        if person is None:
            raise NotAllowed("E-mail goes to people. Sign in as a person, or use a webhook.")
        if given is None or given.lower() == person.email.lower():
            return person.email
        local, _, domain = given.rpartition("@")
        own = person.email.rpartition("@")[2].lower()
        if not local or domain.lower() != own or any(c.isspace() or c in ',;<>"()' for c in local):
            raise refused(
                "/target", "mail-address", f"Mail goes to addresses at {own}.", sent=given, allowed=[f"…@{own}"]
            )
        return given


def _sending(tx: Batch, who: Principal, sub_id: str) -> SubscriptionView:
    found = subscriptions.one(tx.conn, who, sub_id)
    if not found.sends:
        raise Conflict("This subscription is switched off. Switch it on first.")
    return found


def _test(tx: Batch, who: Principal, sub_id: str) -> str:
    found, new_id = _sending(tx, who, sub_id), uuid7(tx.wall)
    note = f"Test from Routehub\nThis tests the subscription {found.id} of {found.party}. Nothing has happened."
    outgoing.add(
        tx,
        [
            outgoing.row(
                new_id, found.addressee, f"test-{new_id}", "test", found.route, found.party, found.channel, "test",
                tx.wall, urgent=True, note=note,
            )
        ],
    )  # fmt: skip
    tx.audit("subscription.test", found.route, found.party, who.actor, {"subscription": found.id})
    return new_id
