"""Measures: past, current and planned steps that neighbours will feel."""

from routehub_schemas.kind import PEOPLE, SYSTEMS, Kind
from routehub_schemas.kinds.measure.payload import Measure, check
from routehub_schemas.kinds.measure.summary import summary


def _subject(measure: Measure, sender: str) -> str:
    return f"{sender}/{measure.type}"


def _places(measure: Measure) -> tuple[str, ...]:
    of_caps = [leg for cap in measure.caps for leg in cap.legs]
    return tuple(dict.fromkeys([*measure.legs, *of_caps, *measure.places, *measure.authorised_crossing_points]))


def _parties(measure: Measure) -> tuple[str, ...]:
    ends = [code for place in _places(measure) for code in place.partition("/")[0].split("-")]
    return tuple(dict.fromkeys([*ends, *measure.co_authors, *(said.party for said in measure.consequences)]))


KIND = Kind(
    name="measure",
    version=1,
    payload=Measure,
    door="measures",
    title="Measure",
    summary=summary,
    subject=_subject,
    posted_by=PEOPLE | SYSTEMS | {"coordinator"},
    acts={
        "no_objection": "addressee",
        "concerns": "addressee",
        "object": "addressee",
        "confirm": "addressee",
        "end": "sender",
        "withdraw": "sender",
    },
    short="M",
    places=_places,
    parties=_parties,
    check=check,
)
