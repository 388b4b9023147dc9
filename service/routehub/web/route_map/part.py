"""Which part of a large route is drawn, as a drawing of two hundred stations is a tangle: the stations of the main line
around the reader's own, its neighbours, and where most people go on from there. Every party and border is in the tables
all the same."""

from collections.abc import Iterable, Sequence

from routehub.web.route_map.flows import Flow

MOST_DRAWN = 24
"""Stations of one drawing, those of branches and neighbours outside of the route among them."""
MOST_ALONG = 12
"""Stations of its main line, where not all are drawn."""
BEFORE = 5
"""Of them, those before the reader's own."""


def part(listed: Sequence[str], main: Sequence[str], told: Iterable[Flow], own: str) -> frozenset[str]:
    """The stations to draw: all with a crossing or on the main line, if they are not too many. The main line, the
    reader's party and its neighbours stay from day to day; the rest follows the counts."""
    counted = sorted((flow for flow in told if flow.value is not None), key=lambda flow: -(flow.value or 0))
    whole = {*main, *(party for flow in counted for party in (flow.origin, flow.destination))}
    if len(whole) <= MOST_DRAWN:
        return frozenset({*listed, *whole})
    kept = set(_stretch(main, own))
    if own in listed:
        kept.add(own)
    for near in ([flow for flow in counted if own in (flow.origin, flow.destination)], counted):
        for flow in near:
            ends = {flow.origin, flow.destination}
            if ends & kept and len(kept | ends) <= MOST_DRAWN:
                kept |= ends
    return frozenset(kept)


def _stretch(main: Sequence[str], own: str) -> Sequence[str]:
    """The main line around the reader's party, or from its beginning."""
    at = main.index(own) if own in main else 0
    begin = max(0, min(at - BEFORE, len(main) - MOST_ALONG))
    return main[begin : begin + MOST_ALONG]
