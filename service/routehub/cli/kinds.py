"""``routehub kinds``: what may be posted, by whom, through which door."""

import json
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from routehub_schemas.kind import Kind
from routehub_schemas.registry import Registry


def kinds(as_json: Annotated[bool, typer.Option("--json", help="As a JSON list.")] = False) -> None:
    """List the kinds of messages."""
    rows = [_row(kind) for kind in Registry.shipped().values()]
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    table = Table("kind", "what", "door", "posted by", "audience", "answers")
    for row in rows:
        table.add_row(
            row["type"], row["title"], row["door"] or "–", ", ".join(row["posted_by"]), row["default_audience"],
            ", ".join(f"{act} ({who})" for act, who in row["acts"].items()),
        )  # fmt: skip
    Console(width=None if Console().is_terminal else 160).print(table)


def _row(kind: Kind) -> dict[str, Any]:
    hub_only = kind.posted_by == frozenset({"hub"})
    return {
        "kind": kind.name, "type": kind.type, "title": kind.title, "door": None if hub_only else f"/v1/{kind.door}",
        "posted_by": sorted(kind.posted_by), "default_audience": kind.default_audience, "acts": dict(kind.acts),
    }  # fmt: skip
