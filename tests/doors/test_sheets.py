"""Reading sheets without a hub: what cells, dates, headers and hostile files become."""

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from routehub.formats.sheets import cells, dates, read_csv, xlsx_parts
from routehub.formats.sheets.cells import NoCount
from routehub.formats.sheets.dates import NoDate
from routehub.formats.sheets.figures import Reading
from routehub.formats.sheets.grid import Unreadable, column_of, letter
from routehub.formats.sheets.known import Known, Terms
from routehub.formats.sheets.read import CSV, XLSX, read_file
from routehub_schemas.reference import parties, route

NAMES = {name.name.casefold(): code for code, party in parties().items() for name in party.names}
KNOWN = Known(
    lambda text: text.upper() if text.upper() in parties() else NAMES.get(text.casefold()),
    lambda _text: None,
    lambda _party: ZoneInfo("Europe/Skopje"),
    {place.code: place.name for place in route("wbr").places},
)


def read(raw: bytes | str, media: str = CSV, **terms: Any) -> Reading:
    content = raw if isinstance(raw, bytes) else raw.encode()
    return read_file(content, media, Terms(party="MK", **terms), KNOWN, most_rows=500)


def figures(reading: Reading) -> list[tuple[str, str, int]]:
    return [(r.data["day"], f["indicator"], f["value"]) for r in reading.reports for f in r.data["figures"]]


def faults(reading: Reading) -> dict[str, str]:
    return {problem.pointer: problem.code for problem in reading.faults}


def workbook(fill: Callable[[Any, Any], None]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        fill(book, book.add_worksheet())
    return out.getvalue()


@pytest.mark.parametrize(
    ("column", "meant"),
    [
        (["1.902", "12"], [1902, 12]),
        (["1,902", "5900.0"], [1902, 5900]),
        (["1.902", "12,0"], [1902, 12]),
        (["1.902,00", "3"], [1902, 3]),
        (["1 902", "1'902", "1\u202f902"], [1902, 1902, 1902]),
        (["12,5", "13"], ["decimal", 13]),
        (["5900.000", "1.234"], [5900, "decimal"]),
        ([1902.0, 3, 1.5, -1, True, 1e20], [1902, 3, "decimal", "negative", "logical", "too-large"]),
        (["", "-", "n/a", "..", "x", None], [None] * 6),
        (["<5", "≤ 10", "less than 5"], ["bound"] * 3),
        (["~1200", "12x", "1,2,3", "NaN", "1e3", "12%", date(2015, 1, 1)], ["other"] * 6 + ["date"]),
    ],
)  # fmt: skip
def test_numbers_are_read_by_what_their_column_shows(column: list[Any], meant: list[Any]):
    sign = cells.signs(column)
    found: list[Any] = []
    for value in column:
        try:
            found.append(cells.count(value if value != "" else None, sign))
        except NoCount as wrong:
            found.append(wrong.why)
    assert found == meant


def test_a_column_that_contradicts_itself_is_refused_and_noughts_are_pointed_out():
    assert faults(read("date;arrivals\n2015-10-20;1,5\n2015-10-21;1.5\n"))["/columns/B"] == "mixed-separators"
    notes = read("date;arrivals\n2015-10-20;5.000\n").notes
    assert [(note.pointer, note.code) for note in notes] == [("/columns/B", "thousands-assumed")]


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("2015-10-20", None), ("20.10.2015", None), ("20.10.2015.", None), ("20/10/2015", "dmy"), ("10/20/2015", "mdy"),
        ("20 October 2015", None), ("20-Oct-2015", None), ("20151020", None), ("2015-10-20T00:00:00", None),
        (42297, None), (42297.0, None), ("42297", None), (date(2015, 10, 20), None), (datetime(2015, 10, 20), None),
    ],
)  # fmt: skip
def test_dates_as_people_write_them(text: Any, order: str | None):
    assert dates.day(text, dates.order([text], None)) == dates.day(text, order) == date(2015, 10, 20)


@pytest.mark.parametrize(
    ("text", "code"),
    [("10/11/2015", "ambiguous-date"), ("31.02.2015", "no-date"), ("20.10.15", "no-date"), ("soon", "no-date"),
     (5, "no-date"), (True, "no-date"), ("2015-10-20T14:00:00", "no-date")],
)  # fmt: skip
def test_a_date_that_is_none_or_could_be_two_is_refused(text: Any, code: str):
    with pytest.raises(NoDate) as refused:
        dates.day(text, dates.order([text], None))
    assert refused.value.code == code


