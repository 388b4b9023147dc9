"""What came of looking at one thing."""

from dataclasses import dataclass
from typing import Literal

State = Literal["well", "hint", "look", "fault"]


@dataclass(frozen=True)
class Finding:
    """``state``: ``fault`` keeps the hub from its work now; ``look`` will, or keeps somebody else from theirs;
    ``hint``: nothing is wrong, and this is to be done sooner or later.
    ``fix``: what to do when it is not well."""

    what: str
    state: State
    words: str
    fix: str = ""

    @property
    def well(self) -> bool:
        return self.state == "well"


def found(
    what: str, words: str, *, fault: bool = False, look: bool = False, hint: bool = False, fix: str = ""
) -> Finding:
    """A finding, with its fix only where there is something to do."""
    state: State = "fault" if fault else "look" if look else "hint" if hint else "well"
    return Finding(what, state, words, "" if state == "well" else fix)
