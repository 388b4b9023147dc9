"""The annex to an agenda, for one party."""

from routehub_schemas.kind import HUB, Kind
from routehub_schemas.kinds.agenda_annex.payload import AgendaAnnex
from routehub_schemas.kinds.agenda_annex.summary import summary


def _subject(annex: AgendaAnnex, _sender: str) -> str:
    return f"{annex.series}/{annex.conference}/{annex.party}"


def _parties(annex: AgendaAnnex) -> tuple[str, ...]:
    return (annex.party,)


KIND = Kind(
    name="agenda_annex",
    version=1,
    payload=AgendaAnnex,
    door="agenda-annexes",
    title="Annex to an agenda",
    summary=summary,
    subject=_subject,
    posted_by=HUB,
    default_audience="named",
    parties=_parties,
)
