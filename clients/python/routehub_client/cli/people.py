"""Who to call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from routehub_client.cli.command import command
from routehub_client.cli.exits import Usage
from routehub_client.cli.run import Run
from routehub_client.cli.words import Clock, clean, number


def register(app: typer.Typer) -> None:
    command(app, "people")(people)


def people(
    run: Run,
    on_duty: Annotated[
        bool, typer.Option("--on-duty", help="Only who is on duty now; parties without anybody.")
    ] = False,
    nominations: Annotated[
        bool, typer.Option("--nominations", help="Whether each party has nominated a contact point within 24 hours.")
    ] = False,
) -> None:
    """List the contact points of the route and how to reach them."""
    if on_duty and nominations:
        raise Usage("Ask for --on-duty or for --nominations.")
    if nominations:
        _nominations(run)
    elif on_duty:
        _duty(run)
    else:
        _people(run)


def _people(run: Run) -> None:
    found = run.hub.people(run.options.party)
    run.mark()
    _told(run, found, [_row(item, "on duty" if item.get("on_duty") else "") for item in found])


def _told(run: Run, found: list[dict[str, Any]], rows: list[tuple[str, ...]]) -> None:
    if run.options.json:
        run.json(found)
    elif run.options.plain:
        run.records(rows)
    else:
        run.table(("PARTY", "NAME", "FUNCTION", "DUTY", "PHONE", "E-MAIL"), rows)


def _row(item: Mapping[str, Any], duty: str) -> tuple[str, ...]:
    return (
        clean(item.get("party")),
        clean(item.get("name")),
        clean(item.get("function") or ", ".join(item.get("roles") or []).replace("_", " ")),
        duty,
        clean(item.get("phone")),
        clean(item.get("email")),
    )


def _asked(run: Run, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in found if run.options.party in (None, one["party"])]


def _duty(run: Run) -> None:
    """Those on duty, party by party; a party without anybody says so."""
    found = _asked(run, run.hub.duty())
    run.mark()
    rows: list[tuple[str, ...]] = []
    for party in found:
        rows += [_row(item, "on duty") for item in party["on_duty"]]
        if not party["covered"]:
            rows.append((clean(party["party"]), "nobody", "", "", "", ""))
    _told(run, found, rows)


def _nominations(run: Run) -> None:
    found = _asked(run, run.hub.nominations())
    clock = run.clock()
    run.mark()
    if run.options.json:
        run.json(found)
    elif run.options.plain:
        run.records((one["party"], one["state"], clock.iso(one["due_at"]), one["hours"]) for one in found)
    else:
        run.line(f"All times {clock.name}.")
        run.table(
            ("PARTY", "NAME", "CONTACT POINT"), [(one["party"], clean(one["name"]), _said(one, clock)) for one in found]
        )


def _said(one: Mapping[str, Any], clock: Clock) -> str:
    if one["state"] == "nominated":
        signed_in = "" if one["accepted"] else ", has not signed in yet"
        hours = round(one["hours"])
        return f"nominated {f'after {number(hours)} h' if one['hours'] >= 1 else 'within an hour'}{signed_in}"
    return f"{'due' if one['state'] == 'running' else 'overdue since'} {clock.time(one['due_at'])}"
