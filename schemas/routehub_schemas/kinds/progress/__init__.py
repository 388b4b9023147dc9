"""Progress on commitments."""

from routehub_schemas.kind import PEOPLE, SYSTEMS, Kind
from routehub_schemas.kinds.progress.payload import Progress, check
from routehub_schemas.kinds.progress.summary import summary


def _subject(progress: Progress, _sender: str) -> str:
    return f"{progress.commitment}/{progress.stage}"


KIND = Kind(
    name="progress",
    version=1,
    payload=Progress,
    door="progress",
    title="Progress",
    summary=summary,
    subject=_subject,
    posted_by=PEOPLE | SYSTEMS | {"coordinator", "chair"},
    default_audience="inherit",
    check=check,
)
