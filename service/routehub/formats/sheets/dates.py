"""Dates and hours in cells. A date that could be two days is refused unless its column or the sender decides."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from routehub.formats.sheets.grid import Cell

_ISO = re.compile(r"(20[0-9]{2})[-/.]?([01][0-9])[-/.]?([0-3][0-9])")
_PARTS = re.compile(r"([0-9]{1,2})([./\- ]\s?)([0-9]{1,2})\2(20[0-9]{2})\.?")
_NAMED = re.compile(r"([0-9]{1,2})\.?[ \-]([A-Za-z]{3,9})\.?,?[ \-](20[0-9]{2})")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-4])(?:[:.h]([0-5][0-9]))?(?::00)?(?:\s*h)?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_EPOCH = date(1899, 12, 30)
"""Day 0 of Excel's calendar, as it counts after its 29 February 1900, which never was."""
_SERIALS = range(36_526, 73_051)
"""1 January 2000 to 31 December 2099."""
_DIGITS = range(20_000_101, 20_991_232)
"""The same days as 20151020."""


class NoDate(ValueError):
    """A cell that is no date, or could be two. ``why``: what to do about it."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code, self.why = code, why


def order(values: Iterable[Cell], asked: str | None) -> str | None:
    """``dmy`` or ``mdy`` for dates with slashes, as asked or as the column's own cells decide; None: they do not."""
    if asked is not None:
        return asked
    found = set()
    for value in values:
        read = _PARTS.fullmatch(value.strip()) if isinstance(value, str) else None
        if read is not None and read[2] != ".":
            first, second = int(read[1]), int(read[3])
            found |= {"dmy"} if first > 12 else set()
            found |= {"mdy"} if second > 12 else set()
    return found.pop() if len(found) == 1 else None


def mixed(values: Iterable[Cell]) -> bool:
    """Whether dates stand beside texts such as ``13/11/2015``: a spreadsheet set to another country took 10/11 for a
    date, perhaps the wrong one, and left 13/11 as it was."""
    kept = list(values)
    texts = (_PARTS.fullmatch(value.strip()) for value in kept if isinstance(value, str))
    return any(isinstance(value, date) for value in kept) and any(read and read[2][0] in "/-" for read in texts)


def day(value: Cell, order: str | None) -> date:
    """The date in a cell. Errors: ``NoDate``."""
    if isinstance(value, datetime):
        if value.time() != time(0):
            raise NoDate("no-date", "a date is wanted here, without a time")
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = int(value) if isinstance(value, int) or value.is_integer() else 0
        if number in _SERIALS:
            return _EPOCH + timedelta(days=number)
        if number in _DIGITS:
            return _of_text(str(number), order)
    if isinstance(value, str):
        return _of_text(value.strip(), order)
    raise NoDate("no-date", "not a date; write 2015-10-20")


def _of_text(text: str, order: str | None) -> date:
    text = re.sub(r"[T ]00:00(:00(\.0+)?)?Z?$", "", text)
    if read := _ISO.fullmatch(text):
        return _made(int(read[1]), int(read[2]), int(read[3]))
    if read := _NAMED.fullmatch(text):
        month = read[2][:3].lower()
        if month in _MONTHS:
            return _made(int(read[3]), _MONTHS.index(month) + 1, int(read[1]))
    if read := _PARTS.fullmatch(text):
        first, second, year = int(read[1]), int(read[3]), int(read[4])
        if read[2].startswith(".") or first == second:
            return _made(year, second, first)
        if order is None:
            words = "this could be two days; write 2015-10-20, or say date_order=dmy (day first) or mdy"
            raise NoDate("ambiguous-date", words)
        return _made(year, second, first) if order == "dmy" else _made(year, first, second)
    if text.isascii() and text.isdigit() and len(text) == 5:
        return day(int(text), order)
    raise NoDate("no-date", "not a date; write 2015-10-20")


def _made(year: int, month: int, number: int) -> date:
    try:
        return date(year, month, number)
    except ValueError:
        raise NoDate("no-date", "there is no such day") from None


def start(value: Cell, on: date | None, zone: ZoneInfo, order: str | None) -> datetime:
    """The instant (UTC) at which an hour begins: a time with its date and offset, or one of ``zone``'s clocks.

    Errors: ``NoDate``; also for hours that the clock change repeats or leaves out.
    """
    if isinstance(value, str):
        try:
            given = datetime.fromisoformat(value.strip().replace(" ", "T", 1))
        except ValueError:
            given = None
        if given is not None and ("T" in value or " " in value.strip()):
            return _instant(given, zone)
    if isinstance(value, datetime):
        return _instant(value, zone)
    if on is None:
        raise NoDate("no-date", "this hour needs its day")
    return _instant(datetime.combine(on, _clock(value)), zone)


def _clock(value: Cell) -> time:
    if isinstance(value, time):
        return value
    if isinstance(value, float) and 0 <= value < 1:
        return (datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=round(value * 86_400))).time()
    text = str(value).strip().removesuffix(".0")
    read = _CLOCK.fullmatch(re.split(r"\s*[-–]\s*", text)[0])
    if read is None or int(read[1]) > 23:
        raise NoDate("no-time", "not the begin of an hour; write 14:00, or 2015-10-20T14:00:00+02:00")
    return time(int(read[1]), int(read[2] or 0))


def _instant(local: datetime, zone: ZoneInfo) -> datetime:
    if local.year not in range(2000, 2100):
        raise NoDate("no-date", "not a time of this century")
    if local.tzinfo is not None:
        return local.astimezone(UTC)
    early, late = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early != late:
        words = (
            f"the clocks of {zone.key} change here, so this hour comes twice or not at all; write it with its offset"
        )
        raise NoDate("clock-change", words)
    return early
