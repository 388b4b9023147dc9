"""How a report becomes figures: named figures replace, others stay, every earlier value remains."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from typing import Any

from sqlalchemy import Connection, Table, bindparam, func, insert, select

from routehub.boards.figures.tables import figure_current, figure_revisions, figure_series
from routehub.boards.figures.unusual import unusual
from routehub.core.canonical import iso
from routehub.core.db import upsert
from routehub.core.errors import Refused, Unchanged
from routehub.directory.reporting_day import Period, period_of
from routehub.directory.snapshot import Directory, Membership, RouteView
from routehub.directory.visibility import readable
from routehub.journal import follow
from routehub.journal.message import Caution, Message, Transaction
from routehub_schemas.errors import Problem
from routehub_schemas.kinds.report.payload import Figure, Report

CHUNK = 400

# Built once: building a statement costs several times its execution.
_s, _c = figure_series.c, figure_current.c
_SERIES_IDS = select(_s.key, _s.id).where(_s.key.in_(bindparam("keys", expanding=True)))
_KNOWN = (
    select(
        _c.series_id, _c.value, _c.status, _c.method, _c.coverage, _c.carried_over, _c.non_refoulement_check, _c.note,
        _c.message_id, _c.audience_id,
    )
    .where(
        _c.series_id.in_(bindparam("ids", expanding=True)), _c.bucket == bindparam("bucket"),
        _c.start == bindparam("start"),
    )
    .order_by(_c.sequence)
)  # fmt: skip
_PAST = (
    select(_c.series_id, _c.day, _c.value, _c.audience_id)
    .where(
        _c.series_id.in_(bindparam("ids", expanding=True)), _c.bucket == bindparam("bucket"),
        _c.value.is_not(None), _c.start >= bindparam("first"), _c.start < bindparam("start"),
    )
    .order_by(_c.sequence)
)  # fmt: skip
_HIGHEST = select(func.coalesce(func.max(_s.id), 0))
_NEW_SERIES = insert(figure_series)
_NEW_REVISION = insert(figure_revisions)
DIMENSIONS = ("place", "counterpart", "mode", "service", "modality", "sex", "age_band", "nationality")
AHEAD = timedelta(hours=1)


@dataclass(frozen=True)
class Known:
    """The newest value of a series and period, whoever may read it."""

    value: int | None
    status: str
    method: str
    coverage: str
    carried_over: bool
    non_refoulement_check: bool | None
    note: str | None
    message_id: str
    audience_id: int

    def says(self, figure: Figure, audience_id: int) -> bool:
        """Whether a figure for these readers is on record already; for other readers it is news."""
        return self.audience_id == audience_id and all(
            getattr(self, name) == getattr(figure, name)
            for name in (
                "value", "status", "method", "coverage", "carried_over", "non_refoulement_check", "note",
            )
        )  # fmt: skip


def series_key(route: str, party: str, figure: Figure, directory: Directory) -> str:
    """The text by which a series is found again."""
    parts = [route, party, figure.indicator]
    for name in DIMENSIONS:
        value = getattr(figure, name)
        if name == "counterpart" and value:
            value = directory.party_code(value) or value
        parts.append(value or "")
    return "|".join(parts)


class FiguresBoard:
    """Keeps series, revisions and current values. ``directory`` answers the picture in force."""

    name = "figures"
    kinds = frozenset({"report"})
    tables: tuple[Table, ...] = (figure_series, figure_revisions, figure_current)

    def __init__(self, directory: Callable[[], Directory]) -> None:
        self._directory = directory

    def check(self, tx: Transaction, message: Message) -> list[Caution]:
        """Refuses figures of another party, unknown places, periods that have not begun, and a confirmed value
        changed without a reason; raises ``Unchanged`` when every figure is on record as sent."""
        report = _report(message)
        directory = self._directory()
        route, member = _place_on_route(directory, message, report)
        period = period_of(member, report.period, report.day, report.start)
        problems = [*_own_party(directory, message, report), *_not_begun(report, period, message.accepted_at)]
        problems += _unknown_codes(directory, route, report)
        if problems:
            raise Refused("The report was not accepted.", problems)
        if not report.figures:
            return []
        keys = self._keys(message, report)
        _once(keys)
        ids = _series_ids(tx.conn, keys)
        known = _known(tx.conn, [ids[key] for key in keys if key in ids], period)
        by_key = {key: known[ids[key]] for key in keys if key in ids and ids[key] in known}
        _same_or_reasoned(tx.conn, message, report, keys, by_key)
        return _running(report, period, message.accepted_at) + _cautions(tx.conn, message, report, keys, ids, period)

    def project(self, tx: Transaction, message: Message) -> None:
        report = _report(message)
        if not report.figures:
            return
        directory = self._directory()
        _route, member = _place_on_route(directory, message, report)
        period = period_of(member, report.period, report.day, report.start)
        keys = self._keys(message, report)
        ids = _make_series(tx.conn, message, report, keys, directory)
        known = _known(tx.conn, list(ids.values()), period)
        rows = [
            {
                "series_id": ids[key], "bucket": period.kind, "start": period.start, "sequence": message.sequence,
                "end": period.end, "day": period.day, "value": figure.value, "status": figure.status,
                "method": figure.method, "coverage": figure.coverage, "carried_over": figure.carried_over,
                "non_refoulement_check": figure.non_refoulement_check, "note": figure.note, "reason": report.reason,
                "revised": ids[key] in known and known[ids[key]].value != figure.value,
                "audience_id": message.audience_id, "message_id": message.id, "accepted_at": message.accepted_at,
            }
            for key, figure in zip(keys, report.figures, strict=True)
        ]  # fmt: skip
        tx.conn.execute(_NEW_REVISION, rows)
        for row in rows:
            row.pop("reason")
        tx.conn.execute(upsert(tx.conn, figure_current, "series_id", "bucket", "start", "audience_id"), rows)

    def _keys(self, message: Message, report: Report) -> list[str]:
        directory = self._directory()
        return [series_key(message.route, message.reported_party, f, directory) for f in report.figures]


def _report(message: Message) -> Report:
    assert isinstance(message.payload, Report)
    return message.payload


def _place_on_route(directory: Directory, message: Message, report: Report) -> tuple[RouteView, Membership]:
    route = directory.routes[message.route]
    member = route.membership(message.reported_party, report.day) or route.membership(
        message.reported_party, message.accepted_at.date()
    )
    if member is None:
        raise Refused(
            f"{message.reported_party} is not on this route on {report.day}.",
            [
                Problem(
                    "/day",
                    "not-on-route",
                    "The party is not on this route on that day.",
                    sent=str(report.day),
                )
            ],
        )
    return route, member


def _own_party(directory: Directory, message: Message, report: Report) -> list[Problem]:
    if directory.party_code(report.party) == message.reported_party:
        return []
    return [
        Problem(
            "/party", "not-your-party",
            f"A party reports for itself. To enter for {report.party} as {message.party}, add on_behalf_of.",
            sent=report.party, allowed=[message.reported_party],
        )
    ]  # fmt: skip


def _not_begun(report: Report, period: Period, now: datetime) -> list[Problem]:
    """What has not begun cannot be counted; only expectations may lie ahead."""
    if period.start <= now + AHEAD:
        return []
    return [
        Problem(
            f"/figures/{i}",
            "period-ahead",
            "This period has not begun; only expected figures may lie ahead.",
            sent=str(report.day),
        )
        for i, figure in enumerate(report.figures)
        if not figure.indicator.startswith("expected_")
    ] or (
        [] if report.figures else [Problem("/day", "period-ahead", "This period has not begun.", sent=str(report.day))]
    )


def _running(report: Report, period: Period, now: datetime) -> list[Caution]:
    """A warning, no refusal: somebody may close a day early, or may have taken the wrong date."""
    if period.end <= now + AHEAD or all(figure.indicator.startswith("expected_") for figure in report.figures):
        return []
    return [Caution("/day", "not-ended", f"This period ends only at {iso(period.end)}.", sent=report.day.isoformat())]


def _unknown_codes(directory: Directory, route: RouteView, report: Report) -> list[Problem]:
    problems = []
    for i, figure in enumerate(report.figures):
        if figure.place is not None and figure.place not in route.places:
            near = get_close_matches(figure.place, list(route.places), n=1)
            problems.append(
                Problem(
                    f"/figures/{i}/place", "unknown-place", f"The route has no place {figure.place}.",
                    sent=figure.place, allowed=sorted(route.places), suggestion=near[0] if near else None,
                )
            )  # fmt: skip
        if figure.counterpart is not None and directory.party_code(figure.counterpart) is None:
            problems.append(
                Problem(
                    f"/figures/{i}/counterpart", "unknown-party", f"No party has the code {figure.counterpart}.",
                    sent=figure.counterpart, suggestion=directory.near_party(figure.counterpart),
                )
            )  # fmt: skip
    return problems


def _chunks(values: list[Any]) -> Iterable[list[Any]]:
    for at in range(0, len(values), CHUNK):
        yield values[at : at + CHUNK]


def _series_ids(conn: Connection, keys: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for some in _chunks(keys):
        found |= {row.key: row.id for row in conn.execute(_SERIES_IDS, {"keys": some})}
    return found


def _make_series(
    conn: Connection, message: Message, report: Report, keys: list[str], directory: Directory
) -> dict[str, int]:
    ids = _series_ids(conn, keys)
    if len(ids) == len(keys):
        return ids
    number = int(conn.execute(_HIGHEST).scalar_one())
    rows = []
    for key, figure in zip(keys, report.figures, strict=True):
        if key in ids:
            continue
        number += 1
        ids[key] = number
        dimensions = {name: getattr(figure, name) for name in DIMENSIONS}
        if figure.counterpart:
            dimensions["counterpart"] = directory.party_code(figure.counterpart) or figure.counterpart
        rows.append(
            {
                "id": number, "key": key, "route": message.route, "party": message.reported_party,
                "indicator": figure.indicator, **dimensions,
            }
        )  # fmt: skip
    conn.execute(_NEW_SERIES, rows)
    return ids


def _known(conn: Connection, ids: list[int], period: Period) -> dict[int, Known]:
    """The newest value of each series in this period, of any audience: a party's own history is one."""
    found: dict[int, Known] = {}
    for some in _chunks(ids):
        for row in conn.execute(_KNOWN, {"ids": some, "bucket": period.kind, "start": period.start}):
            found[row.series_id] = Known(
                row.value, row.status, row.method, row.coverage, row.carried_over, row.non_refoulement_check, row.note,
                row.message_id, row.audience_id,
            )  # fmt: skip
    return found


