"""What is unusual about a report: a warning and never a refusal (UX 1.5)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from routehub.boards.figures import earlier
from routehub.boards.figures.check import AHEAD
from routehub.boards.figures.earlier import Earlier
from routehub.boards.figures.unusual import unusual
from routehub.core.canonical import iso
from routehub.directory.reporting_day import Period
from routehub.directory.visibility import readable
from routehub.journal.message import Caution, Message, Transaction
from routehub_schemas.kinds.report.payload import Report

ONE_DAY, A_WEEK = timedelta(days=1), timedelta(days=7)


def cautions(
    tx: Transaction, message: Message, report: Report, keys: Sequence[str], ids: Mapping[str, int], period: Period
) -> list[Caution]:
    return [*_running(report, period, message.accepted_at), *_unusual(tx, message, report, keys, ids, period)]


def confirming(report: Report, keys: Sequence[str], known: Mapping[str, Earlier]) -> list[Caution]:
    """What a report confirms without a word: figures are confirmed unless they are said to be provisional."""
    return [
        Caution(f"/figures/{i}/status", "confirmed", "This figure was provisional and is confirmed now.", sent=None)
        for i, (key, figure) in enumerate(zip(keys, report.figures, strict=True))
        if key in known and known[key].status == "provisional"
        and figure.status == "confirmed" and "status" not in figure.model_fields_set
    ]  # fmt: skip


def _running(report: Report, period: Period, now: datetime) -> list[Caution]:
    """Somebody may close a day early, or may have taken the wrong date."""
    if period.end <= now + AHEAD or all(figure.indicator.startswith("expected_") for figure in report.figures):
        return []
    return [Caution("/day", "not-ended", f"This period ends only at {iso(period.end)}.", sent=report.day.isoformat())]


def _unusual(
    tx: Transaction, message: Message, report: Report, keys: Sequence[str], ids: Mapping[str, int], period: Period
) -> list[Caution]:
    """Unusual figures, against the same series on the days before, as far as the sender may read them."""
    if period.kind == "hour":
        return []
    own = message.party == message.reported_party
    visible = None if own else readable(tx.conn, message.route, message.party)
    history = earlier.past(tx, list(ids.values()), period, visible)
    found = []
    for i, (key, figure) in enumerate(zip(keys, report.figures, strict=True)):
        past = history.get(ids.get(key, 0))
        if figure.value is None or not past:
            continue
        words, usual = _compared(figure.value, past, period.day)
        if words:
            found.append(Caution(f"/figures/{i}/value", "unusual", words, sent=figure.value, usual=usual))
    return found


def _compared(value: int, past: Mapping[date, int], day: date) -> tuple[str | None, int | None]:
    """Words when a value is unusual, and the last one of the week before."""
    week = [said for at, said in sorted(past.items()) if at >= day - A_WEEK]
    return unusual(value, past.get(day - ONE_DAY), week), week[-1] if week else None
