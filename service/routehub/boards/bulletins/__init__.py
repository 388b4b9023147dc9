"""The bulletins board: which bulletins there are; what they say is in their messages."""

from routehub.boards.bulletins.project import BulletinsBoard

__all__ = ["BulletinsBoard"]
