"""The mail of measures and movements: the subject begins with the act that is wanted of the reader."""

from routehub.core.language import _, plural
from routehub.core.words import number
from routehub.delivery.mail import Mail, MailContext
from routehub.delivery.rendering import Letter, common_facts, foot, moment, names
from routehub.journal.message import Message
from routehub_schemas.kinds.measure.payload import Measure
from routehub_schemas.kinds.measure.summary import COUNTS, TYPES
from routehub_schemas.kinds.movement.payload import Movement
from routehub_schemas.kinds.movement.summary import carried


def movement(message: Message, context: MailContext) -> Mail:
    """``Agree or object by 21 Jan 2026, 18:00 CET (17:00 UTC): Croatia, 2 trains``"""
    said = message.payload
    assert isinstance(said, Movement)
    known, what = names(context), carried(said.transport, said.vehicles)
    sender = known.get(message.reported_party, message.reported_party)
    by = moment(said.answer_by or said.at, context)
    policy = next((leg.policy for leg in context.route.legs if leg.code == said.leg), "agreement_required")
    asked = context.party == said.destination and policy == "agreement_required"
    place = context.route.places.get(said.place) if said.place else None
    where = place.name if place else said.leg
    facts = [
        (_("People"), _("about %(people)s, %(what)s", people=number(said.people), what=what)),
        (_("At the border"), moment(said.at, context)),
        (_("Where"), where),
        (_("Answer by"), by),
    ]
    letter = Letter(
        _(
            "%(sender)s to %(destination)s: %(what)s, about %(people)s people",
            sender=sender,
            destination=known.get(said.destination, said.destination),
            what=what,
            people=number(said.people),
        ),
        tuple(filter(None, (said.title, said.remarks, _("No answer means not agreed.") if asked else None))),
        (*facts, *common_facts(message, context)),
        link=context.page("movements", message.id),
        invitation=_("Open it, then agree or object") if asked else _("Open it in the hub"),
        foot=foot(context),
    )
    lead = _("Agree or object by %(by)s", by=by) if asked else _("Planned movement")
    return letter.mail(f"{lead}: {sender}, {what}")


def measure(message: Message, context: MailContext) -> Mail:
    """``Give a view by 18 Feb 2016, 12:00 CET (11:00 UTC): Austria, Daily limits at Spielfeld``"""
    said = message.payload
    assert isinstance(said, Measure)
    known = names(context)
    sender = known.get(message.reported_party, message.reported_party)
    expected = (
        _("Expected of others: %(expected_of_others)s", expected_of_others=said.expected_of_others)
        if said.expected_of_others
        else None
    )
    letter = Letter(
        said.title,
        tuple(filter(None, (said.reasons, expected))),
        (*_facts(message, said, context), *common_facts(message, context)),
        badge=_("CHANGED") if said.updates is not None else "",
        link=context.page("measures", message.id),
        invitation=_("Open it in the hub"),
        foot=foot(context),
    )
    return letter.mail(f"{_wanted(message, said, context)}: {sender}, {said.title}")


def _wanted(message: Message, said: Measure, context: MailContext) -> str:
    if context.party in {context.directory.party_code(code) or code for code in said.co_authors}:
        return _("Confirm")
    on = message.accepted_at.astimezone(context.route.zone).date()
    member = context.route.membership(context.party, on)
    if context.party != message.reported_party and member is not None and member.role == "member":
        return (
            _("Give a view by %(time)s", time=moment(said.views_by, context))
            if said.views_by is not None
            else _("Give a view")
        )
    return _("Measure changed") if said.updates is not None else _("Measure")


def _facts(message: Message, said: Measure, context: MailContext) -> list[tuple[str, str]]:
    hours = (said.start - message.accepted_at).total_seconds() / 3600
    notice = (
        plural("%(n)s hour of notice", "%(n)s hours of notice", round(hours))
        if hours >= 0
        else _("in force before this notice")
    )
    where = [*said.legs, *(context.route.places[p].name for p in said.places if p in context.route.places)]
    found = [(_("What"), _(TYPES[said.type])), (_("Where"), ", ".join(where))]
    found.append((_("From"), f"{moment(said.start, context)}, {notice}{_(', short notice') if hours < 24 else ''}"))
    if said.until is not None:
        found.append((_("Until"), moment(said.until, context)))
    found += [
        (_("Cap"), _("%(people)s a day, %(counts)s", people=number(cap.people), counts=_(COUNTS[cap.counts])))
        for cap in said.caps
    ]
    if said.views_by is not None:
        found.append((_("Views by"), moment(said.views_by, context)))
    return found
