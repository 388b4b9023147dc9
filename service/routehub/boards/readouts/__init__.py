"""The readouts board: drafts sent for check with the answers of those named in them, what was published, its errata."""

from routehub.boards.readouts.project import ReadoutsBoard

__all__ = ["ReadoutsBoard"]
