"""Figures: read, prepare, post and correct them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Annotated

import typer

from routehub_client import answers
from routehub_client.cli import figuretext, post
from routehub_client.cli.command import command
from routehub_client.cli.exits import Usage
from routehub_client.cli.run import Run
from routehub_client.cli.status import state
from routehub_client.cli.words import Clock, change, clean, number

Day = Annotated[str | None, typer.Option("--day", help="The reporting day.", metavar="YYYY-MM-DD")]
Whose = Annotated[str | None, typer.Argument(metavar="[PARTY]", help="A party, such as MK; else all.")]

FLAGS = {"p": "provisional", "e": "estimate", "r": "corrected", "k": "carried over"}


def register(app: typer.Typer) -> None:
    command(app, "show")(show)
    command(app, "history")(history)


def show(run: Run, whose: Whose = None, day: Day = None) -> None:
    """Show the latest figures, or those of one day, with their flags.

    Each party's figures stand by themselves: people cross several borders, so counts of different
    parties are never added up. A party without figures is shown with its state, never as 0.
    """
    post.flush(run)
    wanted = (whose or run.options.party or "").upper() or None
    found = _found(run, wanted, day)
    if run.options.json:
        run.mark()
        run.json(found)
    elif run.options.plain:
        run.mark()
        run.records(_record(run.clock(), item) for item in found)
    else:
        _tables(run, found, wanted, day)


def history(
    run: Run,
    whose: Annotated[str, typer.Argument(metavar="PARTY")],
    day: Day = None,
) -> None:
    """Show every value that a day's figures have had: nothing is overwritten."""
    if day is None:
        raise Usage("Which day? Add --day YYYY-MM-DD.")
    party = whose.upper()
    me = run.ask_me()
    found = run.hub.figures(party=party, start=day, end=day, history=True)
    clock = run.clock(me.get("now"))
    run.mark(data=bool(found))
    rows = [row for item in found for row in _revisions(item, clock, run.options.plain)]
    if run.options.json:
        run.json(found)
    elif run.options.plain:
        run.records(rows)
    elif not rows:
        run.say(f"{party} has no figures for {clock.day(day)}.")
    else:
        run.line(f"{party}, {clock.day(day)}. All times {clock.name}.")
        run.table(("FIGURE", "VALUE", "POSTED", "STATUS", "REASON"), rows, right=("VALUE",))


def flags(item: answers.Figure) -> str:
    """The letters beside a number: p provisional, e estimate, r corrected, k carried over."""
    told = {str(flag) for flag in item.get("flags") or ()}
    told |= {"p"} if item.get("status") == "provisional" else set()
    told |= {"e"} if item.get("method") in {"estimated", "modelled"} else set()
    told |= {"r"} if item.get("revised") or item.get("status") == "revised" else set()
    told |= {"k"} if item.get("carried_over") else set()
    return "".join(letter for letter in FLAGS if letter in told)


def value(item: answers.Figure) -> str:
    """The number with its flags; what is not given is «not shared», not 0."""
    if item.get("value") is None:
        return "withdrawn" if item.get("status") == "withdrawn" else "not shared"
    return " ".join(part for part in (number(item["value"]), flags(item)) if part)


def _found(run: Run, party: str | None, day: str | None) -> list[answers.Figure]:
    asked = run.hub.latest(party=party) if day is None else run.hub.figures(party=party, start=day, end=day)
    return [item for item in asked if party in (None, item.get("party"))]


def _tables(run: Run, found: list[answers.Figure], party: str | None, day: str | None) -> None:
    me = run.ask_me()
    clock = run.clock(me.get("now"))
    run.mark()
    run.line(f"All times {clock.name}.")
    if day is None:
        stations = {str(item.get("party")): item for item in run.hub.route().get("stations", [])}
        states = {code: state(item.get("reporting") or {}, clock) for code, item in stations.items()}
    else:
        states = {}
    silent = [code for code in states if party in (None, code)]
    own = {code: list(rows) for code, rows in groupby(sorted(found, key=_party), key=_party)}
    for code in dict.fromkeys([*own, *silent]):
        run.line("")
        run.line(f"{code}  {states.get(code, clock.day(day) if day else '')}".rstrip())
        if code in own:
            run.table(("FIGURE", "VALUE", "DAY", "CHANGE", "POSTED"), _rows(own[code], clock), right=("VALUE",))
    used = {letter for item in found for letter in flags(item)}
    if used:
        run.say(", ".join(f"{letter} {word}" for letter, word in FLAGS.items() if letter in used))
    if not found:
        run.say("No figures." if party is None else f"{party} has no figures here.")


def _party(item: answers.Figure) -> str:
    return clean(item.get("party"))


def _rows(items: Iterable[answers.Figure], clock: Clock) -> Iterator[Sequence[str]]:
    for item in items:
        yield (
            clean(figuretext.key(item)),
            value(item),
            clock.day(item.get("day")),
            change(item.get("change")),
            clock.time(item.get("posted_at")),
        )


def _record(clock: Clock, item: answers.Figure) -> Sequence[object]:
    blank = "" if item.get("value") is None else item["value"]
    return (
        item.get("party"),
        figuretext.key(item),
        blank,
        item.get("day"),
        item.get("status"),
        flags(item),
        clock.iso(item.get("posted_at")),
    )


def _revisions(item: answers.Figure, clock: Clock, plain: bool) -> Iterator[Sequence[str]]:
    """Newest first: the value of now, then what it was before."""
    now = [item] if not any(old.get("message") == item.get("message") for old in item.get("history", [])) else []
    versions = sorted([*now, *item.get("history", [])], key=lambda one: str(one.get("posted_at")), reverse=True)
    for version in versions:
        blank = version.get("value") is None
        shown = ("" if blank else str(version["value"])) if plain else value(version)
        at = version.get("posted_at")
        yield (
            clean(figuretext.key(item)),
            shown,
            clock.iso(at) if plain else clock.time(at),
            clean(version.get("status")),
            clean(version.get("reason")),
        )
