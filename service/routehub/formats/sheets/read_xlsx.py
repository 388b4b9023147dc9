"""XLSX: values as the spreadsheet last showed them, with what its author could not see said in words."""

import io
from collections.abc import Iterator

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from routehub.formats.sheets import xlsx_parts
from routehub.formats.sheets.grid import Grid, Note, Unreadable, clean, letter
from routehub_schemas.errors import near

_NO_RESULT = "the formula has no stored result: open the file in a spreadsheet, save it, and send it again"


def read(raw: bytes, *, most_rows: int, sheet: str | None = None) -> list[Grid]:
    """The sheets that may hold figures, in their order: the one asked for, or all that are visible."""
    parts = xlsx_parts.unpacked(raw)
    where = xlsx_parts.sheet_parts(parts)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
        visible = [
            found.name
            for found in book.sheets_metadata
            if found.typ == SheetTypeEnum.WorkSheet and found.visible == SheetVisibleEnum.Visible
        ]
        names = [sheet] if sheet is not None else visible
        if sheet is not None and sheet not in book.sheet_names:
            raise Unreadable(
                "unknown-sheet", f"There is no sheet {sheet!r}.", sent=sheet, allowed=book.sheet_names,
                suggestion=near(sheet, book.sheet_names),
            )  # fmt: skip
        return [grid for name in names if name in where for grid in _sheet(book, name, parts[where[name]], most_rows)]
    except (CalamineError, OSError, ValueError) as error:
        raise Unreadable("no-xlsx", f"The file cannot be read as XLSX ({type(error).__name__}).") from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # the Rust library's own fault; it has no name to import
            raise
        raise Unreadable("no-xlsx", "The file cannot be read as XLSX; it is damaged.") from None


def _sheet(book: CalamineWorkbook, name: str, part: bytes, most_rows: int) -> Iterator[Grid]:
    told = xlsx_parts.inspect(part, most_rows)
    found = book.get_sheet_by_name(name)
    cells = [[clean(value) for value in row] for row in found.to_python(skip_empty_area=False)]
    if not cells:
        return
    height, width = len(cells), len(cells[0])
    merged = {}
    for (top, left), (bottom, right) in (found.merged_cell_ranges or [])[:10_000]:
        for row in range(top, min(bottom, height - 1) + 1):
            for column in range(left, min(right, width - 1) + 1):
                if (row, column) != (top, left):
                    merged[row, column] = (top, left)
    faults = {at: f"the cell holds the error {text}" for at, text in told.errors.items()}
    faults |= dict.fromkeys(told.without_result, _NO_RESULT)
    hidden = frozenset(row for row in told.hidden if row < height and any(v is not None for v in cells[row]))
    columns = [at for at in sorted(told.hidden_columns) if at < width and any(row[at] is not None for row in cells)]
    notes = []
    if hidden:
        rows = _listed([str(row + 1) for row in sorted(hidden)])
        notes.append(Note("", "hidden-rows", f"Hidden rows were read like the others: {rows}."))
    if columns:
        letters = _listed([letter(at) for at in columns])
        notes.append(Note("", "hidden-columns", f"Hidden columns were read like the others: {letters}."))
    yield Grid(cells, name, merged, hidden, faults, tuple(notes))


def _listed(names: list[str]) -> str:
    return ", ".join(names[:10]) + (" …" if len(names) > 10 else "")
