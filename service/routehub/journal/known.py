"""What the writer of one hub keeps in mind between transactions, so as not to ask the database each time.

Only facts that never change once they are committed: the id of a list of readers, the number of a series. They are
put in after the commit; what another hub adds is read when it is first needed.
"""

from collections.abc import Hashable
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
MOST = 50_000
"""Facts of one sort, some tens of megabytes; beyond it all are forgotten and read again."""


class Facts(Generic[K, V]):
    """Facts of one sort, by their key."""

    def __init__(self) -> None:
        self._found: dict[K, V] = {}

    def get(self, key: K) -> V | None:
        return self._found.get(key)

    def put(self, key: K, value: V) -> None:
        if len(self._found) >= MOST:
            self._found.clear()
        self._found[key] = value

    def clear(self) -> None:
        self._found.clear()


class Known:
    """All of them. ``boards`` holds what boards put there, by their names; a rebuild of the boards ends it."""

    def __init__(self) -> None:
        self.audiences: Facts[tuple[str, frozenset[str]], tuple[int, str]] = Facts()
        self.boards: dict[str, Facts[Any, Any]] = {}
        self._generation = 0

    def are_of(self, generation: int) -> None:
        """Forget what was known of boards that have been made anew since."""
        if generation != self._generation:
            self._generation = generation
            self.boards.clear()

    def of_board(self, name: str) -> Facts[Any, Any]:
        found = self.boards.get(name)
        if found is None:
            found = self.boards[name] = Facts()
        return found
