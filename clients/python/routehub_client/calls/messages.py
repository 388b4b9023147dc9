"""Posting, and messages as they stand in the journal."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial
from typing import Any

from routehub_client import answers, ids
from routehub_client.calls.build import CAP_BODY, EVENT_BODY, JSON_BODY, doors, get, write
from routehub_client.wire import Answer, Call, Request, dumps, params, path
from routehub_schemas.envelope import Envelope

_FILE_PATIENCE = 120.0
"""Seconds: a year of hourly figures is one transaction."""


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
    door = doors().get(kind)
    if door is None:
        event = {"specversion": "1.0", "type": f"routehub.{kind}.v1", "data": data, "tlp": tlp}
        return send(route, event, key=key, dry_run=dry_run)
    body = data if tlp is None else {**data, "tlp": tlp}
    return write("POST", path(door, route=route), dumps(body), JSON_BODY, key, dry_run)


def send(
    route: str | None, event: Mapping[str, Any], *, key: str | None = None, dry_run: bool = False
) -> Call[answers.Posted]:
    """One structured CloudEvent. Its `id` is the idempotency key; without one it gets one."""
    key = event.get("id") or key or ids.new_key()
    told = {name: value for name, value in event.items() if value is not None} | {"id": key}
    return write("POST", path("messages", route=route), dumps(told), EVENT_BODY, key, dry_run)


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
    return write("PUT", place, dumps(body if tlp is None else {**body, "tlp": tlp}), JSON_BODY, key, dry_run, more)


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
    return get(path("messages", id, route=route), lambda answer: answers.event(answer.object()))


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


def log(route: str | None, *, limit: int | None = None) -> Call[list[dict[str, Any]]]:
    return Call(Request("GET", path("log", route=route), params(limit=limit)), partial(answers.rows, "log"))
