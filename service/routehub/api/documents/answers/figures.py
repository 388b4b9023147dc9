"""Figures and the catalogue of indicators."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from routehub.api.documents.answers.base import Answer


class RouteMarking(Answer):
    """Which route this is about, and whether it is real."""

    code: str
    title: str
    zone: str
    exercise: bool
    marking: Literal["live", "exercise", "sample"]


class Period(Answer):
    kind: Literal["reporting_day", "calendar_day", "hour"]
    start: datetime
    end: datetime


class FigureRevision(Answer):
    value: int | None
    status: str
    posted_at: datetime
    message: str
    reason: str | None


class Figure(Answer):
    """One number as one party gave it, with both its times: the period that it covers and when it was accepted."""

    party: str
    indicator: str
    place: str | None
    counterpart: str | None
    mode: str | None = None
    service: str | None = None
    modality: str | None = None
    sex: str | None = None
    age_band: str | None = None
    nationality: str | None = None
    day: date
    period: Period
    value: int | None
    status: Literal["provisional", "confirmed", "revised", "withdrawn"]
    method: Literal["registered", "counted", "estimated", "modelled"]
    coverage: Literal["full", "partial", "point"]
    carried_over: bool
    revised: bool
    note: str | None
    posted_at: datetime
    message: str
    history: list[FigureRevision] = Field(default=[])
    """With ``history=true``: every value that it has had."""


class LatestFigures(Answer):
    route: RouteMarking
    figures: list[Figure]


class Figures(LatestFigures):
    next: str | None
    """``after`` of the next page; null on the last."""


class Indicator(Answer):
    name: str
    label: str
    kind: Literal["flow", "stock"]
    unit: str
    description: str
    needs: list[str]
    dimensions: list[str]


class Indicators(Answer):
    indicators: list[Indicator]