def _once(keys: list[str]) -> None:
    """Two figures may be one series under two names of a party (EL and GR), which the contract cannot know."""
    first: dict[str, int] = {}
    problems = [
        Problem(f"/figures/{i}", "repeated", f"The same figure as number {first[key]}: two names of one party.")
        for i, key in enumerate(keys)
        if first.setdefault(key, i) != i
    ]
    if problems:
        raise Refused("A figure is named twice.", problems)


def _same_or_reasoned(
    conn: Connection, message: Message, report: Report, keys: list[str], known: Mapping[str, Known]
) -> None:
    """Who enters for another party is not told the earlier value: it may not be among its readers."""
    changed: list[Problem] = []
    same = True
    own = message.party == message.reported_party
    for i, (key, figure) in enumerate(zip(keys, report.figures, strict=True)):
        before = known.get(key)
        same = same and before is not None and before.says(figure, message.audience_id)
        if before is not None and before.status == "confirmed" and before.value != figure.value and not report.reason:
            earlier = f" ({before.value} before)" if own else ""
            changed.append(
                Problem(
                    f"/figures/{i}/value", "reason-needed",
                    f"This changes a confirmed figure{earlier}. Say why in `reason`.",
                    sent=figure.value, allowed=before.value if own else None,
                )
            )  # fmt: skip
    if changed:
        raise Refused("A confirmed figure changes only with a reason.", changed)
    if same and _says_no_more(conn, message, report, known[keys[0]].message_id):
        raise Unchanged(known[keys[0]].message_id)


