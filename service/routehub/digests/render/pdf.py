"""Papers as PDF by typst: PDF/UA-1 (ISO 14289-1), tagged, with title and language, so that a screen reader finds
headings, lists and tables. Any paper is a few kinds of blocks; the template lays them out.

The same paper has the same bytes on every machine: only the fonts inside typst are used, and its date is its own.
typst comes with the extra ``pdf``.
"""

import contextlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from importlib import import_module
from importlib.resources import as_file, files
from typing import Any

from routehub.core.errors import NotInstalled

KEPT = 16
"""So many papers are kept: a paper costs a fifth of a second, and is often asked for again."""
_RARE = re.compile(
    "[^ -~\u00a0-\u024f\u0370-\u03ff\u0400-\u04ff\u1e00-\u1fff\u2010-\u2027\u202f-\u205e\u20ac\u2212\u2260]"
)
"""Signs beyond Latin, Greek and Cyrillic, which the fonts may not have."""
_NOT_ASCII = re.compile("[^ -~]")


@dataclass(frozen=True)
class Strong:
    """Words that stand out."""

    text: str
    link: None = None


@dataclass(frozen=True)
class Link:
    """Words that lead somewhere."""

    text: str
    link: str


Run = str | Strong | Link


@dataclass(frozen=True)
class Heading:
    """``level``: 2 or 3; the paper's own heading is 1."""

    text: str
    level: int = 2
    type: str = "heading"


@dataclass(frozen=True)
class Paragraph:
    runs: tuple[Run, ...]
    muted: bool = False
    type: str = "paragraph"


@dataclass(frozen=True)
class Bullets:
    items: tuple[tuple[Run, ...], ...]
    type: str = "bullets"


@dataclass(frozen=True)
class Column:
    """``right``: for numbers; ``wide``: takes the room that is left."""

    name: str
    right: bool = False
    wide: bool = False


@dataclass(frozen=True)
class Table:
    """Rows of as many texts as there are columns."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    type: str = "table"


Block = Heading | Paragraph | Bullets | Table


@dataclass(frozen=True)
class Paper:
    """A whole document. ``title``: that of the file; ``over``: the line above the heading; ``lead``: lines below it;
    ``mark``: EXERCISE or SAMPLE, on every page; ``foot``: at the foot of every page; ``at``: its date."""

    title: str
    over: str
    heading: str
    lead: tuple[tuple[Run, ...], ...]
    blocks: tuple[Block, ...]
    foot: str
    at: datetime
    language: str = "en"
    mark: str | None = None
    mark_words: str = ""


def pdf(paper: Paper) -> bytes:
    """The bytes of a paper. It takes a fifth of a second of one core: call it in a thread.

    Errors: ``NotInstalled`` (501) where the hub was installed without the extra.
    """
    values = asdict(paper)
    del values["at"]
    return _compiled(
        json.dumps(values, ensure_ascii=False, sort_keys=True), paper.at.astimezone(UTC).replace(microsecond=0)
    )


@lru_cache(maxsize=KEPT)
def _compiled(values: str, at: datetime) -> bytes:
    """PDF/UA allows no sign without a shape: what the fonts lack is shown as a question mark."""
    compile_ = _compiler()
    for known in (values, _RARE.sub("?", values)):
        with contextlib.suppress(RuntimeError):
            return compile_({"paper": known}, at)
    return compile_({"paper": _NOT_ASCII.sub("?", values)}, at)


@cache
def _compiler() -> Callable[[Mapping[str, str], datetime], bytes]:
    try:
        typst: Any = import_module("typst")
    except ImportError:
        raise NotInstalled("This hub was installed without the extra pdf. Ask for another form.") from None

    def compile_(inputs: Mapping[str, str], at: datetime) -> bytes:
        with as_file(files("routehub.digests").joinpath("templates")) as folder:
            made: bytes = typst.compile(
                str(folder / "paper.typ"), root=str(folder), ignore_system_fonts=True, format="pdf",
                sys_inputs=dict(inputs), pdf_standards=["ua-1"], timestamp=at,
            )  # fmt: skip
        return made

    return compile_
