"""The place where a message says what was looked for, in plain text: ``…the «crossing» at Gevgelija closes…``."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from routehub.journal.search.question import Question, Term
from routehub.journal.search.words import LONGEST, words

AROUND = 60
OPEN, CLOSE = "«", "»"
_WORD = re.compile(r"[^\W_]+")
# Fields of every message that say how it is handled and not what it says.
_SHARED = frozenset({"audience", "language", "thread", "references", "on_behalf_of"})


def snippet(data: dict[str, Any], asked: Question) -> str | None:
    """The first text with a hit, cut around it, its hits marked. None when it was found by a code or name alone."""
    for text in _texts({name: value for name, value in data.items() if name not in _SHARED}):
        marks = _marks(text := unicodedata.normalize("NFC", text), asked.wanted)
        if marks:
            return _cut(text, marks)
    return None


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


def _marks(text: str, wanted: tuple[Term, ...]) -> list[tuple[int, int]]:
    """Where the terms stand, in order and without overlap."""
    said = [(word, at.span()) for at in _WORD.finditer(text) for word in words(at.group())]
    found = []
    for term in wanted:
        length = len(term.words)
        for first in range(len(said) - length + 1):
            part = [word for word, _ in said[first : first + length]]
            same = part[:-1] == list(term.words[:-1]) and _is(part[-1], term)
            if same:
                found.append((said[first][1][0], said[first + length - 1][1][1]))
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _is(word: str, term: Term) -> bool:
    last = term.words[-1][:LONGEST]
    return word == last or (term.begins and word.startswith(last))


def _cut(text: str, marks: list[tuple[int, int]]) -> str:
    first, last = marks[0]
    begin, end = max(0, first - AROUND), min(len(text), last + 2 * AROUND)
    if begin:
        begin = text.find(" ", begin, first) + 1 or begin
    if end < len(text):
        end = max(text.rfind(" ", last, end), last)
    found, at = ["…" if begin else ""], begin
    for start, stop in marks:
        if stop > end:
            break
        found += [text[at:start], OPEN, text[start:stop], CLOSE]
        at = stop
    found += [text[at:end], "…" if end < len(text) else ""]
    return " ".join("".join(found).split())
