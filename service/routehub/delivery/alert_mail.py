"""The mail of an alert: how bad and what, what to do, until when; the subject begins with the severity."""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from routehub.core.language import _, later
from routehub.delivery.escalation.joining import thread_id
from routehub.delivery.mail import Mail, MailContext
from routehub.delivery.rendering import Letter, common_facts, foot, moment, names
from routehub.journal.message import Message
from routehub_schemas.kinds.alert.payload import Alert

_TURNS = {"Alert": "", "Update": later(", update"), "Cancel": later(", cancelled")}
NOTE = later(
    "It opens a page with one button, without sign-in. It says that you have seen this; it does not agree to anything."
)
_STATUS = {"Actual": "", "Exercise": later("EXERCISE – "), "Test": later("TEST – ")}


def render(message: Message, context: MailContext) -> Mail:
    letter = letter_of(message, context)
    return in_thread(letter.mail(subject_of(message, context)), message, context)


def letter_of(message: Message, context: MailContext) -> Letter:
    """The parts of an alert's mail, with the button that acknowledges where the reader has a link."""
    alert = message.payload
    assert isinstance(alert, Alert)
    to_acknowledge = alert.msg_type != "Cancel" and message.reported_party != context.party
    party = context.directory.name(context.party, context.now.date())
    return Letter(
        alert.headline,
        tuple(
            filter(
                None,
                (
                    alert.description,
                    _("What to do: %(instruction)s", instruction=alert.instruction) if alert.instruction else None,
                ),
            )
        ),
        (*_facts(alert, context), *common_facts(message, context)),
        badge=badge_of(message, context),
        button=_("Acknowledge for %(party)s", party=party) if context.acknowledge else "",
        button_link=context.acknowledge,
        button_note=_(NOTE) if context.acknowledge else "",
        link=context.page("alerts", message.id),  # of an update too: the page of the alert it belongs to
        invitation=_("Open and acknowledge it")
        if to_acknowledge and not context.acknowledge
        else _("Open it in the hub"),
        foot=foot(context),
    )


def badge_of(message: Message, context: MailContext) -> str:
    """``SEVERE, update``: what the subject begins with."""
    alert = message.payload
    assert isinstance(alert, Alert)
    status = "" if context.route.exercise else _(_STATUS[alert.status])  # a whole route's mark is set around every mail
    return f"{status}{_(alert.severity).upper()}{_(_TURNS[alert.msg_type])}"


def subject_of(message: Message, context: MailContext) -> str:
    alert = message.payload
    assert isinstance(alert, Alert)
    return f"{badge_of(message, context)} – {message.reported_party}: {alert.headline}"


def in_thread(mail: Mail, message: Message, context: MailContext) -> Mail:
    """The mail as one of the thread of its leg or place."""
    return replace(mail, thread=thread_id(message, urlsplit(context.public_url).hostname or "routehub.invalid"))


def _facts(alert: Alert, context: MailContext) -> list[tuple[str, str]]:
    place = context.route.places.get(alert.place) if alert.place else None
    known = names(context)
    where = [place.name if place else alert.place, alert.area]
    where += [_border(leg, known) for leg in alert.legs]
    found = [(_("Category"), _(alert.category.replace("_", " ")))]
    found.append((_("How soon, how sure"), f"{_(alert.urgency)}, {_(alert.certainty)}"))
    if any(where):
        found.append((_("Where"), "; ".join(filter(None, where))))
    if alert.onset is not None:
        found.append((_("Expected from"), moment(alert.onset, context)))
    found.append((_("Ends"), moment(alert.expires, context)))
    return found


def _border(leg: str, known: Mapping[str, str]) -> str:
    """``Greece to Serbia``"""
    first, _sep, last = leg.partition("-")
    return _("%(first)s to %(last)s", first=known.get(first, first), last=known.get(last, last))