def test_an_hour_that_the_clock_change_repeats_needs_its_offset():
    zone = ZoneInfo("Europe/Skopje")
    assert dates.start("14:00", date(2015, 10, 20), zone, None) == datetime(2015, 10, 20, 12, tzinfo=UTC)
    assert dates.start("14-15", date(2015, 10, 20), zone, None) == datetime(2015, 10, 20, 12, tzinfo=UTC)
    assert dates.start("2015-10-25T02:00:00+01:00", None, zone, None) == datetime(2015, 10, 25, 1, tzinfo=UTC)
    for wrong in ("2015-10-25 02:00", "2016-03-27T02:00"):
        with pytest.raises(NoDate):
            dates.start(wrong, None, zone, None)


def test_a_time_in_a_table_of_days_is_not_taken_for_an_hour():
    assert faults(read("day,time,arrivals\n2015-10-20,06:00,5\n")) == {"/columns/B": "start-without-hour"}
    assert not faults(read("day,time,arrivals\n2015-10-20,06:00,5\n", period="hour"))
    assert not faults(read("day,period,start,arrivals\n2015-10-20,reporting_day,2015-10-19T04:00:00Z,5\n"))


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00-14:00", "0001-01-01T00:00"])
def test_a_time_at_the_end_of_the_calendar_is_refused(time: str):
    assert faults(read(f"hour,arrivals\n{time},4\n", period="hour")) == {"/rows/2/A": "no-date"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('day,arrivals\n2015-10-20,"1,234"\n2015-10-21,"1.234"\n', {"/columns/B": "mixed-separators"}),
        ("day;arrivals\n2015-10-20;12,00\n2015-10-21;5,000\n", {"/columns/B": "mixed-separators"}),
        ("day;arrivals;departures\n2015-10-20;12.0;1.902\n", {"/columns/C": "mixed-separators"}),
        ("day,arrivals,departures,places\n2015-10-20,1,234,-,\n", {"/rows/2": "too-many-cells"}),
        ("Arrivals by day (in thousands)\nday;arrivals\n2015-10-20;12\n", {"/rows/1/A": "unit"}),
        ("day;arrivals\n2015-10-20;12\n* all figures u hiljadama\n", {"/rows/3/A": "unit"}),
        ("day;arrivals\n2015-10-20;1\n\nday;departures\n2015-10-20;5\n", {"/rows/4/A": "second-table"}),
        ("party;day;arrivals\nRS;2015-10-20;14\n;2015-10-21;15\n", {"/rows/3/A": "missing"}),
    ],
)
def test_a_table_that_could_mean_other_numbers_is_refused(text: str, expected: dict[str, str]):
    reading = read(text)
    assert expected.items() <= faults(reading).items()
    assert not [f for report in reading.reports for f in report.data["figures"] if report.party == "MK"]


def test_a_tag_for_some_people_is_not_one_for_all():
    reading = read("Day,All,Women\n#date,#affected+arrivals+ind,#affected+arrivals+f\n2015-10-20,12,5\n")
    assert (reading.reports, faults(reading)) == ([], {"/columns/C": "unknown-tag"})


@pytest.mark.parametrize("header", ["Arrivals in HR", "Arrivals to Croatia", "Departures from HR", "Left"])
def test_a_header_that_may_mean_anothers_count_is_not_read(header: str):
    assert faults(read(f"day,{header}\n2015-10-20,12\n")) == {"/columns/B": "unknown-column"}


def test_a_column_that_nobody_knows_hides_no_bad_cell():
    found = read("Day;Arrivals;Opombe\n2015-10-20;<5;x\n2015-13-01;7;\n")
    assert set(faults(found)) == {"/columns/C", "/rows/2/B", "/rows/3/A"}


@pytest.mark.parametrize("header", ["Departures AT", "Departures to AT", "Departures (AT)", "Departures - AT"])
def test_the_code_of_austria_is_not_taken_for_a_filler(header: str):
    [report] = read(f"Day;{header}\n2015-10-20;12\n").reports
    assert report.data["figures"] == [{"indicator": "departures", "counterpart": "AT", "value": 12}]


def test_a_remark_that_begins_like_a_total_leaves_its_row_a_row():
    reading = read("day;arrivals;comment\n2015-10-20;12;Total of two shifts\nTotal;12;\n")
    assert figures(reading) == [("2015-10-20", "arrivals", 12)]
    assert reading.skipped == [{"row": 3, "why": "a total"}]


