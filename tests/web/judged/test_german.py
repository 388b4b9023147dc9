"""In German no page of the sample shows a word of a code list as the contract has it."""

import re
from html.parser import HTMLParser
from typing import get_args

from routehub.digests.series import WEEKDAYS
from routehub_schemas import vocab
from tests.web.judged.sample import Sample

LISTS = (
    vocab.Severity, vocab.Urgency, vocab.Certainty, vocab.AlertCategory, vocab.FigureStatus, vocab.Method, vocab.Mode,
    vocab.Service, vocab.Modality, vocab.RequestCategory, vocab.Outcome, vocab.ProgressStage, vocab.ConferenceState,
    vocab.MeasureType, vocab.CapCounts, vocab.Transport,
)  # fmt: skip
MORE = ("active", "expired", "revoked", "coordinator", "observer", "yes", "none", *WEEKDAYS)
ALIKE = {"bus", "information", "land", "food"}
"""Words that are German, too, or stand in the title of a plan's point."""
FOR_PROGRAMS = ("/messages/", "/threads/", "/admin/audit", "/admin/early-warning", "/help", "/docs")
"""Pages that show a message or a parameter as programs have it, or that tell what to type."""
VOID = {"input", "meta", "link", "br", "img", "hr"}


def codes() -> set[str]:
    """The words in small letters, as they would stand there if nobody had said them in German."""
    return {word.replace("_", " ").lower() for one in LISTS for word in get_args(one)}.union(MORE) - ALIKE


class Said(HTMLParser):
    """What stands on a page in its own language, in the pieces that signs of punctuation divide."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: set[str] = set()
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            other = tag in ("script", "style", "code", "pre", "textarea") or ("lang", "en") in attrs
            self._open.append((tag, other or bool(self._open and self._open[-1][1])))

    def handle_endtag(self, tag: str) -> None:
        while self._open and tag in (one for one, _other in self._open):
            if self._open.pop()[0] == tag:
                return

    def handle_data(self, data: str) -> None:
        if not (self._open and self._open[-1][1]):
            self.pieces |= {piece.strip().lower() for piece in re.split(r"[.,;:·()„“]", data)}


def test_no_page_shows_a_word_of_a_code_list_in_english(sample: Sample):
    words, shown = codes(), set()
    assert {"severe", "monday", "counted", "need"} <= words
    opened = {page.route: page for page in sample.pages if page.who == "SI" and "wbr-exercise" not in page.address}
    with sample.paper("SI") as browser:
        browser.client.cookies.set("routehub-language", "de")
        browser.client.headers["Accept-Language"] = "de"
        for page in opened.values():
            if not page.address.startswith(FOR_PROGRAMS):
                said = Said()
                answer = browser.client.get(page.address)
                assert 'lang="de"' in answer.text
                said.feed(answer.text)
                shown |= {(page.address, word) for word in said.pieces & words}
    assert shown == set()
