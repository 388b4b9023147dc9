"""A proposal in one line."""

from collections.abc import Mapping

from routehub_schemas.kinds.agenda_item.payload import AgendaItem


def summary(item: AgendaItem, _names: Mapping[str, str]) -> str:
    """`to discuss at conference 14, 10 min: Winter places`."""
    where = f"conference {item.conference}" if item.conference is not None else "the next conference"
    return f"to {item.outcome} at {where}, {item.minutes} min: {item.title}"
