"""What escalation says by mail. Composed when it is sent, so that an acknowledgement stops what is still on its way."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import Connection

from routehub.boards.alerts.waiting import still_waits
from routehub.boards.reporting.queries import days_of
from routehub.core.clock import wall
from routehub.core.language import _, later, lowered, plural
from routehub.core.words import day as day_words
from routehub.delivery import alert_mail
from routehub.delivery.escalation import plan, steps
from routehub.delivery.escalation.held import parts_of
from routehub.delivery.mail import Mail, MailContext
from routehub.delivery.outgoing import Claimed
from routehub.delivery.packing import Composed, Composer, Dropped
from routehub.delivery.rendering import Letter, Part, common_facts, foot, moment
from routehub.directory.pauses import is_paused
from routehub.directory.snapshot import PersonView
from routehub.directory.visibility import readable
from routehub.journal import feed, follow
from routehub.journal.message import Message
from routehub_schemas.kinds.alert.payload import Alert
from routehub_schemas.registry import Registry

REMINDER, CLIMBED, GROUP = "reminder", "escalation", "group"
OVER = Dropped("it was acknowledged, or the alert is over")


class AlertLetters:
    """The letters about alerts."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def reminder(self, conn: Connection, one: Claimed, context: MailContext) -> Composed | Dropped:
        """To a party's own people: which reminder it is, why they get it, and what comes next."""
        asked_in, _sep, name = one.about.partition(".")
        if asked_in == "joined":
            return self._reminder_of_several(conn, one, context)
        message = self._readable(conn, one, asked_in)
        if message is None or not still_waits(conn, asked_in, one.party, context.now):
            return OVER
        assert isinstance(message.payload, Alert)
        severity = message.payload.severity
        reached = one.party in steps.reached(conn, [asked_in]).get(asked_in, frozenset())
        taken = steps.taken(conn, [asked_in]).get((asked_in, one.party), {})
        following = plan.upcoming(plan.ladder(severity, reached=reached), message.accepted_at, {*taken, name})
        lead = _lead(message, name, following, context)
        return Composed(lambda at: self._reminder(message, name, lead, at), message)

    def _reminder(self, message: Message, name: str, lead: tuple[str, ...], context: MailContext) -> Mail:
        turn = _turn(message, name)
        if message.tlp == "RED":
            return _withheld(message, turn, context)
        letter = alert_mail.letter_of(message, context)
        subject = f"{letter.badge}, {lowered(turn)} – {message.reported_party}: {letter.heading}"
        mail = replace(letter, lead=lead, badge=f"{letter.badge}, {lowered(turn)}").mail(subject)
        return alert_mail.in_thread(mail, message, context)

    def _reminder_of_several(self, conn: Connection, one: Claimed, context: MailContext) -> Composed | Dropped:
        """Several alerts of a leg that can wait, in one mail: those that still do."""
        waiting = [
            asked_in for asked_in in steps.alerts_of(conn, one.about, one.party)
            if still_waits(conn, asked_in, one.party, context.now)
        ]  # fmt: skip
        found = [message for asked_in in waiting if (message := self._readable(conn, one, asked_in)) is not None]
        if not found:
            return OVER
        party = context.directory.name(one.party, context.now.date())
        lead = plural(
            "Reminder. Nobody at %(party)s has acknowledged this.",
            "Reminder. Nobody at %(party)s has acknowledged these.",
            len(found),
            party=party,
        )
        return Composed(lambda at: self._group(found, at, lead))

    def climbed(self, conn: Connection, one: Claimed, context: MailContext) -> Composed | Dropped:
        """To the coordinators: which parties have not answered, what was tried, and whom to call."""
        asked_in = one.about.partition(".")[0]
        message = self._readable(conn, one, asked_in)
        parties = [
            party for party in steps.parties_of(conn, one.about)
            if still_waits(conn, asked_in, party, context.now)
        ]  # fmt: skip
        if message is None or not parties:
            return OVER
        reached = steps.reached(conn, [asked_in]).get(asked_in, frozenset())
        return Composed(lambda at: _climbed(message, parties, reached, at))

    def group(self, conn: Connection, one: Claimed, context: MailContext) -> Composed | Dropped:
        """Several alerts in one mail, each with its number and link; what is no longer readable is left out."""
        found = [self._readable(conn, one, about) for about in parts_of(conn, one.about)]
        messages = [message for message in found if message is not None]
        if not messages:
            return Dropped("nothing of it may be read any more")
        return Composed(lambda at: self._group(messages, at))

    def _group(self, messages: Sequence[Message], context: MailContext, reminder: str = "") -> Mail:
        alerts = [message for message in messages if isinstance(message.payload, Alert) and message.tlp != "RED"]
        worst = max(alerts, key=_rank, default=None)
        only_alerts = all(isinstance(message.payload, Alert) for message in messages)
        count = (
            plural("%(n)s alert", "%(n)s alerts", len(messages))
            if only_alerts
            else plural("%(n)s message", "%(n)s messages", len(messages))
        )
        places = list(dict.fromkeys(_place(message, context) for message in alerts))
        where = _(" about %(places)s", places=places[0]) if len(places) == 1 and len(alerts) == len(messages) else ""
        turn = _(", reminder") if reminder else ""
        lead = f"{alert_mail.badge_of(worst, context)}{turn} – " if worst is not None else ""
        letter = Letter(
            f"{count}{where}",
            (_("These could wait, and were joined into one mail. Each has its own page."),),
            lead=(reminder,) if reminder else (),
            parts=tuple(self._part(message, context) for message in messages),
            link=context.page("alerts"), invitation=_("Open all alerts in the hub"), foot=foot(context),
        )  # fmt: skip
        mail = letter.mail(f"{lead}{count}{where}: {_part_heading(messages[-1], self._registry)}")
        return mail if not where else alert_mail.in_thread(mail, messages[0], context)

    def _part(self, message: Message, context: MailContext) -> Part:
        when = f"{context.directory.name(message.reported_party, context.now.date())}, "
        when += moment(message.accepted_at, context)
        if message.tlp == "RED":
            return Part("TLP:RED", _("Sign in to read it"), when, context.link(message))
        heading = _part_heading(message, self._registry)
        if isinstance(message.payload, Alert):
            number = f"{message.short_id}. " if message.short_id else ""
            page = context.page("alerts", message.id)
            return Part(alert_mail.badge_of(message, context), heading, f"{number}{when}", page)
        return Part(_(self._registry[message.kind].title), heading, when, context.link(message))

    def _readable(self, conn: Connection, one: Claimed, message_id: str) -> Message | None:
        """The message, if the party of this delivery has it in its feed."""
        item = feed.one(conn, one.route, one.party, message_id)
        return None if item is None or item.body is None else follow.by_id(conn, self._registry, message_id)


