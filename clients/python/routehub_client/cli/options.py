"""The options that every command takes, before or after its name."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Annotated, Any, Optional

import typer

PANEL = "Options of every command"


@dataclass(frozen=True)
class Options:
    """What was asked for beside the command itself."""

    json: bool = False
    fields: str | None = None
    plain: bool = False
    tz: str | None = None
    party: str | None = None
    route: str | None = None
    exercise: bool = False
    dry_run: bool = False
    wait: float = 0.0
    no_input: bool = False
    quiet: bool = False
    verbose: bool = False
    no_outbox: bool = False
    text_checked: bool = False

    def over(self, earlier: Options) -> Options:
        """Both together; what stands after the command's name wins."""
        blank = Options()
        given = {item.name: getattr(self, item.name) for item in fields(self)}
        return replace(earlier, **{name: value for name, value in given.items() if value != getattr(blank, name)})


def _flag(*names: str, help: str) -> Any:
    return Annotated[bool, typer.Option(*names, help=help, rich_help_panel=PANEL, show_default=False)]


def _text(*names: str, help: str, metavar: str, hidden: bool = False) -> Any:
    option = typer.Option(*names, help=help, metavar=metavar, rich_help_panel=PANEL, hidden=hidden)
    return Annotated[Optional[str], option]  # noqa: UP045


_TYPES: dict[str, Any] = {
    "json": _flag("--json", help="JSON on stdout; --json=a,b keeps only these members."),
    "fields": _text("--json-fields", help="The members to keep.", metavar="A,B", hidden=True),
    "plain": _flag("--plain", help="One record a line, separated by tabs."),
    "tz": _text("--tz", help="Show times in this zone, such as Europe/Skopje.", metavar="ZONE"),
    "party": _text("--party", help="The party it is about, instead of your own.", metavar="CODE"),
    "route": _text("--route", help="A route other than the hub's first.", metavar="CODE"),
    "exercise": _flag("--exercise", help="Use the sign-in for exercises; refused on a live route."),
    "dry_run": _flag("--dry-run", "-n", help="Check everything, store nothing."),
    "wait": Annotated[
        float,
        typer.Option(
            "--wait",
            help="Keep trying for so long when there is no connection.",
            metavar="SECONDS",
            min=0.0,
            rich_help_panel=PANEL,
            show_default=False,
        ),
    ],
    "no_input": _flag("--no-input", help="Never ask; fail instead."),
    "quiet": _flag("--quiet", "-q", help="Only ids and faults."),
    "verbose": _flag("--verbose", "-v", help="Say what is sent and received."),
    "no_outbox": _flag("--no-outbox", help="Do not save on this device what cannot be sent."),
    "text_checked": _flag("--text-checked", help="It looks like data about a person and is none; that is recorded."),
}


def callback(app: typer.Typer, version: str) -> None:
    """The same options before the command's name."""

    def root(ctx: typer.Context, version_: bool, **given: Any) -> None:
        if version_:
            typer.echo(f"rh {version}")
            raise typer.Exit
        ctx.obj = taken(given)
        if ctx.invoked_subcommand is None:
            typer.echo(ctx.get_help())

    context = inspect.Parameter("ctx", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    shown = inspect.Parameter(
        "version_",
        inspect.Parameter.KEYWORD_ONLY,
        annotation=_flag("--version", help="The version of rh."),
        default=False,
    )
    dress(root, [context, shown, *parameters()])
    app.callback(invoke_without_command=True)(root)


def taken(given: dict[str, Any]) -> Options:
    """Takes the common options out of what the parser gives; `--json=a,b` implies `--json`."""
    found = {name: given.pop(name) for name in list(given) if name in _TYPES}
    options = Options(**found)
    return replace(options, json=True) if options.fields else options


def parameters() -> list[inspect.Parameter]:
    blank = Options()
    kind = inspect.Parameter.KEYWORD_ONLY
    return [
        inspect.Parameter(name, kind, annotation=type_, default=getattr(blank, name)) for name, type_ in _TYPES.items()
    ]


def dress(function: Callable[..., None], parameters: list[inspect.Parameter]) -> None:
    """Gives a function the signature that typer reads."""
    function.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    function.__annotations__ = {item.name: item.annotation for item in parameters}