def test_a_blank_place_under_a_named_one_is_pointed_out():
    reading = read("day;place;arrivals\n2015-10-20;GR-MK/gevgelija;12\n2015-10-21;;13\n")
    assert [note.code for note in reading.notes] == ["no-place"]


def test_dates_beside_texts_with_slashes_may_have_been_swapped():
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["day", "arrivals"])
        sheet.write_datetime(1, 0, date(2015, 11, 10), book.add_format({"num_format": "dd/mm/yyyy"}))
        sheet.write(1, 1, 5)
        sheet.write_row(2, 0, ["13/11/2015", 6])

    reading = read(workbook(fill), XLSX)
    assert faults(reading) == {"/columns/A": "mixed-dates"}
    assert not reading.reports


def test_one_number_over_merged_cells_is_nobodys_figure():
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["day", "arrivals", "departures"])
        sheet.write_row(1, 0, ["2015-10-20", None, 1])
        sheet.write_row(2, 0, ["2015-10-21", None, 2])
        sheet.merge_range(1, 1, 2, 1, 50)

    assert faults(read(workbook(fill), XLSX)) == {"/rows/2/B": "merged", "/rows/3/B": "merged"}


def test_a_merged_header_reaches_as_far_as_it_is_merged():
    def fill(book: Any, sheet: Any) -> None:
        sheet.merge_range(0, 1, 0, 2, "Arrivals")
        sheet.write_row(1, 0, ["day", "GR", "RS", "HR"])
        sheet.write_row(2, 0, ["2015-10-20", 1, 2, 3])

    assert faults(read(workbook(fill), XLSX)) == {"/columns/D": "unknown-column"}


def test_what_its_author_may_not_see_is_said():
    def fill(book: Any, sheet: Any) -> None:
        for at in (sheet, book.add_worksheet("Later")):
            at.write_row(0, 0, ["day", "arrivals", "departures"])
            at.write_row(1, 0, ["2015-10-20", 7, 1])
        sheet.set_column(2, 2, None, None, {"hidden": True})

    assert [note.code for note in read(workbook(fill), XLSX).notes] == ["hidden-columns", "sheets-not-read"]


def patched(old: bytes, new: bytes) -> bytes:
    """A workbook of one figure, its sheet changed."""

    def fill(_book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["day", "arrivals"])
        sheet.write_row(1, 0, [42297, 5])

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(fill))) as parts, zipfile.ZipFile(out, "w") as made:
        for name in parts.namelist():
            part = parts.read(name)
            made.writestr(name, part.replace(old, new) if name.endswith("sheet1.xml") else part)
    return out.getvalue()


def test_a_number_beyond_all_numbers_is_no_date():
    assert faults(read(patched(b"<v>42297</v>", b"<v>1e999</v>"), XLSX)) == {"/rows/2/A": "no-date"}


def test_a_part_in_an_encoding_that_is_none_is_refused():
    with pytest.raises(Unreadable):
        read(patched(b'encoding="UTF-8"', b'encoding="UTF88"'), XLSX)


def test_columns_are_called_as_spreadsheets_call_them():
    assert [letter(number) for number in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
    assert all(column_of(letter(number)) == number for number in range(2_000))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "windows-1252"])
def test_encoding_and_delimiter_are_found_out(delimiter: str, encoding: str):
    lines = [
        ["Übersicht"],
        [],
        ["Date", "Arrivals", "Note"],
        ["20.10.2015", "1", "für Grenze"],
        ["21.10.2015", "2", ""],
    ]
    raw = "\r\n".join(delimiter.join(line) for line in lines).encode(encoding)
    found = read(raw)
    assert figures(found) == [("2015-10-20", "arrivals", 1), ("2015-10-21", "arrivals", 2)]
    assert found.reports[0].data["figures"][0]["note"] == "für Grenze"
    assumed = [note.code for note in found.notes]
    assert assumed == (["encoding-assumed"] if encoding in ("utf-16-le", "windows-1252") else [])


def test_the_sender_may_name_the_encoding_and_the_delimiter():
    found = read_file(
        "sep=;\nдата;arrivals\n2015-10-20;1\n".encode("windows-1251"), CSV, Terms("MK"), KNOWN, most_rows=9,
        charset="windows-1251",
    )  # fmt: skip
    assert (figures(found), found.reports[0].origins[0][0]) == ([("2015-10-20", "arrivals", 1)], 2)


