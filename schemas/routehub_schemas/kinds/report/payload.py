"""The figures of one party for one reporting day or hour (draft statement of 2015, points 1 and 8)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

from pydantic import Field

from routehub_schemas.errors import Problem, near
from routehub_schemas.kind import Part, Payload
from routehub_schemas.reference import Indicator, indicators
from routehub_schemas.vocab import (
    AgeBand,
    Count,
    Country,
    Coverage,
    Day,
    FigureStatus,
    IndicatorName,
    Method,
    Modality,
    Mode,
    Moment,
    PartyCode,
    PeriodKind,
    PlaceCode,
    Remark,
    Service,
    Sex,
)

DIMENSIONS = (
    "place",
    "counterpart",
    "mode",
    "service",
    "modality",
    "sex",
    "age_band",
    "nationality",
    "non_refoulement_check",
)
"""What a figure may be broken down by; the catalogue says which of them fit an indicator."""


class Figure(Part):
    """One number. Blank is not zero: a figure that is not known is left out."""

    indicator: IndicatorName
    """A name of the catalogue, such as `arrivals`."""
    value: Count | None
    """The number; null withdraws the figure, for a wrong number must be able to go."""
    place: PlaceCode | None = None
    """Where it was counted; absent: the whole territory."""
    counterpart: PartyCode | None = None
    """The other side: where arrivals come from, where departures go, who sent the officers."""
    mode: Mode | None = None
    """How people came or went."""
    service: Service | None = None
    """What the places are for (draft statement, point 3)."""
    modality: Modality | None = None
    """How people are accommodated (readout of 22 January 2016: vouchers, apartments)."""
    status: FigureStatus = "confirmed"
    """How final the number is; that it was revised follows from the messages and is never sent."""
    method: Method = "counted"
    """How the number was found."""
    coverage: Coverage = "full"
    """Whether everything was counted, a part, or one moment."""
    sex: Sex | None = None
    """Only of groups; there is no field for a person."""
    age_band: AgeBand | None = None
    """In years."""
    nationality: Country | None = None
    """ISO 3166-1; XX where it is not known."""
    non_refoulement_check: bool | None = None
    """Refusals of entry: whether the prior check was made in every case (draft statement, point 14)."""
    carried_over: bool = False
    """The value of an earlier day, not counted again."""
    note: Remark | None = None
    """What readers should know about the number."""

    @property
    def series(self) -> tuple[str | None, ...]:
        """What the number is about: two figures of one report never share it."""
        return (
            self.indicator,
            self.place,
            self.counterpart,
            self.mode,
            self.service,
            self.modality,
            self.sex,
            self.age_band,
            self.nationality,
        )


class Report(Payload):
    """What one party reports for one period. A second report revises the figures it names, no others."""

    party: PartyCode
    """The party whose figures these are."""
    day: Day
    """The date on which the reporting day ends, in the party's zone; for a calendar day, that day."""
    period: PeriodKind = "reporting_day"
    """What the figures cover: the party's reporting day, a day from midnight to midnight, or one hour."""
    start: Moment | None = None
    """The begin of the hour; only, and always, with the period `hour`."""
    figures: Annotated[list[Figure], Field(max_length=1_000)] = Field(default=[])
    """The figures, each named once."""
    nothing_to_report: bool = False
    """Said on purpose: a report without figures is refused, for silence is a signal and not a zero."""
    reason: Remark | None = None
    """Why confirmed values change."""
    comment: Remark | None = None
    """What readers should know about the day."""


def check(report: Report) -> Iterator[Problem]:
    """What a JSON Schema cannot say about a report."""
    if report.nothing_to_report == bool(report.figures):
        if report.figures:
            yield Problem("/nothing_to_report", "contradiction", "there are figures, so there is something to report")
        else:
            yield Problem(
                "/figures",
                "empty",
                "no figures; if that is meant, say so",
                suggestion='"nothing_to_report": true',
            )
    yield from _period(report)
    seen: dict[tuple[str | None, ...], int] = {}
    for index, figure in enumerate(report.figures):
        first = seen.setdefault(figure.series, index)
        if first != index:
            yield Problem(f"/figures/{index}", "repeated", f"the same figure as number {first} of this list")
        yield from _figure(figure, f"/figures/{index}", report.party)


def _period(report: Report) -> Iterator[Problem]:
    if report.period != "hour":
        if report.start is not None:
            yield Problem("/start", "contradiction", "only an hour has a start", allowed='"period": "hour"')
        return
    if report.start is None:
        yield Problem("/start", "missing", "an hour needs its start")
        return
    if report.start.minute % 15 or report.start.second or report.start.microsecond:
        yield Problem("/start", "form", "an hour starts on the hour of its zone", sent=report.start.isoformat())
    if abs(report.start.date() - report.day) > timedelta(days=1):
        yield Problem("/start", "contradiction", "this hour is not part of the day", sent=report.start.isoformat())


def _figure(figure: Figure, at: str, party: str) -> Iterator[Problem]:
    if figure.value is None and figure.status != "withdrawn":
        words = "has no value yet: put a number for null, or leave the figure out; only a withdrawn one has null"
        yield Problem(f"{at}/value", "contradiction", words, figure.value)
    elif figure.value is not None and figure.status == "withdrawn":
        yield Problem(f"{at}/value", "contradiction", "a withdrawn figure has the value null", figure.value)
    if figure.counterpart == party:
        yield Problem(f"{at}/counterpart", "contradiction", "the other side is another party", figure.counterpart)
    indicator = indicators().get(figure.indicator)
    if indicator is None:
        yield _unknown(figure.indicator, at)
    else:
        yield from _dimensions(figure, indicator, at)


def _unknown(name: str, at: str) -> Problem:
    known = list(indicators())
    return Problem(
        f"{at}/indicator",
        "unknown-indicator",
        "not in the catalogue of indicators",
        sent=name,
        allowed=known,
        suggestion=near(name, known),
    )


def _dimensions(figure: Figure, indicator: Indicator, at: str) -> Iterator[Problem]:
    for name in DIMENSIONS:
        given = getattr(figure, name)
        if given is None:
            if name in indicator.needs:
                yield Problem(f"{at}/{name}", "missing", f"{indicator.name} says nothing without it")
        elif name not in indicator.dimensions and name not in indicator.needs:
            yield Problem(
                f"{at}/{name}",
                "no-dimension",
                f"{indicator.name} is not broken down by it",
                sent=given,
                allowed=[*indicator.needs, *indicator.dimensions],
            )
