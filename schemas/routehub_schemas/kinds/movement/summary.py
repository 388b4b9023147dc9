"""A movement in one line."""

from collections.abc import Mapping

from routehub_schemas.kinds.movement.payload import Movement
from routehub_schemas.numbers import written

TRANSPORT = {
    "train": ("train", "trains"),
    "bus": ("bus", "buses"),
    "ship": ("ship", "ships"),
    "plane": ("plane", "planes"),
}


def carried(transport: str, vehicles: int | None) -> str:
    """`2 trains`, `by train`, `on foot`."""
    words = TRANSPORT.get(transport)
    if words is None:
        return "on foot" if transport == "on_foot" else "by other means"
    if vehicles is None:
        return f"by {words[0]}"
    return f"{vehicles} {words[vehicles != 1]}"


def summary(movement: Movement, names: Mapping[str, str]) -> str:
    """`to Slovenia: 2 trains, about 960 people, 23 January 2026 09:30 UTC, Harmica – Dobova`."""
    to = movement.destination
    where = movement.place or movement.leg
    title = f": {movement.title}" if movement.title else ""
    return (
        f"to {names.get(to, to)}: {carried(movement.transport, movement.vehicles)}, "
        f"about {written(movement.people)} people, "
        f"{movement.at.day} {movement.at:%B %Y %H:%M} UTC, {names.get(where, where)}{title}"
    )
