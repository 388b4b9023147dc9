"""Corrections of published readouts."""

from routehub_schemas.kind import Kind
from routehub_schemas.kinds.erratum.payload import Erratum, check
from routehub_schemas.kinds.erratum.summary import summary


def _subject(erratum: Erratum, _sender: str) -> str:
    return f"{erratum.series}/{erratum.conference}/{erratum.number}"


KIND = Kind(
    name="erratum",
    version=1,
    payload=Erratum,
    door="errata",
    title="Erratum",
    summary=summary,
    subject=_subject,
    posted_by=frozenset({"chair"}),
    default_audience="public",
    check=check,
)
