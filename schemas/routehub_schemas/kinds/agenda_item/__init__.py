"""Proposals for the agenda."""

from routehub_schemas.kind import PEOPLE, Kind
from routehub_schemas.kinds.agenda_item.payload import AgendaItem
from routehub_schemas.kinds.agenda_item.summary import summary


def _subject(item: AgendaItem, sender: str) -> str:
    return f"{sender}/{item.conference if item.conference is not None else 'next'}"


KIND = Kind(
    name="agenda_item",
    version=1,
    payload=AgendaItem,
    door="agenda-items",
    title="Agenda item",
    summary=summary,
    subject=_subject,
    posted_by=PEOPLE | {"coordinator", "chair"},
    acts={"accept": "chair", "decline": "chair"},
)
