"""Routehub: an information-exchange hub for a migration route."""

__version__ = "0.1.0"
