"""Figures from a spreadsheet."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated

import typer

from routehub_client import answers
from routehub_client.cli import faults, post
from routehub_client.cli.command import command
from routehub_client.cli.exits import Exit, Usage
from routehub_client.cli.run import Run
from routehub_client.cli.words import clean

_TYPES = {
    ".csv": "text/csv",
    ".txt": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def register(app: typer.Typer) -> None:
    command(app, "import")(import_file)


def _text(name: str, help: str, metavar: str) -> typer.models.OptionInfo:
    found: typer.models.OptionInfo = typer.Option(name, help=help, metavar=metavar)
    return found


def import_file(
    run: Run,
    file: Annotated[str, typer.Argument(metavar="FILE", help="A CSV or XLSX file.")],
    partial: Annotated[bool, typer.Option("--partial", help="Take the good rows and list the others.")] = False,
    keep_unusual: Annotated[bool, typer.Option("--keep-unusual", help="Unusual figures are right: post them.")] = False,
    map: Annotated[list[str] | None, _text("--map", "What a column holds; - leaves it out.", "HEADER:FIGURE")] = None,
    sheet: Annotated[str | None, _text("--sheet", "Which sheet of a workbook.", "NAME")] = None,
    day: Annotated[str | None, _text("--day", "The day of rows that name none.", "YYYY-MM-DD")] = None,
    period: Annotated[str | None, _text("--period", "reporting_day, calendar_day or hour.", "WORD")] = None,
    zone: Annotated[str | None, _text("--zone", "The zone of times without offset.", "ZONE")] = None,
    date_order: Annotated[
        str | None, _text("--date-order", "dmy or mdy, for dates such as 10/11/2015.", "WORD")
    ] = None,
    reason: Annotated[str | None, _text("--reason", "Why confirmed figures change.", "TEXT")] = None,
) -> None:
    """Post the figures of a spreadsheet: all of them or none. Bad cells are named by row and column.

    Sending the same file again is harmless: figures that are on record stay as they are.
    """
    body, media = _read(file)
    said = {"party": run.options.party, "day": day, "period": period, "zone": zone, "date_order": date_order}
    said |= {"reason": reason, "exercise": "true" if run.options.exercise else None}
    mapping = _mapping(map or [])
    key = "file-" + hashlib.sha256(repr((said, mapping, sheet, partial)).encode() + body).hexdigest()[:40]
    run.mark(data=False)

    def ask(*, dry_run: bool) -> answers.Imported:
        return run.hub.import_figures(
            body, media, key=key, dry_run=dry_run, partial=partial, sheet=sheet, mapping=mapping, **said
        )

    tried = ask(dry_run=True) if run.options.dry_run or not keep_unusual else None
    if tried is not None and tried.unusual() and not keep_unusual:
        _unusual(run, tried)
        raise typer.Exit(Exit.UNUSUAL)
    _given(run, tried if tried is not None and run.options.dry_run else ask(dry_run=False))


def _read(file: str) -> tuple[bytes, str]:
    path = Path(file).expanduser()
    media = _TYPES.get(path.suffix.lower())
    if media is None:
        raise Usage(f"{file} is neither CSV nor XLSX by its name. Save it as one of them.")
    try:
        return path.read_bytes(), media
    except OSError as fault:
        raise Usage(f"Cannot read {file}: {fault.strerror}.") from None


def _mapping(given: list[str]) -> dict[str, str]:
    found = {}
    for word in given:
        header, colon, meant = word.rpartition(":")
        if not colon or not header or not meant:
            raise Usage(f"{word!r} says nothing. Write it as --map Ankünfte:arrivals, or --map Source:-")
        found[header] = meant
    return found


def _unusual(run: Run, tried: answers.Imported) -> None:
    run.fault(f"Check {len(tried.unusual())} unusual figure{'' if len(tried.unusual()) == 1 else 's'}:")
    for warning in tried.unusual():
        run.fault(f"  {clean(warning.message)}")
    run.fault("Not posted. If this is right, say the same again with --keep-unusual")
    if run.options.json:
        run.json({"warnings": [post.members(warning) for warning in tried.unusual()]})


def _given(run: Run, found: answers.Imported) -> None:
    """One line a report: its id, party, day and how many figures. Refused rows on stderr, and then code 3."""
    lines = [
        (item.get("id", "-"), item.get("party"), item.get("start") or item.get("day"), item.get("figures"))
        for item in found.reports
    ]
    if run.options.json:
        run.json(found.told)
    elif run.options.plain:
        run.records(lines)
    else:
        run.table(("REPORT", "PARTY", "PERIOD", "FIGURES"), [[clean(c) for c in line] for line in lines], ("FIGURES",))
    for warning in found.warnings:
        run.say(f"Note: {clean(warning.message)}")
    if run.options.dry_run:
        run.say("Checked. Nothing was stored.")
    if found.problems:
        run.fault(clean(found.told.get("detail")))
        for problem in found.problems:
            run.fault("  " + faults.line(problem))
        if found.told.get("more"):
            run.fault(f"  … and {clean(found.told['more'])} more")
        raise typer.Exit(Exit.REFUSED)
