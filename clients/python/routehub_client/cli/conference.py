"""Conferences: called, moved and cancelled; who attends; their series."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from routehub_client import calls
from routehub_client.cli import post, when
from routehub_client.cli.command import command
from routehub_client.cli.exits import Usage
from routehub_client.cli.run import Run
from routehub_client.cli.words import Clock, clean, moment

Number = Annotated[int, typer.Argument(metavar="N", help="The number of the conference.", min=1)]
Series = Annotated[str, typer.Option("--series", help="Its series.", metavar="NAME")]
Start = Annotated[str | None, typer.Option("--start", help="When it begins, such as 2026-01-29T10:00.", metavar="TIME")]
Zone = Annotated[str | None, typer.Option("--zone", help="The zone of that time; else the usual one.", metavar="ZONE")]
Second = Annotated[bool, typer.Option("--second", help="Of an hour that comes twice, the second one.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; all who were invited read it.", metavar="TEXT")]
MAIN = "weekly"
KEPT = (
    "audience", "points", "language", "series", "number", "title", "start", "minutes", "zone", "link", "chair",
    "participants", "extra", "about",
)  # fmt: skip
"""What a change of a conference says again."""
WORDS = {
    "joined": "joined", "attends": "attends", "represented": "represented by", "chairs": "chairs",
    "declined": "does not attend", "unanswered": "not answered",
}  # fmt: skip


def register(app: typer.Typer) -> None:
    for name, work in (
        ("list", list_conferences), ("show", show), ("series", series), ("call", call), ("move", move),
        ("cancel", cancel), ("attend", attend), ("decline", decline), ("join", join), ("calendar", calendar),
    ):  # fmt: skip
        command(app, name)(work)


# --- reading


def list_conferences(
    run: Run,
    series: Annotated[str | None, typer.Option("--series", help="Only of this series.", metavar="NAME")] = None,
    all: Annotated[bool, typer.Option("--all", help="Also those that are over.")] = False,
) -> None:
    """List the conferences to come, those of sub-groups too."""
    post.flush(run)
    clock = run.clock(run.ask_me().get("now"))
    found = [one for one in run.hub.conferences() if series in (None, one.get("series"))]
    if not all:
        found = [one for one in found if (start := moment(one.get("start"))) is not None and start >= clock.now]
        found = [one for one in found if not one.get("held")]
    run.mark()
    if run.options.json:
        run.json(found)
        return
    names = ("series", "number", "start", "state", "chair", "title")
    if run.options.plain:
        run.records(tuple(clean(one.get(name)) for name in names) for one in found)
    elif not found:
        run.say("No conference is planned. The rule of each series: rh conference series")
    else:
        run.line(f"All times {clock.name}.")
        rows = [
            (clock.time(one["start"]), str(one["number"]), clean(one["series"]), clean(one["chair"]),
             "held" if one.get("held") else clean(one["state"]), clean(one["title"]))
            for one in found
        ]  # fmt: skip
        run.table(("WHEN", "NO", "SERIES", "CHAIR", "STATE", "TITLE"), rows, right=("NO",))


def show(run: Run, number: Number, series: Series = MAIN) -> None:
    """Show a conference: when, who leads it, and who attends."""
    one = run.hub.conference(number, series)
    clock = run.clock(run.ask_me().get("now"))
    run.mark()
    if run.options.json:
        run.json(one)
    elif run.options.plain:
        names = ("party", "state", "represented_by", "joined_at", "text")
        run.records(tuple(clean(place.get(name)) for name in names) for place in one["attendance"])
    else:
        _page(run, one, clock)


def _page(run: Run, one: Mapping[str, Any], clock: Clock) -> None:
    of = "" if one["series"] == MAIN else f" of {clean(one['series'])}"
    run.line(f"Conference {one['number']}{of}: {clean(one['title'])}")
    state = "" if one["state"] == "planned" else f" {clean(one['state']).capitalize()}."
    run.line(f"{clock.stamp(one['start'])}, {one['minutes']} minutes, chaired by {clean(one['chair'])}.{state}")
    for label, name in (("Why", "reason"), ("About", "about"), ("Join", "link")):
        if one.get(name):
            run.line(f"{label}: {clean(one[name])}")
    run.line("")
    rows = [
        (clean(place["party"]), " ".join(filter(None, (WORDS[place["state"]], clean(place["represented_by"])))),
         "; ".join(map(clean, place["delegates"])) or clean(place["text"]), clock.time(place["at"]))
        for place in one["attendance"]
    ]  # fmt: skip
    run.table(("PARTY", "ANSWER", "WHO", "WHEN"), rows)
    for told in one["outcomes"]:
        run.line(f"Reported back: {clean(told['title'])}  {clean(told['short_id'])}")


def series(
    run: Run, name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="One series; else all.")] = None
) -> None:
    """Show the series of conferences: their rule, and what they propose next. The pages change their terms."""
    found = run.hub.series() if name is None else [run.hub.one_series(name)]
    clock = run.clock(run.ask_me().get("now"))
    run.mark()
    if run.options.json:
        run.json(found if name is None else found[0])
    elif run.options.plain:
        run.records((one["name"], one["rule"], one["chair"], one["next_number"], one["title"]) for one in found)
    elif not found:
        run.say("There is no series. A coordinator begins one on the page Conferences.")
    else:
        run.line(f"All times {clock.name}.")
        for one in found:
            _one_series(run, one, clock)


def _one_series(run: Run, one: Mapping[str, Any], clock: Clock) -> None:
    rule = "as called"
    if one["rule"] == "weekly":
        rule = f"every {one['weekday'].capitalize()} at {one['at']} {one['zone']}, {one['minutes']} minutes"
    run.line(f"{clean(one['name'])}  {clean(one['title'])}: {rule}, chaired by {clean(one['chair'])}.")
    if one["participants"]:
        run.line(f"  Invited: {' '.join(map(clean, one['participants']))}.")
    if one["reports_to"]:
        run.line(f"  Reports to: {clean(one['reports_to'])}.")
    coming = "; ".join(clock.time(start) for start in one["proposed"][:4])
    run.line(f"  Next number: {one['next_number']}." + (f" Proposed: {coming}." if coming else ""))


def calendar(
    run: Run,
    number: Annotated[int | None, typer.Argument(metavar="[N]", help="One conference; else all.")] = None,
    series: Series = MAIN,
) -> None:
    """Write the calendar: one conference, or all with what their series propose."""
    run.mark(data=False)
    run.bare(run.hub.conference_calendar(number, series))


# --- the chair


def call(
    run: Run,
    start: Start = None,
    series: Series = MAIN,
    number: Annotated[int | None, typer.Option("--number", help="Else the next one.", metavar="N", min=1)] = None,
    title: Annotated[str | None, typer.Option("--title", help="What the invitation says.", metavar="TEXT")] = None,
    minutes: Annotated[int | None, typer.Option("--minutes", help="How long it lasts.", min=5, max=480)] = None,
    chair: Annotated[str | None, typer.Option("--chair", help="The party that leads it.", metavar="P")] = None,
    link: Annotated[str | None, typer.Option("--link", help="Where to join; begins with https://.")] = None,
    about: Annotated[str | None, typer.Option("--about", help="What it is about.", metavar="TEXT")] = None,
    invite: Annotated[
        list[str] | None, typer.Option("--invite", help="A party; may be repeated. None: as the series.", metavar="P")
    ] = None,
    extra: Annotated[bool, typer.Option("--extra", help="Beside the regular one of that week.")] = False,
    zone: Zone = None,
    second: Second = False,
) -> None:
    """Call a conference. What is left out is as its series proposes; an extra one needs its time."""
    post.flush(run)
    one = run.hub.one_series(series)
    place = zone or str(one["zone"])
    if start is None and (extra or not one["proposed"]):
        raise Usage("Say when it begins: --start 2026-01-29T10:00")
    begins = when.local(start, place, second=second) if start is not None else _proposed(run, one)
    data: dict[str, Any] = {
        "series": series, "number": number or one["next_number"], "title": title or one["title"], "start": begins,
        "minutes": minutes or one["minutes"], "zone": place, "chair": (chair or str(one["chair"])).upper(),
        "link": link or one["link"], "about": about, "extra": extra or None,
        "participants": [code.upper() for code in invite or []] or one["participants"] or None,
    }  # fmt: skip
    _post(run, data, f"conference {data['number']}")


def _proposed(run: Run, one: Mapping[str, Any]) -> str:
    """The first time that the series proposes and nobody has called."""
    called = {moment(other["start"]) for other in run.hub.conferences() if other["series"] == one["name"]}
    for start in one["proposed"]:
        if moment(start) not in called:
            return str(start)
    raise Usage("All times that the series proposes are called already: say --start")


def move(
    run: Run,
    number: Number,
    start: Annotated[str, typer.Option("--start", help="When it begins, such as 2026-01-29T10:00.", metavar="TIME")],
    reason: Reason,
    series: Series = MAIN,
    minutes: Annotated[int | None, typer.Option("--minutes", help="How long it lasts.", min=5, max=480)] = None,
    zone: Zone = None,
    second: Second = False,
) -> None:
    """Move a conference. All who were invited are told, and asked again whether they attend."""
    said, tlp = _said(run, number, series)
    place = zone or str(said.get("zone", "Europe/Brussels"))
    change = {"start": when.local(start, place, second=second), "zone": place, "state": "moved", "reason": reason}
    _post(run, {**said, **change, **({"minutes": minutes} if minutes else {})}, f"conference {number} moved", tlp)


def cancel(run: Run, number: Number, reason: Reason, series: Series = MAIN) -> None:
    """Cancel a conference. All who were invited are told. Its number is not given again."""
    said, tlp = _said(run, number, series)
    _post(run, {**said, "state": "cancelled", "reason": reason}, f"conference {number} cancelled", tlp)


def _said(run: Run, number: int, series: str) -> tuple[dict[str, Any], str | None]:
    """What the newest message about a conference says: a change says all of it again, to the same readers."""
    post.flush(run)
    event = run.hub.message(str(run.hub.conference(number, series)["message"]))
    return {name: event.data[name] for name in KEPT if name in event.data}, event.tlp


def _post(run: Run, data: Mapping[str, Any], what: str, tlp: str | None = None) -> None:
    body = {name: value for name, value in data.items() if value is not None}
    call = calls.publish(run.hub.route_code, "conference", run.stamped(body), tlp=tlp)
    post.given(run, post.post(run, call, what))


# --- the parties


def attend(
    run: Run,
    number: Number,
    delegate: Annotated[
        list[str] | None, typer.Option("--delegate", help="Name and function; may be repeated.", metavar="TEXT")
    ] = None,
    by: Annotated[str | None, typer.Option("--by", help="The party that speaks for yours.", metavar="P")] = None,
    text: Annotated[str | None, typer.Option("--text", help="A comment.", metavar="TEXT")] = None,
    series: Series = MAIN,
) -> None:
    """Say that your party attends, and who for it; or which party speaks for it."""
    _answer(
        run, number, series, "attend",
        {"delegates": delegate or None, "represented_by": by.upper() if by else None, "text": text},
    )  # fmt: skip


def decline(run: Run, number: Number, reason: Reason, series: Series = MAIN) -> None:
    """Say that your party does not attend, and why."""
    _answer(run, number, series, "decline", {"text": reason})


def join(run: Run, number: Number, series: Series = MAIN) -> None:
    """Record that your party is there, from an hour before the start, and write the address of the call."""
    one = _answer(run, number, series, "join", {})
    if one.get("link"):
        run.say(f"Join: {clean(one['link'])}")


def _answer(run: Run, number: int, series: str, act: str, more: Mapping[str, Any]) -> dict[str, Any]:
    post.flush(run)
    one: dict[str, Any] = run.hub.conference(number, series)
    data = {"to": one["message"], "act": act} | {name: value for name, value in more.items() if value is not None}
    call = calls.publish(run.hub.route_code, "response", run.stamped(data))
    post.given(run, post.post(run, call, f"{act} conference {number}"))
    return one
