"""Tables as CSV and XLSX: what spreadsheets read is what was said, and never a formula."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime

import pytest
from python_calamine import CalamineWorkbook

from routehub.formats.sheets import write_csv, write_xlsx
from routehub.formats.sheets.table import Cell, Column, Table

AT = datetime(2015, 10, 20, 6, 24, 11, tzinfo=UTC)
COLUMNS = (Column("party", "#org+code"), Column("value", "#indicator+num"), Column("note", "#description"))


def table(*rows: tuple[Cell, ...]) -> Table:
    return Table("figures", COLUMNS, rows)


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline="")))


def book(data: bytes) -> CalamineWorkbook:
    return CalamineWorkbook.from_filelike(io.BytesIO(data))


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_text_begins_a_formula(begin: str):
    text = f'{begin}HYPERLINK("http://203.0.113.9")'
    ((_, _, note),) = read(write_csv.write(table(("MK", 1, text))))[1:]
    assert note == "'" + text
    data = write_xlsx.write([table(("MK", 1, text))], {}, title="x")
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
        assert b'quotePrefix="1"' in parts.read("xl/styles.xml")
    assert book(data).get_sheet_by_name("figures").to_python()[1][2] == text


def test_numbers_stay_numbers_and_nothing_stays_empty():
    data = write_csv.write(table(("MK", -5, None), ("RS", 0, 0.5), ("HR", None, True)))
    assert data == b"party,value,note\r\nMK,-5,\r\nRS,0,0.5\r\nHR,,true\r\n"
    rows = book(write_xlsx.write([table(("MK", -5, None), ("HR", None, True))], {}, title="x")).get_sheet_by_index(0)
    assert rows.to_python() == [["party", "value", "note"], ["MK", -5.0, ""], ["HR", "", True]]


def test_csv_quotes_as_rfc_4180_says():
    text = 'He said "stop",\nand they stopped; Preševo'
    data = write_csv.write(table(("MK", 1, text)))
    assert b'"He said ""stop"",\nand' in data
    assert read(data)[1][2] == text
    assert not data.startswith(b"\xef\xbb\xbf")
    assert write_csv.write(table(), bom=True).startswith(b"\xef\xbb\xbfparty,")


def test_times_name_their_zone_and_tags_stand_under_the_header():
    columns = (Column("day", "#date"), Column("at", "#date+posted"))
    found = Table("times", columns, [(date(2015, 10, 20), AT)])
    lines = write_csv.write(found, hxl=True).decode().splitlines()
    assert lines == ["day,at", "#date,#date+posted", "2015-10-20,2015-10-20T06:24:11.000Z"]
    data = write_xlsx.write([found], {}, title="x", hxl=True)
    assert book(data).get_sheet_by_index(0).to_python()[2] == [date(2015, 10, 20), AT.replace(tzinfo=None)]
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        assert "UTC" in parts.read("xl/styles.xml").decode()
        assert 'ySplit="2"' in parts.read("xl/worksheets/sheet1.xml").decode()


def test_a_workbook_says_what_it_is_and_who_may_read_it():
    data = write_xlsx.write([table()], {"what": "Figures", "as of": AT, "marking": "TLP:AMBER"}, title="Figures",
                            marking="EXERCISE")  # fmt: skip
    found = book(data)
    assert found.sheet_names == ["figures", "About"]
    assert found.get_sheet_by_name("About").to_python() == [
        ["EXERCISE", ""], ["what", "Figures"], ["as of", AT.replace(tzinfo=None)], ["marking", "TLP:AMBER"],
    ]  # fmt: skip
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        assert "EXERCISE TLP:AMBER" in parts.read("xl/worksheets/sheet1.xml").decode()
