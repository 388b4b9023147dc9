"""The command ``routehub``: everything that an operator does. One file per command."""

import sys

import typer

from routehub.cli import (
    demo,
    digests,
    doctor,
    documents,
    grants,
    keys,
    kinds,
    migrate,
    parties,
    people,
    rebuild,
    replay,
    routes,
    serve,
    verify,
)  # fmt: skip
from routehub.core.errors import HubError

app = typer.Typer(
    name="routehub", help="Run and look after a hub.", no_args_is_help=True, add_completion=False,
    pretty_exceptions_enable=False,
)  # fmt: skip
app.command("serve")(serve.serve)
app.command("demo")(demo.demo)
app.command("migrate")(migrate.migrate)
app.command("check-docs")(documents.check_docs)
app.command("replay")(replay.replay)
app.command("verify")(verify.verify)
app.command("rebuild")(rebuild.rebuild)
app.command("doctor")(doctor.doctor)
app.command("kinds")(kinds.kinds)
for name, part in (
    ("people", people), ("keys", keys), ("routes", routes), ("parties", parties), ("grants", grants),
    ("digests", digests),
):  # fmt: skip
    app.add_typer(part.app, name=name)


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
