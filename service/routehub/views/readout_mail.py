"""The mail of a readout in check. Its subject begins with the act that is wanted, and by when (UX 9.10)."""

from routehub.core.language import _
from routehub.delivery.mail import Mail, MailContext
from routehub.delivery.rendering import Letter, common_facts, foot, moment
from routehub.journal.message import Message
from routehub.views.request_mail import short
from routehub_schemas.kinds.readout_check.payload import ReadoutCheck
from routehub_schemas.publication import named


def check(message: Message, context: MailContext) -> Mail:
    """Who is named reads "Check by 18:00 CET: …", and that silence is acceptance."""
    said = message.payload
    assert isinstance(said, ReadoutCheck)
    by = short(said.until, context)
    asked = context.party in {context.directory.party_code(code) or code for code in named(said.text)}
    act = _("Check by %(by)s", by=by) if asked else _("In check")
    silence = (
        _(
            "Your party is named in this readout. You can ask for a change until %(time)s. If you say "
            "nothing until then, you have accepted it, and it can be published as it is.",
            time=moment(said.until, context),
        )
        if asked
        else _(
            "The parties named in this readout can ask for a change until %(time)s.", time=moment(said.until, context)
        )
    )
    lines = [line.text for section in said.text.sections for line in section.lines if _about(line.parties, context)]
    letter = Letter(
        said.text.title,
        (silence, *lines),
        ((_("Until"), moment(said.until, context)), *common_facts(message, context)),
        badge=act,
        link=context.page("readout-checks", message.id),
        invitation=_("Read it and answer") if asked else _("Read it in the hub"),
        foot=foot(context),
    )
    return letter.mail(_("%(act)s: readout of conference %(conference)s", act=act, conference=said.conference))


def _about(parties: list[str], context: MailContext) -> bool:
    """The lines in which the reader's party is named."""
    return context.party in {context.directory.party_code(code) or code for code in parties}
