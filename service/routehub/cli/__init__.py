"""The command ``routehub``: everything that an operator does. One file per command, imported when it is called."""

import gc
import sys
from importlib import import_module

import typer

from routehub.core.errors import Damaged, HubError

COMMANDS = {
    "serve": "serve", "demo": "demo", "migrate": "migrate", "replay": "replay", "verify": "verify",
    "rebuild": "rebuild", "backtest": "backtest", "doctor": "doctor", "kinds": "kinds", "check-docs": "documents",
    "backup": "backup", "restore": "restore", "new-epoch": "new_epoch", "copy": "copy",
    "checkpoints": "checkpoints", "erase": "erase", "retention": "retention",
}  # fmt: skip
"""Commands and the modules that hold them; the function is called like the command."""
GROUPS = ("people", "keys", "routes", "parties", "grants", "digests", "early-warning", "backups")
"""Groups of commands; each module has its ``app``."""


def application(only: str | None = None) -> typer.Typer:
    """The command with all its parts, or with the one that is wanted: a part's imports cost up to a second."""
    app = typer.Typer(
        name="routehub", help="Run and look after a hub.", no_args_is_help=True, add_completion=False,
        pretty_exceptions_enable=False,
    )  # fmt: skip

    @app.callback()
    def _always_a_group() -> None:
        """Run and look after a hub."""

    for name, module in COMMANDS.items():
        if only in (None, name):
            app.command(name)(getattr(import_module(f"routehub.cli.{module}"), name.replace("-", "_")))
    for name in GROUPS:
        if only in (None, name):
            app.add_typer(import_module(f"routehub.cli.{name.replace('-', '_')}").app, name=name)
    return app


def main() -> None:
    """Entry point: errors are one sentence on standard error, with exit status 1."""
    called = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        gc.disable()  # what is imported stays: looking through it for garbage, again and again, is a fifth of a start
        command = application(called if called in COMMANDS or called in GROUPS else None)
        gc.enable()
        command()
    except HubError as error:
        _say(error)
        sys.exit(1)
    except Exception as error:
        if (known := _of_database(error)) is None:
            raise
        _say(known)
        sys.exit(1)


DAMAGED = "The hub's database is damaged. Stop the hub, keep the file, and restore the newest backup: docs/backup.md."
"""To the operator. What senders are told speaks of what they sent."""


def _say(error: HubError) -> None:
    print(f"routehub: {DAMAGED if isinstance(error, Damaged) else error.detail}", file=sys.stderr)
    for problem in error.problems:
        print(f"  {problem.pointer or '/'}: {problem.message}", file=sys.stderr)


def _of_database(error: Exception) -> HubError | None:
    """A damaged database in the words of it; other faults that no command expects keep their traces."""
    import sqlite3

    from sqlalchemy.exc import DBAPIError

    from routehub.core.db_faults import as_hub_error

    if isinstance(error, sqlite3.DatabaseError):  # a copy by SQLite's own backup
        error = DBAPIError(None, None, error)
    known = as_hub_error(error) if isinstance(error, DBAPIError) else None
    return known if isinstance(known, Damaged) else None


if __name__ == "__main__":
    main()
