"""The weekly conference."""

from routehub_schemas.kind import HUB, SYSTEMS, Kind
from routehub_schemas.kinds.conference.payload import Conference, check
from routehub_schemas.kinds.conference.summary import summary


def _subject(conference: Conference, _sender: str) -> str:
    return f"{conference.series}/{conference.number}"


def _parties(conference: Conference) -> tuple[str, ...]:
    return tuple(dict.fromkeys([conference.chair, *conference.participants]))


KIND = Kind(
    name="conference",
    version=1,
    payload=Conference,
    door="conferences",
    title="Conference",
    summary=summary,
    subject=_subject,
    # Of systems only those of a party that coordinates or chairs: the board knows which.
    posted_by=HUB | SYSTEMS | {"chair", "coordinator"},
    acts={"attend": "any", "decline": "any", "join": "any"},
    parties=_parties,
    check=check,
)
