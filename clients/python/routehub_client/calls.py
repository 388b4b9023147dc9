"""Every door and every way out of the hub as a `Call`: built here once, sent by `Hub` and `AsyncHub`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import cache, partial
from typing import Any, TypedDict, TypeVar, cast

from routehub_client import answers, ids
from routehub_client.wire import Answer, Call, Request, dumps, params, path
from routehub_schemas.envelope import Envelope
from routehub_schemas.registry import Registry

T = TypeVar("T")
JSON_BODY = ("Content-Type", "application/json")
CAP_BODY = ("Content-Type", "application/cap+xml")
EVENT_BODY = ("Content-Type", "application/cloudevents+json")
_FILE_PATIENCE = 120.0
"""Seconds: a year of hourly figures is one transaction."""
FORMATS: Mapping[str, str] = {"json": ".json", "txt": ".txt", "md": ".md", "html": ".html", "ics": ".ics"}


class Feed(TypedDict, total=False):
    """Which messages: `kind` and `party` may be one word or several."""

    kind: str | Iterable[str]
    party: str | Iterable[str]


class Filter(Feed, total=False):
    """Which events of the stream."""

    place: str | Iterable[str]
    severity: str


class Which(TypedDict, total=False):
    """Which figures. `as_of` (a time or a cursor) answers what was known then."""

    party: str | None
    indicator: str | None
    place: str | None
    start: date | str | None
    end: date | str | None
    as_of: datetime | str | None
    history: bool


class Terms(TypedDict, total=False):
    """How to post: `key` is the idempotency key (made when left out)."""

    key: str | None
    tlp: str | None
    dry_run: bool


class Import(TypedDict, total=False):
    """How an alert is imported: `audience` in words or party codes; `as_exercise`: as material of a drill."""

    audience: Iterable[str] | None
    tlp: str | None
    as_exercise: bool
    dry_run: bool


def publish(
    route: str | None,
    kind: str,
    data: Mapping[str, Any],
    *,
    key: str | None = None,
    tlp: str | None = None,
    dry_run: bool = False,
) -> Call[answers.Posted]:
    """A message of any kind. A kind that this package does not know goes in as a CloudEvent."""
    door = _doors().get(kind)
    if door is None:
        event = {"specversion": "1.0", "type": f"routehub.{kind}.v1", "data": data, "tlp": tlp}
        return send(route, event, key=key, dry_run=dry_run)
    body = data if tlp is None else {**data, "tlp": tlp}
    return _write("POST", path(door, route=route), dumps(body), JSON_BODY, key, dry_run)


def send(
    route: str | None, event: Mapping[str, Any], *, key: str | None = None, dry_run: bool = False
) -> Call[answers.Posted]:
    """One structured CloudEvent. Its `id` is the idempotency key; without one it gets one."""
    key = event.get("id") or key or ids.new_key()
    told = {name: value for name, value in event.items() if value is not None} | {"id": key}
    return _write("POST", path("messages", route=route), dumps(told), EVENT_BODY, key, dry_run)


def import_alert(
    route: str | None,
    document: bytes,
    *,
    audience: Iterable[str] | None = None,
    tlp: str | None = None,
    as_exercise: bool = False,
    dry_run: bool = False,
) -> Call[answers.Posted]:
    """An alert as CAP, which brings its own id: sent again, it is the same message."""
    key = f"sha256:{hashlib.sha256(document).hexdigest()}"
    asked = params(audience=audience, tlp=tlp, as_exercise=as_exercise or None, dry_run=dry_run or None)
    headers = (CAP_BODY, ("Idempotency-Key", key))
    return Call(Request("POST", path("alerts", route=route), asked, headers, document), answers.posted)


def put_report(
    route: str | None,
    party: str,
    day: date | str,
    data: Mapping[str, Any],
    *,
    if_match: str | None = None,
    key: str | None = None,
    tlp: str | None = None,
    dry_run: bool = False,
) -> Call[answers.Posted]:
    """The figures of one reporting day. `data` is a report without `party` and `day`."""
    body = {name: value for name, value in data.items() if name not in {"party", "day"}}
    more = () if if_match is None else (("If-Match", if_match),)
    place = path("parties", party, "reports", str(day), route=route)
    return _write("PUT", place, dumps(body if tlp is None else {**body, "tlp": tlp}), JSON_BODY, key, dry_run, more)


def import_figures(
    route: str | None,
    body: bytes,
    media: str,
    *,
    key: str | None = None,
    dry_run: bool = False,
    partial: bool = False,
    sheet: str | None = None,
    mapping: Mapping[str, str] | None = None,
    **said: str | None,
) -> Call[answers.Imported]:
    """A file of figures as it is. `said`: party, day, period, zone, date_order, status, reason, comment, tlp."""
    asked = params(
        dry_run=dry_run or None,
        partial=partial or None,
        sheet=sheet,
        map=[f"{header}:{meant}" for header, meant in (mapping or {}).items()],
        **said,
    )
    headers = (("Content-Type", media), ("Idempotency-Key", key or ids.new_key()))
    request = Request("POST", path("reports", route=route), asked, headers, body, patience=_FILE_PATIENCE)
    return Call(request, answers.imported)


def page(
    route: str | None,
    *,
    after: str | None = None,
    limit: int | None = None,
    kind: str | Iterable[str] | None = None,
    party: str | Iterable[str] | None = None,
    wait: int | None = None,
) -> Call[answers.Page]:
    asked = params(after=after, limit=limit, kind=kind, party=party, wait=wait)
    return Call(Request("GET", path("messages", route=route), asked, patience=wait or 0), answers.page)


def search(
    route: str | None,
    words: str,
    *,
    before: str | None = None,
    limit: int | None = None,
    kind: str | Iterable[str] | None = None,
    party: str | Iterable[str] | None = None,
) -> Call[answers.Page]:
    asked = params(q=words, before=before, limit=limit, kind=kind, party=party)
    return Call(Request("GET", path("messages", route=route), asked), answers.page)


def message(route: str | None, id: str) -> Call[Envelope]:
    return _get(path("messages", id, route=route), lambda answer: answers.event(answer.object()))


def me(route: str | None) -> Call[answers.Me]:
    return _get(path("me", route=route), _read_me)


def picture(route: str | None) -> Call[answers.RoutePicture]:
    return _get(path("route", route=route), lambda answer: cast(answers.RoutePicture, answer.object()))


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
        from_=_iso(start),
        to=_iso(end),
        as_of=_iso(as_of),
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
    asked = params(from_=_iso(start), to=_iso(end))
    return Call(Request("GET", path("reporting", route=route), asked), partial(answers.rows, "parties"))


def alerts(route: str | None, *, open: bool | None = None) -> Call[list[answers.Alert]]:
    return Call(Request("GET", path("alerts", route=route), params(open=open)), partial(answers.rows, "alerts"))


def alert(route: str | None, id: str) -> Call[answers.Alert]:
    return _get(path("alerts", id, route=route), lambda answer: cast(answers.Alert, answer.object()))


def measures(
    route: str | None, *, open: bool | None = None, as_of: datetime | str | None = None
) -> Call[list[dict[str, Any]]]:
    asked = params(open=open, as_of=_iso(as_of))
    return Call(Request("GET", path("measures", route=route), asked), partial(answers.rows, "measures"))


def measure(route: str | None, id: str, *, as_of: datetime | str | None = None) -> Call[dict[str, Any]]:
    return Call(Request("GET", path("measures", id, route=route), params(as_of=_iso(as_of))), Answer.object)


def preview_measure(route: str | None, data: Mapping[str, Any]) -> Call[dict[str, Any]]:
    """What a measure would do. It is checked in full, and nothing is stored."""
    return Call(Request("POST", path("measures", "preview", route=route), (), (JSON_BODY,), dumps(data)), Answer.object)


def movements(route: str | None) -> Call[list[dict[str, Any]]]:
    return _get(path("movements", route=route), partial(answers.rows, "movements"))


def movement(route: str | None, id: str) -> Call[dict[str, Any]]:
    return _get(path("movements", id, route=route), Answer.object)


def ledger(route: str | None) -> Call[list[dict[str, Any]]]:
    return _get(path("movements", "ledger", route=route), partial(answers.rows, "pairs"))


def status(route: str | None, *, since: datetime | str | None = None) -> Call[answers.Status]:
    asked = params(since=_iso(since))
    return Call(
        Request("GET", path("status", route=route), asked),
        lambda answer: cast(answers.Status, answer.object()),
    )


def plans(route: str | None) -> Call[list[dict[str, Any]]]:
    return _get(path("plans", route=route), partial(answers.rows, "plans"))


def plan(route: str | None, id: str) -> Call[dict[str, Any]]:
    return _get(path("plans", id, route=route), Answer.object)


def plan_status(route: str | None, id: str, *, week: str | None = None) -> Call[dict[str, Any]]:
    return Call(Request("GET", path("plans", id, "status", route=route), params(week=week)), Answer.object)


def monitoring_report(
    route: str | None, id: str, *, week: str | None, first: date | str | None, last: date | str | None
) -> Call[dict[str, Any]]:
    asked = params(week=week, first=_iso(first), last=_iso(last))
    return Call(Request("GET", path("plans", id, "report", route=route), asked), Answer.object)


def monitoring_report_csv(
    route: str | None, id: str, *, week: str | None, first: date | str | None, last: date | str | None
) -> Call[str]:
    asked = params(week=week, first=_iso(first), last=_iso(last))
    return Call(Request("GET", path("plans", id, "report", route=route) + ".csv", asked), lambda answer: answer.text)


def bulletins(route: str | None) -> Call[list[dict[str, Any]]]:
    return _get(path("bulletins", route=route), partial(answers.rows, "bulletins"))


def bulletin(route: str | None, day: date | str) -> Call[dict[str, Any]]:
    return _get(path("bulletins", str(day), route=route), Answer.object)


def bulletin_text(route: str | None, day: date | str) -> Call[str]:
    return _get(path("bulletins", str(day), route=route) + ".txt", lambda answer: answer.text)


def commitments(
    route: str | None, *, point: str | None = None, party: str | None = None, state: str | None = None
) -> Call[list[dict[str, Any]]]:
    asked = params(point=point, party=party, state=state)
    return Call(Request("GET", path("commitments", route=route), asked), partial(answers.rows, "commitments"))


def commitment(route: str | None, id: str) -> Call[dict[str, Any]]:
    return _get(path("commitments", id, route=route), Answer.object)


def conferences(route: str | None) -> Call[list[dict[str, Any]]]:
    return _get(path("conferences", route=route), partial(answers.rows, "conferences"))


def conference(route: str | None, number: int, series: str = "weekly") -> Call[dict[str, Any]]:
    return Call(Request("GET", path("conferences", number, route=route), params(series=series)), Answer.object)


def conference_calendar(route: str | None, number: int | None = None, series: str = "weekly") -> Call[str]:
    """One conference as iCalendar, or all of them with what their series propose."""
    place = path("conferences", route=route) if number is None else path("conferences", number, route=route)
    asked = params(series=None if number is None else series)
    return Call(Request("GET", f"{place}.ics", asked), lambda answer: answer.text)


def series(route: str | None) -> Call[list[dict[str, Any]]]:
    return _get(path("series", route=route), partial(answers.rows, "series"))


def one_series(route: str | None, name: str) -> Call[dict[str, Any]]:
    return _get(path("series", name, route=route), Answer.object)


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
    return _get(path("conferences", number, "agenda", route=route), Answer.object)


def agenda_as(route: str | None, number: int, form: str) -> Call[str]:
    """The agenda as `txt`, `md`, `html`, `ics` or `json`, as the hub wrote it."""
    return _get(
        path("conferences", number, "agenda", route=route) + FORMATS[form],
        lambda answer: answer.text,
    )


def agenda_pdf(route: str | None, number: int) -> Call[bytes]:
    return _get(path("conferences", number, "agenda", route=route) + ".pdf", lambda answer: answer.body)


def annex(route: str | None, number: int) -> Call[dict[str, Any]]:
    return _get(path("conferences", number, "annex", route=route), Answer.object)


def annex_text(route: str | None, number: int) -> Call[str]:
    return _get(path("conferences", number, "annex", route=route) + ".txt", lambda answer: answer.text)


def readouts(route: str | None) -> Call[list[dict[str, Any]]]:
    return _get(path("readouts", route=route), partial(answers.rows, "readouts"))


def readout(route: str | None, number: int) -> Call[dict[str, Any]]:
    return _get(path("readouts", number, route=route), Answer.object)


def readout_text(route: str | None, number: int) -> Call[str]:
    return _get(path("readouts", number, route=route) + ".txt", lambda answer: answer.text)


def readout_draft(route: str | None, number: int) -> Call[dict[str, Any]]:
    return _get(path("conferences", number, "readout-draft", route=route), Answer.object)


def make_readout_draft(route: str | None, number: int, version: int | None = None) -> Call[dict[str, Any]]:
    """Drafts it from the minutes; with `version` only in the place of that draft."""
    headers = (JSON_BODY, *_match(version))
    place = path("conferences", number, "readout-draft", route=route)
    return Call(Request("POST", place, (), headers, b"{}"), Answer.object)


def save_readout_draft(
    route: str | None, number: int, draft: Mapping[str, Any], version: int | None = None
) -> Call[dict[str, Any]]:
    """Puts a draft in the place of that version."""
    headers = (JSON_BODY, *_match(version))
    place = path("conferences", number, "readout-draft", route=route)
    return Call(Request("PUT", place, (), headers, dumps(draft)), Answer.object)


def send_readout(route: str | None, number: int, minutes: int = 120, key: str | None = None) -> Call[answers.Posted]:
    """Sends the draft to the parties named in it, who have so many minutes."""
    place = path("conferences", number, "readout-check", route=route)
    return _write("POST", place, dumps({"minutes": minutes}), JSON_BODY, key, False)


def publish_readout(
    route: str | None, number: int, reason: str | None = None, key: str | None = None
) -> Call[answers.Posted]:
    """Publishes the draft. `reason`: why without a check that has ended; everybody reads it."""
    place = path("conferences", number, "readout", route=route)
    return _write("POST", place, dumps({"reason": reason} if reason else {}), JSON_BODY, key, False)


def correct_readout(
    route: str | None, number: int, wrong: str, right: str, where: str | None = None, key: str | None = None
) -> Call[answers.Posted]:
    """Publishes the next erratum to a readout."""
    said = {"wrong": wrong, "right": right} | ({"where": where} if where else {})
    return _write("POST", path("readouts", number, "errata", route=route), dumps(said), JSON_BODY, key, False)


def readout_checks(route: str | None, *, mine: bool | None = None) -> Call[list[dict[str, Any]]]:
    asked = params(mine=mine)
    return Call(Request("GET", path("readout-checks", route=route), asked), partial(answers.rows, "checks"))


def readout_check(route: str | None, id: str) -> Call[dict[str, Any]]:
    return _get(path("readout-checks", id, route=route), Answer.object)


def checkpoints(route: str | None, *, before: str | None = None) -> Call[tuple[list[dict[str, Any]], str | None]]:
    """A page of signed checkpoints of one's own feed, and the one to go on before."""

    def read(answer: Answer) -> tuple[list[dict[str, Any]], str | None]:
        return answers.rows("checkpoints", answer), answer.object().get("next")

    return Call(Request("GET", path("checkpoints", route=route), params(before=before, limit=1_000)), read)


