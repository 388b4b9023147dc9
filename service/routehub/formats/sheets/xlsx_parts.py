"""What the reader of XLSX does not tell, and what could hurt it (ECMA-376, part 1): sizes, hidden rows, error cells.

A small file may unpack to gigabytes, and one cell far out makes a grid of billions; both are found before it reads.
"""

import io
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from posixpath import join, normpath
from typing import Any
from xml.parsers import expat

from routehub.formats.sheets.grid import MOST_COLUMNS, Unreadable, column_of

MOST_UNPACKED = 64 * 1024 * 1024
MOST_PARTS = 500
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


@dataclass
class Sheet:
    """What a sheet's own XML says beside its values. Rows and columns count from 0."""

    hidden: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    without_result: set[tuple[int, int]] = field(default_factory=set)


def unpacked(raw: bytes) -> dict[str, bytes]:
    """Every XML part by its name, never more than ``MOST_UNPACKED`` bytes, whatever the archive says of itself."""
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        words = "This is an old .xls file or one with a password. Save it as XLSX without a password, or as CSV."
        raise Unreadable("no-xlsx", words)
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
        entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError, EOFError):
        raise Unreadable("no-xlsx", "This is no XLSX file.") from None
    if len(entries) > MOST_PARTS or len({entry.filename for entry in entries}) < len(entries):
        raise Unreadable("no-xlsx", "This XLSX file is not as spreadsheets write them.")
    left = MOST_UNPACKED
    found = {}
    for entry in entries:
        part = _part(raw, entry, left)
        left -= len(part)
        if entry.filename.endswith((".xml", ".rels")):
            found[entry.filename] = part
    return found


def _part(raw: bytes, entry: zipfile.ZipInfo, most: int) -> bytes:
    """One part, unpacked here: the sizes that an archive states may be untrue."""
    head = raw[entry.header_offset : entry.header_offset + 30]
    if entry.flag_bits & 1 or len(head) < 30 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Unreadable("no-xlsx", "A part of this XLSX file is locked or packed in an unusual way.")
    start = entry.header_offset + 30 + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    packed = raw[start : start + entry.compress_size]
    if entry.compress_type == zipfile.ZIP_STORED:
        part = packed
    else:
        try:
            part = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, most + 1)
        except zlib.error:
            raise Unreadable("no-xlsx", "This XLSX file is damaged.") from None
    if len(part) > most:
        raise Unreadable("too-large", f"The file unpacks to more than {MOST_UNPACKED >> 20} MiB.")
    return part


def sheet_parts(parts: dict[str, bytes]) -> dict[str, str]:
    """The part that holds each sheet, by the sheet's name."""
    targets: dict[str, str] = {}
    named: dict[str, str] = {}

    def of_relations(name: str, given: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "Relationship":
            target = given.get("Target", "")
            targets[given.get("Id", "")] = target[1:] if target.startswith("/") else normpath(join("xl", target))

    def of_book(name: str, given: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "sheet":
            relation = next((value for key, value in given.items() if key.rpartition(":")[2] == "id"), "")
            named[given.get("name", "")] = relation

    _walk(parts.get("xl/_rels/workbook.xml.rels", b""), of_relations)
    _walk(parts.get("xl/workbook.xml", b""), of_book)
    return {name: targets[relation] for name, relation in named.items() if targets.get(relation) in parts}


def inspect(part: bytes, most_rows: int) -> Sheet:
    """Hidden rows and columns, errors and formulas without a result. Errors: ``Unreadable`` for a value too far out."""
    found = Sheet()
    at = _Position()
    texts: list[str] = []
    state: dict[str, Any] = {}

    def begin(name: str, given: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag == "row":
            at.row_begins(given.get("r"))
            if given.get("hidden") in ("1", "true"):
                found.hidden.add(at.row)
        elif tag == "col" and given.get("hidden") in ("1", "true"):
            found.hidden_columns |= _span(given)
        elif tag == "c":
            at.cell_begins(given.get("r"))
            state.update(type=given.get("t"), formula=False, value=False)
        elif tag == "f":
            state["formula"] = True
        elif tag in ("v", "is"):
            state["value"] = True
            texts.clear()

    def end(name: str) -> None:
        tag = name.rpartition(":")[2]
        if tag != "c":
            return
        told = "".join(texts).strip() if state.get("value") else ""
        if told and (at.row >= most_rows or at.column >= MOST_COLUMNS):
            words = (
                f"A file has at most {most_rows} rows and {MOST_COLUMNS} columns; here something stands further out."
            )
            raise Unreadable("too-many-rows", words)
        if state.get("type") == "e":
            found.errors[at.row, at.column] = told or "#ERROR"
        elif state.get("formula") and not told and state.get("type") != "str":
            found.without_result.add((at.row, at.column))
        texts.clear()

    _walk(part, begin, end, texts.append)
    return found


def _span(given: dict[str, str]) -> set[int]:
    first, last = given.get("min", ""), given.get("max", "")
    if not (first + last).isascii() or not first.isdigit() or not last.isdigit():
        return set()
    return set(range(int(first[:9]) - 1, min(int(last[:9]), MOST_COLUMNS)))


class _Position:
    """Where the reading is: references may be left out, then cells follow each other."""

    row = -1
    column = -1

    def row_begins(self, reference: str | None) -> None:
        self.row = int(reference) - 1 if reference and reference.isascii() and reference.isdigit() else self.row + 1
        self.column = -1

    def cell_begins(self, reference: str | None) -> None:
        read = _PLACE.fullmatch(reference or "")
        if read is None:
            self.column += 1
        else:
            self.column, self.row = column_of(read[1]), int(read[2]) - 1


def _walk(part: bytes, begin: Any, end: Any = None, text: Any = None) -> None:
    """Read XML without a document type: entities are the way in for bombs and for files of the machine."""

    def no_doctype(*_given: object) -> None:
        raise Unreadable("no-xlsx", "This XLSX file declares a document type, which spreadsheets never do.")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = no_doctype
    parser.StartElementHandler = begin
    if end is not None:
        parser.EndElementHandler = end
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        parser.Parse(part, True)
    except (expat.ExpatError, LookupError, ValueError):  # the last two: of encodings that are none
        raise Unreadable("no-xlsx", "A part of this XLSX file is no XML.") from None
