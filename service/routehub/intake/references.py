"""References to earlier messages. One that the sender cannot see is answered like one that does not exist, and
nothing that rests on a message is shown to more parties than that message (DECISIONS 1)."""

from collections.abc import Mapping
from typing import Any

from routehub.core.errors import Refused
from routehub.journal.targets import Target
from routehub_schemas.errors import Problem
from routehub_schemas.kind import Payload
from routehub_schemas.vocab import REFERENCE_PATTERN


def require_all(payload: Payload, found: Mapping[str, Target], pointer: str) -> None:
    """Refuse references that lead nowhere the sender can see, all at once."""
    problems = [
        Problem(where, "unknown-message", "There is no message with this id that you can see.", sent=ref)
        for where, ref in _places(payload, pointer)
        if ref not in found
    ]
    if problems:
        raise Refused("The message refers to others that are not there.", problems)


def _reference_fields(payload: Payload) -> list[str]:
    """Names of the payload's fields that hold one reference."""
    names = []
    for name, field in type(payload).model_fields.items():
        if any(getattr(meta, "pattern", None) == REFERENCE_PATTERN for meta in field.metadata) or name == "thread":
            names.append(name)
    return names


def _places(payload: Payload, pointer: str) -> list[tuple[str, str]]:
    """Each reference with the JSON Pointer to it."""
    places = [(f"{pointer}/references/{index}", ref) for index, ref in enumerate(payload.references)]
    for name in _reference_fields(payload):
        value = getattr(payload, name)
        if isinstance(value, str):
            places.append((f"{pointer}/{name}", value))
    known = {ref for _, ref in places}
    return places + [(pointer, ref) for ref in payload.refs() if ref not in known]


def with_ids(payload: Payload, data: dict[str, Any], found: Mapping[str, Target]) -> tuple[Payload, dict[str, Any]]:
    """Payload and data with message ids in place of short ids: what is stored names messages in one way."""
    update: dict[str, Any] = {}
    if payload.references:
        update["references"] = [found[ref].id for ref in payload.references]
    for name in _reference_fields(payload):
        value = getattr(payload, name)
        if isinstance(value, str):
            update[name] = found[value].id
    if not update:
        return payload, data
    return payload.model_copy(update=update), data | update