def checkpoint_keys(route: str | None) -> Call[list[dict[str, Any]]]:
    return Call(Request("GET", path("checkpoints", "keys", route=route)), partial(answers.rows, "keys"))


def feed_links(route: str | None, *, after: str | None = None) -> Call[tuple[list[dict[str, Any]], str, str | None]]:
    """A page of the links of one's own feed, its head, and the cursor to go on after."""

    def read(answer: Answer) -> tuple[list[dict[str, Any]], str, str | None]:
        told = answer.object()
        return answers.rows("links", answer), str(told.get("head")), told.get("next")

    return Call(Request("GET", path("checkpoints", "links", route=route), params(after=after)), read)


def pauses(route: str | None, *, all: bool = False) -> Call[list[dict[str, Any]]]:
    asked = params(all=True if all else None)
    return Call(Request("GET", path("reporting", "pauses", route=route), asked), partial(answers.rows, "pauses"))


def requests(
    route: str | None, *, category: str | None = None, open: bool | None = None, mine: bool | None = None
) -> Call[list[dict[str, Any]]]:
    asked = params(category=category, open=open, mine=mine)
    return Call(Request("GET", path("requests", route=route), asked), partial(answers.rows, "requests"))


def request(route: str | None, id: str) -> Call[dict[str, Any]]:
    return _get(path("requests", id, route=route), Answer.object)


