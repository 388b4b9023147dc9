"""The requests board: what is asked and needed, who answered, and what is offered, asked or unasked."""

from routehub.boards.requests.project import RequestsBoard

__all__ = ["RequestsBoard"]
