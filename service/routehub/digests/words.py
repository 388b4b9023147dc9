"""Numbers, days and times in words (UX 10): digits always, thousands by a narrow space, every time with its zone."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date

from routehub.core.language import ENGLISH, _, current, listed, locale, ngettext, pgettext
from routehub.core.words import MINUS, NARROW, day, number, percent, signed_percent

_BLANKS = re.compile(r"[ \t\r\n\f\v\x1c-\x1f\x85\u2028\u2029]+")

__all__ = [
    "MINUS", "NARROW", "change", "clip", "count", "day", "days", "full_day", "listed", "number", "one_line", "outcome",
    "percent", "when",
]  # fmt: skip


def change(now: int, before: int) -> str:
    """``+38%``, ``no change``; in plain numbers where there is nothing to take a share of."""
    if now == before:
        return _("no change")
    if not before:
        return f"{'+' if now > before else MINUS}{number(abs(now - before))}"
    return signed_percent(now, before)


def outcome(wanted: str) -> str:
    """What the conference is to do with an item, ``note``, ``discuss`` or ``decide``, as it stands beside it."""
    return {"note": pgettext("outcome", "Note"), "discuss": _("Discuss"), "decide": _("Decide")}[wanted]


def full_day(value: date) -> str:
    """``Wednesday 21 January 2026``, for headings."""
    if current() != ENGLISH:
        return format_date(value, pgettext("pattern of a day", "EEEE d MMMM y"), locale=locale())
    return f"{value:%A} {value.day} {value:%B %Y}"


def when(moment: datetime, zone: ZoneInfo) -> str:
    """``Wed 21 Jan, 16:00 CET``."""
    local = moment.astimezone(zone)
    return f"{day(local.date())}, {local:%H:%M} {local:%Z}"


def days(values: Sequence[date]) -> str:
    """``Mon 19 to Wed 21 Jan`` for days in a row, else each of them."""
    runs: list[list[date]] = []
    for value in sorted(values):
        if runs and value - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(value)
        else:
            runs.append([value])
    return ", ".join(_run(run) for run in runs)


def _run(run: list[date]) -> str:
    first, last = run[0], run[-1]
    if first == last:
        return day(first)
    begin = day(first)
    if first.month == last.month:
        begin = format_date(first, pgettext("pattern of a day", "EEE d"), locale=locale())
    return _("%(begin)s to %(last)s", begin=begin, last=day(last))


def count(value: int, one: str, many: str | None = None) -> str:
    """``1 item``, ``7 items``."""
    said = ngettext(f"%(n)s {one}", f"%(n)s {many or one + 's'}", value)
    return said % {"n": number(value)}


def one_line(text: str) -> str:
    """Without line ends. The narrow space within a number is none and stays."""
    return _BLANKS.sub(" ", text).strip()


def clip(text: str, most: int) -> str:
    """One line of at most ``most`` characters."""
    line = one_line(text)
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
