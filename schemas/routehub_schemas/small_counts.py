"""Small counts of people in texts for everybody: fewer than five could point at persons (UX 10, "Under 5 in public
readouts"). Aggregates only, and none below the set minimum outside the parties (DOMAIN 3)."""

import re
from collections.abc import Iterable

from routehub_schemas.errors import Problem, shown

MINIMUM = 5
"""The smallest count of people that is published."""
WORDS = f"fewer than {MINIMUM}"

_PEOPLE = (
    "people|persons?|men|man|women|woman|children|child|minors?|girls?|boys?|families|family|refugees?|migrants?|"
    "applicants?|asylum[- ]seekers?|arrivals|deaths|victims?|smugglers?"
)
# A digit or a separator before it would make it the end of a longer number: 1 204 people, 12.150 places. A year or a
# point before it ("point 4 people") is taken for a count: better asked once too often.
_SMALL = re.compile(
    rf"(?<![\w.,\u202f\u00a0-])(?:[1-{MINIMUM - 1}]|one|two|three|four)(?:[ \u00a0\u202f]+[^\W\d_]+)?"
    rf"[ \u00a0\u202f]+(?:{_PEOPLE})\b",
    re.IGNORECASE,
)
_GROUPED = re.compile(r"\d[ \u00a0\u202f]$")


def small_counts(text: str) -> list[str]:
    """The places in a text that tell of fewer than five people, as they stand there."""
    return [
        found[0]
        for found in _SMALL.finditer(text)
        if not _GROUPED.search(text[: found.start()]) and not text[: found.start()].lower().endswith("fewer than ")
    ]


def problems(pointer: str, text: str | None) -> Iterable[Problem]:
    """A problem for each of them."""
    for found in small_counts(text or ""):
        rest = found.split(maxsplit=1)[1]
        yield Problem(
            pointer, "small-count", f"Counts of people under {MINIMUM} are not published. Write “{WORDS} {rest}”.",
            sent=shown(found), suggestion=f"{WORDS} {rest}",
        )  # fmt: skip
