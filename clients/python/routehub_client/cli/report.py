"""Posting and correcting figures."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from routehub_client import answers, calls, errors
from routehub_client.cli import figuretext, post
from routehub_client.cli.command import command
from routehub_client.cli.exits import Exit, Usage
from routehub_client.cli.run import Run
from routehub_client.cli.words import clean
from routehub_schemas import wire
from routehub_schemas.errors import Invalid, Problem
from routehub_schemas.reference import indicators

Day = Annotated[str | None, typer.Option("--day", help="The reporting day.", metavar="YYYY-MM-DD")]
File = Annotated[str, typer.Argument(metavar="FILE|-", help="The report as JSON; - reads stdin.")]
Keep = Annotated[bool, typer.Option("--keep-unusual", help="Unusual figures are right: post them.")]
Reason = Annotated[str | None, typer.Option("--reason", help="Why confirmed figures change.", metavar="TEXT")]


def register(app: typer.Typer) -> None:
    command(app, "post")(post_file)
    command(app, "set")(set_figures)
    command(app, "nil")(nil)
    command(app, "correct")(correct)


def post_file(run: Run, file: File, day: Day = None, keep_unusual: Keep = False, reason: Reason = None) -> None:
    """Post the figures of a file, such as `rh figures template` writes."""
    _post(run, _read(run, file), day, reason, keep_unusual)


def set_figures(
    run: Run,
    figures: Annotated[list[str], typer.Argument(metavar="KEY=VALUE...", help="Such as arrivals.HR=1362.")],
    day: Day = None,
    keep_unusual: Keep = False,
    reason: Reason = None,
    provisional: Annotated[bool, typer.Option("--provisional", help="They may change today.")] = False,
    estimated: Annotated[bool, typer.Option("--estimated", help="They were not counted.")] = False,
) -> None:
    """Post single figures: rh figures set arrivals.HR=1362 departures.AT=1121 present=5840

    KEY is indicator, indicator.COUNTERPART or indicator@place. Figures that are not named stay as they are.
    """
    told = _typed(figures)
    for figure in told:
        figure |= {"status": "provisional"} if provisional else {}
        figure |= {"method": "estimated"} if estimated else {}
    try:
        _post(run, {"figures": told}, day, reason, keep_unusual)
    except errors.Refused as fault:
        if not run.options.json:  # who typed figures knows them by their keys, and no pointers
            fault.problems = tuple(_as_typed(told, problem) for problem in fault.problems)
        raise


def _typed(words: list[str]) -> list[dict[str, Any]]:
    """Figures as they were typed, or everything that is wrong with them: beside a bad number a name that no indicator
    has, which the hub would otherwise say only at the next try."""
    told: list[dict[str, Any]] = []
    faults: list[str] = []
    unknown: list[str] = []
    for word in words:
        name = word.partition("=")[0].partition(".")[0].partition("@")[0].strip()
        if name and name not in indicators():
            near = difflib.get_close_matches(name, indicators(), n=1)
            unknown.append(f"{clean(name)!r} is no figure." + (f" Did you mean {near[0]}?" if near else ""))
        try:
            told.append(figuretext.figure(word))
        except figuretext.Unreadable as fault:
            faults.append(str(fault))
    if faults:  # the names alone are for the hub to judge: it may know newer ones
        raise Usage(" ".join([*faults, *dict.fromkeys(unknown)]))
    return told


def _as_typed(figures: list[dict[str, Any]], problem: Problem) -> Problem:
    item = _pointed({"figures": figures}, problem.pointer)
    if item is None:
        return problem
    unknown = problem.code == "unknown-indicator"
    message = "no figure has this name; rh figures template writes those of your party" if unknown else problem.message
    suggestion = problem.suggestion and figuretext.key({**item, "indicator": problem.suggestion})
    sent = None if unknown else problem.sent
    return replace(
        problem,
        pointer=figuretext.key(item),
        message=message,
        sent=sent,
        allowed=None if unknown else problem.allowed,
        suggestion=suggestion if unknown else problem.suggestion,
    )


def nil(run: Run, day: Day = None) -> None:
    """Say that there is nothing to report. Silence is not the same, and neither is 0."""
    _post(run, {"nothing_to_report": True}, day, None, True)


def correct(
    run: Run,
    file: File,
    day: Day = None,
    reason: Reason = None,
    keep_unusual: Keep = False,
) -> None:
    """Correct figures that were posted. The earlier values stay readable, with the reason."""
    if not reason:
        raise Usage("Why? Add --reason TEXT. Readers see it beside the earlier value.")
    _post(run, _read(run, file), day, reason, keep_unusual)


def today(run: Run, party: str, picture: answers.RoutePicture | None = None) -> date:
    """The reporting day that is due from a party, as its hub sees it; without a connection, this date."""
    try:
        picture = picture if picture is not None else run.hub.route()
    except (errors.NoConnection, errors.Busy):
        if run.known_me().get("route", {}).get("exercise"):
            raise Usage("An exercise has its own clock. Say which day: --day YYYY-MM-DD") from None
        return run.clock().now.date()
    reporting: Any = next(
        (item.get("reporting") or {} for item in picture.get("stations", []) if item.get("party") == party),
        {},
    )
    return _date(str(reporting.get("day") or run.clock(picture.get("now")).now.date()))


def _post(run: Run, told: dict[str, Any], day: str | None, reason: str | None, keep_unusual: bool) -> None:
    party = _party(run, told.pop("party", None))
    asked = told.pop("day", None)
    when = _date(day or str(asked)) if day or asked else today(run, party)
    if reason:
        told["reason"] = reason
    tlp = told.pop("tlp", None)
    call = calls.put_report(run.hub.route_code, party, when, run.stamped(told), tlp=tlp)
    what = f"figures of {party} for {when.isoformat()}"
    try:
        posted = post.post(run, call, what, checked=keep_unusual)
    except post.Unusual as fault:
        _unusual(run, told, fault.warnings)
        raise typer.Exit(Exit.UNUSUAL) from None
    post.given(run, posted)


def _party(run: Run, told: object) -> str:
    """The party in the file, the one asked for, or one's own; two that differ are a mistake."""
    asked = (run.options.party or "").upper() or None
    if isinstance(told, str) and asked not in (None, told):
        raise Usage(f"The file is about {clean(told)}, and --party says {asked}.")
    party = told if isinstance(told, str) else asked or run.known_me().get("party", {}).get("code") or run.party
    if party is None:
        raise Usage("For which party? Add --party CODE.")
    return party


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Usage(f"{clean(text)!r} is not a date. Write it as 2026-01-21.") from None


