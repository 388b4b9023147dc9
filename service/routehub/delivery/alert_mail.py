"""The mail of an alert: how bad and what, what to do, until when; the subject begins with the severity."""

from routehub.delivery.mail import Mail, MailContext
from routehub.delivery.rendering import Letter, common_facts, foot, moment, names
from routehub.journal.message import Message
from routehub_schemas.kinds.alert.payload import Alert

_TURNS = {"Alert": "", "Update": ", update", "Cancel": ", cancelled"}
_STATUS = {"Actual": "", "Exercise": "EXERCISE – ", "Test": "TEST – "}


def render(message: Message, context: MailContext) -> Mail:
    alert = message.payload
    assert isinstance(alert, Alert)
    status = "" if context.route.exercise else _STATUS[alert.status]  # a whole route's mark is set around every mail
    badge = f"{status}{alert.severity.upper()}{_TURNS[alert.msg_type]}"
    to_acknowledge = alert.msg_type != "Cancel" and message.reported_party != context.party
    letter = Letter(
        alert.headline,
        tuple(filter(None, (alert.description, f"What to do: {alert.instruction}" if alert.instruction else None))),
        (*_facts(alert, context), *common_facts(message, context)),
        badge=badge,
        link=context.page("alerts", message.id),  # of an update too: the page of the alert it belongs to
        invitation="Open and acknowledge it" if to_acknowledge else "Open it in the hub",
        foot=foot(context),
    )
    return letter.mail(f"{badge} – {message.reported_party}: {alert.headline}")


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
