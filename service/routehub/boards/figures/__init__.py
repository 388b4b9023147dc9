"""The figures board: every value of every series with its whole history."""

from routehub.boards.figures.project import FiguresBoard

__all__ = ["FiguresBoard"]
