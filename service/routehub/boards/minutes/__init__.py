"""The minutes board: editions of minutes, the conclusions in them, and who has done what of the actions."""

from routehub.boards.minutes.project import MinutesBoard

__all__ = ["MinutesBoard"]
