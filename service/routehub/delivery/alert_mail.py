"""The mail of an alert: how bad and what, what to do, until when; the subject begins with the severity."""

from dataclasses import replace
from urllib.parse import urlsplit

from routehub.delivery.escalation.joining import thread_id
from routehub.delivery.mail import Mail, MailContext
from routehub.delivery.rendering import Letter, common_facts, foot, moment, names
from routehub.journal.message import Message
from routehub_schemas.kinds.alert.payload import Alert

_TURNS = {"Alert": "", "Update": ", update", "Cancel": ", cancelled"}
NOTE = (
    "It opens a page with one button, without sign-in. It says that you have seen this; it does not agree to anything."
)
_STATUS = {"Actual": "", "Exercise": "EXERCISE – ", "Test": "TEST – "}


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
        tuple(filter(None, (alert.description, f"What to do: {alert.instruction}" if alert.instruction else None))),
        (*_facts(alert, context), *common_facts(message, context)),
        badge=badge_of(message, context),
        button=f"Acknowledge for {party}" if context.acknowledge else "",
        button_link=context.acknowledge,
        button_note=NOTE if context.acknowledge else "",
        link=context.page("alerts", message.id),  # of an update too: the page of the alert it belongs to
        invitation="Open and acknowledge it" if to_acknowledge and not context.acknowledge else "Open it in the hub",
        foot=foot(context),
    )


def badge_of(message: Message, context: MailContext) -> str:
    """``SEVERE, update``: what the subject begins with."""
    alert = message.payload
    assert isinstance(alert, Alert)
    status = "" if context.route.exercise else _STATUS[alert.status]  # a whole route's mark is set around every mail
    return f"{status}{alert.severity.upper()}{_TURNS[alert.msg_type]}"


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
    where += [" to ".join(known.get(code, code) for code in leg.split("-")) for leg in alert.legs]
    found = [("Category", alert.category.replace("_", " "))]
    found.append(("How soon, how sure", f"{alert.urgency}, {alert.certainty}"))
    if any(where):
        found.append(("Where", "; ".join(filter(None, where))))
    if alert.onset is not None:
        found.append(("Expected from", moment(alert.onset, context)))
    found.append(("Ends", moment(alert.expires, context)))
    return found
