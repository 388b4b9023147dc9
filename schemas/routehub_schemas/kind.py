"""What a kind of message is: its payload and the few things that differ between kinds.

Everything else about a message (envelope, journal, feeds, delivery) is the same for every kind.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field

from routehub_schemas.errors import Problem
from routehub_schemas.vocab import (
    MOST_PARTIES,
    UNIQUE_ITEMS,
    AudienceWord,
    Language,
    PartyCode,
    PlanPoint,
    Reference,
    Unique,
)

STRICT = ConfigDict(
    extra="forbid",
    strict=True,
    frozen=True,
    use_attribute_docstrings=True,
    allow_inf_nan=False,
    hide_input_in_errors=True,
)
"""On the way in: no unknown field (there is none for a person), no guessing of types."""


class Part(BaseModel):
    """A part of a payload, under the same strict rules."""

    model_config = STRICT


class Payload(Part):
    """The fields that every kind of message shares."""

    audience: Annotated[list[AudienceWord], Unique] | None = Field(
        default=None, min_length=1, max_length=MOST_PARTIES, json_schema_extra=UNIQUE_ITEMS
    )
    """Who may read it: words or party codes; absent, the default of the kind."""
    points: Annotated[list[PlanPoint], Unique] = Field(default=[], max_length=50, json_schema_extra=UNIQUE_ITEMS)
    """The points of the plans that it is about, by which readouts are grouped."""
    thread: Reference | None = None
    """The message that began the exchange to which this one belongs."""
    references: Annotated[list[Reference], Unique] = Field(default=[], max_length=100, json_schema_extra=UNIQUE_ITEMS)
    """Earlier messages that it rests on, updates or cancels (CAP 1.2 `references`)."""
    language: Language = "en"
    """The language of the free text (BCP 47)."""
    on_behalf_of: PartyCode | None = None
    """The party for which it is entered (draft statement, point 9: agencies assist); the hub checks this."""

    may_be_public: ClassVar[bool] = False
    """Only readouts are ever public."""

    def refs(self) -> tuple[str, ...]:
        """Every message that this one rests on, by message id or short id, each once."""
        ids = [*self.references, *self.rests_on()]
        if self.thread is not None:
            ids.insert(0, self.thread)
        return tuple(dict.fromkeys(ids))

    def rests_on(self) -> tuple[str, ...]:
        """The references that sit in the kind's own fields."""
        return ()


def _nothing(_payload: Any) -> None:
    return None


def _none(_payload: Any) -> tuple[str, ...]:
    return ()


def _no_problem(_payload: Any) -> Iterable[Problem]:
    return ()


@cache
def _worded(part: type[Part]) -> tuple[str, ...]:
    """The fields of a part in which people write: not those of every message, and no closed lists."""
    shared = Payload.model_fields if issubclass(part, Payload) and part is not Payload else {}
    fields = {name: spec for name, spec in part.model_fields.items() if name not in shared or name == "points"}
    return tuple(name for name, spec in fields.items() if not _closed(spec.annotation))


def _closed(annotation: Any) -> bool:
    """Whether a type allows nothing but listed words."""
    inner = [one for one in get_args(annotation) if one is not type(None)]
    return get_origin(annotation) is Literal or (bool(inner) and all(_closed(one) for one in inner))


def texts_at(value: Any, pointer: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a payload that says something of its own, after its JSON Pointer: titles, remarks, names, codes of
    places and parties."""
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, Part):
        for name in _worded(type(value)):
            yield from texts_at(getattr(value, name), f"{pointer}/{name}")
    elif isinstance(value, list):
        for at, one in enumerate(value):
            yield from texts_at(one, f"{pointer}/{at}")


def free_text(value: Any) -> Iterator[str]:
    """The same without the pointers."""
    for _, text in texts_at(value):
        yield text


PEOPLE = frozenset({"contact_point", "deputy", "party_office"})
"""The roles in which a person speaks for a party."""
SYSTEMS = frozenset({"national_system"})
"""The role of a machine account."""
HUB = frozenset({"hub"})
"""What only the hub itself posts."""


@dataclass(frozen=True)
class Kind:
    """One kind of message. Its functions take a payload of this kind; they are pure and never fail."""

    name: str
    """In snake_case, as in the type: `agenda_item`."""
    version: int
    payload: type[Payload]
    door: str
    """The path under /v1, in the plural: `agenda-items`."""
    title: str
    """What people call it."""
    summary: Callable[[Any, Mapping[str, str]], str]
    """(payload, names of parties by code) -> one plain line. It never says who sent it: the envelope does."""
    subject: Callable[[Any, str], str]
    """(payload, sender) -> what the CloudEvents `subject` says."""
    posted_by: frozenset[str]
    """The roles that may post it."""
    default_audience: str = "*"
    """`*`; `inherit`: that of the message it answers; `named`: the parties that the payload names."""
    acts: Mapping[str, str] = field(default_factory=dict)
    """The acts that fit an answer to it -> who may do them: addressee, sender, chair or any."""
    binding: frozenset[str] = frozenset()
    """Those of its acts by which a party gives its word: a person does them, or a key that was made for that."""
    on_behalf: bool = False
    """Whether a party that may enter for another may post it for that one: what reports facts, and nothing that binds
    a party or speaks for it."""
    signs: Callable[[Any], tuple[str, ...]] = _none
    """The parties for which sending it, if it is they who send it, gives their word as a binding act does."""
    short: str | None = None
    """The prefix of the short id that people say over the phone; None: it has none."""
    in_exercise: Mapping[str, Any] = field(default_factory=dict)
    """Values that fields take on an exercise route where the sender leaves them out."""
    hub_fields: frozenset[str] = frozenset()
    """Fields of the payload that only the hub may fill."""
    translated_fields: frozenset[str] = frozenset()
    """Fields that only the hub fills, from a document of another format in which the message came."""
    severity: Callable[[Any], str | None] = _nothing
    """On the CAP scale; None where the kind has none."""
    places: Callable[[Any], tuple[str, ...]] = _none
    """The places and legs that it is about, for filters."""
    parties: Callable[[Any], tuple[str, ...]] = _none
    """The parties that it is about, for filters; with the audience `named`, its readers."""
    texts: Callable[[Any], Iterable[str]] = free_text
    """The texts by which it is found in a search; who sent it and which parties and places it is about come in
    unasked."""
    check: Callable[[Any], Iterable[Problem]] = _no_problem
    """Rules between fields, which a JSON Schema cannot say; pointers start at the payload."""

    @property
    def type(self) -> str:
        """The CloudEvents `type`."""
        return f"routehub.{self.name}.v{self.version}"

    @property
    def folder(self) -> Path:
        """Where the kind lives: its code, its schema, its examples."""
        module = sys.modules[self.payload.__module__].__file__
        if module is None:
            raise LookupError(f"the payload of {self.name} does not come from a file")
        return Path(module).parent

    @property
    def schema_file(self) -> Path:
        """The committed JSON Schema."""
        return self.folder / f"v{self.version}.schema.json"

    @property
    def examples(self) -> Path:
        """The folder of examples: valid/, invalid/schema/, invalid/rules/."""
        return self.folder / "examples"
