"""Commitments under the points of a plan."""

from routehub_schemas.kind import PEOPLE, SYSTEMS, Kind
from routehub_schemas.kinds.commitment.payload import Commitment, check
from routehub_schemas.kinds.commitment.summary import summary


def _subject(commitment: Commitment, sender: str) -> str:
    return f"{sender}/{commitment.points[0] if commitment.points else 'commitment'}"


def _parties(commitment: Commitment) -> tuple[str, ...]:
    return tuple(commitment.owners)


KIND = Kind(
    name="commitment",
    version=1,
    payload=Commitment,
    door="commitments",
    title="Commitment",
    summary=summary,
    subject=_subject,
    posted_by=PEOPLE | SYSTEMS | {"coordinator", "chair"},
    short="CM",
    parties=_parties,
    check=check,
)
