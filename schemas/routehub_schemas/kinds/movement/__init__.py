"""Movements: people whom one party plans to bring to a neighbour's border."""

from routehub_schemas.kind import PEOPLE, SYSTEMS, Kind
from routehub_schemas.kinds.movement.payload import Movement, check
from routehub_schemas.kinds.movement.summary import summary


def _subject(movement: Movement, _sender: str) -> str:
    return movement.leg


def _places(movement: Movement) -> tuple[str, ...]:
    named = [place for place in (movement.place, movement.start_place) if place is not None]
    return tuple(dict.fromkeys([movement.leg, *named]))


def _parties(movement: Movement) -> tuple[str, ...]:
    return tuple(dict.fromkeys(movement.leg.split("-")))


KIND = Kind(
    name="movement",
    version=1,
    payload=Movement,
    door="movements",
    title="Movement",
    summary=summary,
    subject=_subject,
    posted_by=PEOPLE | SYSTEMS | {"coordinator"},
    acts={
        "agree": "addressee",
        "agree_with_conditions": "addressee",
        "object": "addressee",
        "accept_conditions": "sender",
        "withdraw": "sender",
        "took_place": "sender",
    },
    binding=frozenset({"agree", "agree_with_conditions", "accept_conditions"}),
    short="M",
    places=_places,
    parties=_parties,
    check=check,
)