def offers(route: str | None, *, party: str | None = None, unasked: bool | None = None) -> Call[list[dict[str, Any]]]:
    asked = params(party=party, unasked=unasked)
    return Call(Request("GET", path("offers", route=route), asked), partial(answers.rows, "offers"))


def offer(route: str | None, id: str) -> Call[dict[str, Any]]:
    return _get(path("offers", id, route=route), Answer.object)


def places(route: str | None) -> Call[dict[str, Any]]:
    return _get(path("places", route=route), Answer.object)


def party(route: str | None, code: str) -> Call[dict[str, Any]]:
    return _get(path("parties", code, route=route), Answer.object)


def people(route: str | None, *, party: str | None = None) -> Call[list[dict[str, Any]]]:
    asked = params(party=party)
    return Call(Request("GET", path("people", route=route), asked), partial(answers.rows, "people"))


def duty(route: str | None) -> Call[list[dict[str, Any]]]:
    return _get(path("duty", route=route), partial(answers.rows, "parties"))


def nominations(route: str | None) -> Call[list[dict[str, Any]]]:
    return _get(path("nominations", route=route), partial(answers.rows, "parties"))


def statements(route: str | None, *, state: str | None = None, party: str | None = None) -> Call[list[dict[str, Any]]]:
    asked = params(state=state, party=party)
    return Call(Request("GET", path("statements", route=route), asked), partial(answers.rows, "statements"))


