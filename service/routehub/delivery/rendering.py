"""From a message to a mail: one plain letter in text and HTML from the same parts, and the marks around any mail."""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from babel.dates import format_date
from jinja2 import Environment, PackageLoader, StrictUndefined

from routehub.core.language import ENGLISH, _, current, into, later, listed, locale, of_person, pgettext, using
from routehub.delivery.channels.base import Parcel
from routehub.delivery.mail import Mail, MailContext, MailRenderer
from routehub.directory.snapshot import Directory, PersonView, RouteView
from routehub.journal.message import Message
from routehub_schemas import reference
from routehub_schemas.registry import Registry

MARKS = {"exercise": later("EXERCISE"), "sample": later("SAMPLE")}
"""What is not live says so on every surface (PROMISES C2)."""


@dataclass(frozen=True)
class Part:
    """One of several things in a letter: a badge, a line, what else there is to say, and its page."""

    badge: str
    heading: str
    text: str
    link: str


@dataclass(frozen=True)
class Letter:
    """The parts of a plain mail. ``lead``: what stands above the heading's text, such as which reminder it is;
    ``button``: words of the one act that the mail asks for, which ``button_link`` leads to."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    badge: str = ""
    lead: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    button: str = ""
    button_link: str = ""
    button_note: str = ""
    link: str = ""
    invitation: str = later("Open it in the hub")
    foot: str = ""

    def mail(self, subject: str) -> Mail:
        return Mail(
            subject, self._text(), _environment().get_template("letter.html").render(letter=self, language=current())
        )

    def _text(self) -> str:
        head = f"[{self.badge}] {self.heading}" if self.badge else self.heading
        parts = [
            "\n".join(filter(None, (f"{number}. [{part.badge}] {part.heading}", part.text, part.link)))
            for number, part in enumerate(self.parts, 1)
        ]
        facts = "\n".join(f"{label}: {text}" for label, text in self.facts)
        button = "\n".join(filter(None, (f"{self.button}:", self.button_link, self.button_note))) if self.button else ""
        link = f"{_(self.invitation)}:\n{self.link}" if self.link else ""
        foot = f"-- \n{self.foot}" if self.foot else ""
        said = (head, *self.lead, button, *self.paragraphs, *parts, facts, link, foot)
        return "\n\n".join(filter(None, said)) + "\n"


@cache
def _environment() -> Environment:
    found = Environment(
        loader=PackageLoader("routehub.delivery"), autoescape=True, undefined=StrictUndefined, trim_blocks=False
    )
    into(found)
    return found


def moment(at: datetime, context: MailContext) -> str:
    """``21 Nov 2026, 21:03 CET (20:03 UTC)``: every time names its zone."""
    local = at.astimezone(context.zone)
    day = f"{local:%d %b %Y}".lstrip("0")
    if current() != ENGLISH:
        day = format_date(local.date(), pgettext("pattern of a day", "d MMM y"), locale=locale())
    return f"{day}, {local:%H:%M} {local:%Z} ({at:%H:%M} UTC)"


def names(context: MailContext) -> dict[str, str]:
    """The names of parties on the day of the mail."""
    on = context.now.date()
    return {code: context.directory.name(code, on) for code in context.directory.parties}


def origin(message: Message, context: MailContext) -> str:
    """Who sent it, and for whom if for another."""
    on = context.now.date()
    sender = context.directory.name(message.party, on)
    if message.on_behalf_of:
        return _("%(sender)s, on behalf of %(on)s", sender=sender, on=context.directory.name(message.on_behalf_of, on))
    return sender


def foot(context: MailContext) -> str:
    party = context.directory.name(context.party, context.now.date())
    why = f": {context.reason}" if context.reason else ""
    return _(
        "Routehub, %(title)s. You get this for %(party)s%(why)s. Do not answer this mail; answer in the hub.",
        title=context.route.title,
        party=party,
        why=why,
    )


def common_facts(message: Message, context: MailContext) -> tuple[tuple[str, str], ...]:
    found = [(_("From"), origin(message, context)), (_("Accepted"), moment(message.accepted_at, context))]
    if message.short_id:
        found.append((_("Number"), message.short_id))
    if message.payload.points:
        found.append((_("Plan points"), _points(message.payload.points)))
    return (*found, (_("Handling"), f"TLP:{message.tlp}"))


def _points(codes: Sequence[str]) -> str:
    """``Leaders' statement: 1 and 9``: the title of each plan from the reference data."""
    told: dict[str, list[str]] = {}
    for code in codes:
        plan, _slash, number = code.partition("/")
        told.setdefault(plan, []).append(number)
    known = reference.plans()
    return "; ".join(f"{known[p].title if p in known else p}: {listed(numbers)}" for p, numbers in told.items())


