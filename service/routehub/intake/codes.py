"""Codes that the route does not know: places, legs, parties and points of plans, wherever the contract has a field
for one.

The fields are found by their types, so a new kind needs nothing here. It reads plain JSON values and not the typed
payload: a message whose form is wrong is told of its unknown codes in the same answer.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from routehub.directory.snapshot import Directory, RouteView
from routehub_schemas.errors import MOST_PROBLEMS, Problem, near, shown
from routehub_schemas.kind import Kind
from routehub_schemas.plan_points import fault
from routehub_schemas.reference import indicators
from routehub_schemas.vocab import LEG_PATTERN, PARTY_PATTERN, PLACE_PATTERN, POINT_PATTERN, SNAKE_PATTERN

_FAMILIES = {
    PLACE_PATTERN: "place", LEG_PATTERN: "leg", PARTY_PATTERN: "party", POINT_PATTERN: "point",
    SNAKE_PATTERN: "indicator",
}  # fmt: skip
_ELSEWHERE = frozenset({"on_behalf_of"})
"""Checked with the right to enter for that party."""

Found = Iterator[tuple[str, str, str]]
"""Pointer below where the reading began, family and code."""
Reader = Callable[[Any, str], Found]


def unknown(
    directory: Directory, route: RouteView, kind: Kind, data: Any, pointer: str, *, refused: bool = False
) -> list[Problem]:
    """A problem for each code in ``data`` that is not there: in the route, the directory or the plans.

    refused: its form is wrong, so that the contract did not come to compare it with the catalogue of indicators.
    """
    found = []
    for at, family, code in _reader_of(kind.payload)(data, pointer):
        if family == "indicator" and not refused:
            continue
        problem = _problem(directory, route, at, family, code)
        if problem is not None:
            found.append(problem)
            if len(found) >= MOST_PROBLEMS:
                break
    return found


def _problem(directory: Directory, route: RouteView, at: str, family: str, code: str) -> Problem | None:
    if family == "point":
        # What is no code at all is told by its form. A plan that the route does not monitor may still be named.
        return fault(code, at) if re.fullmatch(POINT_PATTERN[1:-1], code) else None
    if family == "party":
        if directory.party_code(code) is not None:
            return None
        close = directory.near_party(code)
        return Problem(at, "unknown-party", f"No party has the code {code}.", sent=code, suggestion=close)
    if family == "indicator":
        return _unknown_indicator(at, code)
    known = sorted(route.places if family == "place" else {leg.code for leg in route.legs})
    if code in known:
        return None
    matches = get_close_matches(code, known, n=1)
    return Problem(
        at, f"unknown-{family}", f"The route has no {family} {code}.", sent=code, allowed=known,
        suggestion=matches[0] if matches else None,
    )  # fmt: skip


def _unknown_indicator(at: str, name: str) -> Problem | None:
    known = list(indicators())
    if name in known:
        return None
    words = "not in the catalogue of indicators"
    return Problem(at, "unknown-indicator", words, sent=shown(name), allowed=known, suggestion=near(name, known))


@cache
def _reader_of(model: type[BaseModel]) -> Reader:
    """Reads the codes out of an object of this model."""
    fields = [
        (name, reader)
        for name, field in model.model_fields.items()
        if name not in _ELSEWHERE and (reader := _reader(field.annotation, field.metadata)) is not None
    ]

    def read(value: Any, at: str) -> Found:
        if isinstance(value, dict):
            for name, reader in fields:
                if name in value:
                    yield from reader(value[name], f"{at}/{name}")

    return read


def _reader(annotation: Any, metadata: Iterable[Any] = ()) -> Reader | None:
    family = next(filter(None, map(_family, metadata)), None)
    if family is not None:
        return _code(family)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _reader_of(annotation)
    if hasattr(annotation, "__metadata__"):
        return _reader(get_args(annotation)[0], annotation.__metadata__)
    inner = next(filter(None, map(_reader, get_args(annotation))), None)
    if get_origin(annotation) in (Union, UnionType) or inner is None:
        return inner
    return _each(inner) if get_origin(annotation) is list else None


def _family(meta: Any) -> str | None:
    if isinstance(meta, FieldInfo):
        return next(filter(None, map(_family, meta.metadata)), None)
    return _FAMILIES.get(getattr(meta, "pattern", None) or "")


def _code(family: str) -> Reader:
    def read(value: Any, at: str) -> Found:
        if isinstance(value, str) and len(value) <= 100:
            yield at, family, value

    return read


def _each(inner: Reader) -> Reader:
    def read(value: Any, at: str) -> Found:
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield from inner(item, f"{at}/{index}")

    return read
