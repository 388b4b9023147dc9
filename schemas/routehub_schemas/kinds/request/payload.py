"""What one party asks of others: information, a joint needs assessment, help, support."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from routehub_schemas.errors import Problem
from routehub_schemas.kind import Part, Payload
from routehub_schemas.vocab import (
    UNIQUE_ITEMS,
    Day,
    Line,
    Moment,
    PartyCode,
    PlaceCode,
    Quantity,
    Remark,
    RequestCategory,
    Text,
    Unique,
    UnitName,
)

AnswersTo = Literal["readers", "asker_and_coordinators"]


class Span(Part):
    """The days that are asked about, both included."""

    first: Day
    """The first day."""
    last: Day
    """The last day."""


class Mechanism(Part):
    """The EU Civil Protection Mechanism (draft statement, point 3)."""

    triggered: bool
    """Whether the party has asked for help through it."""
    reference: Line | None = None
    """The number of that request, as the Emergency Response Coordination Centre gives it."""


class Request(Payload):
    """It is never edited: who asked withdraws it or closes it, and asks again."""

    category: RequestCategory
    """`information`: where requested (draft statement, point 8); `joint_assessment`: of needs, by several parties
    within 24 hours (point 2); `need`: goods, places or people that are missing (point 3); `support`: of agencies and
    development banks (points 5, 6 and 13)."""
    title: Line
    """What is asked, in one line."""
    text: Text | None = None
    """The question in full."""
    asked: Annotated[list[PartyCode], Unique] = Field(default=[], max_length=50, json_schema_extra=UNIQUE_ITEMS)
    """Who is asked to answer; of a need nobody by name: all who read it may offer."""
    due: Moment | None = None
    """Answer by; of a need: needed by. A joint assessment is due 24 hours after the hub accepted it."""
    expires: Moment | None = None
    """From when an answer is of no use any more, and is refused; absent: late is better than never."""
    scope: Remark | None = None
    """What exactly is to be told or assessed, and what need not be."""
    period: Span | None = None
    """The days that are asked about."""
    purpose: Remark | None = None
    """What the answer will be used for, and for nothing else."""
    answers_to: AnswersTo = "readers"
    """Who reads the answers: all who read the request, or only who asked and the coordinators."""
    quantity: Quantity | None = None
    """How many are needed."""
    unit: UnitName | None = None
    """Of what; an offer counts in the same unit."""
    place: PlaceCode | None = None
    """Where it is needed, or what place it is about."""
    civil_protection_mechanism: Mechanism | None = None
    """Whether the EU Civil Protection Mechanism is triggered as well; absent: not said."""


@dataclass(frozen=True)
class Form:
    """Which fields a category needs, and which others it may have. All have title and text."""

    needs: tuple[str, ...]
    may: tuple[str, ...]


FORMS: Mapping[str, Form] = {
    "information": Form(("asked", "due"), ("expires", "scope", "period", "purpose", "answers_to", "place")),
    "joint_assessment": Form(("asked",), ("scope", "period", "purpose", "answers_to", "place")),
    "need": Form(
        ("quantity", "unit", "due"), ("asked", "expires", "purpose", "place", "civil_protection_mechanism"),
    ),
    "support": Form(
        ("asked", "points", "due"),
        ("expires", "scope", "purpose", "answers_to", "quantity", "unit", "place"),
    ),
}  # fmt: skip
_WHY = {
    "asked": "say who is asked to answer",
    "due": "say by when",
    "quantity": "say how many are needed",
    "unit": "say of what, such as places or border_guards",
    "points": "say for which point of the plan support is asked",
}
_SHARED = frozenset(Payload.model_fields) - {"points"}


def check(request: Request) -> Iterator[Problem]:
    """What a JSON Schema cannot say about a request."""
    form = FORMS[request.category]
    there = {
        name for name, field in Request.model_fields.items() if getattr(request, name) not in (None, [], field.default)
    }
    for name in form.needs:
        if name not in there:
            yield Problem(f"/{name}", "missing", _WHY[name])
    known = {"category", "title", "text", "points", *form.needs, *form.may} | _SHARED
    for name in sorted(there - known):
        what = "24 hours run from its acceptance" if name == "due" else "it has no such field"
        yield Problem(f"/{name}", "contradiction", f"a request of category {request.category}: {what}")
    if request.category == "joint_assessment" and len(request.asked) == 1:
        yield Problem("/asked", "too_few", "a joint assessment names at least two contributors", sent=request.asked)
    if request.category == "support" and (request.quantity is None) != (request.unit is None):
        absent = "unit" if request.unit is None else "quantity"
        yield Problem(f"/{absent}", "missing", "a quantity has a unit, and a unit a quantity")
    yield from _order(request)


def _order(request: Request) -> Iterator[Problem]:
    if request.expires is not None and request.due is not None and request.expires <= request.due:
        yield Problem("/expires", "order", "it ends after it is due", request.expires.isoformat(), "after due")
    if request.period is not None and request.period.last < request.period.first:
        last = request.period.last.isoformat()
        yield Problem("/period/last", "order", "the last day is not before the first", last)
    mechanism = request.civil_protection_mechanism
    if mechanism is not None and mechanism.reference is not None and not mechanism.triggered:
        where = "/civil_protection_mechanism/reference"
        yield Problem(where, "contradiction", "what was not triggered has no reference", sent=mechanism.reference)
