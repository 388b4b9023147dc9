"""The conferences board: occurrences of the weekly conference, proposals for them, and their compiled agendas."""

from routehub.boards.conferences.project import ConferencesBoard

__all__ = ["ConferencesBoard"]
