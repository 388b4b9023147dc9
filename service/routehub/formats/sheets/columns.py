"""Which column is what: by HXL tags, by the sender's mapping, or by the words of its header."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import get_args

from routehub.formats.sheets import hxl
from routehub.formats.sheets.grid import Grid, letter
from routehub.formats.sheets.known import Known, Terms
from routehub.formats.sheets.words import AGAINST, FILLERS, INDICATORS, ROLES, fold, is_total
from routehub_schemas.errors import Problem, near, printable
from routehub_schemas.reference import indicators
from routehub_schemas.vocab import Modality, Mode, Service, Sex

LOOKED_AT = 40
"""Rows among which the header is: titles, addresses and dates of issue stand above it."""
_KEY = re.compile(r"([A-Za-z_]+)(?:\.([^.@\s]+))?(?:@(\S+))?")
_CODE = re.compile(r"\b[A-Z]{2,8}\b")
_DIMENSION_WORDS = {
    fold(word): (name, word)
    for name, words in (("mode", Mode), ("service", Service), ("modality", Modality), ("sex", Sex))
    for word in get_args(words)
    if word != "unknown"
}


@dataclass(frozen=True)
class Column:
    """role: ``figure`` (its cells are numbers of ``series``), ``day``, ``value``, a dimension …, or ``-``: left out."""

    index: int
    header: str
    role: str
    series: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Layout:
    """Where the table begins: ``header`` and, for headers over two lines, ``first`` row; ``data``: the row after."""

    columns: tuple[Column, ...]
    first: int
    data: int
    problems: tuple[Problem, ...] = ()
    left_out: tuple[Column, ...] = ()

    def of(self, role: str) -> Column | None:
        return next((column for column in self.columns if column.role == role), None)

    def width(self, grid: Grid) -> int:
        """Cells of the header."""
        return max(len(grid.cells[row]) for row in range(self.first, self.data))

    @property
    def figures(self) -> list[Column]:
        return [column for column in self.columns if column.role in ("figure", "value")]

    @property
    def usable(self) -> bool:
        long = self.of("indicator") is not None and self.of("value") is not None
        return long or any(column.role == "figure" for column in self.columns)


def find(grid: Grid, terms: Terms, known: Known) -> Layout:
    """The layout of a sheet; without problems only if every column is known and there are figures."""
    rows = range(min(len(grid.cells), LOOKED_AT))
    for row in rows:
        if hxl.is_tags(grid, row):
            return _of_tags(grid, row, terms, known)
    candidates = [_of_header(grid, row, lines, terms, known) for row in rows for lines in (1, 2)]
    layouts = [layout for layout in candidates if layout is not None]
    usable = [layout for layout in layouts if layout.usable]
    if usable:
        return _checked(grid, max(usable, key=_understood))
    best = max(layouts, key=_understood, default=None)
    return best if best is not None and best.columns and best.problems else _none(grid)


def _understood(layout: Layout) -> float:
    """How much of a header is understood: columns that say different things, less what nobody knows."""
    return len({_key(column) for column in layout.columns}) - len(layout.problems) / 100


def _key(column: Column) -> tuple[str, ...]:
    return (column.role, *(f"{name}={value}" for name, value in sorted(column.series.items())))


def _none(grid: Grid) -> Layout:
    texts = [printable(value, 40) for row in grid.cells[:LOOKED_AT] for value in row if isinstance(value, str)]
    named = [text for text in texts if any(char.isalpha() for char in text)]
    words = "No row was found that names figures. Name columns by indicator, or say what they are: map=Header:arrivals"
    problem = Problem("", "no-header", words, sent=named[:20] or None, allowed=list(indicators()))
    return Layout((), 0, 0, (problem,))


def _of_tags(grid: Grid, row: int, terms: Terms, known: Known) -> Layout:
    columns, problems = [], []
    for index in range(grid.width):
        header = grid.text(row - 1, index) if row else ""
        tag = grid.text(row, index)
        mapped = _mapped(index, header, terms, known)
        found = hxl.meaning(tag) if tag else ("-", "")
        if mapped is not None:
            columns.append(mapped)
        elif found is None:
            words = f"column {letter(index)}: this tag is not read here"
            problems.append(Problem(f"/columns/{letter(index)}", "unknown-tag", words, sent=tag))
        else:
            role, indicator = found
            columns.append(Column(index, header or tag, role, {"indicator": indicator} if indicator else {}))
    layout = Layout(tuple(columns), max(row - 1, 0), row + 1, tuple(problems))
    return _checked(grid, layout) if layout.usable or problems else _none(grid)


def _of_header(grid: Grid, row: int, lines: int, terms: Terms, known: Known) -> Layout | None:
    if lines == 2 and (row + 1 >= len(grid.cells) or _has_numbers(grid, row + 1) or grid.blank(row + 1)):
        return None
    headers = _headers(grid, row, lines)
    columns, problems = [], []
    for index, (alone, whole) in enumerate(headers):
        if not whole:
            continue
        column = next(
            (found for text in dict.fromkeys((whole, alone)) if text and (found := _column(index, text, terms, known))),
            None,
        )
        if column is None:
            problems.append(_unknown(index, whole))
        else:
            columns.append(Column(index, whole, column.role, column.series))
    return Layout(tuple(columns), row, row + lines, tuple(problems))


def _headers(grid: Grid, row: int, lines: int) -> list[tuple[str, str]]:
    """Each column's own words and, for a header over two lines, those with what stands above them.

    What stands above one column stands above the next ones too, until something else does: a merged cell, or a blank
    where a sheet was saved as CSV. A row that has merged cells says itself how far each of them reaches.
    """
    if lines == 1:
        return [(" ".join(grid.text(row, at).split()),) * 2 for at in range(grid.width)]
    found, above = [], ""
    merged = any(covered == row for covered, _ in grid.merged)
    for at in range(grid.width):
        top, below = " ".join(grid.text(row, at).split()), " ".join(grid.text(row + 1, at).split())
        above = top if merged else top or above
        if below == top or not below:
            found.append((top, top))
        else:
            found.append((below, f"{above} {below}".strip()))
    return found


def _has_numbers(grid: Grid, row: int) -> bool:
    return any(not isinstance(value, str) or value[:1].isdigit() for _, value in grid.filled(row))


def _column(index: int, header: str, terms: Terms, known: Known) -> Column | None:
    mapped = _mapped(index, header, terms, known)
    if mapped is not None:
        return mapped
    folded = fold(header)
    if folded in ROLES:
        return Column(index, header, ROLES[folded])
    series = series_of(header, known)
    if series is not None:
        return Column(index, header, "figure", series)
    return Column(index, header, "-") if is_total(header) else None


def _mapped(index: int, header: str, terms: Terms, known: Known) -> Column | None:
    wanted = {fold(name): meant for name, meant in terms.mapping.items()}
    meant = wanted.get(fold(header)) or terms.mapping.get(letter(index))
    if meant is None:
        return None
    if meant == "-" or fold(meant) in ROLES:
        return Column(index, header, ROLES.get(fold(meant), "-"))
    series = series_of(meant, known)
    return Column(index, header, "figure", series) if series is not None else None


def series_of(header: str, known: Known) -> dict[str, str] | None:
    """The series that a header names: ``arrivals``, ``arrivals.HR``, ``People entered from Croatia``, ``Arrivals HR``,
    ``arrivals@GR-MK/gevgelija``; None when a word of it is not understood."""
    read = _KEY.fullmatch(header.strip())
    if read is not None and read[1].lower() in indicators():
        found = {"indicator": read[1].lower()}
        other = known.party(read[2]) if read[2] else None
        place = known.place(read[3]) if read[3] else None
        if (read[2] and other is None) or (read[3] and place is None):
            return None
        return found | ({"counterpart": other} if other else {}) | ({"place": place} if place else {})
    folded = f" {fold(header)} "
    for phrase, name in _phrases().items():
        if f" {phrase} " in folded:
            rest = folded.replace(f" {phrase} ", " ", 1).split()
            more = _rest(rest, header, known)
            if more is None or (
                "counterpart" in more and AGAINST.get(name, frozenset()) & set(rest) - _codes(header, known)
            ):
                return None
            return {"indicator": name} | more
    return None


def _rest(words: list[str], header: str, known: Known) -> dict[str, str] | None:
    """The dimensions in the words of a header besides its indicator. ``AT`` in capitals is Austria, ``at`` a filler."""
    fillers = FILLERS - _codes(header, known)
    plain = _party_or_place(" ".join(word for word in words if word not in fillers), known)
    if plain is not None:
        return plain
    found: dict[str, str] = {}
    left = []
    for code in known.places:
        if code in header:
            spent = fold(code).split()
            found["place"], words = code, [word for word in words if word not in spent]
            break
    for word in words:
        if word in _DIMENSION_WORDS:
            name, value = _DIMENSION_WORDS[word]
            found[name] = value
        elif word not in fillers:
            left.append(word)
    if not left:
        return found
    more = _party_or_place(" ".join(left), known)
    return None if more is None else found | more


def _codes(header: str, known: Known) -> set[str]:
    """Words in capitals that are a party's code."""
    return {fold(word) for word in _CODE.findall(header) if known.party(word) is not None}


