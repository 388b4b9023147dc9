"""The statements board: joint texts and outcomes of meetings, who has signed, what is in force."""

from routehub.boards.statements.project import StatementsBoard

__all__ = ["StatementsBoard"]
