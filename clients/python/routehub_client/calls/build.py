"""How calls are made, whatever they ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from typing import TypeVar

from routehub_client import answers, ids
from routehub_client.wire import Answer, Call, Request, params
from routehub_schemas.registry import Registry

T = TypeVar("T")
JSON_BODY = ("Content-Type", "application/json")
CAP_BODY = ("Content-Type", "application/cap+xml")
EVENT_BODY = ("Content-Type", "application/cloudevents+json")


def match(version: int | None) -> tuple[tuple[str, str], ...]:
    return (("If-Match", f'"{version}"'),) if version is not None else ()


def get(place: str, read: Callable[[Answer], T]) -> Call[T]:
    return Call(Request("GET", place), read)


def write(
    method: str,
    place: str,
    body: bytes,
    content: tuple[str, str],
    key: str | None,
    dry_run: bool,
    more: tuple[tuple[str, str], ...] = (),
) -> Call[answers.Posted]:
    headers = (content, ("Idempotency-Key", key or ids.new_key()), *more)
    return Call(Request(method, place, params(dry_run=dry_run or None), headers, body), answers.posted)


@cache
def doors() -> Mapping[str, str]:
    return {name: kind.door for name, kind in Registry.shipped().items()}


def iso(value: date | datetime | str | None) -> str | None:
    return value.isoformat() if isinstance(value, date) else value
