"""The mail of measures and movements: the subject begins with the act that is wanted of the reader."""

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
        ("People", f"about {number(said.people)}, {what}"), ("At the border", moment(said.at, context)),
        ("Where", where), ("Answer by", by),
    ]  # fmt: skip
    letter = Letter(
        f"{sender} to {known.get(said.destination, said.destination)}: {what}, about {number(said.people)} people",
        tuple(filter(None, (said.title, said.remarks, "No answer means not agreed." if asked else None))),
        (*facts, *common_facts(message, context)),
        link=context.page("movements", message.id),
        invitation="Open it, then agree or object" if asked else "Open it in the hub",
        foot=foot(context),
    )
    lead = f"Agree or object by {by}" if asked else "Planned movement"
    return letter.mail(f"{lead}: {sender}, {what}")


def measure(message: Message, context: MailContext) -> Mail:
    """``Give a view by 18 Feb 2016, 12:00 CET (11:00 UTC): Austria, Daily limits at Spielfeld``"""
    said = message.payload
    assert isinstance(said, Measure)
    known = names(context)
    sender = known.get(message.reported_party, message.reported_party)
    expected = f"Expected of others: {said.expected_of_others}" if said.expected_of_others else None
    letter = Letter(
        said.title,
        tuple(filter(None, (said.reasons, expected))),
        (*_facts(message, said, context), *common_facts(message, context)),
        badge="CHANGED" if said.updates is not None else "",
        link=context.page("measures", message.id),
        invitation="Open it in the hub",
        foot=foot(context),
    )
    return letter.mail(f"{_wanted(message, said, context)}: {sender}, {said.title}")


def _wanted(message: Message, said: Measure, context: MailContext) -> str:
    if context.party in {context.directory.party_code(code) or code for code in said.co_authors}:
        return "Confirm"
    on = message.accepted_at.astimezone(context.route.zone).date()
    member = context.route.membership(context.party, on)
    if context.party != message.reported_party and member is not None and member.role == "member":
        return f"Give a view by {moment(said.views_by, context)}" if said.views_by is not None else "Give a view"
    return "Measure changed" if said.updates is not None else "Measure"


def _facts(message: Message, said: Measure, context: MailContext) -> list[tuple[str, str]]:
    hours = (said.start - message.accepted_at).total_seconds() / 3600
    notice = (
        f"{hours:.0f} {'hour' if round(hours) == 1 else 'hours'} of notice"
        if hours >= 0
        else "in force before this notice"
    )
    where = [*said.legs, *(context.route.places[p].name for p in said.places if p in context.route.places)]
    found = [("What", TYPES[said.type]), ("Where", ", ".join(where))]
    found.append(("From", f"{moment(said.start, context)}, {notice}{', short notice' if hours < 24 else ''}"))
    if said.until is not None:
        found.append(("Until", moment(said.until, context)))
    found += [("Cap", f"{number(cap.people)} a day, {COUNTS[cap.counts]}") for cap in said.caps]
    if said.views_by is not None:
        found.append(("Views by", moment(said.views_by, context)))
    return found
