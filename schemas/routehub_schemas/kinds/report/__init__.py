"""Figures: what a party counted."""

from routehub_schemas.kind import PEOPLE, SYSTEMS, Kind
from routehub_schemas.kinds.report.payload import Report, check
from routehub_schemas.kinds.report.summary import summary


def _subject(report: Report, _sender: str) -> str:
    return f"{report.party}/{report.day.isoformat()}"


def _places(report: Report) -> tuple[str, ...]:
    return tuple(dict.fromkeys(figure.place for figure in report.figures if figure.place is not None))


def _parties(report: Report) -> tuple[str, ...]:
    others = (figure.counterpart for figure in report.figures if figure.counterpart is not None)
    return tuple(dict.fromkeys([report.party, *others]))


KIND = Kind(
    name="report",
    version=1,
    payload=Report,
    door="reports",
    title="Report",
    summary=summary,
    subject=_subject,
    on_behalf=True,
    posted_by=PEOPLE | SYSTEMS | {"coordinator"},
    places=_places,
    parties=_parties,
    check=check,
)
