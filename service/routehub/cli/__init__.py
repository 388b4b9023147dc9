"""The command ``routehub``: everything that an operator does. One file per command."""

import sys

import typer

from routehub.cli import documents, migrate, serve
from routehub.core.errors import HubError

app = typer.Typer(
    name="routehub", help="Run and look after a hub.", no_args_is_help=True, add_completion=False,
    pretty_exceptions_enable=False,
)  # fmt: skip
app.command("serve")(serve.serve)
app.command("migrate")(migrate.migrate)
app.command("check-docs")(documents.check_docs)


def main() -> None:
    """Entry point: errors are one sentence on standard error, with exit status 1."""
    try:
        app()
    except HubError as error:
        print(f"routehub: {error.detail}", file=sys.stderr)
        for problem in error.problems:
            print(f"  {problem.pointer or '/'}: {problem.message}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
