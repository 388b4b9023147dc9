"""Papers read back: PDF/UA-1 with its tags, language and title, whatever people write."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pypdf import PdfReader

from routehub.core.errors import NotInstalled
from routehub.digests.render import pdf as papers
from routehub.digests.render.pdf import Bullets, Column, Heading, Link, Paper, Paragraph, Strong, Table, pdf

AT = datetime(2026, 1, 21, 15, tzinfo=UTC)


def paper(heading: str = "Agenda, conference 14", **more: Any) -> Paper:
    blocks = (
        Heading("Item by item"), Heading("1. Reporting", 3), Paragraph((Strong("Note"), ", 3 min")),
        Bullets((("72 of 77",), ("Μία γραμμή, Šid, Ђорђе, 1 902, −3%",))),
        Table("The week", (Column("Party", wide=True), Column("Entered", right=True)), (("GR Greece", "1 554"),)),
    )  # fmt: skip
    lead = ((Link("Open", "https://hub.example/x"),),)
    return Paper("Title of it", "Routehub", heading, lead, blocks, "TLP:AMBER", AT, **more)


def tags(node: Any) -> Iterator[str]:
    node = node.get_object() if hasattr(node, "get_object") else node
    for one in node if isinstance(node, list) else [node]:
        one = one.get_object() if hasattr(one, "get_object") else one
        if isinstance(one, dict):
            yield from [one["/S"]] if "/S" in one else []
            yield from tags(one["/K"]) if "/K" in one else []


def test_a_paper_has_tags_language_and_title_and_says_that_it_is_accessible():
    found = PdfReader(io.BytesIO(pdf(paper(mark="SAMPLE", mark_words="Nothing in it is real."))))
    root: Any = found.trailer["/Root"]
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == ("en", True)
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert found.metadata is not None
    assert found.metadata.title == "Title of it"
    assert "<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data().decode()
    there = list(tags(root["/StructTreeRoot"]))
    assert {"/H1", "/H2", "/H3", "/L", "/LI", "/Table", "/Caption", "/TH", "/TD", "/Link", "/Strong"} <= set(there)
    text = found.pages[0].extract_text()
    assert "SAMPLE. Nothing in it is real." in text
    assert "Μία γραμμή, Šid, Ђорђе" in text


def test_the_same_paper_has_the_same_bytes():
    first = pdf(paper())
    papers._compiled.cache_clear()
    assert pdf(paper()) == first


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ('#panic("x") $1/0$ */ \\ @key <label> = no heading', '#panic("x") $1/0$ */ \\ @key <label> = no heading'),
        ("中文 😀 x", "?? ? x"),
        ("a \u0378 b", "a ? b"),
        ('"}) #read("/etc/passwd")', '"}) #read("/etc/passwd")'),
    ],
)  # fmt: skip
def test_what_people_write_is_never_markup_and_never_stops_a_paper(said: str, read: str):
    assert read in PdfReader(io.BytesIO(pdf(paper(said)))).pages[0].extract_text()


def test_without_the_extra_the_hub_says_so(monkeypatch: pytest.MonkeyPatch):
    papers._compiled.cache_clear()
    papers._compiler.cache_clear()
    monkeypatch.setitem(__import__("sys").modules, "typst", None)
    with pytest.raises(NotInstalled, match="extra pdf"):
        pdf(paper())
    papers._compiler.cache_clear()
