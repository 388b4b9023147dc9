"""The reporting board: who has reported which day, and when."""

from routehub.boards.reporting.project import ReportingBoard

__all__ = ["ReportingBoard"]
