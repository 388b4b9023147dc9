"""A file of figures: bytes to reports."""

from routehub.formats.sheets import columns, figures, read_csv, read_xlsx
from routehub.formats.sheets.figures import Reading
from routehub.formats.sheets.grid import Grid, Note
from routehub.formats.sheets.known import Known, Terms
from routehub_schemas.errors import Problem, printable

CSV = "text/csv"
TSV = "text/tab-separated-values"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES = (CSV, XLSX, TSV)


def read_file(
    raw: bytes, media: str, terms: Terms, known: Known, *, most_rows: int, charset: str = "", sheet: str | None = None
) -> Reading:
    """What a file says. Of several sheets the first whose columns are understood, unless one is named.

    Errors: ``Unreadable`` when it is no such file.
    """
    if media == XLSX:
        grids = read_xlsx.read(raw, most_rows=most_rows, sheet=sheet)
    else:
        grids = [read_csv.read(raw, most_rows=most_rows, charset=charset)]
    if not grids:
        return Reading([], [Problem("", "no-figures", "The file has no sheet with anything in it.")], [], [])
    chosen, *others = _usable(grids, terms, known) or grids[:1]
    reading = figures.read(chosen, terms, known)
    if others:
        names = ", ".join(printable(grid.name, 40) for grid in others[:10])
        words = f"Only the sheet {printable(chosen.name, 40)} was read. Other sheets hold figures too: {names}."
        reading.notes.append(Note("", "sheets-not-read", f"{words} Send them with sheet=."))
    return reading


def _usable(grids: list[Grid], terms: Terms, known: Known) -> list[Grid]:
    if len(grids) == 1:
        return grids
    return [grid for grid in grids if columns.find(grid, terms, known).usable]
