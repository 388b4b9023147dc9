"""What changed and what is wanted of you; the route as a line of stations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from routehub_client import answers
from routehub_client.cli import config, post
from routehub_client.cli.command import command
from routehub_client.cli.exits import Usage
from routehub_client.cli.run import Run
from routehub_client.cli.words import Clock, clean, count, number, percent

LEVELS = ((100.0, "over capacity"), (90.0, "nearly full"), (75.0, "filling"), (0.0, "room"))


def register(app: typer.Typer) -> None:
    command(app, "status")(status)
    command(app, "route")(route)


def status(
    run: Run,
    since: Annotated[
        str, typer.Option("--since", help="last, 18:00 (of yesterday), 24h, or a time.", metavar="WHEN")
    ] = "last",
) -> None:
    """Say what changed, and what waits for your party."""
    post.flush(run)
    me = run.ask_me()
    told = run.hub.status(_since(run, since, run.clock(me.get("now"))))
    clock = run.clock(told.get("now") or me.get("now"))
    config.remember(f"seen-{run.name}", {"at": clock.now.astimezone(UTC).isoformat(timespec="seconds")})
    if run.options.json:
        run.mark()
        run.json(told)
    elif run.options.plain:
        run.mark()
        names = ("mark", "at", "severity", "party", "text", "ref")
        run.records([item.get(name) for name in names] for item in told.get("lines", []))
    else:
        run.mark(told if told.get("route") else None)
        _head(run, told, me, clock)
        _lines(run, told, clock)
        _wanted(run, told, me, clock)


def route(run: Run) -> None:
    """Show the line of stations with freshness and room, and both counts of every border."""
    post.flush(run)
    told = run.hub.route()
    clock = run.clock(told.get("now"))
    run.mark(told if told.get("route") else None)
    if run.options.json:
        run.json(told)
    elif run.options.plain:
        run.records(_station(item, clock) for item in told.get("stations", []))
        run.records(_leg(item, clock) for item in told.get("legs", []))
    else:
        name = told.get("route", {})
        run.line(f"{clean(name.get('title') or name.get('code'))}, {clock.head()}")
        run.table(
            ("", "PARTY", "REPORTED", "RECEPTION"),
            (_station(item, clock) for item in told.get("stations", [])),
        )
        run.line("")
        run.line("Two parties count every border; the counts are never added up.")
        run.table(
            ("LEG", "DAY", "LEFT", "ENTERED", "DIFFERENCE"),
            (_leg(item, clock) for item in told.get("legs", [])),
            right=("LEFT", "ENTERED"),
        )


def state(reporting: answers.Reporting, clock: Clock) -> str:
    """How a party stands with its report, in words; silence is never a number of people."""
    days = reporting.get("silent_days") or 0
    match reporting.get("state"):
        case "in":
            return f"reported {clock.time(reporting.get('at'))}".strip()
        case "nil" | "nothing_to_report":
            return "nothing to report"
        case "due":
            return f"due by {clock.time(reporting.get('due_at'))}" if reporting.get("due_at") else "due"
        case "silent":
            return f"silent for {count(days, 'day')}" if days else "silent"
        case "excused":
            return f"excused: {clean(reporting.get('reason'))}"
        case other:
            return clean(other)


def _head(run: Run, told: answers.Status, me: answers.Me, clock: Clock) -> None:
    name = told.get("route") or me.get("route", {})
    parts = []
    if "expected" in told:
        parts.append(f"{told.get('reported', 0)} of {told['expected']} reported")
    parts += [
        f"{told[word]} {word}"
        for word in ("due", "late", "silent", "excused")
        if isinstance(told.get(word), int) and told.get(word)
    ]
    run.line(f"{clean(name.get('title') or name.get('code'))}, {clock.head()}. {', '.join(parts)}".rstrip(". ") + ".")


def _lines(run: Run, told: answers.Status, clock: Clock) -> None:
    lines = told.get("lines", [])
    if not lines:
        run.line("Nothing changed.")
    rows = [
        (
            clean(item.get("mark")),
            clock.time(item.get("at")),
            clean(item.get("severity")).upper(),
            clean(item.get("party")),
            clean(item.get("text")),
            clean(item.get("ref")),
        )
        for item in lines
    ]
    if rows:
        run.rows(rows)


def _wanted(run: Run, told: answers.Status, me: answers.Me, clock: Clock) -> None:
    todo = told.get("todo", [])
    if todo:
        run.line(f"For {clean(me.get('party', {}).get('code'))}:")
        for item in todo:
            run.line(f"  {clean(item.get('text'))}{_by(item, clock)}")
    step = next((command for item in todo if (command := _next_step(item))), None)
    if step:
        run.say(f"Next: {step}")


def _next_step(item: answers.Todo) -> str | None:
    """The command that does what is wanted, where there is one."""
    page, ref = str(item.get("page") or ""), clean(item.get("ref"))
    if ref.startswith("A-"):
        return f"rh alert ack {ref}"
    kind = {"/measures/": "measure", "/movements/": "movement"}.get(page.removesuffix(ref)) if ref else None
    return f"rh {kind} show {ref}" if kind else None


def _by(item: answers.Todo, clock: Clock) -> str:
    due = clock.time(item.get("due"))
    return f" by {due}" if due and due not in str(item.get("text")) else ""


def _since(run: Run, word: str, clock: Clock) -> str | None:
    """The start as a time of the hub, which an exercise may have moved."""
    if word == "last":
        at = config.remembered(f"seen-{run.name}").get("at")
        return at if isinstance(at, str) else None
    if word == "24h":
        start = clock.now - timedelta(hours=24)
    elif len(word) == 5 and word[2] == ":":
        try:
            there = datetime.strptime(word, "%H:%M").time()  # noqa: DTZ007
        except ValueError:
            raise Usage(f"{word!r} is not a time of the day, such as 18:00.") from None
        start = datetime.combine(clock.now.date() - timedelta(days=1), there, clock.zone)
    else:
        try:
            start = datetime.fromisoformat(word)
        except ValueError:
            raise Usage(f"{word!r} is not a start: write last, 18:00, 24h or 2026-01-21T06:00.") from None
        start = start if start.tzinfo else start.replace(tzinfo=clock.zone)
    return start.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _station(item: answers.Station, clock: Clock) -> tuple[str, ...]:
    return (
        clean(item.get("party")),
        clean(item.get("name")),
        state(item.get("reporting") or {}, clock),
        room(item, clock),
    )


def room(item: answers.Station, clock: Clock) -> str:
    """«1 980 of 2 000, 99%, nearly full»; with its day when that is not the current
    one; a party that gives no capacity is «not shared»."""
    held = item.get("capacity")
    if not held or held.get("occupied") is None or held.get("places") is None:
        return "not shared"
    share = held.get("percent")
    level = clean(held.get("level")).replace("_", " ") or _level(share)
    words = [f"{number(held['occupied'])} of {number(held['places'])}", percent(share), level]
    text = ", ".join(word for word in words if word)
    return text if held.get("current", True) else f"{text} ({clock.day(held.get('day'))})"


def _level(share: Any) -> str:
    if not isinstance(share, int | float):
        return ""
    if share > 100:
        return "over capacity"
    return next((word for bound, word in LEVELS[1:] if share >= bound), "room")


def _leg(item: answers.Leg, clock: Clock) -> tuple[str, ...]:
    left, entered = item.get("departures") or {}, item.get("arrivals") or {}
    apart = item.get("difference")
    gap = apart.get("absolute", apart.get("number")) if isinstance(apart, dict) else apart
    words = "" if gap is None else number(gap)
    return (
        clean(item.get("leg")),
        clock.day(item.get("day")),
        _counted(left),
        _counted(entered),
        f"≠ {words}".strip() if item.get("differs") else words,
    )


def _counted(figure: answers.Figure) -> str:
    return "not reported" if figure.get("value") is None else number(figure["value"])
