"""Measures: tell neighbours about a step, see what it would do, give a view, change, end or withdraw it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, get_args

import typer

from routehub_client import calls
from routehub_client.cli import post
from routehub_client.cli.command import command
from routehub_client.cli.exits import Usage
from routehub_client.cli.run import Run
from routehub_client.cli.times import instant
from routehub_client.cli.words import Clock, clean, number
from routehub_schemas.vocab import CapCounts, MeasureType

Id = Annotated[str, typer.Argument(metavar="ID", help="Such as M-8KTD.")]
Title = Annotated[str | None, typer.Option("--title", help="One line.", metavar="TEXT")]
Legs = Annotated[list[str] | None, typer.Option("--leg", help="Such as SI-AT; may be repeated.", metavar="LEG")]
Places = Annotated[list[str] | None, typer.Option("--place", help="A crossing point; may be repeated.", metavar="P")]
Start = Annotated[str | None, typer.Option("--from", help="In force from: a time, 12h or 2d.", metavar="WHEN")]
Until = Annotated[str | None, typer.Option("--until", help="Until; else until further notice.", metavar="WHEN")]
Reasons = Annotated[str | None, typer.Option("--reasons", help="Why it is needed.", metavar="TEXT")]
Caps = Annotated[
    list[str] | None,
    typer.Option("--cap", help="A limit a day, such as in_transit=3200; may be repeated.", metavar="WHICH=N"),
]
ViewsBy = Annotated[str | None, typer.Option("--views-by", help="Until when others can give a view.", metavar="WHEN")]
Expected = Annotated[str | None, typer.Option("--expected", help="What you expect of others.", metavar="TEXT")]
Ground = Annotated[str | None, typer.Option("--legal-ground", help="The law that it rests on.", metavar="TEXT")]
Text = Annotated[str | None, typer.Option("--text", help="In words.", metavar="TEXT")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="What was known at that time.", metavar="WHEN")]
VIEWS = {"no-objection": "no_objection", "concerns": "concerns", "object": "object"}
WORDS = {
    "notified": "told",
    "views_open": "views open",
    "views_closed": "views closed",
    "in_force": "in force",
    "no_objection": "no objection",
}


def register(app: typer.Typer) -> None:
    command(app, "tell")(tell)
    command(app, "list")(list_measures)
    command(app, "show")(show)
    command(app, "view")(view)
    command(app, "confirm")(confirm)
    command(app, "change")(change)
    command(app, "end")(end)
    command(app, "withdraw")(withdraw)


def tell(
    run: Run,
    type: Annotated[str, typer.Argument(metavar="TYPE", help="daily_cap, closure, internal_border_checks …")],
    title: Title = None,
    leg: Legs = None,
    place: Places = None,
    start: Start = None,
    until: Until = None,
    reasons: Reasons = None,
    cap: Caps = None,
    views_by: ViewsBy = None,
    expected: Expected = None,
    legal_ground: Ground = None,
    with_: Annotated[
        list[str] | None, typer.Option("--with", help="A joint notice with this party; may be repeated.", metavar="P")
    ] = None,
    to: Annotated[
        list[str] | None, typer.Option("--to", help="Only to this party; may be repeated.", metavar="CODE")
    ] = None,
) -> None:
    """Tell neighbours about a measure before it takes effect. With -n, only see what it would do: that needs a type,
    where and from when, and no words yet."""
    kind = _type(type)
    if run.options.dry_run:
        title, reasons = title or kind.replace("_", " ").capitalize(), reasons or "Not written yet."
    missing = [name for name, said in (("--title", title), ("--from", start), ("--reasons", reasons)) if said is None]
    if missing:
        raise Usage(f"A notice needs {_and(missing)}. To see what it would do first: -n, with --leg and --from.")
    data = _said(run, title, leg, place, start, until, reasons, cap, views_by, expected, legal_ground)
    data |= {"type": kind}
    data |= {"co_authors": [code.upper() for code in with_]} if with_ else {}
    data |= {"audience": [code.upper() for code in to]} if to else {}
    _send(run, data, f"measure: {title}")


def change(
    run: Run,
    id: Id,
    title: Title = None,
    leg: Legs = None,
    place: Places = None,
    start: Start = None,
    until: Until = None,
    reasons: Reasons = None,
    cap: Caps = None,
    views_by: ViewsBy = None,
    expected: Expected = None,
    legal_ground: Ground = None,
) -> None:
    """Change a measure of yours: a notice of its own, to the same readers. What you do not name stays."""
    new = _said(run, title, leg, place, start, until, reasons, cap, views_by, expected, legal_ground)
    if not new:
        raise Usage("What changed? Add --cap, --from, --until, --title or another option.")
    measure = run.hub.measure(id)
    event = run.hub.message(measure["message"])
    left = {"updates", "audience", "thread", "references", *(() if views_by else ("views_by",))}
    data = {name: value for name, value in event.data.items() if name not in left}
    _send(run, data | new | {"updates": measure["short_id"]}, f"change of {id}", event.tlp)


def list_measures(
    run: Run,
    open_: Annotated[bool, typer.Option("--open/--all", help="Planned and in force, or all.")] = True,
    as_of: AsOf = None,
) -> None:
    """List measures, those that are not over first."""
    post.flush(run)
    me = run.ask_me()
    at = instant(run, as_of, "--as-of") if as_of else None
    found = run.hub.measures(open=open_ or None, as_of=at)
    clock = run.clock(me.get("now"))
    run.mark()
    if run.options.json:
        run.json(found)
    elif run.options.plain:
        names = ("short_id", "party", "state", "type", "title")
        run.records((*(item.get(name) for name in names), clock.iso(item.get("start"))) for item in found)
    elif not found:
        run.say("No measures.")
    else:
        run.line(f"All times {clock.name}.")
        head = ("STATE", "PARTY", "TITLE", "FROM", "NOTICE", "MARKS", "ID")
        run.table(head, (_row(run, item, clock) for item in found))


def show(run: Run, id: Id, as_of: AsOf = None) -> None:
    """Show one measure: the views, what it was expected to do, and the cap beside both sides' figures."""
    at = instant(run, as_of, "--as-of") if as_of else None
    measure = run.hub.measure(id, as_of=at)
    clock = run.clock(run.ask_me().get("now"))
    run.mark()
    if run.options.json:
        run.json(measure)
    elif run.options.plain:
        run.records([(measure.get("short_id"), measure.get("party"), measure.get("state"), measure.get("title"))])
    else:
        _page(run, measure, clock)