def _party_or_place(text: str, known: Known) -> dict[str, str] | None:
    party, place = known.party(text), known.place(text)
    if party is not None:
        return {"counterpart": party}
    return {"place": place} if place is not None else None


@cache
def _phrases() -> dict[str, str]:
    """What indicators are called, longest first: "places occupied" before "places"."""
    found = {fold(name): name for name in indicators()}
    found |= {fold(indicator.label): indicator.name for indicator in indicators().values()} | INDICATORS
    return dict(sorted(found.items(), key=lambda item: -len(item[0])))


def _unknown(index: int, header: str) -> Problem:
    words = (
        f"column {letter(index)} ({printable(header, 40)}): nobody knows what it holds. "
        f"Say so with map={printable(header, 40)}:arrivals, or leave it out with map={printable(header, 40)}:-"
    )
    meant = near(fold(header), [*_phrases(), *ROLES])
    return Problem(f"/columns/{letter(index)}", "unknown-column", words, sent=printable(header, 80),
                   allowed=[*indicators(), *dict.fromkeys(role for role in ROLES.values() if role != "-")],
                   suggestion=_phrases().get(meant or "", meant))  # fmt: skip


def _checked(grid: Grid, layout: Layout) -> Layout:
    """Without columns that are left out; two columns for the same thing are a problem."""
    problems = list(layout.problems)
    problems += _nameless(grid, layout)
    seen: dict[tuple[str, ...], Column] = {}
    kept = []
    for column in layout.columns:
        if column.role == "-":
            continue
        first = seen.setdefault(_key(column), column)
        if first is not column:
            words = f"column {letter(column.index)} ({column.header}) holds the same as column {letter(first.index)}"
            problems.append(Problem(f"/columns/{letter(column.index)}", "repeated-column", words, sent=column.header))
        kept.append(column)
    left_out = tuple(column for column in layout.columns if column.role == "-" and is_total(column.header))
    return Layout(tuple(kept), layout.first, layout.data, tuple(problems), left_out)


def _nameless(grid: Grid, layout: Layout) -> Iterable[Problem]:
    """Columns without a header in which numbers stand."""
    named = {column.index for column in layout.columns}
    told = {problem.pointer for problem in layout.problems}
    for index in range(grid.width):
        if index in named or f"/columns/{letter(index)}" in told:
            continue
        rows = range(layout.data, len(grid.cells))
        if any(isinstance(grid.at(row, index), int | float) or grid.text(row, index)[:1].isdigit() for row in rows):
            words = f"column {letter(index)} has numbers and no header"
            yield Problem(f"/columns/{letter(index)}", "no-name", words)


def indicator_names() -> Iterable[str]:
    """What the indicator column of a long table may say."""
    return indicators()