def _read(run: Run, file: str) -> dict[str, Any]:
    """A report from a file or stdin: comment lines and figures left at null fall away."""
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).expanduser().read_bytes()
    except OSError as fault:
        raise Usage(f"Cannot read {file}: {fault.strerror}.") from None
    # A comment line becomes an empty one, so that a fault is reported with the number of its line.
    raw = b"\n".join(b"" if line.lstrip().startswith(b"//") else line for line in raw.split(b"\n"))
    try:
        told = wire.loads(raw)
    except Invalid as fault:
        raise errors.Refused(400, f"{file} cannot be read as JSON.", problems=fault.problems) from None
    if not isinstance(told, dict):
        raise errors.Refused(422, f"{file} is not a report: it is one JSON object with figures.")
    return _filled(run, told)


def _filled(run: Run, told: dict[str, Any]) -> dict[str, Any]:
    figures = told.get("figures")
    if not isinstance(figures, list):
        return told
    kept = [item for item in figures if not _blank(item)]
    if figures and not kept:
        none = "the one figure is" if len(figures) == 1 else f"all {len(figures)} figures are"
        raise Usage(
            f"Nothing to post: {none} still null. Put a number for at least one; what stays null is left out. "
            "A day with nothing to report: rh figures nil"
        )
    if len(kept) < len(figures):
        left = ", ".join(clean(figuretext.key(item)) for item in figures if _blank(item))
        run.say(f"Left out, because no number is given: {left}")
    return {**told, "figures": kept}


def _blank(item: object) -> bool:
    return isinstance(item, Mapping) and item.get("value", 0) is None and item.get("status") != "withdrawn"


def _unusual(run: Run, told: Mapping[str, Any], warnings: tuple[answers.Caution, ...]) -> None:
    """What is unusual, on stderr; the same as JSON on stdout when asked."""
    run.fault(f"Check {len(warnings)} unusual figure{'' if len(warnings) == 1 else 's'}:")
    for warning in warnings:
        item = _pointed(told, warning.pointer)
        run.fault(f"  {clean(figuretext.key(item)) + '  ' if item else ''}{clean(warning.message)}")
    run.fault("Not posted. If this is right, say the same again with --keep-unusual")
    if run.options.json:
        run.json({"warnings": [post.members(warning) for warning in warnings]})


def _pointed(told: Mapping[str, Any], pointer: str) -> Mapping[str, Any] | None:
    """The figure that a pointer such as /figures/3/value names."""
    words = pointer.split("/")
    try:
        found = told["figures"][int(words[words.index("figures") + 1])]
    except (ValueError, KeyError, IndexError, TypeError):
        return None
    return found if isinstance(found, Mapping) else None
