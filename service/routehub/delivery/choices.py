"""What a person chose to be told, kind by kind and channel by channel: subscriptions and rules read as one table, and
a changed table written back as subscriptions.

A cell holds ``""`` (nothing), ``on``, or for alerts the least severity. What a rule sends anyway stands in the table as
chosen; to choose against it is a paused subscription, which takes the rule's place (docs/decisions/0005).
Pure functions; ``save`` applies what they say.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from routehub.core.ids import uuid7
from routehub.delivery import outgoing, subscriptions
from routehub.delivery.addressees import RULES, is_own_mail
from routehub.delivery.subscriptions import SubscriptionView
from routehub.delivery.wanted import Traits, Wanted
from routehub.directory.principal import Principal
from routehub.directory.snapshot import PersonView
from routehub.journal.batch import Batch
from routehub.journal.message import Transaction

ALERT, ON, NOTHING = "alert", "on", ""
LEVELS = ("Minor", "Moderate", "Severe", "Extreme")
"""The least severity of alerts; the first one stands for all of them."""
ENOUGH = frozenset(LEVELS[:3])
"""What tells of Severe and Extreme: they have to reach their people by something (UX 5)."""
RULED = {"contact_points": frozenset({"contact_point", "deputy"}), "coordinators": frozenset({"coordinator"})}
"""Whose roles a rule without subscription is for."""
Choice = Mapping[str, str]
"""By kind, what stands in its cell."""


def usual(roles: Collection[str]) -> dict[str, str]:
    """What people of these roles get by e-mail without having asked."""
    found: dict[str, str] = {}
    for rule in RULES:
        if RULED.get(rule.who, frozenset()) & set(roles) and not rule.wanted.parties:
            for kind in rule.wanted.kinds:
                found[kind] = (rule.wanted.severity or LEVELS[0]) if kind == ALERT else ON
        elif rule.who == "invited" and roles:
            found |= dict.fromkeys(rule.wanted.kinds, ON)
    return found


def unasked(person: PersonView, roles: Collection[str], views: Iterable[SubscriptionView]) -> dict[str, str]:
    """The same for a person who may have narrowed a kind by a subscription that the table does not show: then its rule
    steps aside, but for grave alerts."""
    found = usual(roles)
    narrowed = [view.wanted.kinds for view in views if narrow(view) and is_own_mail(view, person)]
    for kind in [one for one in found if any(not kinds or one in kinds for kinds in narrowed)]:
        if kind == ALERT:
            found[kind] = "Severe"
        else:
            del found[kind]
    return found


@dataclass(frozen=True)
class Column:
    """One channel of a person with the subscriptions that the table shows. ``key``: its name in a form, which tells
    nothing of a secret address."""

    key: str
    channel: str
    target: str
    subs: tuple[SubscriptionView, ...]

    @property
    def sending(self) -> SubscriptionView | None:
        """The subscription by which a test goes."""
        return next((one for one in self.subs if one.sends), None)

    @property
    def off(self) -> bool:
        return bool(self.subs) and self.sending is None


OWN = "own"
"""The key of a person's own mailbox, which is there without a subscription."""


def narrow(view: SubscriptionView) -> bool:
    """Whether it asks for more than kinds and a severity: the table cannot show that, and leaves it alone."""
    wanted = view.wanted
    return bool(wanted.parties or wanted.places or wanted.points or wanted.threads)


def columns(person: PersonView, views: Iterable[SubscriptionView]) -> list[Column]:
    """A person's channels, the own mailbox first. ``views``: those of the person."""
    found: dict[tuple[str, str], list[SubscriptionView]] = {("email", person.email): []}
    for view in views:
        if view.channel != "webhook" and not narrow(view):
            found.setdefault((view.channel, view.target), []).append(view)
    own = ("email", person.email)
    return [
        Column(OWN if at == own else subs[0].id, *at, tuple(subs)) for at, subs in found.items()
    ]  # fmt: skip


def choice(column: Column, kinds: Collection[str], rules: Mapping[str, str]) -> dict[str, str]:
    """How a channel stands now. ``rules``: what comes to the own mailbox by itself."""
    by_rule = rules if column.key == OWN else {}
    return {kind: _cell(column.subs, kind, by_rule.get(kind, NOTHING)) for kind in kinds}


def _cell(subs: Sequence[SubscriptionView], kind: str, by_rule: str) -> str:
    own = [one for one in subs if not one.wanted.kinds or kind in one.wanted.kinds]
    if not own:
        return by_rule
    sending = [one.wanted for one in own if one.sends]
    if kind == ALERT:
        return next((level for level in LEVELS if any(w.matches(_traits(kind, level)) for w in sending)), NOTHING)
    return ON if any(wanted.matches(_traits(kind, None)) for wanted in sending) else NOTHING


