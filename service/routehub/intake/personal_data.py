"""Texts that look like data about a person (PROMISES D5). The hub is about groups: payloads have no field for a person,
and what looks like one in a free text is asked about before it is taken.

Only patterns that stand for a person are looked for, as every question costs the sender a step: addresses, numbers of
telephones, papers and accounts, dates of birth, a name with an age. A name alone is none of them: contact points are
named in notes. What was found is never repeated, neither in the answer nor in a log.
"""

import re
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date

from routehub.core.language import later
from routehub_schemas.errors import Problem
from routehub_schemas.kind import Payload, texts_at

CODE = "looks-personal"
checked: ContextVar[bool] = ContextVar("text checked", default=False)
"""Whether the sender of this request has said that its texts hold no personal data. Set by the doors."""

WORTH = re.compile(r"[@\d]|<<")
"""Without any of these no pattern fits: most texts are done with one look."""
LINK = re.compile(r"https?://\S+")
LETTER = r"[^\W\d_]"
NAME = r"[A-ZÀ-ÖØ-ÞĀ-ŽΑ-ΩА-Я]" + LETTER + "+"


def _any(_found: str) -> bool:
    return True


def _digits(found: str) -> list[int]:
    """Those of every script, as the patterns find them."""
    return [int(one) for one in found if one.isdecimal()]


def _telephone(found: str) -> bool:
    """ITU-T E.164: at most 15 digits; fewer than nine after a + is a change of a figure."""
    return 9 <= len(_digits(found)) <= 15


def _iban(found: str) -> bool:
    """ISO 13616: letters count from 10, and the rest by 97 is 1."""
    plain = "".join(found.split()).upper()
    moved = plain[4:] + plain[:4]
    return 15 <= len(plain) <= 34 and int("".join(str(int(one, 36)) for one in moved)) % 97 == 1


def _master_number(found: str) -> bool:
    """JMBG, EMBG, EMŠO: date of birth, register, check digit by weights 7 to 2 (modulus 11)."""
    d = _digits(found)
    if not (1 <= d[0] * 10 + d[1] <= 31 and 1 <= d[2] * 10 + d[3] <= 12):
        return False
    total = sum(weight * one for weight, one in zip((7, 6, 5, 4, 3, 2) * 2, d, strict=False))
    return (11 - total % 11) % 11 % 10 == d[12]


def _amka(found: str) -> bool:
    """AMKA: date of birth, and the check digit of ISO/IEC 7812."""
    d = _digits(found)
    try:
        date(2000 + d[4] * 10 + d[5], d[2] * 10 + d[3], d[0] * 10 + d[1])
    except ValueError:
        return False
    return sum(one if at % 2 == 0 else sum(divmod(2 * one, 10)) for at, one in enumerate(d)) % 10 == 0


@dataclass(frozen=True)
class Sign:
    """A pattern, the rule that what it finds has to keep, and what it is called."""

    words: str
    pattern: re.Pattern[str]
    holds: Callable[[str], bool] = _any


PAPER = (
    r"passport|travel document|residence permit|identity card|id card|id no|pasaport|pasoš|reisepass|ausweis|διαβατήριο"
)
BORN = r"born(?: on)?|date of birth|d\.?o\.?b\.?|birth ?date|geboren(?: am)?|geb\.|rođen\w*|γεννηθ\w*"
CALL = r"tel|phone|telephone|mobile|mob|cell|gsm|whatsapp|viber|telefon|handy|τηλ"
DAY = rf"(?:\d{{1,4}}[./-]\d{{1,2}}[./-]\d{{1,4}}|\d{{1,2}}\.? {LETTER}{{3,12}} \d{{4}})"
AGE = r"\(?(?:aged? ?|age:? ?)?\d{1,2}(?:\)| ?years?[ -]old|-year-old| ?y/?o\b)"


def _sign(words: str, pattern: str, holds: Callable[[str], bool] = _any, *, cased: bool = True) -> Sign:
    return Sign(words, re.compile(pattern, 0 if cased else re.I), holds)


SIGNS = (
    _sign(later("an e-mail address"), r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"),
    _sign(later("a telephone number"), r"(?<![\w+])(?:\+|00)[1-9](?:[ ()./-]{0,2}\d){7,14}(?!\d)", _telephone),
    _sign(later("a telephone number"), rf"\b(?:{CALL})\b\.?:? {{0,2}}(?:\d[ ()./-]{{0,2}}){{6,14}}\d", cased=False),
    _sign(
        later("the number of a paper"),
        rf"\b(?:{PAPER})\b[^\n\d]{{0,20}}?\b(?=\w{{0,12}}\d\w{{0,12}}\d)[A-Z0-9]{{6,12}}\b",
        cased=False,
    ),
    _sign(later("the lines of a passport that machines read"), r"\b[PIACV][A-Z<][A-Z]{3}[A-Z]{1,39}<<[A-Z<]{5,}"),
    _sign(later("a date of birth"), rf"\b(?:{BORN})[\s:]{{1,3}}{DAY}", cased=False),
    _sign(later("the number of an account"), r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b", _iban),
    _sign(later("a personal number"), r"(?<![\d.,])\d{13}(?![\d.,]*\d)", _master_number),
    _sign(later("a personal number"), r"(?<![\d.,])\d{11}(?![\d.,]*\d)", _amka),
    _sign(later("a name with an age"), rf"\b{NAME} {NAME},? {AGE}"),
    _sign(later("a name with an age"), rf"\b(?:named|called|name is) {NAME}(?: {NAME})?,? (?:aged? )?\(?\d{{1,2}}\b"),
)  # fmt: skip


def found_in(text: str) -> Iterator[str]:
    """What a text looks like it holds, in words, each once."""
    if not WORTH.search(text):
        return
    plain, told = LINK.sub(" ", text), set()
    for sign in SIGNS:
        if sign.words not in told and any(sign.holds(match.group()) for match in sign.pattern.finditer(plain)):
            told.add(sign.words)
            yield sign.words


CAP_TEXTS = frozenset({"headline", "description", "instruction", "note"})
"""What somebody wrote in an alert that came as CAP. Its other fields have forms of their own: senders and contacts of
authorities, identifiers, polygons, whose digits look like telephones."""


def _was_written(pointer: str) -> bool:
    _, of_cap, rest = pointer.partition("/cap/")
    return not of_cap or rest.rpartition("/")[2] in CAP_TEXTS


def problems_of(payload: Payload, pointer: str) -> list[Problem]:
    """A problem at each text that looks like it holds data about a person. What was found is not repeated."""
    return [
        Problem(where, CODE, f"This looks like {words}. The hub is for figures and words about groups.")
        for where, text in texts_at(payload, pointer)
        if _was_written(where)
        for words in found_in(text)
    ]
