"""How a function becomes a command of `rh`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar, get_type_hints

import typer

from routehub_client.cli import faults
from routehub_client.cli.options import Options, dress, parameters, taken
from routehub_client.cli.run import Run

Command = TypeVar("Command", bound=Callable[..., None])


def command(app: typer.Typer, name: str) -> Callable[[Command], Command]:
    """Registers a function. Its first parameter is the `Run`; the rest are the command's own options."""

    def decorate(work: Command) -> Command:
        hints = get_type_hints(work, include_extras=True)
        _, *own = inspect.signature(work).parameters.values()

        @functools.wraps(work)
        def wrapper(ctx: typer.Context, **given: Any) -> None:
            options = taken(given).over(ctx.find_root().obj or Options())
            with Run(options) as run, faults.told(run):
                work(run, **given)

        context = inspect.Parameter("ctx", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
        mine = [item.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hints[item.name]) for item in own]
        dress(wrapper, [context, *mine, *parameters()])
        app.command(name)(wrapper)
        return work

    return decorate
