"""An agenda in one line."""

from collections.abc import Mapping

from routehub_schemas.kinds.agenda.payload import Agenda


def summary(agenda: Agenda, _names: Mapping[str, str]) -> str:
    """`Agenda of conference 14: 6 items, 2 to decide`. How long the call takes stands on the agenda alone."""
    count, decisions = len(agenda.items), sum(item.outcome == "decide" for item in agenda.items)
    edition = f", edition {agenda.edition}" if agenda.edition > 1 else ""
    items = "1 item" if count == 1 else f"{count} items"
    return (
        f"Agenda of conference {agenda.conference}{edition}: {items}{f', {decisions} to decide' if decisions else ''}"
    )
