"""The invitation to a conference as mail: called, moved or cancelled. A mail program offers to take it into the
calendar; whether the party attends is said in the hub, where everybody who is invited sees it."""

from zoneinfo import ZoneInfo

from routehub.delivery.mail import Mail, MailContext, MailRenderer
from routehub.delivery.rendering import MARKS, Letter, common_facts, foot, names
from routehub.digests import words
from routehub.digests.render.calendar import Invitation, Person, calendar
from routehub.digests.render.forms import description, invitation_page, page_of, title_of
from routehub.digests.series import MAIN
from routehub.journal.message import Message
from routehub_schemas.kinds.conference.payload import Conference


def conference_mail(sender: str) -> MailRenderer:
    """The renderer for the kind ``conference``. ``sender``: the address from which the hub invites."""

    def render(message: Message, context: MailContext) -> Mail:
        said = message.payload
        assert isinstance(said, Conference)
        organizer = Person(sender, names(context).get(said.chair, said.chair))
        invitation = _invitation(message, said, context)
        attendee = next((p for p in context.directory.people.values() if _is_reader(p.party, p.name, context)), None)
        guest = Person(attendee.email, attendee.name) if attendee is not None else None
        body = calendar(invitation, context.public_url, organizer, guest).decode()
        mail = _letter(message, said, context).mail(subject(said))
        return Mail(mail.subject, mail.text, mail.html, calendar=body)

    return render


def _is_reader(party: str, name: str, context: MailContext) -> bool:
    return party == context.party and name == context.name


def subject(said: Conference) -> str:
    """``Say whether you attend: conference 15, Thu 28 Jan, 10:00 CET``: the act that is wanted comes first."""
    when = f"{_called(said)}, {words.when(said.start, ZoneInfo(said.zone))}"
    if said.state == "cancelled":
        return f"Cancelled: {when}"
    return f"Moved, say whether you attend: {when}" if said.state == "moved" else f"Say whether you attend: {when}"


def _called(said: Conference) -> str:
    """``conference 15``; with its series where that is not the one everybody means."""
    return f"conference {said.number}" + ("" if said.series == MAIN else f" of {said.series}")


def _letter(message: Message, said: Conference, context: MailContext) -> Letter:
    known, page = names(context), page_of(context.route, context.public_url, said.series, said.number)
    gone = said.state == "cancelled"
    facts = [*_times(said, context), ("Chaired by", known.get(said.chair, said.chair))]
    if said.participants:
        facts.append(("Invited", ", ".join(known.get(code, code) for code in said.participants)))
    if said.link and not gone:
        facts.append(("Join", said.link))
    reason = f"Why: {said.reason}" if said.reason else None
    told = {"moved": "It was moved. Please say again whether you attend.", "cancelled": "It does not take place."}
    return Letter(
        title_of(said.series, said.number, said.title),
        tuple(filter(None, (told.get(said.state), reason, said.about))),
        (*facts, *common_facts(message, context)),
        badge={"moved": "MOVED", "cancelled": "CANCELLED"}.get(said.state, ""),
        button="" if gone else f"Say whether {known.get(context.party, context.party)} attends",
        button_link="" if gone else invitation_page(context.route, context.public_url, said.series, said.number),
        link=page, invitation="Open the conference", foot=foot(context),
    )  # fmt: skip


def _times(said: Conference, context: MailContext) -> list[tuple[str, str]]:
    """When it is where it is announced, and where the reader is, if the clock shows another time there."""
    zone = ZoneInfo(said.zone)
    local, there = said.start.astimezone(zone), said.start.astimezone(context.zone)
    found = [("When", f"{words.full_day(local.date())}, {local:%H:%M} {local:%Z} ({_city(zone)})")]
    if there.replace(tzinfo=None) != local.replace(tzinfo=None):
        found.append(("For you", f"{words.when(said.start, context.zone)} ({_city(context.zone)})"))
    return [*found, ("Length", words.count(said.minutes, "minute"))]


def _city(zone: ZoneInfo) -> str:
    return zone.key.rpartition("/")[2].replace("_", " ")


def _invitation(message: Message, said: Conference, context: MailContext) -> Invitation:
    url = page_of(context.route, context.public_url, said.series, said.number)
    return Invitation(
        context.route.code, said.series, said.number, title_of(said.series, said.number, said.title), said.start,
        said.minutes, said.zone, said.link, said.state, message.accepted_at, message.accepted_at,
        description(url, said.about, said.reason), url, MARKS.get(context.route.marking), message.tlp,
    )  # fmt: skip
