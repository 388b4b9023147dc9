"""Free places along the route, and who could take people from whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import typer

from routehub_client.cli import post
from routehub_client.cli.command import command
from routehub_client.cli.run import Run
from routehub_client.cli.words import Clock, clean, number, percent


def register(app: typer.Typer) -> None:
    command(app, "places")(places)


def places(run: Run) -> None:
    """Show free places by party, what is expected, and suggestions with their arithmetic."""
    post.flush(run)
    told = run.hub.places()
    clock = run.clock(told.get("now"))
    parties = told.get("parties") or []
    run.mark(told if told.get("route") else None)
    if run.options.json:
        run.json(told)
    elif run.options.plain:
        names = ("party", "day", "places", "occupied", "free", "days_to_full", "last_report")
        run.records([party.get(name) for name in names] for party in parties)
    else:
        run.table(
            ("PARTY", "", "FREE", "OF", "FULL", "EXPECTED", "DAYS TO FULL"),
            (_row(party, clock) for party in parties),
            right=("FREE", "OF", "FULL"),
        )
        run.line("")
        _suggested(run, told)


def _row(party: Mapping[str, Any], clock: Clock) -> tuple[str, ...]:
    head = (clean(party.get("party")), clean(party.get("name")))
    if party.get("free") is None:
        last = party.get("last_report")
        return (*head, f"no report since {clock.day(last)}" if last else "no report on places", "", "", "", "")
    ahead = (party.get("expected") or [])[:1]
    come = [f"{number(e['low'])} to {number(e['high'])} on {clock.day(e.get('day'))}" for e in ahead]
    full = party.get("days_to_full")
    return (
        *head,
        number(party["free"]),
        number(party.get("places")),
        percent(party.get("percent")),
        "".join(come),
        "" if full is None else str(full),
    )


def _suggested(run: Run, told: Mapping[str, Any]) -> None:
    found = told.get("suggestions") or []
    if not found:
        run.line("No suggestions: no party is nearly full while another has room, as far as was reported.")
        return
    for one in found:
        people = number(one.get("people"))
        run.line(f"{clean(one.get('to_party'))} has room for {people} people from {clean(one.get('from_party'))}.")
        run.line(f"  {clean(one.get('why'))}")
        for line in one.get("arithmetic") or []:
            run.line(f"  {clean(line)}")
    run.line(clean(told.get("note")))
