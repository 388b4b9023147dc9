"""Laying a page out as text, HTML and Markdown, in the current language; what the record says stays as it is. In HTML
everything that people wrote is escaped by the template engine; in Markdown by hand. Text wraps at 76 columns, so that
it reads on a phone and in a terminal."""

import base64
import hashlib
import re
import textwrap
from functools import cache
from importlib.resources import files

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined

from routehub.core import language
from routehub.digests import words
from routehub.digests.render.annex import AnnexPage
from routehub.digests.render.page import AgendaPage

WIDTH = 76
_SPECIAL = re.compile(r"([\\`*_\[\]<>#|])")


def _wrap(text: str, indent: int = 0, hanging: int | None = None) -> str:
    """Text in lines that begin with ``indent`` spaces, the second and later ones with ``hanging``."""
    return textwrap.fill(
        " ".join(text.split(" ")), WIDTH, initial_indent=" " * indent,
        subsequent_indent=" " * (indent if hanging is None else hanging), break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip


def _plain_line(text: str) -> str:
    """On one line: a line end in what somebody wrote must not look like a line of ours."""
    return words.one_line(text)


def _escaped(text: str) -> str:
    """Text without a meaning in Markdown."""
    return _SPECIAL.sub(r"\\\1", _plain_line(text))


@cache
def _environment(html: bool) -> Environment:
    found = Environment(
        loader=PackageLoader("routehub.digests"), autoescape=html,  # noqa: S701 - text and Markdown have no tags
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    language.into(found)
    found.filters |= {"wrap": _wrap, "line": _plain_line, "md": _escaped}
    found.globals["language"] = language.current
    return found


def text(page: AgendaPage) -> str:
    return _environment(False).get_template("agenda.txt.j2").render(page=page)


def markdown(page: AgendaPage) -> str:
    return _environment(False).get_template("agenda.md.j2").render(page=page)


def html(page: AgendaPage) -> str:
    """A whole document with one style element; ``style_source`` lets a policy allow just that."""
    return _environment(True).get_template("agenda.html.j2").render(page=page, style=_style())


def mail_html(page: AgendaPage) -> str:
    """The same with the styles in place, as mail programs want it. What depends on the screen stays in the element."""
    return css_inline.inline(html(page), keep_style_tags=True, load_remote_stylesheets=False)


def annex_text(page: AnnexPage) -> str:
    return _environment(False).get_template("annex.txt.j2").render(page=page)


def annex_html(page: AnnexPage) -> str:
    """For mail: with the styles in place."""
    whole = _environment(True).get_template("annex.html.j2").render(page=page, style=_style())
    return css_inline.inline(whole, keep_style_tags=True, load_remote_stylesheets=False)


@cache
def style_source() -> str:
    """The ``style-src`` of the document (CSP 3, 8.3): the hash of its style element, which is ``<style>``, a line end
    and the styles."""
    said = hashlib.sha256(("\n" + _style()).encode()).digest()
    return "'sha256-" + base64.b64encode(said).decode() + "'"


@cache
def _style() -> str:
    return files("routehub.digests").joinpath("templates/agenda.css").read_text(encoding="utf-8")
