"""An offer in one line."""

from collections.abc import Mapping

from routehub_schemas.kinds.offer.payload import Offer
from routehub_schemas.numbers import written


def summary(offer: Offer, names: Mapping[str, str]) -> str:
    """`Offer of 183 border_guards toward R-7F3K: Officers from the rapid pool`."""
    line = f"Offer of {written(offer.quantity)} {offer.unit}"
    if offer.need is not None:
        line += f" toward {offer.need}"
    elif offer.offered_to:
        line += " to " + ", ".join(names.get(code, code) for code in offer.offered_to)
    place = f" ({names.get(offer.place, offer.place)})" if offer.place else ""
    return f"{line}: {offer.title}{place}"
