"""The weekly video conference: agendas, minutes, actions and readouts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from routehub_client import answers
from routehub_client.calls.build import JSON_BODY, get, match, write
from routehub_client.wire import Answer, Call, Request, dumps, params, path

FORMATS: Mapping[str, str] = {"json": ".json", "txt": ".txt", "md": ".md", "html": ".html", "ics": ".ics"}


def conferences(route: str | None) -> Call[list[dict[str, Any]]]:
    return get(path("conferences", route=route), partial(answers.rows, "conferences"))


def conference(route: str | None, number: int, series: str = "weekly") -> Call[dict[str, Any]]:
    return Call(Request("GET", path("conferences", number, route=route), params(series=series)), Answer.object)


def conference_calendar(route: str | None, number: int | None = None, series: str = "weekly") -> Call[str]:
    """One conference as iCalendar, or all of them with what their series propose."""
    place = path("conferences", route=route) if number is None else path("conferences", number, route=route)
    asked = params(series=None if number is None else series)
    return Call(Request("GET", f"{place}.ics", asked), lambda answer: answer.text)


def series(route: str | None) -> Call[list[dict[str, Any]]]:
    return get(path("series", route=route), partial(answers.rows, "series"))


def one_series(route: str | None, name: str) -> Call[dict[str, Any]]:
    return get(path("series", name, route=route), Answer.object)


def minutes(route: str | None, number: int, series: str = "weekly") -> Call[dict[str, Any]]:
    return Call(
        Request("GET", path("conferences", number, "minutes", route=route), params(series=series)), Answer.object
    )


def minutes_text(route: str | None, number: int, series: str = "weekly") -> Call[str]:
    place = path("conferences", number, "minutes", route=route) + FORMATS["txt"]
    return Call(Request("GET", place, params(series=series)), lambda answer: answer.text)


def actions(route: str | None, state: str | None = None, party: str | None = None) -> Call[list[dict[str, Any]]]:
    """What conferences gave somebody to do: open, overdue or done; of one party or all."""
    request = Request("GET", path("actions", route=route), params(state=state, party=party))
    return Call(request, partial(answers.rows, "actions"))


def agenda(route: str | None, number: int) -> Call[dict[str, Any]]:
    return get(path("conferences", number, "agenda", route=route), Answer.object)


def agenda_as(route: str | None, number: int, form: str) -> Call[str]:
    """The agenda as `txt`, `md`, `html`, `ics` or `json`, as the hub wrote it."""
    return get(
        path("conferences", number, "agenda", route=route) + FORMATS[form],
        lambda answer: answer.text,
    )


def agenda_pdf(route: str | None, number: int) -> Call[bytes]:
    return get(path("conferences", number, "agenda", route=route) + ".pdf", lambda answer: answer.body)


def annex(route: str | None, number: int) -> Call[dict[str, Any]]:
    return get(path("conferences", number, "annex", route=route), Answer.object)


def annex_text(route: str | None, number: int) -> Call[str]:
    return get(path("conferences", number, "annex", route=route) + ".txt", lambda answer: answer.text)


def readouts(route: str | None) -> Call[list[dict[str, Any]]]:
    return get(path("readouts", route=route), partial(answers.rows, "readouts"))


def readout(route: str | None, number: int) -> Call[dict[str, Any]]:
    return get(path("readouts", number, route=route), Answer.object)


def readout_text(route: str | None, number: int) -> Call[str]:
    return get(path("readouts", number, route=route) + ".txt", lambda answer: answer.text)


def readout_draft(route: str | None, number: int) -> Call[dict[str, Any]]:
    return get(path("conferences", number, "readout-draft", route=route), Answer.object)


def make_readout_draft(route: str | None, number: int, version: int | None = None) -> Call[dict[str, Any]]:
    """Drafts it from the minutes; with `version` only in the place of that draft."""
    headers = (JSON_BODY, *match(version))
    place = path("conferences", number, "readout-draft", route=route)
    return Call(Request("POST", place, (), headers, b"{}"), Answer.object)


def save_readout_draft(
    route: str | None, number: int, draft: Mapping[str, Any], version: int | None = None
) -> Call[dict[str, Any]]:
    """Puts a draft in the place of that version."""
    headers = (JSON_BODY, *match(version))
    place = path("conferences", number, "readout-draft", route=route)
    return Call(Request("PUT", place, (), headers, dumps(draft)), Answer.object)


def send_readout(route: str | None, number: int, minutes: int = 120, key: str | None = None) -> Call[answers.Posted]:
    """Sends the draft to the parties named in it, who have so many minutes."""
    place = path("conferences", number, "readout-check", route=route)
    return write("POST", place, dumps({"minutes": minutes}), JSON_BODY, key, False)


def publish_readout(
    route: str | None, number: int, reason: str | None = None, key: str | None = None
) -> Call[answers.Posted]:
    """Publishes the draft. `reason`: why without a check that has ended; everybody reads it."""
    place = path("conferences", number, "readout", route=route)
    return write("POST", place, dumps({"reason": reason} if reason else {}), JSON_BODY, key, False)


def correct_readout(
    route: str | None, number: int, wrong: str, right: str, where: str | None = None, key: str | None = None
) -> Call[answers.Posted]:
    """Publishes the next erratum to a readout."""
    said = {"wrong": wrong, "right": right} | ({"where": where} if where else {})
    return write("POST", path("readouts", number, "errata", route=route), dumps(said), JSON_BODY, key, False)


def readout_checks(route: str | None, *, mine: bool | None = None) -> Call[list[dict[str, Any]]]:
    asked = params(mine=mine)
    return Call(Request("GET", path("readout-checks", route=route), asked), partial(answers.rows, "checks"))


def readout_check(route: str | None, id: str) -> Call[dict[str, Any]]:
    return get(path("readout-checks", id, route=route), Answer.object)
