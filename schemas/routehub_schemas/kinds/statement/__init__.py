"""Joint statements, and outcomes of meetings."""

from routehub_schemas.kind import PEOPLE, SYSTEMS, Kind
from routehub_schemas.kinds.statement.payload import Statement, check
from routehub_schemas.kinds.statement.summary import summary


def _subject(statement: Statement, sender: str) -> str:
    return f"{sender}/{statement.type}"


def _parties(statement: Statement) -> tuple[str, ...]:
    taking_part = statement.meeting.participants if statement.meeting is not None else []
    return tuple(dict.fromkeys([*statement.signatories, *taking_part]))


def _signs(statement: Statement) -> tuple[str, ...]:
    return tuple(statement.signatories)


KIND = Kind(
    name="statement",
    version=1,
    payload=Statement,
    door="statements",
    title="Statement",
    summary=summary,
    subject=_subject,
    posted_by=PEOPLE | SYSTEMS | {"coordinator", "chair"},
    # Who is named as a signatory is a rule of the text, not of the sender: the board knows it.
    acts={"sign": "any", "decline": "any", "withdraw": "sender"},
    binding=frozenset({"sign"}),
    signs=_signs,
    short="S",
    parties=_parties,
    check=check,
)
