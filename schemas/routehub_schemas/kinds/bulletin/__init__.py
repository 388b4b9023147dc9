"""The daily bulletin."""

from routehub_schemas.kind import HUB, Kind
from routehub_schemas.kinds.bulletin.payload import Bulletin, check
from routehub_schemas.kinds.bulletin.summary import summary


def _subject(bulletin: Bulletin, _sender: str) -> str:
    return bulletin.date.isoformat()


KIND = Kind(
    name="bulletin",
    version=1,
    payload=Bulletin,
    door="bulletins",
    title="Bulletin",
    summary=summary,
    subject=_subject,
    posted_by=HUB,
    check=check,
)
