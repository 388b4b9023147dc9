"""The minutes as mail: what the reader's own party has to do stands first."""

from routehub.chairing.text import minutes_text
from routehub.core.language import _, plural
from routehub.delivery.mail import Mail, MailContext
from routehub.delivery.rendering import Letter, foot, names
from routehub.digests.words import day
from routehub.journal.message import Message
from routehub_schemas.kinds.minutes.payload import Minutes


def minutes_mail(message: Message, context: MailContext) -> Mail:
    """``For you: 2 actions. Minutes of conference 14``; the whole text follows the party's own actions."""
    said = message.payload
    assert isinstance(said, Minutes)
    known = names(context)
    link = context.page("conference", str(said.conference), "minutes") + (
        f"?series={said.series}" if said.series != "weekly" else ""
    )
    own = [
        _(
            "%(id)s, by %(due)s %(year)s: %(what)s (item %(item)s, %(title)s)",
            id=one.id,
            due=day(one.due),
            year=one.due.year,
            what=one.what,
            item=item.number,
            title=item.title,
        )
        for item in said.items
        for one in item.actions
        if context.party in {context.directory.party_code(code) or code for code in one.owners}
    ]
    edition = _(", corrected: edition %(edition)s", edition=said.edition) if said.edition > 1 else ""
    what = _("Minutes of conference %(conference)s%(edition)s", conference=said.conference, edition=edition)
    count = plural("%(n)s action", "%(n)s actions", len(own))
    letter = Letter(
        _("For %(party)s: %(count)s", party=known.get(context.party, context.party), count=count) if own else what,
        tuple(minutes_text(said, context.directory, context.route).strip().split("\n\n")),
        lead=tuple(own), link=link, invitation=_("Read them in the hub, and report what is done"), foot=foot(context),
    )  # fmt: skip
    return letter.mail(_("For you: %(count)s. %(what)s", count=count, what=what) if own else what)
