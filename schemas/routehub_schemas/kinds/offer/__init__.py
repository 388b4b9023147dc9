"""Offers, asked and unasked."""

from routehub_schemas.kind import PEOPLE, SYSTEMS, Kind
from routehub_schemas.kinds.offer.payload import Offer, check
from routehub_schemas.kinds.offer.summary import summary


def _subject(offer: Offer, sender: str) -> str:
    return f"{sender}/{offer.unit}"


def _places(offer: Offer) -> tuple[str, ...]:
    return (offer.place,) if offer.place is not None else ()


def _parties(offer: Offer) -> tuple[str, ...]:
    codes = list(offer.offered_to)
    if offer.place is not None:
        codes += offer.place.partition("/")[0].split("-")
    return tuple(dict.fromkeys(codes))


KIND = Kind(
    name="offer",
    version=1,
    payload=Offer,
    door="offers",
    title="Offer",
    summary=summary,
    subject=_subject,
    posted_by=PEOPLE | SYSTEMS | {"coordinator", "chair"},
    acts={
        "accept": "addressee",
        "decline": "addressee",
        "receive": "addressee",
        "commit": "sender",
        "deliver": "sender",
        "withdraw": "sender",
    },
    short="O",
    places=_places,
    parties=_parties,
    check=check,
)
