"""What a key sent to the hub and what was wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer

from routehub_client.cli.command import command
from routehub_client.cli.run import Run
from routehub_client.cli.words import clean

WORDS = {
    "accepted": "accepted", "unchanged": "on record already", "checked": "dry run: all well", "refused": "refused",
    "held-off": "held off, send again", "unproved": "wrong secret",
}  # fmt: skip


def register(app: typer.Typer) -> None:
    command(app, "log")(log)


def log(
    run: Run,
    limit: Annotated[int, typer.Option("--limit", help="How many at most.", metavar="N", min=1)] = 20,
) -> None:
    """Show what this key sent lately, from any program, and what was wrong with it; the newest last."""
    found = list(reversed(run.hub.log(limit)))
    clock = run.clock(run.ask_me().get("now"))
    run.mark()
    told = clock.iso if run.options.plain else clock.time
    rows = [
        (
            told(push.get("at")),
            clean(push.get("system")),
            WORDS.get(str(push.get("outcome")), clean(push.get("outcome"))),
            clean(push.get("status")),
            clean(f"{push.get('method')} {push.get('path')}"),
            "; ".join(_wrong(push)),
        )
        for push in found
    ]
    if run.options.json:
        run.json(found)
    elif run.options.plain:
        run.records(rows)
    else:
        run.line(f"All times {clock.name}.")
        run.table(("TIME", "SYSTEM", "WHAT BECAME OF IT", "", "DOOR", "WHAT WAS WRONG"), rows)


def _wrong(push: Mapping[str, Any]) -> Iterator[str]:
    """Every problem with its place; else what was said of the whole."""
    problems = push.get("problems") or []
    for one in problems:
        words = clean(one.get("message"))
        stop = "" if words.endswith((".", "?", "!")) else "."
        meant = f" Did you mean {clean(one.get('suggestion'))}?" if one.get("suggestion") else ""
        yield f"{clean(one.get('pointer'))} {words}{stop}{meant}".strip()
    if not problems and push.get("detail"):
        yield clean(push["detail"])
