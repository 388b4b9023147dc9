"""Bodies with canaries for any kind, made from its valid examples: a kind that is added is tried with the others.

The fields are found by their types: free text becomes the mark, references lead to messages that are there.
"""

import json
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from routehub_schemas.kind import Kind
from routehub_schemas.registry import Registry
from routehub_schemas.vocab import LINE_PATTERN, REFERENCE_PATTERN, TEXT_PATTERN

OWN_WAY = frozenset(
    {
        "report",
        "alert",
        "note",
        "agenda_item",
        "response",
        "conference",
        "agenda",
        "minutes",
        "readout",
        "readout_check",
        "erratum",
    }
)
"""Kinds that ``canaries`` writes by hand, and those that the hub or its chair alone posts."""
KINDS = tuple(
    kind for name, kind in sorted(Registry.shipped().items()) if name not in OWN_WAY and kind.posted_by != {"hub"}
)
SHARED = ("audience", "thread", "references", "language", "on_behalf_of")


@cache
def examples(name: str) -> tuple[str, ...]:
    kind = Registry.shipped()[name]
    return tuple(path.read_text() for path in sorted((kind.examples / "valid").glob("*.json")))


Pick = Callable[[str], str | None]
"""The name of a field that refers to a message -> an id to put there; None where there is none."""


def body(kind: Kind, chance: random.Random, mark: str, pick: Pick) -> tuple[dict[str, Any], list[str]]:
    """A body of this kind with the mark in its texts; and the references in it."""
    data: dict[str, Any] = json.loads(chance.choice(examples(kind.name)))
    for name in SHARED:
        data.pop(name, None)
    made = _Made(mark, pick, [])
    found = made.part(kind.payload, data)
    if chance.random() < 0.2 and (ref := pick("references")):
        found["references"] = [ref]
        made.refs.append(ref)
    return found, made.refs


@dataclass(frozen=True)
class _Made:
    """How values are put in the place of those of an example."""

    mark: str
    pick: Pick
    refs: list[str]

    def part(self, model: type[BaseModel], data: dict[str, Any]) -> dict[str, Any]:
        fields = model.model_fields
        made = {name: self.value(name, fields[name].annotation, fields[name].metadata, data[name]) for name in data}
        return {name: value for name, value in made.items() if value is not None}

    def value(self, name: str, annotation: Any, metadata: Iterable[Any], value: Any) -> Any:
        patterns = {pattern for one in metadata if (pattern := _pattern(one))}
        if isinstance(value, str) and patterns & {LINE_PATTERN, TEXT_PATTERN}:
            return self.mark
        if isinstance(value, str) and REFERENCE_PATTERN in patterns:
            if ref := self.pick(name):
                self.refs.append(ref)
            return ref
        if hasattr(annotation, "__metadata__"):
            return self.value(name, get_args(annotation)[0], annotation.__metadata__, value)
        if get_origin(annotation) in (Union, UnionType):
            return self._first_other(name, get_args(annotation), value)
        if isinstance(value, list) and get_args(annotation):
            made = [self.value(name, get_args(annotation)[0], (), one) for one in value]
            return made[:1] if made.count(self.mark) > 1 else [one for one in made if one is not None]
        if isinstance(value, dict) and isinstance(annotation, type) and issubclass(annotation, BaseModel):
            return self.part(annotation, value)
        return value

    def _first_other(self, name: str, choices: Iterable[Any], value: Any) -> Any:
        made = (self.value(name, one, (), value) for one in choices)
        return next((one for one in made if one != value), value)


def _pattern(meta: Any) -> str | None:
    if isinstance(meta, FieldInfo):
        return next(filter(None, map(_pattern, meta.metadata)), None)
    return getattr(meta, "pattern", None)
