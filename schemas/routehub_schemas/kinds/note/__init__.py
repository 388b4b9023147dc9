"""Notes between named parties."""

from routehub_schemas.kind import HUB, PEOPLE, SYSTEMS, Kind
from routehub_schemas.kinds.note.payload import Note, check
from routehub_schemas.kinds.note.summary import summary


def _subject(note: Note, _sender: str) -> str:
    return ",".join(note.to[:10])


def _parties(note: Note) -> tuple[str, ...]:
    return tuple(note.to)


KIND = Kind(
    name="note",
    version=1,
    payload=Note,
    door="notes",
    title="Note",
    summary=summary,
    subject=_subject,
    posted_by=PEOPLE | SYSTEMS | HUB | {"coordinator", "chair"},
    default_audience="named",
    parties=_parties,
    check=check,
)