def view(
    run: Run,
    id: Id,
    view: Annotated[str, typer.Argument(metavar="VIEW", help="no-objection, concerns or object.")],
    text: Text = None,
) -> None:
    """Give your party's view on a measure. It is consultation: the notifying party decides."""
    act = VIEWS.get(view.strip().lower().replace("_", "-"))
    if act is None:
        raise Usage(f"{view!r} is not a view: {', '.join(VIEWS)}.")
    if act != "no_objection" and not text:
        raise Usage("Say it in words: add --text.")
    _act(run, id, act, text, f"view on {id}")


def confirm(run: Run, id: Id) -> None:
    """Confirm a joint notice in which your party is named."""
    _act(run, id, "confirm", None, f"confirmation of {id}")


def end(run: Run, id: Id, text: Text = None) -> None:
    """End a measure of yours that is in force."""
    _act(run, id, "end", text, f"end of {id}")


def withdraw(run: Run, id: Id, text: Text = None) -> None:
    """Withdraw a measure of yours before it begins."""
    _act(run, id, "withdraw", text, f"withdrawal of {id}")


def _said(
    run: Run,
    title: str | None,
    leg: list[str] | None,
    place: list[str] | None,
    start: str | None,
    until: str | None,
    reasons: str | None,
    cap: list[str] | None,
    views_by: str | None,
    expected: str | None,
    legal_ground: str | None,
) -> dict[str, Any]:
    data: dict[str, Any] = {
        "title": title,
        "legs": [code.upper() for code in leg] if leg else None,
        "places": place or None,
        "start": instant(run, start, "--from") if start else None,
        "until": instant(run, until, "--until") if until else None,
        "reasons": reasons,
        "caps": [_cap(word) for word in cap] if cap else None,
        "views_by": instant(run, views_by, "--views-by") if views_by else None,
        "expected_of_others": expected,
        "legal_ground": legal_ground,
    }
    return {name: value for name, value in data.items() if value is not None}


def _send(run: Run, data: Mapping[str, Any], what: str, tlp: str | None = None) -> None:
    """With -n the hub says what it would do; nothing is stored."""
    if run.options.dry_run:
        told = run.hub.preview_measure(run.stamped(data))
        run.mark()
        if run.options.json:
            run.json(told)
            return
        for line in told["preview"]["lines"]:
            run.line(clean(line))
        for warning in told["warnings"]:
            run.say(f"Note: {clean(warning.get('message'))}")
        run.say("Checked. Nothing was stored.")
        return
    posted = post.post(run, calls.publish(run.hub.route_code, "measure", run.stamped(data), tlp=tlp), what)
    post.given(run, posted)


