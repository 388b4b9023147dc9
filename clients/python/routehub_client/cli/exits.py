"""Exit codes: what a script can tell from the number alone."""

from __future__ import annotations

from enum import IntEnum

from routehub_client import errors
from routehub_client.outbox import NotThere


class Exit(IntEnum):
    """The codes of `rh`. The parser itself gives 2 for wrong usage."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    REFUSED = 3
    SIGN_IN = 4
    NOT_FOUND = 5
    CONFLICT = 6
    SAVED = 7
    UNUSUAL = 8
    BUSY = 9
    INTERRUPTED = 130


class Usage(errors.RoutehubError):
    """The command cannot be carried out as it was typed."""


def code(fault: errors.RoutehubError) -> Exit:
    """The code of an error. That a write was saved (7) is decided where it is saved."""
    match fault:
        case Usage():
            return Exit.USAGE
        case errors.SignInNeeded() | errors.NotAllowed() | errors.Misconfigured():
            return Exit.SIGN_IN
        case errors.Unknown() | errors.Gone() | NotThere():
            return Exit.NOT_FOUND
        case errors.Conflict():
            return Exit.CONFLICT
        case errors.Refused() if wants_reason(fault):
            return Exit.CONFLICT
        case errors.Refused():
            return Exit.REFUSED
        case errors.NoConnection() | errors.Busy():
            return Exit.BUSY
        case _:
            return Exit.FAILED


def wants_reason(fault: errors.HubError) -> bool:
    """All that is missing is a reason: confirmed figures were posted before, so this is a correction."""
    return bool(fault.problems) and all(
        problem.code == "reason-needed" or problem.pointer == "/reason" for problem in fault.problems
    )