def test_errors_and_formulas_without_a_result_are_never_blank_cells():
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["day", "arrivals", "present", "occupied"])
        sheet.write_string(1, 0, "2015-10-20")
        sheet.write_formula(1, 1, "=1/0", None, "#DIV/0!")
        sheet.write_formula(1, 2, "=A1+1", None, "")
        sheet.write_formula(1, 3, "=2+3", None, 5)

    found = read(workbook(fill), XLSX)
    assert faults(found) == {"/rows/2/B": "no-value", "/rows/2/C": "no-value"}
    assert ["#DIV/0!" in problem.message for problem in found.faults] == [True, False]


def test_a_named_sheet_is_read_and_an_unknown_one_is_refused_with_the_names_there_are():
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["day", "arrivals"])
        sheet.write_row(1, 0, ["2015-10-20", 1])
        other = book.add_worksheet("November")
        other.write_row(0, 0, ["day", "arrivals"])
        other.write_row(1, 0, ["2015-11-20", 2])

    raw = workbook(fill)
    terms = Terms("MK")
    assert figures(read_file(raw, XLSX, terms, KNOWN, most_rows=9, sheet="November"))[0][2] == 2
    with pytest.raises(Unreadable) as refused:
        read_file(raw, XLSX, terms, KNOWN, most_rows=9, sheet="november")
    assert (refused.value.problem.code, refused.value.problem.suggestion) == ("unknown-sheet", "November")


def refusal(raw: bytes, media: str) -> str:
    """The words in which a file is refused, as a whole or for what stands in it."""
    try:
        found = read(raw, media).faults
    except Unreadable as refused:
        return refused.problem.message
    return found[0].message


def packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def altered(name: str, change: Callable[[bytes], bytes]) -> bytes:
    raw = workbook(lambda _book, sheet: sheet.write_row(0, 0, ["day", "arrivals"]))
    return packed({part: change(text) if part == name else text for part, text in xlsx_parts.unpacked(raw).items()})


SHEET = "xl/worksheets/sheet1.xml"
HOSTILE = {
    "no zip": b"PK\x03\x04 not a zip",
    "an old xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
    "an empty zip": packed({}),
    "a bomb": packed({"xl/workbook.xml": b"<a/>", SHEET: b" " * 80_000_000}),
    "a cell far out": altered(SHEET, lambda xml: xml.replace(b'r="A1"', b'r="XFD1048576"')),
    "a row far down": altered(SHEET, lambda xml: xml.replace(b'r="1"', b'r="1000000"').replace(b'"A1"', b'"A1000000"')),
    "a document type": altered(SHEET, lambda xml: xml.replace(b"<worksheet", b"<!DOCTYPE a []><worksheet")),
    "broken XML": altered(SHEET, lambda xml: xml[:-20]),
    "a negative row": altered(SHEET, lambda xml: xml.replace(b'r="1"', b'r="-1"')),
    "no workbook": altered("xl/workbook.xml", lambda _xml: b"<workbook/>"),
}  # fmt: skip


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_workbook_is_refused_in_words(raw: bytes):
    assert refusal(raw, XLSX).endswith((".", "arrivals"))


def test_an_archive_that_lies_about_its_sizes_is_measured():
    raw = bytearray(HOSTILE["a bomb"])
    size = (80_000_000).to_bytes(4, "little")
    assert raw.count(size) >= 2
    with pytest.raises(Unreadable, match="64 MiB"):
        xlsx_parts.unpacked(bytes(raw.replace(size, (100).to_bytes(4, "little"))))


@pytest.mark.parametrize(
    "raw", [b"\0\0\0\0", b'day,arrivals\n"2015', b"day\n" * 501, b"a," * 300, b"\xff\xfe\x00", b"", b'"', b"\x81\x8d"]
)
def test_what_is_no_table_is_refused_in_words(raw: bytes):
    assert refusal(raw, CSV)


@given(st.lists(st.lists(st.sampled_from(
    ["", "date", "arrivals", "2015-10-20", "5", "Total", "#date", "#value", "<5", "HR", "1.5", "x", "indicator",
     "value", "persons", "1/2/2015", "=1+1", "∑", "٣", "a\nb", '"', "1e999", "place", "-5", "hour", "25:00"]
), max_size=5), max_size=8))  # fmt: skip
def test_no_table_brings_anything_but_reports_or_faults(rows: list[list[str]]):
    raw = "\n".join(";".join(row) for row in rows)
    try:
        found = read(raw)
    except Unreadable:
        return
    assert found.reports or found.faults
    assert read_csv.decoded(raw.encode())[0] == raw
