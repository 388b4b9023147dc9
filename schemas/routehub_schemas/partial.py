"""The parts of a refused payload that can be read, so that the rules between fields are told with the rest.

Used only for input that is refused, so it may be slow.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

Path = tuple[str | int, ...]
_ROUNDS = 3
"""Leaving one thing out may uncover another (a list that has become too short); then it is enough."""


def readable(model: type[BaseModel], data: Any, faults: Iterable[Path]) -> tuple[BaseModel, "Places"] | None:
    """What is left of `data` without its faulty parts, and where each part of that stood; None if nothing holds.

    A faulty member of a list goes as a whole, a faulty field of the payload by itself: what is needed cannot go.
    """
    places = Places()
    wrong = list(faults)
    for _ in range(_ROUNDS):
        if not isinstance(data, dict):
            return None
        data = places.without(data, wrong)
        try:
            return model.model_validate(data), places
        except ValidationError as error:
            wrong = [detail["loc"] for detail in error.errors(include_url=False, include_input=False)]
    return None


class Places:
    """Where the members of shortened lists stood: by the list's field, the old index of each."""

    def __init__(self) -> None:
        self._kept: dict[str, list[int]] = {}

    def without(self, data: dict[str, Any], faults: Sequence[Path]) -> dict[str, Any]:
        rest = dict(data)
        dropped: dict[str, set[int]] = {}
        for path in faults:
            name = path[0] if path else ""
            if len(path) > 1 and isinstance(path[1], int) and isinstance(rest.get(str(name)), list):
                dropped.setdefault(str(name), set()).add(path[1])
            else:
                rest.pop(str(name), None)
        for name, gone in dropped.items():
            if name in rest:
                old = self._kept.get(name, list(range(len(rest[name]))))
                self._kept[name] = [at for index, at in enumerate(old) if index not in gone]
                rest[name] = [item for index, item in enumerate(rest[name]) if index not in gone]
        return rest

    def before(self, pointer: str) -> str:
        """A pointer into the shortened payload as one into what was sent."""
        tokens = pointer.split("/")
        kept = self._kept.get(tokens[1]) if len(tokens) > 2 else None
        if kept is None or not tokens[2].isdigit():
            return pointer
        return "/".join([*tokens[:2], str(kept[int(tokens[2])]), *tokens[3:]])
