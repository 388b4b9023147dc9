"""Progress of commands that take long: bars on standard error, so that standard output stays data."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn


class Bars:
    """One bar per part of the work; ``totals`` is what each part came to. Quiet, or off a terminal: no bars."""

    def __init__(self, *, quiet: bool = False) -> None:
        console = Console(stderr=True)
        self._bars = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
            console=console, transient=True, disable=quiet or not console.is_terminal,
        )  # fmt: skip
        self._tasks: dict[str, TaskID] = {}
        self.totals: dict[str, int] = {}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def show(self, part: str, done: int, of: int) -> None:
        """Say how far a part has come."""
        if part not in self._tasks:
            self._tasks[part] = self._bars.add_task(part, total=of)
        self._bars.update(self._tasks[part], completed=done, total=of)
        self.totals[part] = done
