"""The daily bulletin, and the monitoring report of a plan."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

import typer

from routehub_client.cli import plan, post
from routehub_client.cli.command import command
from routehub_client.cli.exits import Usage
from routehub_client.cli.run import Run
from routehub_client.cli.words import Clock, clean, count, number

Day = Annotated[str | None, typer.Option("--day", help="The morning; else the newest.", metavar="YYYY-MM-DD")]


class Format(StrEnum):
    TXT = "txt"
    CSV = "csv"
    JSON = "json"


def register(app: typer.Typer) -> None:
    command(app, "bulletin")(bulletin)
    command(app, "report")(report)


def bulletin(
    run: Run, day: Day = None, every: Annotated[bool, typer.Option("--list", help="List those that there are.")] = False
) -> None:
    """Show the bulletin of a morning: what changed overnight, and who has not reported."""
    post.flush(run)
    morning = _day(day, "--day") if day else "latest"
    if every:
        _list(run)
    elif run.options.json or run.options.plain:
        found = run.hub.bulletin(morning)
        run.mark()
        if run.options.json:
            run.json(found)
        else:
            names = ("mark", "at", "severity", "party", "text", "ref")
            run.records([line.get(name) for name in names] for line in found.get("lines") or [])
    else:
        run.mark()
        run.bare(run.hub.bulletin_text(morning))


def _list(run: Run) -> None:
    found = run.hub.bulletins()
    run.mark()
    if run.options.json:
        run.json(found)
        return
    rows = [
        (
            clean(item.get("date")),
            f"{number(item.get('reported'))} of {number(item.get('expected'))}",
            number(item.get("changes")),
        )
        for item in found
    ]
    if run.options.plain:
        run.records(rows)
    else:
        run.table(("DAY", "REPORTED", "CHANGES"), rows, right=("CHANGES",))


def report(
    run: Run,
    name: plan.Plan = None,
    week: Annotated[str | None, typer.Option("--week", help="Such as 2016-W03; else this one.", metavar="W")] = None,
    first: Annotated[str | None, typer.Option("--from", help="The first day.", metavar="YYYY-MM-DD")] = None,
    until: Annotated[str | None, typer.Option("--until", help="The last day.", metavar="YYYY-MM-DD")] = None,
    format: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.TXT,
) -> None:
    """Show how the commitments under a plan came along in a week, or from one day to another."""
    if (first is None) != (until is None) or (week is not None and first is not None):
        raise Usage("Say --week W, or --from and --until.")
    asked: dict[str, Any] = {
        "week": week,
        "first": _day(first, "--from") if first else None,
        "last": _day(until, "--until") if until else None,
    }
    chosen = name or plan.usual(run)
    if format is Format.CSV:
        run.mark(data=False)
        run.bare(run.hub.monitoring_report_csv(chosen, **asked))
        return
    found = run.hub.monitoring_report(chosen, **asked)
    clock = run.clock(run.ask_me().get("now"))
    run.mark()
    if run.options.json or format is Format.JSON:
        run.json(found)
    elif run.options.plain:
        run.records(row for point in found.get("points") or [] for row in _rows(point, clock))
    else:
        _written(run, found, clock)


def _written(run: Run, found: Mapping[str, Any], clock: Clock) -> None:
    days = found.get("days") or {}
    name = f", week {clean(days.get('week'))}" if days.get("week") else ""
    so_far = "" if days.get("over") else ", so far"
    run.line(
        f"{clean((found.get('plan') or {}).get('title'))}{name}, {clock.day(days.get('first'))} to "
        f"{clock.day(days.get('last'))}{so_far}"
    )
    late, quiet = found.get("overdue") or [], found.get("nothing_heard") or []
    run.line(f"{count(len(late), 'commitment')} overdue; nothing was said about {number(len(quiet))}.")
    rows = [row for point in found.get("points") or [] for row in _rows(point, clock)]
    run.table(("POINT", "TITLE", "STATE", "BEFORE", "SO FAR", "ADDED", "DUE", "ID"), rows, right=("ADDED",))


def _rows(point: Mapping[str, Any], clock: Clock) -> list[tuple[str, ...]]:
    head, found = clean(point.get("number")), point.get("commitments") or []
    if not found:
        return [(head, clean(point.get("title")), plan.STATES["no_commitment"], "", "", "", "", "")]
    return [
        (
            head,
            clean(item.get("title")),
            plan.state(item.get("state"), item.get("reported_at"), clock),
            _word(item.get("state_before")) if not item.get("made") else "new",
            plan.so_far(item),
            plan.change(item.get("change")),
            clock.day(item.get("deadline")),
            clean(item.get("short_id")),
        )
        for item in found
    ]


def _word(state: object) -> str:
    return plan.STATES.get(clean(state), clean(state))


def _day(text: str, option: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise Usage(f"{option} {clean(text)!r} is not a date. Write it as 2026-01-21.") from None
