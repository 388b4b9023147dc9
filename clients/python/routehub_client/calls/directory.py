"""Who takes part: parties, people, nominations, and the indicators that they report."""

from __future__ import annotations

from functools import partial
from typing import Any, cast

from routehub_client import answers
from routehub_client.calls.build import get
from routehub_client.wire import Answer, Call, Request, params, path


def me(route: str | None) -> Call[answers.Me]:
    return get(path("me", route=route), _read_me)


def party(route: str | None, code: str) -> Call[dict[str, Any]]:
    return get(path("parties", code, route=route), Answer.object)


def people(route: str | None, *, party: str | None = None) -> Call[list[dict[str, Any]]]:
    asked = params(party=party)
    return Call(Request("GET", path("people", route=route), asked), partial(answers.rows, "people"))


def duty(route: str | None) -> Call[list[dict[str, Any]]]:
    return get(path("duty", route=route), partial(answers.rows, "parties"))


def nominations(route: str | None) -> Call[list[dict[str, Any]]]:
    return get(path("nominations", route=route), partial(answers.rows, "parties"))


def indicators(route: str | None) -> Call[list[dict[str, Any]]]:
    return get(path("indicators", route=route), partial(answers.rows, "indicators"))


def _read_me(answer: Answer) -> answers.Me:
    return cast(answers.Me, answer.object())
