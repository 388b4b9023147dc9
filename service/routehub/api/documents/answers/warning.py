"""Forecasts and the account of early warning."""

from datetime import date
from typing import Any, Literal

from routehub.api.documents.answers.base import Answer
from routehub.api.documents.answers.figures import RouteMarking


class ForecastShown(Answer):
    """Numbers of people. ``weights`` add up to 1: whom the forecast trusts, learned from how they turned out."""

    leg: str
    series: str
    party: str
    indicator: str
    place: str | None
    counterpart: str | None
    made: date
    day: date
    days_ahead: int
    expected: int
    low: int
    high: int
    last_value: int
    seven_day_mean: int
    inputs_missing: int
    weights: dict[str, float]
    arithmetic: list[str]


class ForecastError(Answer):
    """Mean absolute errors, and the mean width of the interval, in people over ``days`` days; ``ratio_to_better_naive``
    below 1 is better than naive."""

    leg: str
    series: str
    days_ahead: int
    days: int
    error: float
    last_value_error: float
    seven_day_mean_error: float
    ratio_to_better_naive: float | None
    width: float
    coverage: float | None
    covered: int
    counted: int


class RoomShown(Answer):
    """How full a party (``subject`` its code) or one of its places is, and in how many days it will be. ``outflow``:
    people who leave a day; null for what nobody can say, or not within the days that are forecast."""

    party: str
    subject: str
    day: date
    places: int
    occupied: int
    free: int
    level: Literal["room", "filling", "nearly_full", "over_capacity"]
    outflow: int | None
    days_to_full: float | None
    days_to_full_soonest: float | None
    headline: str
    arithmetic: list[str]
    inputs: list[str]


class Forecasts(Answer):
    route: RouteMarking
    closed_day: date | None
    interval: str
    forecasts: list[ForecastShown]
    errors: list[ForecastError]
    rooms: list[RoomShown]


class RuleAccount(Answer):
    """``precision``: correct of scored alerts; ``median_lead``: days before the event, negative after it."""

    rule: str
    what: str
    parameters: dict[str, Any]
    open: int
    watches: int
    alerts: int
    scored: int
    correct: int
    precision: float | None
    median_lead: float | None


class ConditionShown(Answer):
    """``alert``: the message that told of it; null for a WATCH, which is shown here and nowhere else."""

    key: str
    rule: str
    subject: str
    level: str
    severity: str
    opened: date
    last: date
    days: int
    ended: date | None
    why_ended: str | None
    alert: str | None
    alert_day: date | None
    correct: bool | None
    lead_days: int | None
    headline: str
    arithmetic: list[str]
    expects: str
    score: float
    legs: list[str]
    inputs: list[str]


class EarlyWarning(Answer):
    """``changed_parameters``: what the operator set differently from the defaults; ``changed_from``: the first day that
    is looked at with them."""

    route: RouteMarking
    closed_day: date | None
    rules: list[RuleAccount]
    conditions: list[ConditionShown]
    forecast_errors: list[ForecastError]
    changed_parameters: dict[str, Any]
    changed_from: date | None