def _rank(message: Message) -> tuple[bool, bool, int]:
    """The gravest stands in the subject: not a test, nor what is cancelled, as long as something else is there. A real
    alert must not look like a test (PROMISES C2)."""
    alert = message.payload
    assert isinstance(alert, Alert)
    rank = ("Minor", "Moderate", "Unknown", "Severe", "Extreme").index(alert.severity)
    return alert.status != "Test", alert.msg_type != "Cancel", rank


def _part_heading(message: Message, registry: Registry) -> str:
    if message.tlp == "RED":
        return _("a message marked TLP:RED")
    if isinstance(message.payload, Alert):
        return message.payload.headline
    return registry[message.kind].summary(message.payload, {})


def _place(message: Message, context: MailContext) -> str:
    alert = message.payload
    assert isinstance(alert, Alert)
    if alert.legs:
        return alert.legs[0]
    place = context.route.places.get(alert.place) if alert.place else None
    return place.name if place else alert.place or context.directory.name(message.reported_party, context.now.date())


def _turn(message: Message, name: str) -> str:
    assert isinstance(message.payload, Alert)
    severity = message.payload.severity
    found = {step.name: step for step in (*plan.UNREACHED, *plan.LADDERS[severity])}
    return plan.words(found[name], severity) if name in found else _("Reminder")


