"""Public readouts of conferences."""

from routehub_schemas.kind import Kind
from routehub_schemas.kinds.readout.payload import Readout, check
from routehub_schemas.kinds.readout.summary import summary
from routehub_schemas.publication import named


def _subject(readout: Readout, _sender: str) -> str:
    return f"{readout.series}/{readout.conference}"


def _parties(readout: Readout) -> tuple[str, ...]:
    return named(readout.text)


KIND = Kind(
    name="readout",
    version=1,
    payload=Readout,
    door="readouts",
    title="Readout",
    summary=summary,
    subject=_subject,
    posted_by=frozenset({"chair"}),
    default_audience="public",
    parties=_parties,
    check=check,
)
