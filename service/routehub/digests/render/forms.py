"""An agenda message in each of its forms, for the API, the pages and mail."""

from collections.abc import Sequence
from datetime import datetime

from routehub.boards.conferences.queries import ConferenceView
from routehub.core.settings import Settings
from routehub.delivery.smtp import sender_of
from routehub.digests import words
from routehub.digests.render import layout
from routehub.digests.render.agenda_paper import agenda_paper
from routehub.digests.render.calendar import Invitation, Person
from routehub.digests.render.page import agenda_page
from routehub.digests.render.pdf import pdf
from routehub.digests.render.reader import MARKS, Reader
from routehub.digests.render.rule import Repeating, repeating
from routehub.digests.series import MAIN, Series
from routehub.directory.snapshot import Directory, RouteView
from routehub.journal.message import Message
from routehub_schemas.kinds.agenda.payload import Agenda

FORMS = {
    "txt": "text/plain; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "ics": "text/calendar; charset=utf-8",
    "pdf": "application/pdf",
    "json": "application/json",
}


def agenda_form(message: Message, reader: Reader, form: str) -> str:
    """The agenda as ``txt``, ``html`` or ``md``."""
    page = agenda_page(message, reader)
    return {"txt": layout.text, "html": layout.html, "md": layout.markdown}[form](page)


def agenda_pdf(message: Message, reader: Reader) -> bytes:
    """The agenda as PDF. Call it in a thread (``render.pdf``)."""
    agenda = message.payload
    assert isinstance(agenda, Agenda)
    return pdf(agenda_paper(agenda_page(message, reader), agenda.compiled_at))


def invitation_of(agenda_message: Message, route: RouteView, public_url: str) -> Invitation:
    """The conference as the agenda froze it."""
    agenda = agenda_message.payload
    assert isinstance(agenda, Agenda)
    meeting = agenda.meeting
    assert meeting is not None
    url = page_of(route, public_url, agenda.series, agenda.conference)
    items = "\n".join(f"{item.number}. {item.title}" for item in agenda.items)
    title = title_of(agenda.series, agenda.conference, meeting.title)
    return Invitation(
        route.code, agenda.series, agenda.conference, title, meeting.start,
        meeting.minutes, meeting.zone, meeting.link, "planned", meeting.told_at or agenda_message.accepted_at,
        agenda_message.accepted_at, f"Agenda: {url}\n\n{items}", url, MARKS.get(route.marking), agenda_message.tlp,
    )  # fmt: skip


def invitation_to(conference: ConferenceView, route: RouteView, public_url: str) -> Invitation:
    """The conference as it stands now."""
    url = page_of(route, public_url, conference.series, conference.number)
    title = title_of(conference.series, conference.number, conference.title)
    return Invitation(
        route.code, conference.series, conference.number, title, conference.start,
        conference.minutes, conference.zone, conference.link, conference.state,
        conference.accepted_at, conference.accepted_at, description(url, conference.about, conference.reason), url,
        MARKS.get(route.marking), conference.tlp,
    )  # fmt: skip


def calendar_entries(
    views: Sequence[ConferenceView], route: RouteView, directory: Directory, settings: Settings
) -> list[tuple[Invitation, Person]]:  # fmt: skip
    """Conferences as they stand now, each with who holds it, for a calendar that subscribes."""
    public_url, address = settings.public_url.rstrip("/"), sender_of(settings.mail_from).addr_spec
    return [
        (
            invitation_to(view, route, public_url),
            Person(address, directory.name(view.chair, view.start.astimezone(route.zone).date())),
        )
        for view in views
    ]


def proposal_of(
    one: Series, route: RouteView, called: Sequence[ConferenceView], now: datetime
) -> Repeating | None:  # fmt: skip
    """What a series proposes, for a calendar; marked where the route is not real."""
    mark = MARKS.get(route.marking)
    return repeating(one, f"{mark + ': ' if mark else ''}{one.title} (proposed)", called, now)


def page_of(route: RouteView, public_url: str, series: str, number: int) -> str:
    """The page of a conference."""
    return f"{public_url}/routes/{route.code}/conference/{number}{of_series(series)}"


def invitation_page(route: RouteView, public_url: str, series: str, number: int) -> str:
    """The page on which a party says whether it attends."""
    return f"{public_url}/routes/{route.code}/conference/{number}/invitation{of_series(series)}"


def of_series(series: str) -> str:
    """What an address says of the series: nothing for the one that everybody means."""
    return "" if series == MAIN else f"?series={series}"


def description(url: str, about: str | None, reason: str | None) -> str:
    """What a calendar says under the title: why it changed, what it is about, where its agenda is."""
    parts = (reason, about, f"Agenda, and whether you attend: {url}")
    return "\n\n".join(words.clip(part, 1_000) for part in parts if part)


def title_of(series: str, number: int, title: str) -> str:
    """The same in every entry of one conference, whoever writes it."""
    return f"Conference {number}{'' if series == MAIN else f' of {series}'}: {title}"
