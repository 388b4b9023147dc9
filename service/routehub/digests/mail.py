"""The agenda as mail: text and HTML, and the invitation that a mail program offers to accept. The same message gives
the same mail, however often it is sent; marks of routes that are not live come from the channel."""

from dataclasses import replace

from routehub.delivery.mail import Mail, MailContext, MailRenderer
from routehub.digests.render import layout
from routehub.digests.render.annex import annex_page
from routehub.digests.render.calendar import Person, calendar
from routehub.digests.render.forms import invitation_of
from routehub.digests.render.page import agenda_page
from routehub.digests.render.reader import Reader
from routehub.journal.message import Message
from routehub_schemas.kinds.agenda.payload import Agenda


def agenda_mail(sender: str) -> MailRenderer:
    """The renderer for the kind ``agenda``. ``sender``: the address from which the hub invites."""

    def render(message: Message, context: MailContext) -> Mail:
        agenda = message.payload
        assert isinstance(agenda, Agenda)
        reader = Reader(context.route, context.directory, context.public_url, context.zone, context.party)
        page = replace(agenda_page(message, reader), mark=None)
        return Mail(
            page.subject, layout.text(page), layout.mail_html(page),
            calendar=_invitation(message, agenda, context, sender) if agenda.meeting else None,
        )  # fmt: skip

    return render


def annex_mail(message: Message, context: MailContext) -> Mail:
    """The renderer for the kind ``agenda_annex``."""
    reader = Reader(context.route, context.directory, context.public_url, context.zone, context.party)
    page = replace(annex_page(message, reader, context.route.zone), mark=None)
    return Mail(page.subject, layout.annex_text(page), layout.annex_html(page))


def _invitation(message: Message, agenda: Agenda, context: MailContext, sender: str) -> str:
    assert agenda.meeting is not None
    on = agenda.compiled_at.astimezone(context.route.zone).date()
    organizer = Person(sender, context.directory.name(agenda.meeting.chair, on))
    invitation = invitation_of(message, context.route, context.public_url)
    return calendar(invitation, context.public_url, organizer, _invited(context)).decode()


def _invited(context: MailContext) -> Person | None:
    """Who reads this mail, as an attendee: a person of the party with this name."""
    found = [p for p in context.directory.people.values() if p.party == context.party and p.name == context.name]
    return Person(found[0].email, found[0].name) if len(found) == 1 else None