def _lead(
    message: Message, name: str, following: list[tuple[plan.Step, datetime]], context: MailContext
) -> tuple[str, ...]:
    """``Reminder 1 of 2. Slovenia has not acknowledged … If nobody does, the deputy is told at 06:59 CET.``"""
    party = context.directory.name(context.party, context.now.date())
    since = moment(message.accepted_at, context)
    said = _(
        "%(message)s. Nobody at %(party)s has acknowledged this alert of %(since)s.",
        message=_turn(message, name),
        party=party,
        since=since,
    )
    if name == "deputy":
        said += _(" You get it as deputy.")
    to = {
        "duty": _("the next reminder comes"),
        "deputy": _("the deputy is told"),
        "coordinators": _("the coordinators are told"),
    }
    coming = [
        _("%(to)s at %(zone)s", to=to[step.to], zone=f"{at.astimezone(context.zone):%H:%M %Z}")
        for step, at in following
    ]
    if coming:
        said += _("\nUntil somebody does, %(coming)s.", coming=", ".join(coming))
    return (said,)


def _withheld(message: Message, turn: str, context: MailContext) -> Mail:
    """A reminder of what is marked TLP:RED: that it waits, and nothing of what it says."""
    letter = Letter(
        _("An alert marked TLP:RED waits for your acknowledgement"),
        (_("Its content is not sent by mail. Sign in to read and acknowledge it."),),
        lead=(f"{turn}.",),
        facts=((_("From"), message.reported_party), (_("Accepted"), moment(message.accepted_at, context))),
        link=context.link(message), invitation=_("Sign in and read it"), foot=foot(context),
    )  # fmt: skip
    return letter.mail(
        _(
            "Sign in and acknowledge, %(turn)s – TLP:RED alert from %(reported_party)s",
            turn=lowered(turn),
            reported_party=message.reported_party,
        )
    )


def _climbed(message: Message, parties: list[str], reached: frozenset[str], context: MailContext) -> Mail:
    on = context.now.date()
    names = [context.directory.name(party, on) for party in parties]
    facts, nobody = [], []
    for party, name in zip(parties, names, strict=True):
        calls = _calls(party, context)
        if calls:
            facts.append(
                (name, "; ".join([_("it got the alert") if party in reached else _("no channel reached it"), *calls]))
            )
        else:
            nobody.append(name)
    if nobody:
        facts.append((_("Nobody is nominated at"), ", ".join(nobody)))
    red = message.tlp == "RED"
    alert = message.payload
    assert isinstance(alert, Alert)
    headline = _("an alert marked TLP:RED") if red else alert.headline
    badge = "TLP:RED" if red else alert_mail.badge_of(message, context)
    one_of = names[0] if len(names) == 1 else plural("%(n)s party", "%(n)s parties", len(names))
    since = moment(message.accepted_at, context)
    letter = Letter(
        headline,
        (_("Please reach them by phone, or ask them in the hub."),),
        (*facts, *(() if red else common_facts(message, context))),
        badge=badge,
        lead=(
            _(
                "To the coordinators: %(one_of)s did not acknowledge this alert of %(since)s.",
                one_of=one_of,
                since=since,
            ),
        ),
        link=context.page("alerts", message.id),
        invitation=_("Open the alert"),
        foot=foot(context),
    )
    mail = letter.mail(
        _(
            "%(badge)s, not acknowledged by %(parties)s – %(headline)s",
            badge=badge,
            parties=", ".join(parties[:4]) + (" …" if len(parties) > 4 else ""),
            headline=headline,
        )
    )
    return mail if red else alert_mail.in_thread(mail, message, context)


def _calls(party: str, context: MailContext) -> list[str]:
    """The people to call at a party: on duty, then deputies."""
    at, directory, route = wall(), context.directory, context.route.code
    people: list[PersonView] = [*directory.on_duty(route, party, at), *directory.deputies(route, party, at)]
    unique = {person.id: person for person in people}
    return [f"{person.name}: {person.phone or person.email}" for person in unique.values()]


