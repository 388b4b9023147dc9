"""How a report becomes figures: named figures replace, others stay, every earlier value remains."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import Table

from routehub.boards.figures import check, earlier, series
from routehub.boards.figures.cautions import cautions, confirming
from routehub.boards.figures.earlier import Earlier
from routehub.boards.figures.tables import figure_current, figure_revisions, figure_series
from routehub.directory.reporting_day import Period, period_of
from routehub.directory.snapshot import Directory
from routehub.journal.message import Caution, Message, Transaction
from routehub_schemas.kinds.report.payload import Report

CURRENT = ("series_id", "bucket", "start", "audience_id")


@dataclass(frozen=True)
class _Found:
    """A report's period and series, and what is on record of them."""

    message: Message
    report: Report
    period: Period
    keys: list[str]
    ids: Mapping[str, int]
    earlier: Mapping[int, Earlier]


class FiguresBoard:
    """Keeps series, revisions and current values. ``directory`` answers the picture in force."""

    name = "figures"
    kinds = frozenset({"report"})
    tables: tuple[Table, ...] = (figure_series, figure_revisions, figure_current)

    def __init__(self, directory: Callable[[], Directory]) -> None:
        self._directory = directory
        self._found: _Found | None = None

    def check(self, tx: Transaction, message: Message) -> list[Caution]:
        """Refuses figures of another party, unknown places, periods that have not begun, and a confirmed value
        changed without a reason; raises ``Unchanged`` when every figure is on record as sent."""
        report = _report(message)
        directory = self._directory()
        route, member = check.place_on_route(directory, message, report)
        period = period_of(member, report.period, report.day, report.start)
        check.look_at(directory, route, message, report, period)
        if not report.figures:
            return []
        keys = self._keys(message, report)
        check.named_once(keys)
        found = self._found = self._look(tx, message, report, period, keys)
        known = {key: found.earlier[number] for key, number in found.ids.items() if number in found.earlier}
        check.news_or_reasoned(tx, message, report, keys, known)
        said = confirming(report, keys, known) if message.party == message.reported_party else []
        return [*cautions(tx, message, report, keys, found.ids, period), *said]

    def project(self, tx: Transaction, message: Message) -> None:
        report = _report(message)
        if not report.figures:
            return
        found, self._found = self._found, None
        if found is None or found.message is not message:  # in a rebuild nothing is checked
            _route, member = check.place_on_route(self._directory(), message, report)
            period = period_of(member, report.period, report.day, report.start)
            found = self._look(tx, message, report, period, self._keys(message, report))
        ids = series.make(tx, message, report, found.keys, found.ids, self._directory())
        before, period = found.earlier, found.period
        rows = [
            {
                "series_id": ids[key], "bucket": period.kind, "start": period.start, "sequence": message.sequence,
                "end": period.end, "day": period.day, "value": figure.value, "status": figure.status,
                "method": figure.method, "coverage": figure.coverage, "carried_over": figure.carried_over,
                "non_refoulement_check": figure.non_refoulement_check, "note": figure.note, "reason": report.reason,
                "revised": ids[key] in before and before[ids[key]].value != figure.value,
                "audience_id": message.audience_id, "message_id": message.id, "accepted_at": message.accepted_at,
            }
            for key, figure in zip(found.keys, report.figures, strict=True)
        ]  # fmt: skip
        tx.collect(figure_revisions, rows)
        tx.collect(figure_current, rows, keys=CURRENT, by=earlier.BY)

    def _look(self, tx: Transaction, message: Message, report: Report, period: Period, keys: list[str]) -> _Found:
        ids = series.numbers(tx, keys)
        return _Found(message, report, period, keys, ids, earlier.newest(tx, list(ids.values()), period))

    def _keys(self, message: Message, report: Report) -> list[str]:
        directory = self._directory()
        return [series.key_of(message.route, message.reported_party, f, directory) for f in report.figures]


def _report(message: Message) -> Report:
    assert isinstance(message.payload, Report)
    return message.payload
