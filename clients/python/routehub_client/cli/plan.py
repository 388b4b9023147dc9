"""Plans: their points, and how the commitments under them stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from routehub_client.cli.command import command
from routehub_client.cli.run import Run
from routehub_client.cli.words import Clock, clean, count, number
from routehub_client.errors import Unknown

Plan = Annotated[str | None, typer.Argument(metavar="[PLAN]", help="Such as wbr-2015-final; else the usual one.")]
STATES = {
    "on_track": "on track",
    "nothing_reported": "nothing reported",
    "no_commitment": "no commitment",
}


def register(app: typer.Typer) -> None:
    command(app, "list")(list_plans)
    command(app, "show")(show)
    command(app, "status")(status)


def list_plans(run: Run) -> None:
    """List the plans, those first that your route monitors."""
    found = run.hub.plans()
    run.mark()
    if run.options.json:
        run.json(found)
        return
    rows = [
        (
            clean(item.get("id")),
            clean(item.get("title")),
            clean(item.get("version")),
            _points(item),
            "monitored" if item.get("monitored") else "",
        )
        for item in found
    ]
    if run.options.plain:
        run.records(rows)
    else:
        run.table(("PLAN", "TITLE", "VERSION", "POINTS", ""), rows)


def show(run: Run, plan: Plan = None) -> None:
    """Show a plan: points, owners, and the commitments under each."""
    found = run.hub.plan(plan or usual(run))
    run.mark()
    if run.options.json:
        run.json(found)
        return
    points = found.get("points") or []
    rows = [
        (
            clean(item.get("number")),
            clean(item.get("title")),
            " ".join(clean(code) for code in item.get("owners") or []),
            " ".join(clean(ref) for ref in item.get("commitments") or []),
            " ".join(clean(code) for code in item.get("elsewhere") or []),
        )
        for point in points
        for item in (point, *(point.get("items") or []))
    ]
    if run.options.plain:
        run.records(rows)
        return
    told = found.get("plan") or {}
    run.line(f"{clean(told.get('title'))} ({clean(told.get('version'))}), {_points(told)}")
    run.table(("POINT", "TITLE", "OWNERS", "COMMITMENTS", "ALSO"), rows)


def status(
    run: Run,
    plan: Plan = None,
    week: Annotated[str | None, typer.Option("--week", help="Such as 2016-W03; else this one.", metavar="W")] = None,
) -> None:
    """Show how each point stands this week, or as it was known at the end of another."""
    found = run.hub.plan_status(plan or usual(run), week)
    clock = run.clock(run.ask_me().get("now"))
    run.mark()
    if run.options.json:
        run.json(found)
        return
    points = found.get("points") or []
    rows = [row for point in points for row in _rows(point, clock)]
    if run.options.plain:
        run.records(rows)
        return
    told = found.get("week") or {}
    days = f"{clock.day(told.get('first'))} to {clock.day(told.get('last'))}"
    run.line(f"{clean((found.get('plan') or {}).get('title'))}, week {clean(told.get('name'))} ({days})")
    run.table(("POINT", "TITLE", "STATE", "SO FAR", "WEEK", "DUE", "ID"), rows, right=("WEEK",))


def usual(run: Run) -> str:
    """The first plan that the route monitors."""
    found = [item for item in run.hub.plans() if item.get("monitored")]
    if not found:
        raise Unknown(404, "This route monitors no plan.")
    return str(found[0]["id"])


def state(word: object, since: object, clock: Clock) -> str:
    told = STATES.get(clean(word), clean(word))
    return f"{told} since {clock.time(since)}" if word == "nothing_reported" else told


def so_far(item: Mapping[str, Any]) -> str:
    """`1 000 of 20 000 places, Fri 22 Jan`; a commitment of which nothing was reported has no number."""
    target, reached = item.get("target"), item.get("reached") or {}
    if target is None:
        return ""
    told = number(reached["value"]) if "value" in reached else "nothing reported"
    return f"{told} of {number(target)} {clean(item.get('unit'))}"


def _points(item: Mapping[str, Any]) -> str:
    """`17 points`, or `15 of 20 points, 5 not named` where the source does not name all that the text declares."""
    listed, gap = int(item.get("listed") or 0), int(item.get("gap") or 0)
    if not gap:
        return count(listed, "point")
    return f"{number(listed)} of {count(int(item.get('declared') or 0), 'point')}, {number(gap)} not named"


def _rows(point: Mapping[str, Any], clock: Clock) -> list[tuple[str, ...]]:
    head = clean(point.get("number"))
    found = point.get("commitments") or []
    if not found:
        return [(head, clean(point.get("title")), STATES["no_commitment"], "", "", "", "")]
    return [
        (
            head,
            clean(item.get("title")),
            state(item.get("state"), item.get("reported_at"), clock),
            so_far(item),
            change(item.get("change_since_last_week")),
            clock.day(item.get("deadline")),
            clean(item.get("short_id")),
        )
        for item in found
    ]


def change(value: object) -> str:
    if not isinstance(value, int):
        return ""
    return f"+{number(value)}" if value > 0 else number(value)
