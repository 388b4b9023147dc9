"""A report to fill in: one's own fields, the period, and what was there yesterday."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import typer

from routehub_client import answers
from routehub_client.cli import figuretext
from routehub_client.cli.command import command
from routehub_client.cli.exits import Usage
from routehub_client.cli.report import today
from routehub_client.cli.run import Run, marking
from routehub_client.cli.words import clean, number
from routehub_schemas.reference import indicators

SERIES = (
    "indicator",
    "counterpart",
    "place",
    "mode",
    "service",
    "modality",
    "sex",
    "age_band",
    "nationality",
)
COMMON = frozenset({"present", "places", "occupied"})
"""What every party is asked for, whatever it posted before."""
STOCKS = ("present", "stranded")
SHELTER = ("places", "occupied")


def register(app: typer.Typer) -> None:
    command(app, "template")(template)


def template(run: Run) -> None:
    """Write a report to fill in, as JSON with comments: rh figures template > today.json

    Lines that begin with // are for people; `rh figures post` passes over them, and over figures
    whose value is still null. With --json there are no comments.
    """
    party = run.party
    if party is None:
        raise Usage("For which party? Add --party CODE.")
    picture = run.hub.route()
    day = today(run, party, picture)
    known = [item for item in run.hub.latest(party=party) if item.get("party") == party]
    series = [_series(item) for item in known]
    named = {one["indicator"] for one in series}
    series += [one for one in _first(party, picture) if not known or one["indicator"] in COMMON - named]
    run.mark(data=False)
    if run.options.json:
        run.json({"party": party, "day": day.isoformat(), "figures": [{**one, "value": None} for one in series]})
    else:
        latest = {json.dumps(_series(item)): item for item in known}
        run.bare("\n".join(_text(run, party, day, series, latest, picture)))


def _series(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: item[name] for name in SERIES if item.get(name) is not None}


def _first(party: str, picture: answers.RoutePicture) -> Iterator[dict[str, Any]]:
    """For a first report: flows over each border of the party, then its stocks."""
    for leg in picture.get("legs", []):
        if leg.get("to") == party:
            yield {"indicator": "arrivals", "counterpart": leg.get("from")}
    for leg in picture.get("legs", []):
        if leg.get("from") == party:
            yield {"indicator": "departures", "counterpart": leg.get("to")}
    for name in STOCKS:
        yield {"indicator": name}
    for name in SHELTER:
        yield {"indicator": name, "service": "shelter"}


def _text(
    run: Run,
    party: str,
    day: date,
    series: list[dict[str, Any]],
    latest: Mapping[str, answers.Figure],
    picture: answers.RoutePicture,
) -> Iterator[str]:
    clock = run.clock(picture.get("now"))
    word = marking(picture.get("route") or run.me.get("route", {}))
    if word:
        yield f"// {word}"
    yield f"// {party}, reporting day that ends on {clock.day(day)}. Put numbers for null."
    yield "// A figure left at null is not posted; 0 means that there were none."
    yield "{"
    yield f'  "party": {json.dumps(party)},'
    yield f'  "day": "{day.isoformat()}",'
    yield '  "figures": ['
    for index, one in enumerate(series):
        yield f"    // {_explained(one, latest.get(json.dumps(one)), clock.day)}"
        yield f"    {json.dumps({**one, 'value': None})}" + ("," if index < len(series) - 1 else "")
    yield "  ]"
    yield "}"


def _explained(one: Mapping[str, Any], last: answers.Figure | None, day: Any) -> str:
    """«People entered, arrivals.HR. Wed 21 Jan: 1 352»."""
    indicator = indicators().get(one["indicator"])
    label = f"{indicator.label}, " if indicator else ""
    before = ""
    if last is not None and last.get("value") is not None:
        before = f". {day(last.get('day'))}: {number(last['value'])}"
    return clean(f"{label}{figuretext.key(one)}{before}")
