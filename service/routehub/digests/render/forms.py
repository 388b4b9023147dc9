"""An agenda message in each of its forms, for the API, the pages and mail."""

from routehub.boards.conferences.queries import ConferenceView
from routehub.digests import words
from routehub.digests.render import layout
from routehub.digests.render.agenda_paper import agenda_paper
from routehub.digests.render.calendar import Invitation
from routehub.digests.render.page import MARKS, Reader, agenda_page
from routehub.digests.render.pdf import pdf
from routehub.directory.snapshot import RouteView
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
    url = f"{public_url}/routes/{route.code}/conference/{agenda.conference}"
    items = "\n".join(f"{item.number}. {item.title}" for item in agenda.items)
    return Invitation(
        route.code, agenda.series, agenda.conference, _title(agenda.conference, meeting.title), meeting.start,
        meeting.minutes, meeting.zone, meeting.link, "planned", meeting.revision, agenda_message.accepted_at,
        f"Agenda: {url}\n\n{items}", url, MARKS.get(route.marking),
        agenda_message.tlp,
    )  # fmt: skip


def invitation_to(conference: ConferenceView, route: RouteView, public_url: str) -> Invitation:
    """The conference as it stands now."""
    url = f"{public_url}/routes/{route.code}/conference/{conference.number}"
    reason = f"\n\n{words.clip(conference.reason, 1_000)}" if conference.reason else ""
    return Invitation(
        route.code, conference.series, conference.number, _title(conference.number, conference.title),
        conference.start, conference.minutes, conference.zone, conference.link, conference.state,
        conference.revision, conference.accepted_at, f"Agenda: {url}{reason}", url,
        MARKS.get(route.marking), conference.tlp,
    )  # fmt: skip


def _title(number: int, title: str) -> str:
    return f"Conference {number}: {title}"
