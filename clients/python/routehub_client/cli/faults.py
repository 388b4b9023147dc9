"""Errors as people and scripts see them: words on stderr, problems as JSON on stdout when asked, a code."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from routehub_client import errors
from routehub_client.cli import exits
from routehub_client.cli.run import Run
from routehub_client.cli.words import clean
from routehub_schemas.errors import Problem

_MANY = 8


@contextmanager
def told(run: Run) -> Iterator[None]:
    """Turns what goes wrong in a command into words and an exit code, once."""
    try:
        yield
    except errors.RoutehubError as fault:
        explain(run, fault)
        raise typer.Exit(exits.code(fault)) from None
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(exits.Exit.FAILED) from None
    except KeyboardInterrupt:
        raise typer.Exit(exits.Exit.INTERRUPTED) from None


def explain(run: Run, fault: errors.RoutehubError) -> None:
    run.fault(clean(fault))
    if isinstance(fault, errors.HubError):
        for problem in fault.problems:
            run.fault("  " + line(problem))
        if fault.body.get("more"):
            run.fault(f"  … and {clean(fault.body['more'])} more")
        if run.options.json:
            run.json(
                {
                    "status": fault.status,
                    "title": fault.title,
                    "detail": fault.detail,
                    "problems": list(fault.problems),
                }
            )
    hint = _next(fault)
    if hint:
        run.say(hint)


def line(problem: Problem) -> str:
    """«/figures/0/value: send a number. Sent: "12". Allowed: …. Did you mean …?»

    A long list of what is allowed is left to `--json` when there is a near match.
    """
    message = clean(problem.message).rstrip(".")
    # What is wrong in a file names its row and column in words.
    said = problem.pointer.startswith(("/rows/", "/columns/"))
    text = f"{message}." if said else f"{clean(problem.pointer) or '/'}: {message}."
    if problem.sent is not None:
        text += f" Sent: {clean(problem.sent)}."
    allowed = problem.allowed
    if allowed is not None and not (problem.suggestion and isinstance(allowed, list) and len(allowed) > _MANY):
        words = ", ".join(clean(word) for word in allowed) if isinstance(allowed, list | tuple) else clean(allowed)
        text += f" Allowed: {words}."
    if problem.suggestion:
        text += f" Did you mean {clean(problem.suggestion)}?"
    return text


def _next(fault: errors.RoutehubError) -> str | None:
    match fault:
        case errors.SignInNeeded():
            return "Next: rh login --key-file FILE"
        case errors.NotAllowed():
            return "Your party's office decides what a key or a person may do: rh people"
        case errors.Refused() if any(problem.code == "looks-personal" for problem in fault.problems):
            return "Leave it out. If it is no data about a person, send the same again with --text-checked."
        case errors.Refused() if exits.wants_reason(fault):
            return "These figures are already posted. To correct them, send the same again with --reason TEXT."
        case errors.Conflict():
            return "See what is there now, then correct it: rh figures show, rh figures correct"
        case _:
            return None