class Renderers:
    """The renderers by kind; a kind without its own is told in its one-line summary."""

    def __init__(self, registry: Registry, by_kind: Mapping[str, MailRenderer]) -> None:
        self._registry, self._by_kind = registry, dict(by_kind)

    def render(self, message: Message, context: MailContext) -> Mail:
        if message.tlp == "RED":
            mail = _withheld(message, context)
        else:
            mail = self._by_kind.get(message.kind, self._plain)(message, context)
        return marked(mail, context)

    def mail_of(self, parcel: Parcel) -> Mail:
        """What a parcel says to a person, in their language: its message, the letter of a reminder, or the note of a
        test or notice."""
        with using(of_person(parcel.context.language)):
            return self._mail_of(parcel)

    def _mail_of(self, parcel: Parcel) -> Mail:
        if parcel.letter is not None:
            return marked(parcel.letter(parcel.context), parcel.context)
        if parcel.message is not None:
            return self.render(parcel.message, parcel.context)
        subject, _sep, text = (parcel.note or "").partition("\n")
        return marked(Letter(subject, (text.strip(),), foot=foot(parcel.context)).mail(subject), parcel.context)

    def _plain(self, message: Message, context: MailContext) -> Mail:
        kind = self._registry[message.kind]
        with using(ENGLISH):  # the line of the record is in one language, names of parties too
            summary = kind.summary(message.payload, names(context))
        letter = Letter(
            f"{_(kind.title)}: {summary}", (), common_facts(message, context), link=context.link(message),
            foot=foot(context),
        )  # fmt: skip
        severity = kind.severity(message.payload)
        lead = f"{_(severity).upper()} – " if severity else f"{_(kind.title)} – "
        return letter.mail(f"{lead}{message.reported_party}: {summary}")


def _withheld(message: Message, context: MailContext) -> Mail:
    """TLP:RED: that there is something, from whom and where, and nothing of what it says."""
    letter = Letter(
        _("A message marked TLP:RED is waiting for you"),
        (_("Its content is not sent by mail. Sign in to read it."),),
        ((_("From"), origin(message, context)), (_("Accepted"), moment(message.accepted_at, context))),
        link=context.link(message), invitation=_("Sign in and read it"), foot=foot(context),
    )  # fmt: skip
    return letter.mail(
        _("Sign in to read – TLP:RED message from %(reported_party)s", reported_party=message.reported_party)
    )


def marked(mail: Mail, context: MailContext) -> Mail:
    """Any mail of a route that is not live, with its mark in subject, text and HTML."""
    return marked_as(mail, context.route)


def marked_for(mail: Mail, person: PersonView, directory: Directory) -> Mail:
    """A mail about a person's account: marked, unless one of their routes is live."""
    routes = [route for code in person.roles if (route := directory.routes.get(code)) is not None]
    if not routes or any(route.marking not in MARKS for route in routes):
        return mail
    return marked_as(mail, next((route for route in routes if route.marking == "sample"), routes[0]))


def marked_as(mail: Mail, route: RouteView) -> Mail:
    """A mail with the mark of a route, if it has one."""
    if route.marking not in MARKS:
        return mail
    mark = _(MARKS[route.marking])
    line = _("%(mark)s: this is not real. Route: %(title)s.", mark=mark, title=route.title)
    banner = (
        '<p style="margin:0;padding:10px 16px;background:#ffe9a8;color:#4a3500;border:3px solid #4a3500">'
        f"<strong>{html.escape(line)}</strong></p>"
    )
    page = mail.html
    if page is not None:
        page, found = re.subn(r"(<body[^>]*>)", lambda body: body.group(1) + banner, page, count=1)
        page = page if found else banner + page
    subject = mail.subject if mail.subject.startswith(mark) else f"{mark} – {mail.subject}"
    return replace(mail, subject=subject, text=f"{line}\n\n{mail.text}", html=page)