def statement(route: str | None, id: str) -> Call[dict[str, Any]]:
    return _get(path("statements", id, route=route), Answer.object)


def threads(route: str | None, *, limit: int | None = None) -> Call[list[dict[str, Any]]]:
    return Call(Request("GET", path("threads", route=route), params(limit=limit)), partial(answers.rows, "threads"))


def thread(route: str | None, id: str, *, after: str | None = None) -> Call[dict[str, Any]]:
    """A page of one exchange: `messages`, and `next` to go on from."""
    return Call(Request("GET", path("threads", id, route=route), params(after=after)), Answer.object)


def log(route: str | None, *, limit: int | None = None) -> Call[list[dict[str, Any]]]:
    return Call(Request("GET", path("log", route=route), params(limit=limit)), partial(answers.rows, "log"))


def indicators(route: str | None) -> Call[list[dict[str, Any]]]:
    return _get(path("indicators", route=route), partial(answers.rows, "indicators"))


def _match(version: int | None) -> tuple[tuple[str, str], ...]:
    return (("If-Match", f'"{version}"'),) if version is not None else ()


def _get(place: str, read: Callable[[Answer], T]) -> Call[T]:
    return Call(Request("GET", place), read)


def _write(
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


def _read_me(answer: Answer) -> answers.Me:
    return cast(answers.Me, answer.object())


def _read_figures(answer: Answer) -> tuple[list[answers.Figure], str | None]:
    return answers.rows("figures", answer), answer.object().get("next")


@cache
def _doors() -> Mapping[str, str]:
    return {name: kind.door for name, kind in Registry.shipped().items()}


def _iso(value: date | datetime | str | None) -> str | None:
    return value.isoformat() if isinstance(value, date) else value
