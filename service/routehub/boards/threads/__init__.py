"""The threads board: which messages belong to one exchange."""

from routehub.boards.threads.project import ThreadsBoard

__all__ = ["ThreadsBoard"]
