"""What parties are called in running text: states by their official name of the day, agencies and institutions by the
short one that everybody knows, ``Frontex`` and not five lines."""

from datetime import date

from routehub.core.language import pgettext
from routehub.directory.snapshot import Directory
from routehub_schemas import reference


def called(directory: Directory, party: str, on: date) -> str:
    """The short name only where the official one is that of the reference data: who has set another means it."""
    known = reference.parties().get(party)
    official = directory.name(party, on)
    if known is None or known.kind == "state":
        return official
    named = known.named(on)
    return pgettext("party", named.short) if directory.parties[party].name(on) == named.name else official
