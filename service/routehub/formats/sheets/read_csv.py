"""CSV as offices send it (RFC 4180 says less than Excel does): the encoding and the delimiter are found out."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from routehub.formats.sheets.grid import MOST_COLUMNS, Grid, Note, Unreadable, clean

DELIMITERS = ";,\t|"
CHARSETS = frozenset((
    "utf-8", "utf-16", "us-ascii", "windows-1250", "windows-1251", "windows-1252", "windows-1253",
    "windows-1254", "iso-8859-1", "iso-8859-2", "iso-8859-5", "iso-8859-7", "iso-8859-15",
))  # fmt: skip
"""What a sender may name in Content-Type: the code pages of the route's offices."""
_LOOKED_AT = 200


def read(raw: bytes, *, most_rows: int, charset: str = "") -> Grid:
    """The rows of a CSV file. Errors: ``Unreadable`` in words for what is no such file."""
    text, notes = decoded(raw, charset)
    if "\0" in text:
        raise Unreadable("encoding", "The file holds zero bytes: it is no text. Save it as CSV (UTF-8) or send XLSX.")
    text, named = _said(text)
    delimiter = named or _delimiter(text)
    rows = list(islice(_rows(text, delimiter), most_rows + 1))
    if len(rows) > most_rows:
        raise Unreadable("too-many-rows", f"A file has at most {most_rows} rows. Send it in parts.", allowed=most_rows)
    widest = max((len(row) for row in rows), default=0)
    if widest > MOST_COLUMNS:
        raise Unreadable("too-many-columns", f"A row has at most {MOST_COLUMNS} columns; here are {widest}.")
    if named:
        rows.insert(0, [])  # so that rows keep the numbers that the sender sees
    return Grid([[clean(cell) for cell in row] for row in rows], notes=tuple(notes), commas=delimiter == ",")


def decoded(raw: bytes, charset: str = "") -> tuple[str, list[Note]]:
    """The text, and what was assumed to read it."""
    if charset and charset.lower() not in CHARSETS:
        raise Unreadable("charset", "This encoding is not read here; send UTF-8.", allowed=sorted(CHARSETS))
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if raw.startswith(mark):
            return _decode(raw, name), []
    if charset:
        return _decode(raw, charset), []
    if raw[:200].count(b"\0") > len(raw[:200]) // 4:
        return _decode(raw, "utf-16-le" if raw[1:2] == b"\0" else "utf-16-be"), [_assumed("UTF-16")]
    try:
        return raw.decode("utf-8"), []
    except UnicodeDecodeError:
        return _decode(raw, "windows-1252"), [_assumed("Windows-1252")]


def _assumed(name: str) -> Note:
    words = f"The file is not UTF-8; it was read as {name}. If letters look wrong, save it as CSV (UTF-8)."
    return Note("", "encoding-assumed", words)


def _decode(raw: bytes, name: str) -> str:
    try:
        return raw.decode(name)
    except UnicodeDecodeError as error:
        words = f"The file cannot be read as {name}: byte {error.start} does not belong there. Save it as CSV (UTF-8)."
        raise Unreadable("encoding", words) from None


def _said(text: str) -> tuple[str, str]:
    """Excel's own first line ``sep=;``."""
    first, _, rest = text.partition("\n")
    word = first.strip("\r").strip().lower()
    if word.startswith("sep=") and len(word) == 5 and word[4] in DELIMITERS:
        return rest, word[4]
    return text, ""


def _delimiter(text: str) -> str:
    """The one by which most rows have the same number of cells, more than one; among equals the one with more."""

    def fits(delimiter: str) -> tuple[int, int]:
        try:
            widths = Counter(len(row) for row in islice(_rows(text, delimiter), _LOOKED_AT) if any(row))
        except Unreadable:
            return (0, 0)
        wide = [(times, width) for width, times in widths.items() if width > 1]
        return max(wide, default=(0, 0))

    best = max(DELIMITERS, key=fits)
    return best if fits(best) > (0, 0) else ","


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Unreadable("csv", f"Row {number} is no CSV: {error}. Perhaps a quote is not closed.") from None
        yield row
