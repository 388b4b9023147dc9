"""Capacity: how full a place is (DOMAIN 6), and in how many days it will be full."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from routehub.core.words import number, whole_percent
from routehub.warning.finding import Finding, Level, score
from routehub_schemas.vocab import Severity

RULE = "capacity"


@dataclass(frozen=True, slots=True)
class CapacityParameters:
    """Shares of the places: filling, nearly full; above ``over`` it is over capacity. least_places: smaller places
    fill and empty with every bus."""

    filling: float = 0.75
    nearly_full: float = 0.90
    over: float = 1.00
    least_places: int = 20


@dataclass(frozen=True, slots=True)
class Occupancy:
    """How many of a place's (or party's) places are taken on a day. inputs: the newest first."""

    subject: str
    day: date
    occupied: int
    places: int
    inputs: tuple[str, ...] = ()
    legs: tuple[str, ...] = ()


def detect(now: Occupancy, p: CapacityParameters) -> Finding | None:
    """WATCH from filling on, ALERT from nearly full on. No places and nobody there says nothing."""
    if now.places < p.least_places and now.occupied < p.least_places:
        return None
    share = now.occupied / now.places if now.places else float("inf")
    if share < p.filling:
        return None
    word, severity, level = _level(share, p)
    percent = f"{whole_percent(now.occupied, now.places)}%" if now.places else "without any place"
    return Finding(
        rule=RULE,
        level=level,
        subject=now.subject,
        day=now.day,
        score=score(share),
        severity=severity,
        urgency="Immediate" if share >= p.nearly_full else "Expected",
        certainty="Observed",
        category="reception_nearly_full",
        headline=f"{now.subject}: {word}, {number(now.occupied)} people in {number(now.places)} places ({percent})",
        arithmetic=(
            f"occupied: {number(now.occupied)}",
            f"places: {number(now.places)}",
            f"{number(now.occupied)} ÷ {number(now.places)} = {percent}",
            f"filling from {p.filling:.0%}, nearly full from {p.nearly_full:.0%}, over capacity above {p.over:.0%}",
        ),
        expects=f"less than {p.filling:.0%} of the places taken",
        inputs=now.inputs,
        legs=now.legs,
    )


def level(now: Occupancy, p: CapacityParameters) -> str:
    """How full it is, in the words of the API: room, filling, nearly_full, over_capacity."""
    share = now.occupied / now.places if now.places else (p.over + 1 if now.occupied else 0.0)
    return "room" if share < p.filling else _level(share, p)[0].replace(" ", "_")


def _level(share: float, p: CapacityParameters) -> tuple[str, Severity, Level]:
    if share > p.over:
        return "over capacity", "Severe", Level.ALERT
    if share >= p.nearly_full:
        return "nearly full", "Moderate", Level.ALERT
    return "filling", "Minor", Level.WATCH


def filling_over(free: float, inflows: Sequence[float], outflow: float) -> float | None:
    """Days until free places are gone, free ÷ (inflow − outflow), when each coming day brings its own inflow; 0 when
    nothing is free, None when not within these days."""
    if free <= 0:
        return 0.0
    left = free
    for index, inflow in enumerate(inflows):
        change = inflow - outflow
        if change >= left:
            return index + (left / change if change > 0 else 0.0)
        left -= change
    return None