def _act(run: Run, id: str, act: str, text: str | None, what: str) -> None:
    data = {"to": id.upper() if id[:2].upper() == "M-" else id, "act": act} | ({"text": text} if text else {})
    post.given(run, post.post(run, calls.publish(run.hub.route_code, "response", run.stamped(data)), what))


def _and(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _type(word: str) -> str:
    known = get_args(MeasureType)
    asked = word.strip().lower().replace("-", "_")
    if asked not in known:
        raise Usage(f"{word!r} is not a type of measure. Types: {', '.join(known)}")
    return asked


def _cap(word: str) -> dict[str, Any]:
    name, sign, many = word.partition("=")
    known = get_args(CapCounts)
    digits = many.replace(" ", "").replace(",", "").replace(".", "")
    if not sign or name not in known or not digits.isdigit():
        raise Usage(f"--cap {word!r}: write such as in_transit=3200. Which: {', '.join(known)}")
    return {"counts": name, "people": int(digits)}


def _marks(measure: Mapping[str, Any]) -> str:
    words = ["changed"] if measure.get("changed_at") else []
    words += ["short notice"] if measure.get("short_notice") else []
    words += ["unilateral"] if measure.get("unilateral") else []
    return ", ".join(words)


def _hours(measure: Mapping[str, Any]) -> str:
    hours = measure.get("hours_of_notice")
    return f"{hours:g} h" if isinstance(hours, int | float) else ""


def _word(name: object) -> str:
    return WORDS.get(str(name), str(name).replace("_", " "))


def _row(run: Run, measure: Mapping[str, Any], clock: Clock) -> tuple[str, ...]:
    title = run.row_mark(measure) + clean(measure.get("title"))
    return (
        _word(measure.get("state")),
        clean(measure.get("party")),
        title,
        clock.time(measure.get("start")),
        _hours(measure),
        _marks(measure),
        clean(measure.get("short_id")),
    )


def _page(run: Run, measure: Mapping[str, Any], clock: Clock) -> None:
    mark = run.row_mark(measure)
    run.line(f"{_word(measure.get('state')).upper()}  {mark}{clean(measure.get('title'))}  {measure.get('short_id')}")
    where = ", ".join(clean(code) for code in [*measure.get("legs", []), *measure.get("places", [])])
    until = f" to {clock.stamp(measure.get('until'))}" if measure.get("until") else ""
    run.line(f"{clean(measure.get('party'))}, {where}, from {clock.stamp(measure.get('start'))}{until}")
    marks = _marks(measure)
    run.line(f"{_hours(measure)} of notice{f' ({marks})' if marks else ''}")
    for words in measure.get("unilateral", []):
        run.line(f"Unilateral: {clean(words)}")
    for cap in measure.get("caps", []):
        run.line(f"Cap: {number(cap.get('people'))} a day, {_word(cap.get('counts'))}")
    for name in ("reasons", "expected_of_others", "why"):
        if measure.get(name):
            run.line(clean(measure.get(name)))
    for author in measure.get("co_authors", []):
        seen = f"confirmed {clock.stamp(author.get('confirmed_at'))}" if author.get("confirmed_at") else "not confirmed"
        run.line(f"With {clean(author.get('party'))}: {seen}")
    _views(run, measure, clock)
    for line in (measure.get("preview") or {}).get("lines", []):
        run.line(f"Expected: {clean(line)}")
    for day in measure.get("compliance", []):
        _cap_day(run, day, clock)


def _views(run: Run, measure: Mapping[str, Any], clock: Clock) -> None:
    by = f" by {clock.stamp(measure.get('views_by'))}" if measure.get("views_by") else ""
    run.line(f"Views{by} ({clean(measure.get('party'))} decides):")
    for one in measure.get("views", []):
        given = one.get("view") or {}
        said = _word(given["act"]) if given else "not given"
        text = f": {clean(given.get('text'))}" if given.get("text") else ""
        changed = ", before the change" if one.get("before_change") else ""
        run.line(f"  {clean(one.get('party'))}  {said}{text}{changed}")


def _cap_day(run: Run, day: Mapping[str, Any], clock: Clock) -> None:
    sides = []
    for side in day.get("sides", []):
        people = number(side["people"]) if isinstance(side.get("people"), int) else "no figure"
        over = f" ({number(side['over'])} over)" if side.get("over") else ""
        sides.append(f"{clean(side.get('party'))} {people}{over}")
    where = clean(day.get("leg") or _word(day.get("counts")))
    verdict = _word(day.get("verdict"))
    run.line(f"{clock.day(day.get('day'))}  {where}  cap {number(day.get('cap'))}  {'; '.join(sides)}  {verdict}")
