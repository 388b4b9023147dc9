"""Figures as people type them: `arrivals.HR=1362`, `occupied@MK/gevgelija-centre=1 980`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from routehub_schemas.numbers import NotANumber, read_count

_KEY = re.compile(r"(?P<indicator>[^.@=]+)(?:\.(?P<counterpart>[^.@=]+))?(?:@(?P<place>[^@=]+))?")


class Unreadable(ValueError):
    """What was typed is not a figure; the message says what to type."""


def count(text: str) -> int:
    """`1902`, `1 902`, `1,902` and `1.902` are all 1902 (S0 writes 12.150 and 20,000, both thousands).

    `1.9`, `-5`, `1e3` and `12x` are refused: a guess would be a wrong figure.
    """
    try:
        return read_count(text)
    except NotANumber:
        raise Unreadable(f"{text!r} is not a whole number. Enter the number of people, or 0.") from None


def figure(text: str) -> dict[str, Any]:
    """`indicator[.COUNTERPART][@place]=value` as a figure of a report."""
    key, sign, value = text.partition("=")
    if not sign:
        raise Unreadable(f"{text!r} has no value. Write it as {key}=1902.")
    read = _KEY.fullmatch(key.strip())
    if read is None:
        raise Unreadable(f"{key!r} is not a figure. Write indicator, indicator.COUNTERPART or indicator@place.")
    if not value.strip():
        raise Unreadable(f"{key} is blank, and blank is not 0. Enter the number, or 0.")
    try:
        told: dict[str, Any] = {"indicator": read["indicator"].strip(), "value": count(value)}
    except Unreadable as fault:
        raise Unreadable(f"{key}: {fault}") from None
    if read["counterpart"]:
        told["counterpart"] = read["counterpart"].strip().upper()
    if read["place"]:
        told["place"] = read["place"].strip()
    return told


def key(figure: Mapping[str, Any]) -> str:
    """The other way round: how a figure is called on the terminal, with its breakdowns."""
    text = str(figure.get("indicator") or "")
    if figure.get("counterpart"):
        text += f".{figure['counterpart']}"
    if figure.get("place"):
        text += f"@{figure['place']}"
    names = ("mode", "service", "modality", "sex", "age_band", "nationality")
    more = [str(figure[name]) for name in names if figure.get(name)]
    return f"{text} ({', '.join(more)})" if more else text
