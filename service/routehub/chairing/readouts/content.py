"""A readout in work: what the minutes and the commitments offer, what is taken of it, and how it is worded."""

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import Field

from routehub.core.errors import Refused
from routehub.intake.receive import as_refused
from routehub_schemas import parse
from routehub_schemas.errors import Invalid, Problem
from routehub_schemas.kind import Part
from routehub_schemas.publication import FurtherReading, Heading, Parties, ReadoutLine, ReadoutText, Section, check_text
from routehub_schemas.vocab import Day, Line, Moment, PlanPoint, Remark, Text, Zone

Origin = Literal["intervention", "conclusion", "progress", "typed"]
Named = Callable[[str], list[str]]
"""The parties that a text names."""


class DraftLine(Part):
    """One line that could be told. ``source``: the conclusion (`C13.4`), the item of the minutes or the commitment from
    which it comes; it stays in the draft, since the public is not told what else there was."""

    text: Remark
    origin: Origin = "typed"
    source: Annotated[str, Field(max_length=40)] | None = None
    parties: Parties = Field(default=[], max_length=50)
    taken: bool = True
    """Whether the readout tells it."""
    note: Annotated[str, Field(max_length=300)] | None = None
    """Why it is not taken by itself, for the chair."""


class DraftSection(Part):
    """Points that go together."""

    heading: Heading
    points: list[PlanPoint] = Field(default=[], max_length=50)
    lead_in: Remark | None = None
    lines: list[DraftLine] = Field(default=[], max_length=100)


class Draft(Part):
    """The whole of it."""

    title: Line
    day: Day
    opening: Text
    sections: list[DraftSection] = Field(default=[], max_length=50)
    closing: Text
    next: Moment | None = None
    zone: Zone = "Europe/Brussels"
    standing: list[Text] = Field(default=[], max_length=20)
    links: list[FurtherReading] = Field(default=[], max_length=20)
    contact: Text | None = None


def read(data: object) -> Draft:
    """A draft as it was sent. Errors: 422 with every problem."""
    try:
        return parse.validate(Draft, data)
    except Invalid as error:
        raise as_refused(error) from None


def text_of(draft: Draft, named: Named) -> ReadoutText:
    """The readout that would be published: what was taken. Whoever is named in a line is asked, also when the chair
    wrote the name in.

    Errors: 422 when nothing was taken, or a line tells of fewer than five people; pointers lead into the draft.
    """
    sections, places = [], []
    for at, section in enumerate(draft.sections):
        taken = [(number, line) for number, line in enumerate(section.lines) if line.taken]
        if not taken:
            continue
        places.append((at, [number for number, _ in taken]))
        lines = [
            ReadoutLine(text=line.text, parties=list(dict.fromkeys([*line.parties, *named(line.text)])))
            for _, line in taken
        ]
        sections.append(
            Section(heading=section.heading, points=section.points, lead_in=section.lead_in, lines=lines)
        )  # fmt: skip
    if not sections:
        words = "Nothing is taken into the readout yet. Take a line, or write one."
        raise Refused(words, [Problem("/sections", "nothing-taken", words)])
    whole = draft.model_dump(exclude={"sections"})
    text = ReadoutText(**whole, sections=sections)
    problems = [_in_draft(problem, places) for problem in check_text(text, "")]
    if problems:
        words = problems[0].message if len(problems) == 1 else f"{len(problems)} problems were found."
        raise Refused(words, problems)
    return text


def _in_draft(problem: Problem, places: list[tuple[int, list[int]]]) -> Problem:
    """The same problem with its pointer into the draft, which has more sections and lines."""
    steps = problem.pointer.split("/")
    if steps[1] != "sections":
        return problem
    section, lines = places[int(steps[2])]
    steps[2] = str(section)
    if len(steps) > 4 and steps[3] == "lines":
        steps[4] = str(lines[int(steps[4])])
    return Problem("/".join(steps), problem.code, problem.message, problem.sent, problem.allowed, problem.suggestion)
