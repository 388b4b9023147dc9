"""The alerts board: what is open, who has acknowledged, what has ended."""

from routehub.boards.alerts.project import AlertsBoard

__all__ = ["AlertsBoard"]
