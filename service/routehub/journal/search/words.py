"""Words as they are stored and looked for: without case, accents and marks, so ``presevo`` finds ``Preševo``.

Both databases get words that were parted and folded here, because their own ways differ (unaccent is not always
installed, and SQLite knows the letters of Unicode 6.1).
"""

import re
import unicodedata
from collections.abc import Iterable

LONGEST = 40
"""Longer words are cut, on both sides: an index takes no word of unbounded length."""

# Letters of European alphabets that Unicode does not take apart into a letter and a mark.
_PLAIN = str.maketrans(
    {"ł": "l", "đ": "d", "ð": "d", "ø": "o", "æ": "ae", "œ": "oe", "þ": "th", "ħ": "h", "ı": "i", "ŧ": "t", "ŋ": "n"}
)
_WORD = re.compile(r"[^\W_]+")
MARK = "·"
"""Stands before a code and between texts; no folded word has it, so nobody can type it."""


def fold(text: str) -> str:
    """Small letters without marks."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in apart if not unicodedata.category(c).startswith("M")).translate(_PLAIN)


def words(text: str) -> list[str]:
    """The folded words of a text, in their order."""
    return [word[:LONGEST] for word in _WORD.findall(fold(text))]


def code(text: str) -> str | None:
    """The one word for a code: ``GR-MK/gevgelija`` is more than the words that it is made of."""
    parts = words(text)
    return MARK + MARK.join(parts) if parts else None


def codes(texts: Iterable[str]) -> list[str]:
    found = (code(text) for text in texts)
    return list(dict.fromkeys(one for one in found if one))


def kind_word(kind: str) -> str:
    return f"{MARK}{MARK}{kind}"


def audience_word(audience_id: int) -> str:
    return f"{MARK}{MARK}{MARK}{audience_id}"