REPORT, STANDING = "report-reminder", "report-standing"


def report_about(party: str, day: date, step: str) -> str:
    """What a reminder to report is about: unique for each person."""
    return f"report.{party}.{day.isoformat()}.{step}"


def report_reminder(conn: Connection, one: Claimed, context: MailContext) -> Composed | Dropped:
    """To whom reports for a party: until when figures are to be posted, or that they are late. A mail server that was
    away must not ask tomorrow for what came in today."""
    _kind, party, day_text, step = one.about.split(".")
    day, due = date.fromisoformat(day_text), json.loads(one.note or "{}").get("due", "")
    if step == "before" and context.now >= datetime.fromisoformat(due):
        return Dropped("its time has passed")
    ids = readable(conn, one.route, party)
    if day in days_of(conn, ids, one.route, day, day, party).get(party, {}):
        return Dropped("the report is in")
    if is_paused(context.directory, one.route, party, day):
        return Dropped("the party is excused")
    return Composed(lambda at: _report_mail(party, day, due, step, at))


def _report_mail(party: str, day: date, due: str, step: str, context: MailContext) -> Mail:
    name = context.directory.name(party, context.now.date())
    at = datetime.fromisoformat(due)
    local = f"{at.astimezone(context.zone):%H:%M %Z}"
    late = step == "after"
    heading = (
        _("Figures of %(name)s for %(day_words)s are late", name=name, day_words=day_words(day))
        if late
        else _("Post the figures of %(name)s by %(local)s", name=name, local=local)
    )
    since = moment(at, context)
    said = (
        _(
            "They were due at %(since)s and are not in. Blank is not zero: if there is nothing to "
            "report, say so with one press. Two hours after the due time the coordinators see it.",
            since=since,
        )
        if late
        else _(
            "They are due at %(since)s and are not in yet. If there is nothing to report, say so with one press.",
            since=since,
        )
    )
    letter = Letter(
        heading, (said,), button=_("Post figures"), button_link=context.page("figures", party, day.isoformat()),
        foot=foot(context),
    )  # fmt: skip
    lead = _("Late since %(local)s", local=local) if late else _("Post figures by %(local)s", local=local)
    return letter.mail(f"{lead} – {name}, {day_words(day)}")


STANDING_WORDS = {
    "overdue": later("has not reported for %(day)s"),
    "silent": later("is silent: nothing came for two days or more, at last for %(day)s"),
    "reported": later("has reported again, for %(day)s"),
}


def report_standing(conn: Connection, one: Claimed, context: MailContext) -> Composed | Dropped:
    """To the coordinators: whose reporting has changed."""
    changes = [(party, state, date.fromisoformat(day)) for party, state, day in json.loads(one.note or "[]")]
    return Composed(lambda at: _standing_mail(changes, at))


def _standing_mail(changes: list[tuple[str, str, date]], context: MailContext) -> Mail:
    on = context.now.date()
    facts = tuple(
        (context.directory.name(party, on), _(STANDING_WORDS[state], day=day_words(day)))
        for party, state, day in changes
    )
    quiet = [party for party, state, _day in changes if state != "reported"]
    back = [party for party, state, _day in changes if state == "reported"]
    told = [
        _(words, parties=", ".join(codes))
        for codes, words in ((quiet, later("%(parties)s did not report")), (back, later("%(parties)s reported again")))
        if codes
    ]
    letter = Letter(
        "; ".join(told),
        (_(
"A missing report is not a zero. It is shown on the overview, and goes on the agenda the "
"next day."),),
        facts, link=context.page("").rstrip("/"), invitation=_("Open the overview"), foot=foot(context),
    )  # fmt: skip
    return letter.mail(_("Reporting – %(told)s", told="; ".join(told)))


def composers(registry: Registry) -> dict[str, Composer]:
    """Who composes which purpose of a delivery."""
    alerts = AlertLetters(registry)
    return {
        REMINDER: alerts.reminder, CLIMBED: alerts.climbed, GROUP: alerts.group, REPORT: report_reminder,
        STANDING: report_standing,
    }  # fmt: skip
