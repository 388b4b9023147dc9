"""A note in one line."""

from collections.abc import Mapping

from routehub_schemas.kinds.note.payload import Note


def summary(note: Note, names: Mapping[str, str]) -> str:
    """`to Serbia, Croatia: Trains on Thursday`."""
    return f"to {', '.join(names.get(code, code) for code in note.to)}: {note.subject}"
