"""The compiled agenda."""

from routehub_schemas.kind import HUB, Kind
from routehub_schemas.kinds.agenda.payload import Agenda, check
from routehub_schemas.kinds.agenda.summary import summary


def _subject(agenda: Agenda, _sender: str) -> str:
    return f"{agenda.series}/{agenda.conference}"


KIND = Kind(
    name="agenda",
    version=1,
    payload=Agenda,
    door="agendas",
    title="Agenda",
    summary=summary,
    subject=_subject,
    posted_by=HUB,
    check=check,
)
