"""Several checks, one refusal: a message that is wrong in three ways is refused once, with all three."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from routehub.core.errors import Refused
from routehub_schemas.errors import MOST_PROBLEMS, Problem


class Gathering:
    """Keeps what checks refuse until all have been made."""

    def __init__(self, problems: Iterable[Problem] = ()) -> None:
        self._problems = list(problems)
        self._only: Refused | None = None

    @contextmanager
    def check(self) -> Iterator[None]:
        """What the block refuses is kept. A refusal without a place is about the whole and goes up at once."""
        try:
            yield
        except Refused as refusal:
            if not refusal.problems:
                raise
            self._only = refusal if not self._problems else None
            self._problems += refusal.problems

    def add(self, problems: Iterable[Problem]) -> None:
        """What another look found. What has been said of a place is not said again."""
        said = {(problem.pointer, problem.code) for problem in self._problems}
        self._problems += (problem for problem in problems if (problem.pointer, problem.code) not in said)

    def settle(self) -> None:
        """Refuse with everything that was kept, in the words of the one check that did if it was but one."""
        if self._only is not None and len(self._problems) == len(self._only.problems):
            raise self._only
        found = self._problems[:MOST_PROBLEMS]
        if found:
            raise Refused(found[0].message if len(found) == 1 else f"{len(found)} problems were found.", found)
