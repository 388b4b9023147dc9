"""What follows from the messages: figures, alerts, measures, movements, needs and what is promised."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import partial
from typing import Any, cast

from routehub_client import answers
from routehub_client.calls.build import JSON_BODY, get, iso
from routehub_client.wire import Answer, Call, Request, dumps, params, path


def picture(route: str | None) -> Call[answers.RoutePicture]:
    return get(path("route", route=route), lambda answer: cast(answers.RoutePicture, answer.object()))


def figures(
    route: str | None,
    *,
    party: str | None = None,
    indicator: str | None = None,
    place: str | None = None,
    start: date | str | None = None,
    end: date | str | None = None,
    as_of: datetime | str | None = None,
    history: bool = False,
    after: str | None = None,
) -> Call[tuple[list[answers.Figure], str | None]]:
    """A page of figures and the cursor of the next one."""
    asked = params(
        party=party,
        indicator=indicator,
        place=place,
        from_=iso(start),
        to=iso(end),
        as_of=iso(as_of),
        history=history or None,
        after=after,
    )
    return Call(Request("GET", path("figures", route=route), asked), _read_figures)


def latest(route: str | None, *, party: str | None = None, indicator: str | None = None) -> Call[list[answers.Figure]]:
    asked = params(party=party, indicator=indicator)
    return Call(Request("GET", path("figures", "latest", route=route), asked), partial(answers.rows, "figures"))


def reporting(
    route: str | None, *, start: date | str | None = None, end: date | str | None = None
) -> Call[list[answers.Reporting]]:
    asked = params(from_=iso(start), to=iso(end))
    return Call(Request("GET", path("reporting", route=route), asked), partial(answers.rows, "parties"))


def alerts(route: str | None, *, open: bool | None = None) -> Call[list[answers.Alert]]:
    return Call(Request("GET", path("alerts", route=route), params(open=open)), partial(answers.rows, "alerts"))


def alert(route: str | None, id: str) -> Call[answers.Alert]:
    return get(path("alerts", id, route=route), lambda answer: cast(answers.Alert, answer.object()))


def measures(
    route: str | None, *, open: bool | None = None, as_of: datetime | str | None = None
) -> Call[list[dict[str, Any]]]:
    asked = params(open=open, as_of=iso(as_of))
    return Call(Request("GET", path("measures", route=route), asked), partial(answers.rows, "measures"))


def measure(route: str | None, id: str, *, as_of: datetime | str | None = None) -> Call[dict[str, Any]]:
    return Call(Request("GET", path("measures", id, route=route), params(as_of=iso(as_of))), Answer.object)


def preview_measure(route: str | None, data: Mapping[str, Any]) -> Call[dict[str, Any]]:
    """What a measure would do. It is checked in full, and nothing is stored."""
    return Call(Request("POST", path("measures", "preview", route=route), (), (JSON_BODY,), dumps(data)), Answer.object)


def movements(route: str | None) -> Call[list[dict[str, Any]]]:
    return get(path("movements", route=route), partial(answers.rows, "movements"))


def movement(route: str | None, id: str) -> Call[dict[str, Any]]:
    return get(path("movements", id, route=route), Answer.object)


def ledger(route: str | None) -> Call[list[dict[str, Any]]]:
    return get(path("movements", "ledger", route=route), partial(answers.rows, "pairs"))


def status(route: str | None, *, since: datetime | str | None = None) -> Call[answers.Status]:
    asked = params(since=iso(since))
    return Call(
        Request("GET", path("status", route=route), asked),
        lambda answer: cast(answers.Status, answer.object()),
    )


def plans(route: str | None) -> Call[list[dict[str, Any]]]:
    return get(path("plans", route=route), partial(answers.rows, "plans"))


def plan(route: str | None, id: str) -> Call[dict[str, Any]]:
    return get(path("plans", id, route=route), Answer.object)


def plan_status(route: str | None, id: str, *, week: str | None = None) -> Call[dict[str, Any]]:
    return Call(Request("GET", path("plans", id, "status", route=route), params(week=week)), Answer.object)


def monitoring_report(
    route: str | None, id: str, *, week: str | None, first: date | str | None, last: date | str | None
) -> Call[dict[str, Any]]:
    asked = params(week=week, first=iso(first), last=iso(last))
    return Call(Request("GET", path("plans", id, "report", route=route), asked), Answer.object)


def monitoring_report_csv(
    route: str | None, id: str, *, week: str | None, first: date | str | None, last: date | str | None
) -> Call[str]:
    asked = params(week=week, first=iso(first), last=iso(last))
    return Call(Request("GET", path("plans", id, "report", route=route) + ".csv", asked), lambda answer: answer.text)


def bulletins(route: str | None) -> Call[list[dict[str, Any]]]:
    return get(path("bulletins", route=route), partial(answers.rows, "bulletins"))


def bulletin(route: str | None, day: date | str) -> Call[dict[str, Any]]:
    return get(path("bulletins", str(day), route=route), Answer.object)


def bulletin_text(route: str | None, day: date | str) -> Call[str]:
    return get(path("bulletins", str(day), route=route) + ".txt", lambda answer: answer.text)


def commitments(
    route: str | None, *, point: str | None = None, party: str | None = None, state: str | None = None
) -> Call[list[dict[str, Any]]]:
    asked = params(point=point, party=party, state=state)
    return Call(Request("GET", path("commitments", route=route), asked), partial(answers.rows, "commitments"))


def commitment(route: str | None, id: str) -> Call[dict[str, Any]]:
    return get(path("commitments", id, route=route), Answer.object)


def requests(
    route: str | None, *, category: str | None = None, open: bool | None = None, mine: bool | None = None
) -> Call[list[dict[str, Any]]]:
    asked = params(category=category, open=open, mine=mine)
    return Call(Request("GET", path("requests", route=route), asked), partial(answers.rows, "requests"))


def request(route: str | None, id: str) -> Call[dict[str, Any]]:
    return get(path("requests", id, route=route), Answer.object)


def offers(route: str | None, *, party: str | None = None, unasked: bool | None = None) -> Call[list[dict[str, Any]]]:
    asked = params(party=party, unasked=unasked)
    return Call(Request("GET", path("offers", route=route), asked), partial(answers.rows, "offers"))


def offer(route: str | None, id: str) -> Call[dict[str, Any]]:
    return get(path("offers", id, route=route), Answer.object)


def places(route: str | None) -> Call[dict[str, Any]]:
    return get(path("places", route=route), Answer.object)


def statements(route: str | None, *, state: str | None = None, party: str | None = None) -> Call[list[dict[str, Any]]]:
    asked = params(state=state, party=party)
    return Call(Request("GET", path("statements", route=route), asked), partial(answers.rows, "statements"))


def statement(route: str | None, id: str) -> Call[dict[str, Any]]:
    return get(path("statements", id, route=route), Answer.object)


def threads(route: str | None, *, limit: int | None = None) -> Call[list[dict[str, Any]]]:
    return Call(Request("GET", path("threads", route=route), params(limit=limit)), partial(answers.rows, "threads"))


def thread(route: str | None, id: str, *, after: str | None = None) -> Call[dict[str, Any]]:
    """A page of one exchange: `messages`, and `next` to go on from."""
    return Call(Request("GET", path("threads", id, route=route), params(after=after)), Answer.object)


def pauses(route: str | None, *, all: bool = False) -> Call[list[dict[str, Any]]]:
    asked = params(all=True if all else None)
    return Call(Request("GET", path("reporting", "pauses", route=route), asked), partial(answers.rows, "pauses"))


def _read_figures(answer: Answer) -> tuple[list[answers.Figure], str | None]:
    return answers.rows("figures", answer), answer.object().get("next")
