"""Compiling the agenda of a conference: the week is read once, small rules say what comes on it (``rules``), and the
result is frozen in a message. What only some may read goes into an annex for each of them (``annex``)."""

from routehub.digests.agenda.compile import compile_agenda

__all__ = ["compile_agenda"]
