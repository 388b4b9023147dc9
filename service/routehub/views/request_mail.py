"""The mails of requests and offers. The subject begins with the act that is wanted, and by when (UX 9.10)."""

from datetime import datetime, timedelta

from routehub.boards.requests.standing import ASSESSMENT_HOURS
from routehub.core.language import _, lowered, pgettext
from routehub.core.words import number
from routehub.delivery.mail import Mail, MailContext
from routehub.delivery.rendering import Letter, common_facts, foot, moment, names
from routehub.journal.message import Message
from routehub_schemas.kinds.offer.payload import Offer
from routehub_schemas.kinds.request.payload import Request
from routehub_schemas.kinds.request.summary import WORDS

UNDER_A_DAY = timedelta(hours=20)


def request(message: Message, context: MailContext) -> Mail:
    """Who is asked reads "Answer by 18:00 CET: …"; who may help with a need "Offer by …"."""
    said = message.payload
    assert isinstance(said, Request)
    due = said.due or message.accepted_at + ASSESSMENT_HOURS
    act = _act(said, message, context)
    by = short(due, context)
    facts = [(_("Due"), moment(due, context)), *_facts(said, context)]
    letter = Letter(
        said.title,
        tuple(filter(None, (said.text,))),
        (*facts, *common_facts(message, context)),
        badge=_("%(act)s by %(by)s", act=act, by=by) if act else _(WORDS[said.category]),
        link=context.page("requests", message.id),
        invitation=_("Open it and %(act)s", act=lowered(act)) if act else _("Open it in the hub"),
        foot=foot(context),
    )
    lead = _("%(act)s by %(by)s", act=act, by=by) if act else _(WORDS[said.category])
    return letter.mail(f"{lead}: {message.reported_party}, {said.title}")


def _act(said: Request, message: Message, context: MailContext) -> str | None:
    """What is wanted of this reader, if anything is."""
    if context.party == message.reported_party:
        return None
    if context.party in {context.directory.party_code(code) or code for code in said.asked}:
        return _("Contribute") if said.category == "joint_assessment" else _("Answer")
    return pgettext("what is wanted", "Offer") if said.category == "need" and not said.asked else None


def _facts(said: Request, context: MailContext) -> list[tuple[str, str]]:
    known = names(context)
    found = []
    if said.asked:
        found.append((_("Asked"), ", ".join(known.get(code, code) for code in said.asked)))
    if said.quantity is not None:
        found.append((_("Needed"), f"{number(said.quantity)} {said.unit}"))
    if said.place is not None:
        place = context.route.places.get(said.place)
        found.append((_("Where"), place.name if place else said.place))
    found += [(label, text) for label, text in ((_("Scope"), said.scope), (_("Purpose"), said.purpose)) if text]
    if said.period is not None:
        found.append((_("Period"), _("%(first)s to %(last)s", first=said.period.first, last=said.period.last)))
    if said.expires is not None:
        found.append((_("Of no use after"), moment(said.expires, context)))
    if said.answers_to != "readers":
        found.append((_("Who reads the answers"), _("only who asked and the coordinators")))
    mechanism = said.civil_protection_mechanism
    if mechanism is not None:
        words = f"triggered{', ' + mechanism.reference if mechanism.reference else ''}"
        found.append((_("EU Civil Protection Mechanism"), words if mechanism.triggered else _("not triggered")))
    return found


def offer(message: Message, context: MailContext) -> Mail:
    """Who decides about it reads "Accept or decline: …"."""
    said = message.payload
    assert isinstance(said, Offer)
    amount = f"{number(said.quantity)} {said.unit}"
    meant = context.party in {context.directory.party_code(code) or code for code in said.offered_to}
    lead = _("Accept or decline") if meant else _("Offer")
    facts = [(_("Offered"), amount)]
    if said.available_from or said.available_until:
        span = [_("from %(available_from)s", available_from=said.available_from) if said.available_from else ""]
        span += [_("until %(available_until)s", available_until=said.available_until) if said.available_until else ""]
        facts.append((_("Available"), " ".join(filter(None, span))))
    if said.place is not None:
        place = context.route.places.get(said.place)
        facts.append((_("Where"), place.name if place else said.place))
    letter = Letter(
        said.title, tuple(filter(None, (said.text,))), (*facts, *common_facts(message, context)),
        badge=lead, link=context.page("offers", message.id), foot=foot(context),
    )  # fmt: skip
    return letter.mail(f"{lead}: {message.reported_party}, {amount}, {said.title}")


def short(at: datetime, context: MailContext) -> str:
    """``18:00 CET``; with the day when it is further off."""
    local = at.astimezone(context.zone)
    clock = f"{local:%H:%M} {local:%Z}"
    return clock if at - context.now < UNDER_A_DAY else f"{local.day} {local:%b}, {clock}"