def _traits(kind: str, severity: str | None) -> Traits:
    return Traits(kind, frozenset(), (), severity, frozenset(), frozenset())


def silenced(chosen: Iterable[Choice], rules: Mapping[str, str]) -> bool:
    """Whether somebody to whom alerts belong would hear of no severe one by any channel."""
    return ALERT in rules and not any(one.get(ALERT) in ENOUGH for one in chosen)


@dataclass
class Draft:
    """A subscription as it is to become. ``view``: as it is, None for a new one."""

    view: SubscriptionView | None
    kinds: set[str]
    severity: str | None
    active: bool
    all: frozenset[str] = field(repr=False)

    @classmethod
    def of(cls, view: SubscriptionView, kinds: frozenset[str]) -> "Draft":
        wanted = view.wanted
        everything = frozenset({ALERT}) if wanted.severity else kinds
        return cls(view, set(wanted.kinds or everything), wanted.severity, view.sends, kinds)

    @property
    def wanted(self) -> Wanted:
        whole = self.kinds >= self.all and self.severity is None
        return Wanted(frozenset() if whole else frozenset(self.kinds), severity=self.severity)


def edited(column: Column, after: Choice, kinds: Collection[str], rules: Mapping[str, str]) -> list[Draft]:
    """The subscriptions of a channel once its cells say ``after``. Those that lose their last kind are paused, not
    removed: their log and what is on its way stay."""
    everything, by_rule = frozenset(kinds), rules if column.key == OWN else {}
    drafts = [Draft.of(view, everything) for view in column.subs]
    before = choice(column, kinds, rules)
    for kind in kinds:
        now = after.get(kind, NOTHING)
        if now == before[kind]:
            continue
        if now and _regraded(drafts, kind, now):
            continue
        _take_out(drafts, kind)
        if now and now != by_rule.get(kind):
            _put_in(drafts, kind, now, everything, reuse=column.channel != "email")
        elif not now and kind in by_rule:
            _silence(drafts, kind, everything)
    return drafts


def _regraded(drafts: list[Draft], kind: str, value: str) -> bool:
    """Alerts that are sent already, from another severity on. Says whether there were any."""
    sending = [one for one in drafts if one.active and kind in one.kinds]
    for draft in sending:
        draft.severity = _severity(value)
    return bool(sending)


def _severity(level: str) -> str | None:
    return None if level == LEVELS[0] else level


def _take_out(drafts: list[Draft], kind: str) -> None:
    for draft in drafts:
        held = kind in draft.kinds
        draft.kinds.discard(kind)
        if held and draft.active and not draft.kinds:
            draft.active, draft.kinds = False, {kind}


def _put_in(drafts: list[Draft], kind: str, value: str, everything: frozenset[str], *, reuse: bool) -> None:
    into = next((one for one in drafts if one.active), None)
    if into is None and reuse and drafts:
        into = drafts[0]
        into.active, into.kinds = True, set()
    if into is None:
        into = Draft(None, set(), None, True, everything)
        drafts.append(into)
    into.kinds.add(kind)
    if kind == ALERT:
        into.severity = _severity(value)


def _silence(drafts: list[Draft], kind: str, everything: frozenset[str]) -> None:
    if any(kind in one.kinds and not one.active for one in drafts):
        return
    into = next((one for one in drafts if not one.active), None)
    if into is None:
        into = Draft(None, set(), None, False, everything)
        drafts.append(into)
    into.kinds.add(kind)


def save(tx: Transaction, who: Principal, column: Column, drafts: Iterable[Draft]) -> None:
    """Write a channel's drafts: change, make and pause. One that silences nothing any more goes."""
    for draft in drafts:
        if draft.view is None:
            made = subscriptions.create(tx, who, column.channel, column.target, draft.wanted)
            if not draft.active:
                subscriptions.change(tx, who, made.id, active=False)
        elif not draft.kinds:
            subscriptions.remove(tx, who, draft.view.id)
        else:
            wanted = draft.wanted if draft.wanted != draft.view.wanted else None
            active = draft.active if draft.active != draft.view.sends else None
            subscriptions.change(tx, who, draft.view.id, wanted=wanted, active=active)


def try_own(tx: Batch, who: Principal) -> str:
    """A test to a person's own mailbox, by the way on which the alerts come; answers its delivery."""
    new_id, route = uuid7(tx.wall), who.route
    note = f"Test from Routehub\nThis tests the mail that you get for {who.party}. Nothing has happened."
    row = outgoing.row(
        new_id, who.actor, f"test-{new_id}", "test", route, who.party, "email", "test", tx.wall, urgent=True, note=note
    )
    outgoing.add(tx, [row])
    tx.audit("notification.test", route, who.party, who.actor, {"delivery": new_id})
    return new_id
