"""The rules for a report that need the route, the clock or what is on record. All problems are told at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from routehub.boards.figures.earlier import Earlier
from routehub.core.errors import Refused, Unchanged
from routehub.directory.reporting_day import Period
from routehub.directory.snapshot import Directory, Membership, RouteView
from routehub.journal import follow
from routehub.journal.message import Message, Transaction
from routehub_schemas.errors import Problem
from routehub_schemas.kinds.report.payload import Report

AHEAD = timedelta(hours=1)


def place_on_route(directory: Directory, message: Message, report: Report) -> tuple[RouteView, Membership]:
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


def look_at(directory: Directory, route: RouteView, message: Message, report: Report, period: Period) -> None:
    """Refuse figures of another party, periods that have not begun, unknown places and parties."""
    problems = [*_own_party(directory, message, report), *_not_begun(report, period, message.accepted_at)]
    if problems:
        raise Refused("The report was not accepted.", problems)


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


def named_once(keys: Sequence[str]) -> None:
    """Two figures may be one series under two names of a party (EL and GR), which the contract cannot know."""
    first: dict[str, int] = {}
    problems = [
        Problem(f"/figures/{i}", "repeated", f"The same figure as number {first[key]}: two names of one party.")
        for i, key in enumerate(keys)
        if first.setdefault(key, i) != i
    ]
    if problems:
        raise Refused("A figure is named twice.", problems)


def news_or_reasoned(
    tx: Transaction, message: Message, report: Report, keys: Sequence[str], known: Mapping[str, Earlier]
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
                    sent=figure.value,
                )
            )  # fmt: skip
    if changed:
        raise Refused("A confirmed figure changes only with a reason.", changed)
    if same and _says_no_more(tx, message, report, [known[key].message_id for key in keys]):
        raise Unchanged(known[keys[0]].message_id)


def _says_no_more(tx: Transaction, message: Message, report: Report, earlier: Sequence[str]) -> bool:
    """Whether nothing would be lost if equal figures were not stored again: the same label, and no comment, points or
    reason of their own, or the very ones of the earlier message."""
    if follow.labels(tx.conn, set(earlier)) != {message.tlp}:
        return False
    if not (report.comment or report.points or report.reason):
        return True
    event = follow.event_of(tx.conn, earlier[0])
    return event is not None and event["data"] == message.event["data"]