def _says_no_more(conn: Connection, message: Message, report: Report, earlier: str) -> bool:
    """Whether nothing would be lost if equal figures were not stored again: no comment, points or reason of their
    own, or the very ones of the earlier message."""
    if not (report.comment or report.points or report.reason):
        return True
    event = follow.event_of(conn, earlier)
    return event is not None and (event["tlp"], event["data"]) == (message.event["tlp"], message.event["data"])


def _cautions(
    conn: Connection, message: Message, report: Report, keys: list[str], ids: Mapping[str, int], period: Period
) -> list[Caution]:
    """Unusual figures, against the same series on the days before, as far as the sender may read them."""
    if period.kind == "hour":
        return []
    wanted = [ids[key] for key in keys if key in ids]
    own = message.party == message.reported_party
    visible = frozenset() if own else readable(conn, message.route, message.party)
    history: dict[int, dict[date, int]] = {}
    first = period.start - timedelta(days=8)
    for some in _chunks(wanted):
        times = {"ids": some, "bucket": period.kind, "first": first, "start": period.start}
        for row in conn.execute(_PAST, times):
            if own or row.audience_id in visible:
                history.setdefault(row.series_id, {})[row.day] = row.value
    cautions = []
    for i, (key, figure) in enumerate(zip(keys, report.figures, strict=True)):
        past = history.get(ids.get(key, 0), {})
        if figure.value is None or not past:
            continue
        week = [value for day, value in sorted(past.items()) if day >= period.day - timedelta(days=7)]
        words = unusual(figure.value, past.get(period.day - timedelta(days=1)), week)
        if words:
            cautions.append(Caution(f"/figures/{i}/value", "unusual", words, sent=figure.value, usual=week[-1]))
    return cautions
