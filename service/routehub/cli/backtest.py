"""``routehub backtest``: play a table of the past day by day and score what early warning would have said."""

from pathlib import Path
from typing import Annotated

import typer

from routehub.cli.backtest_files import read_events, read_parameters, read_table
from routehub.cli.backtest_words import as_document, as_text
from routehub.core.canonical import dumps
from routehub.core.errors import Refused
from routehub.warning.backtest import backtest as run
from routehub_schemas.reference import ROUTES
from routehub_schemas.reference import route as reference_route


def backtest(
    file: Annotated[Path, typer.Argument(help="CSV table: a row per day, a column per series.")],
    mapping: Annotated[Path | None, typer.Option(help="What the columns mean (docs/replay.md).")] = None,
    route: Annotated[str, typer.Option(help="Route whose legs join the series.")] = "wbr",
    events: Annotated[Path | None, typer.Option(help="JSON list of events to score against.")] = None,
    parameters: Annotated[Path | None, typer.Option(help="JSON with parameters of rules, instead of defaults.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Everything as one JSON document.")] = False,
) -> None:
    """Play a table day by day, never using the future: false alarms, lead before events, forecast errors, coverage."""
    if route not in ROUTES:
        raise Refused(f"There is no route {route!r}. Known: {', '.join(sorted(ROUTES))}.")
    shape = reference_route(route)
    table, graph, notes = read_table(file, mapping, shape)
    listed = read_events(events, graph) if events else []
    result = run(table, graph, read_parameters(parameters), listed)
    if as_json:
        typer.echo(dumps(as_document(result, table, graph, route, notes)))
        return
    typer.echo(as_text(result, table, graph, notes))
