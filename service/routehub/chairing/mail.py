"""The minutes as mail: what the reader's own party has to do stands first."""

from routehub.chairing.text import minutes_text
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
        f"{one.id}, by {day(one.due)} {one.due.year}: {one.what} (item {item.number}, {item.title})"
        for item in said.items
        for one in item.actions
        if context.party in {context.directory.party_code(code) or code for code in one.owners}
    ]
    edition = f", corrected: edition {said.edition}" if said.edition > 1 else ""
    what = f"Minutes of conference {said.conference}{edition}"
    count = f"{len(own)} action{'' if len(own) == 1 else 's'}"
    letter = Letter(
        f"For {known.get(context.party, context.party)}: {count}" if own else what,
        tuple(minutes_text(said, context.directory, context.route).strip().split("\n\n")),
        lead=tuple(own), link=link, invitation="Read them in the hub, and report what is done", foot=foot(context),
    )  # fmt: skip
    return letter.mail(f"For you: {count}. {what}" if own else what)
