"""What somebody types into a search: words, "phrases", -not, begin* — and what that means to each database.

Every input has a meaning or a refusal in words; nothing that is typed reaches a database as its own syntax.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from routehub.core.errors import refused
from routehub.journal.search.words import LONGEST, words

POINTER = "/query/q"
MOST_TERMS = 20
SHORTEST_BEGINNING = 2
"""A single letter stands at the beginning of half of all words."""

_TERM = re.compile(r'(-?)(?:"([^"]*)"|([^\s"]+))')

Codes = Callable[[tuple[str, ...], bool, str], Iterable[str]]
"""(words, whether the last is only a beginning, as typed) -> words for the codes of parties and places so called."""


@dataclass(frozen=True)
class Term:
    """Words that follow each other. ``begins``: the last one is a beginning; ``codes``: found by any of these too."""

    words: tuple[str, ...]
    begins: bool
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """All of ``wanted`` and none of ``unwanted``."""

    wanted: tuple[Term, ...]
    unwanted: tuple[Term, ...]


def no_codes(_words: tuple[str, ...], _begins: bool, _typed: str) -> Iterable[str]:
    return ()


def question(text: str, codes: Codes = no_codes) -> Question:
    """What was typed, as terms. Errors: 422 when it names nothing to look for, or too much."""
    wanted: dict[Term, None] = {}
    unwanted: dict[Term, None] = {}
    for negative, term in _terms(text, codes):
        (unwanted if negative else wanted)[term] = None
    if not wanted:
        why = "Say also what to look for: -word only leaves out." if unwanted else "Give a word to look for."
        raise refused(POINTER, "no-words", why, sent=text)
    if len(wanted) + len(unwanted) > MOST_TERMS:
        raise refused(POINTER, "too-many-words", f"Look for up to {MOST_TERMS} words or phrases at once.", sent=text)
    return Question(tuple(wanted), tuple(unwanted))


def _terms(text: str, codes: Codes) -> Iterator[tuple[bool, Term]]:
    for negative, phrase, bare in _TERM.findall(text):
        typed = phrase or bare
        begins = not phrase and typed.endswith("*")
        found = tuple(words(typed))
        if not found:
            continue
        if begins and len(found[-1]) < SHORTEST_BEGINNING:
            raise refused(
                POINTER, "short-beginning", f"Give at least {SHORTEST_BEGINNING} letters before the *.", sent=typed
            )
        begins = begins and len(found[-1]) < LONGEST
        yield bool(negative), Term(found, begins, tuple(codes(found, begins, typed)))


def for_sqlite(asked: Question, also: Iterable[Iterable[str]] = ()) -> str:
    """As an expression of FTS5. ``also``: of each of these lists at least one word has to be there."""
    parts = [*map(_sqlite_term, asked.wanted), *(_any(f'"{word}"' for word in group) for group in also)]
    text = " AND ".join(parts)
    if asked.unwanted:
        text = f"({text}) NOT {_any(map(_sqlite_term, asked.unwanted))}"
    return text


def for_postgres(asked: Question, also: Iterable[Iterable[str]] = ()) -> str:
    """As a ``tsquery``."""
    parts = [*map(_postgres_term, asked.wanted), *(_any((f"'{w}'" for w in group), " | ") for group in also)]
    return " & ".join([*parts, *(f"!{_postgres_term(term)}" for term in asked.unwanted)])


def _sqlite_term(term: Term) -> str:
    phrase = f'"{" ".join(term.words)}"' + ("*" if term.begins else "")
    return _any([phrase, *(f'"{code}"' for code in term.codes)])


def _postgres_term(term: Term) -> str:
    phrase = " <-> ".join(f"'{word}'" for word in term.words) + (":*" if term.begins else "")
    return _any([f"({phrase})" if len(term.words) > 1 else phrase, *(f"'{code}'" for code in term.codes)], " | ")


def _any(parts: Iterable[str], joint: str = " OR ") -> str:
    return f"({joint.join(parts)})"
