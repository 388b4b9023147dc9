"""What every readout of a series says around its lines, set by the chair. Nothing is filled in but what stands here in
braces: no text is generated beyond templates (UX 9.5)."""

import re
from collections.abc import Iterator, Mapping

from pydantic import Field

from routehub.core.errors import Refused
from routehub_schemas import small_counts
from routehub_schemas.errors import Problem, near
from routehub_schemas.kind import Part
from routehub_schemas.publication import FurtherReading, Heading
from routehub_schemas.vocab import Line, Remark, Text

PLACES: Mapping[str, frozenset[str]] = {
    "title": frozenset({"number", "ordinal", "day", "route"}),
    "opening": frozenset({"number", "ordinal", "day", "route"}),
    "heading": frozenset({"points", "titles", "plan"}),
    "lead_in": frozenset({"points", "titles", "plan"}),
    "closing": frozenset({"number", "ordinal", "day", "route", "next"}),
    "closing_without_date": frozenset({"number", "ordinal", "day", "route"}),
}
"""The fields with places to fill, and what can be filled in there."""
_PLACE = re.compile(r"\{([^{}]*)\}")
_ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
    "twentieth",
)  # fmt: skip


class Template(Part):
    """The words of a series. Places to fill are written in braces, such as ``{ordinal}``."""

    title: Line = "{route}: {ordinal} conference of the contact points"
    opening: Text = (
        "On {day} the contact points of the {route} held their {ordinal} video conference. They discussed the "
        "following:"
    )
    heading: Heading = "{points}: {titles}"
    lead_in: Remark | None = None
    """Before the lines of a section that has several interventions."""
    closing: Text = (
        "The group meets again on {next}. Until then the contact points go on with their daily exchange and their "
        "bilateral contacts."
    )
    closing_without_date: Text = "The group meets again at a date to be announced."
    standing: list[Text] = Field(default=[], max_length=20)
    """Paragraphs under every readout, word for word."""
    links: list[FurtherReading] = Field(default=[], max_length=20)
    contact: Text | None = None
    """Whom the public asks."""


def check(template: Template) -> None:
    """Errors: 422 with every place that nothing is filled into, and every small count."""
    problems = list(_problems(template))
    if problems:
        words = problems[0].message if len(problems) == 1 else f"{len(problems)} problems were found."
        raise Refused(words, problems)


def _problems(template: Template) -> Iterator[Problem]:
    for name, allowed in PLACES.items():
        text = getattr(template, name) or ""
        for place in _PLACE.findall(text):
            if place not in allowed:
                yield Problem(
                    f"/{name}", "unknown-place", "Nothing is filled in here.", sent=f"{{{place[:40]}}}",
                    allowed=sorted(allowed), suggestion=near(place, allowed),
                )  # fmt: skip
        yield from small_counts.problems(f"/{name}", text)
    for at, paragraph in enumerate(template.standing):
        yield from small_counts.problems(f"/standing/{at}", paragraph)


def fill(text: str, facts: Mapping[str, str]) -> str:
    """The text with its places filled; what is no place stays as it is."""
    return _PLACE.sub(lambda found: facts.get(found[1], found[0]), text)


def ordinal(number: int) -> str:
    """``thirteenth``; in digits from 21st on."""
    if number <= len(_ORDINALS):
        return _ORDINALS[number - 1]
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
