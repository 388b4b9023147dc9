"""What is wrong with an input: every problem at once, each with the place where it sits."""

import difflib
import math
import reprlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

MOST_PROBLEMS = 100
"""A body of a thousand wrong figures gets an answer of bounded size."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    `pointer` is a JSON Pointer (RFC 6901) into what was sent, `code` a stable word for programs, `message` a
    sentence for people, `sent` a short copy that is safe to print, `allowed` what would have been right and
    `suggestion` the nearest right spelling.
    """

    pointer: str
    code: str
    message: str
    sent: Any = None
    allowed: Any = None
    suggestion: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The member of `problems` in a problem document (RFC 9457); what is not known is left out.

        Codes leave with hyphens: pydantic's own words come with underscores.
        """
        fields: dict[str, Any] = {
            "pointer": self.pointer, "code": self.code.replace("_", "-"), "message": self.message,
        }  # fmt: skip
        for name in ("sent", "allowed", "suggestion"):
            value = getattr(self, name)
            if value is not None:
                fields[name] = value
        return fields

    def below(self, pointer: str) -> "Problem":
        """The same problem, seen from a document in which this one sits at `pointer`."""
        return Problem(pointer + self.pointer, self.code, self.message, self.sent, self.allowed, self.suggestion)


class Invalid(Exception):
    """The input is refused: 400 when it is no proper JSON, 422 when what it says cannot be."""

    def __init__(self, problems: Iterable[Problem], status: int = 422) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        self.status = status
        super().__init__(str(self))

    def __str__(self) -> str:
        return "; ".join(f"{problem.pointer or '/'}: {problem.message}" for problem in self.problems)

    def as_dict(self) -> Mapping[str, Any]:
        """The problems as a problem document carries them."""
        return {"errors": [problem.as_dict() for problem in self.problems]}


def escape(token: str | int) -> str:
    """One token of a JSON Pointer (RFC 6901, section 3), with its slash; unsafe characters written out."""
    return "/" + printable(str(token).replace("~", "~0").replace("/", "~1"), 100)


def shown(value: Any) -> Any:
    """A short copy of what was sent that can be printed, logged and put into JSON whatever it was."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if value.bit_length() <= 53 else str(value) if value.bit_length() < 200 else "a huge number"
    if isinstance(value, float):
        return value if math.isfinite(value) else repr(value)
    if isinstance(value, str):
        return printable(value, 80)
    return printable(reprlib.repr(value), 80)


def near(word: Any, words: Iterable[str]) -> str | None:
    """The word that was probably meant."""
    if not isinstance(word, str) or len(word) > 100:
        return None
    known = list(words)
    if word in known:
        return None
    folded = {name.casefold().replace("-", "_"): name for name in known}
    matches = difflib.get_close_matches(word.casefold().replace("-", "_").strip(), folded, n=1, cutoff=0.6)
    return folded[matches[0]] if matches else None


def printable(text: str, most: int) -> str:
    """At most so many characters, with everything that does not print written out."""
    cut = text if len(text) <= most else text[: most - 1] + "…"
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in cut)
