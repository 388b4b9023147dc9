"""What is wrong with an input: every problem at once, each with the place where it sits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    `pointer` is a JSON Pointer (RFC 6901) into what was sent, `code` a stable word for programs, `message` a sentence
    for people, `sent` a short copy that is safe to print, `allowed` what would have been right and `suggestion` the
    nearest right spelling.
    """

    pointer: str
    code: str
    message: str
    sent: Any = None
    allowed: Any = None
    suggestion: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The member of `errors` in a problem document (RFC 9457); what is not known is left out."""
        fields: dict[str, Any] = {"pointer": self.pointer, "code": self.code, "message": self.message}
        for name in ("sent", "allowed", "suggestion"):
            value = getattr(self, name)
            if value is not None:
                fields[name] = value
        return fields

    def below(self, pointer: str) -> "Problem":
        """The same problem, seen from a document in which this one sits at `pointer`."""
        return Problem(pointer + self.pointer, self.code, self.message, self.sent, self.allowed, self.suggestion)


class Invalid(Exception):
    """The input is refused: 400 when it is no proper JSON, 422 when it is JSON that says something impossible."""

    def __init__(self, problems: Iterable[Problem], status: int = 422) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        self.status = status
        super().__init__(str(self))

    def __str__(self) -> str:
        return "; ".join(f"{problem.pointer or '/'}: {problem.message}" for problem in self.problems)

    def as_dict(self) -> Mapping[str, Any]:
        """The problems as a problem document carries them."""
        return {"errors": [problem.as_dict() for problem in self.problems]}
