"""Strict on the way in, lenient on the way out.

`loads` reads bytes and refuses what JSON libraries let through; `payload` and `incoming` check the content.
All of them name every problem at once. `read` is for readers of a hub that may be newer than they are.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ValidationError

from routehub_schemas.envelope import Envelope, Incoming
from routehub_schemas.errors import MOST_PROBLEMS, Invalid, Problem
from routehub_schemas.explain import problems
from routehub_schemas.kind import Kind, Payload
from routehub_schemas.partial import readable
from routehub_schemas.registry import Registry
from routehub_schemas.vocab import AUDIENCE_WORDS
from routehub_schemas.wire import MAX_DEPTH, loads

__all__ = ["MAX_DEPTH", "incoming", "loads", "payload", "read", "validate"]

_ATTRIBUTE = re.compile("[a-z0-9]+")
_Model = TypeVar("_Model", bound=BaseModel)


def payload(kind: Kind, data: Any, pointer: str = "/data") -> Payload:
    """The typed payload of a message of this kind, or `Invalid` (422) with every problem.

    Where fields are wrong by themselves, the rules between fields are looked at for the rest.
    """
    try:
        made = kind.payload.model_validate(data)
    except ValidationError as error:
        found = problems(kind.payload, data, pointer, error)
        found += [problem.below(pointer) for problem in _rules_of_rest(kind, data, error)]
        raise Invalid(_in_order(found)[:MOST_PROBLEMS]) from None
    broken = [*_common(made), *kind.check(made)]
    if broken:
        raise Invalid(problem.below(pointer) for problem in broken[:MOST_PROBLEMS])
    return made


def _in_order(found: Iterable[Problem]) -> list[Problem]:
    """The items of a list by their numbers; fields in the order in which they are found."""
    names: dict[str, int] = {}

    def place(problem: Problem) -> list[int]:
        return [
            int(word) if word.isdecimal() else names.setdefault(word, len(names)) for word in problem.pointer.split("/")
        ]

    return sorted(found, key=place)


def _rules_of_rest(kind: Kind, data: Any, error: ValidationError) -> Iterator[Problem]:
    """Rules that the readable parts break. What is missing only because it could not be read is not said again."""
    faults = [detail["loc"] for detail in error.errors(include_url=False, include_input=False)]
    found = readable(kind.payload, data, faults)
    if found is None:
        return
    rest, places = found
    named = {f"/{path[0]}" for path in faults if path}
    for problem in (*_common(cast(Payload, rest)), *kind.check(rest)):
        if not any(problem.pointer == name for name in named):
            yield replace(problem, pointer=places.before(problem.pointer))


def incoming(data: Any, pointer: str = "") -> Incoming:
    """One CloudEvent on the way in, or `Invalid` (422). Its `data` is still to be checked by `payload`.

    An attribute that is null counts as left out (CloudEvents 1.0.2, JSON format, section 2.2).
    """
    if not isinstance(data, dict):
        return validate(Incoming, data, pointer)
    given = {name: value for name, value in data.items() if value is not None or name == "data"}
    try:
        return validate(Incoming, given, pointer)
    except Invalid as error:
        no_text = "data_base64" in given and "data" not in given
        found = [p for p in error.problems if not (no_text and p.pointer == f"{pointer}/data")]
        raise Invalid(_attribute(problem, pointer) for problem in found) from None


def _attribute(problem: Problem, pointer: str) -> Problem:
    """What the specification of CloudEvents says about an attribute that the hub does not take."""
    name = problem.pointer.removeprefix(f"{pointer}/")
    if problem.code != "unknown-field" or "/" in name:
        return problem
    if name == "data_base64":
        return replace(problem, code="binary-data", message="messages are JSON: send the object itself as data",
                       allowed="data", sent=None, suggestion=None)  # fmt: skip
    if not _ATTRIBUTE.fullmatch(name):
        words = "names of attributes are lower-case letters and digits (CloudEvents 1.0.2, section 3.1)"
        return replace(problem, code="attribute-name", message=words)
    return replace(
        problem, code="unknown-attribute", message="the hub takes no such attribute; what it is about is data"
    )


def validate(model: type[_Model], data: Any, pointer: str = "") -> _Model:
    """Any strict model, with problems told in the same way."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise Invalid(problems(model, data, pointer, error)) from None


def read(registry: Registry, obj: Mapping[str, Any]) -> Envelope:
    """A message that a hub sent, with its typed payload as `content` where this reader knows the kind and
    version.

    Attributes and fields that a newer hub has added are ignored at every level; what cannot be read as its
    kind keeps its `data` and has no `content`. Only an object that is no envelope at all is `Invalid`.
    """
    try:
        envelope = Envelope.model_validate(obj)
    except ValidationError as error:
        raise Invalid(problems(Envelope, obj, "", error)) from None
    kind = registry.get(envelope.kind)
    if kind is not None and kind.type == envelope.type:
        with suppress(ValidationError):
            envelope.attach(kind.payload.model_validate(envelope.data, extra="ignore"))
    return envelope


def _common(made: Payload) -> Sequence[Problem]:
    if made.audience is None:
        return ()
    if "public" in made.audience and not made.may_be_public:
        at = f"/audience/{made.audience.index('public')}"
        return [Problem(at, "not-public", "only a readout can be public", sent="public", allowed=AUDIENCE_WORDS[:4])]
    if "*" in made.audience and len(made.audience) > 1 and set(made.audience) - {"*", "observers", "public"}:
        return [Problem("/audience", "audience", "* already means every party of the route", sent=made.audience)]
    return ()
