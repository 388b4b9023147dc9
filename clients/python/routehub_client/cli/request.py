"""Requests: ask for information, for a joint needs assessment or for support, and answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import typer

from routehub_client import calls
from routehub_client.cli import post, when
from routehub_client.cli.command import command
from routehub_client.cli.exits import Usage
from routehub_client.cli.run import Run
from routehub_client.cli.words import Clock, clean, number
from routehub_client.errors import Busy, NoConnection

Id = Annotated[str, typer.Argument(metavar="ID", help="Such as R-7F3K.")]
Text = Annotated[str | None, typer.Option("--text", help="In full. No personal data.", metavar="TEXT")]
By = Annotated[str | None, typer.Option("--by", help="Until when: a time, or hours such as 12h.", metavar="WHEN")]
Expires = Annotated[
    str | None, typer.Option("--expires", help="From when an answer is of no use, and refused.", metavar="WHEN")
]
Place = Annotated[str | None, typer.Option("--place", help="Such as MK/gevgelija-centre.", metavar="P")]
Point = Annotated[list[str] | None, typer.Option("--point", help="Plan and point.", metavar="PLAN/N")]
Of = Annotated[list[str] | None, typer.Option("--of", help="Who is asked; may be repeated.", metavar="CODE")]
To = Annotated[
    list[str] | None, typer.Option("--to", help="Only this party reads it; may be repeated.", metavar="CODE")
]


def register(app: typer.Typer) -> None:
    command(app, "ask")(ask)
    command(app, "list")(list_requests)
    command(app, "show")(show)
    command(app, "answer")(answer)
    command(app, "more-time")(more_time)
    command(app, "decline")(decline)
    command(app, "withdraw")(withdraw)
    command(app, "close")(close)


def ask(
    run: Run,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="What is asked, in one line.")],
    of: Of = None,
    by: By = None,
    joint: Annotated[bool, typer.Option("--joint", help="A joint needs assessment, due in 24 hours.")] = False,
    support: Annotated[bool, typer.Option("--support", help="Support by agencies and development banks.")] = False,
    text: Text = None,
    scope: Annotated[str | None, typer.Option("--scope", help="What exactly.", metavar="TEXT")] = None,
    purpose: Annotated[str | None, typer.Option("--purpose", help="What for.", metavar="TEXT")] = None,
    first: Annotated[str | None, typer.Option("--from", help="First day asked about.", metavar="DAY")] = None,
    last: Annotated[str | None, typer.Option("--until", help="Last day asked about.", metavar="DAY")] = None,
    expires: Expires = None,
    only_us: Annotated[
        bool, typer.Option("--only-us", help="Answers are for your party and the coordinators only.")
    ] = False,
    quantity: Annotated[int | None, typer.Option("--quantity", help="With --support: how many.")] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="With --support: of what.", metavar="UNIT")] = None,
    place: Place = None,
    point: Point = None,
    to: To = None,
) -> None:
    """Ask parties for information; with --joint for a needs assessment, with --support for support."""
    if joint and support:
        raise Usage("Choose one: --joint or --support.")
    category = "joint_assessment" if joint else "support" if support else "information"
    data: dict[str, Any] = {
        "category": category,
        "title": title,
        "text": text,
        "asked": [code.upper() for code in of or []],
        "due": when.until(run, by) if by else None,
        "expires": when.until(run, expires) if expires else None,
        "scope": scope,
        "purpose": purpose,
        "period": {"first": first or last, "last": last or first} if first or last else None,
        "answers_to": "asker_and_coordinators" if only_us else None,
        "quantity": quantity,
        "unit": unit,
        "place": place,
        "points": point or None,
        "audience": [code.upper() for code in to] if to else None,
    }
    send(run, "request", data, f"request: {title}")


def list_requests(
    run: Run,
    open_: Annotated[bool, typer.Option("--open/--all", help="Open ones, or those that are over as well.")] = True,
    mine: Annotated[bool, typer.Option("--mine", help="Only those that wait for your party's answer.")] = False,
) -> None:
    """List requests and needs, those that are due first."""
    shown(run, None, open_=open_, mine=mine)


def shown(run: Run, category: str | None, *, open_: bool, mine: bool = False) -> None:
    """A list of requests of a category, or of all."""
    post.flush(run)
    me = run.ask_me()
    found = run.hub.requests(category=category, open=True if open_ else None, mine=mine or None)
    clock = run.clock(me.get("now"))
    run.mark()
    if run.options.json:
        run.json(found)
    elif run.options.plain:
        run.records((_id(r), *_words(r, "party", "category", "state", "title"), clock.iso(r.get("due"))) for r in found)
    elif not found:
        run.say("Nothing is open." if open_ else "Nothing.")
    else:
        run.line(f"All times {clock.name}.")
        run.table(("STATE", "PARTY", "WHAT", "DUE", "ANSWERS", "ID"), (_row(r, clock) for r in found))


def show(run: Run, id: Id) -> None:
    """Show one request with its answers and offers."""
    found = run.hub.request(id)
    clock = run.clock(run.ask_me().get("now"))
    run.mark()
    if run.options.json:
        run.json(found)
    elif run.options.plain:
        run.records([(_id(found), *_words(found, "party", "category", "state", "title"), clock.iso(found.get("due")))])
    else:
        _page(run, found, clock)


def answer(
    run: Run,
    id: Id,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The answer. No personal data.")],
    partial: Annotated[bool, typer.Option("--partial", help="More will follow.")] = False,
) -> None:
    """Answer a request for your party."""
    act(run, id, "answer", text=text, partial=True if partial else None, **_audience(run, id))


def more_time(
    run: Run,
    id: Id,
    until: Annotated[str, typer.Option("--until", help="A time, or hours such as 12h.", metavar="WHEN")],
    text: Text = None,
) -> None:
    """Ask for more time to answer."""
    act(run, id, "more_time", new_time=when.until(run, until), text=text, **_audience(run, id))


def decline(
    run: Run, id: Id, reason: Annotated[str, typer.Option("--reason", help="Why.", metavar="TEXT")]
) -> None:  # fmt: skip
    """Say that your party cannot answer, and why."""
    act(run, id, "decline", text=reason, **_audience(run, id))


def withdraw(run: Run, id: Id, text: Text = None) -> None:
    """Take back a request of yours: nobody waits for an answer any more."""
    act(run, id, "withdraw", text=text)


def close(run: Run, id: Id, text: Text = None) -> None:
    """Close a request of yours; of a joint assessment --text is the compiled outcome."""
    act(run, id, "close", text=text)


def act(run: Run, id: str, word: str, **said: Any) -> None:
    """One act on a request or an offer."""
    send(run, "response", {"to": id, "act": word, **said}, f"{word.replace('_', ' ')} of {id}")


def send(run: Run, kind: str, data: Mapping[str, Any], what: str) -> None:
    body = {name: value for name, value in data.items() if value not in (None, [])}
    post.given(run, post.post(run, calls.publish(run.hub.route_code, kind, run.stamped(body)), what))


def _audience(run: Run, id: str) -> dict[str, Any]:
    """To whom the answer goes, where who asked wants it narrow. Without a connection the hub will say so later."""
    try:
        return {"audience": run.hub.request(id).get("answer_audience")}
    except (NoConnection, Busy):
        return {}


def counted(request: Mapping[str, Any]) -> str:
    """«183 of 400 border guards offered, 13 delivered»."""
    counts = request.get("counts")
    if not counts:
        return ""
    of = clean(request.get("unit")).replace("_", " ")
    words = f"{number(counts['pledged'])} of {number(counts['needed'])} {of} offered"
    words += f", {number(counts['delivered'])} delivered" if counts.get("delivered") else ""
    return words + (f", {number(counts['beyond'])} more than needed" if counts.get("beyond") else "")


def steps(acts: Iterable[Mapping[str, Any]], clock: Clock) -> list[str]:
    """The acts of one party, or on one offer, a line each."""
    found = []
    for one in acts:
        words = [f"{clock.stamp(one.get('at'))}  {clean(one.get('party'))}  {clean(one.get('act')).replace('_', ' ')}"]
        words += ["in part"] if one.get("partial") else []
        words += [f"until {clock.stamp(one.get('new_time'))}"] if one.get("new_time") else []
        words += [f"{number(one['quantity'])} in all"] if one.get("quantity") is not None else []
        text = f": {clean(one.get('text'))}" if one.get("text") else ""
        found.append(f"{', '.join(words)}{text}")
    return found


def _id(found: Mapping[str, Any]) -> str:
    return clean(found.get("short_id") or found.get("id"))


def _words(found: Mapping[str, Any], *names: str) -> tuple[str, ...]:
    return tuple(clean(found.get(name)) for name in names)


def _row(found: Mapping[str, Any], clock: Clock) -> tuple[str, ...]:
    asked = [f"{clean(o.get('party'))} {clean(o.get('state')).replace('_', ' ')}" for o in found.get("asked") or []]
    return (
        clean(found.get("state")).replace("_", " "),
        clean(found.get("party")),
        clean(found.get("title")),
        clock.dated(found.get("due")),
        "; ".join(filter(None, [counted(found), ", ".join(asked)])),
        _id(found),
    )


def _page(run: Run, found: Mapping[str, Any], clock: Clock) -> None:
    run.line(f"{clean(found.get('title'))}  {_id(found)}")
    what = clean(found.get("category")).replace("_", " ")
    run.line(f"{clean(found.get('party'))}, {what}, {clean(found.get('state')).replace('_', ' ')}")
    run.line(f"Due {clock.stamp(found.get('due'))}")
    for name in ("text", "scope", "purpose", "place", "mechanism_reference"):
        if found.get(name):
            run.line(f"{name.replace('_', ' ').capitalize()}: {clean(found.get(name))}")
    if found.get("counts"):
        run.line(counted(found))
    for offer in found.get("offers") or []:
        run.line(f"  {offered(offer)}")
    for one in found.get("asked") or []:
        run.line(f"  {clean(one.get('party'))}  {clean(one.get('state')).replace('_', ' ')}")
        for line in steps(one.get("history") or [], clock):
            run.line(f"    {line}")
    if found.get("outcome"):
        run.line(f"Outcome: {steps([found['outcome']], clock)[0]}")


def offered(offer: Mapping[str, Any]) -> str:
    """«O-2QXW  FRONTEX  183 border guards, partly delivered: 43 committed, 13 delivered, 13 received»."""
    of = clean(offer.get("unit")).replace("_", " ")
    parts = [f"{number(offer[name])} {name}" for name in ("committed", "delivered", "received") if offer.get(name)]
    words = f"{_id(offer)}  {clean(offer.get('party'))}  {number(offer.get('quantity'))} {of}, "
    words += clean(offer.get("state")).replace("_", " ")
    return words + (f": {', '.join(parts)}" if parts else "") + f"  {clean(offer.get('title'))}"
