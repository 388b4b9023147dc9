"""Offers: make one unasked, and move offers on: accept, commit, deliver, receive."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from routehub_client.cli import post, request
from routehub_client.cli.command import command
from routehub_client.cli.request import Place, Point, Text
from routehub_client.cli.run import Run
from routehub_client.cli.words import clean, number

Id = Annotated[str, typer.Argument(metavar="ID", help="Such as O-2QXW.")]
First = Annotated[str | None, typer.Option("--from", help="The first day on which it can be had.", metavar="DAY")]
Last = Annotated[str | None, typer.Option("--until", help="The last day.", metavar="DAY")]
InAll = Annotated[int | None, typer.Option("--quantity", help="How much in all by now; else all of it.", metavar="N")]
Why = Annotated[str | None, typer.Option("--text", help="A word; needed where a number goes back.", metavar="TEXT")]


def register(app: typer.Typer) -> None:
    command(app, "make")(make)
    command(app, "list")(list_offers)
    command(app, "show")(show)
    command(app, "accept")(accept)
    command(app, "decline")(decline)
    command(app, "commit")(commit)
    command(app, "deliver")(deliver)
    command(app, "receive")(receive)
    command(app, "withdraw")(withdraw)


def make(
    run: Run,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="What you offer, in one line.")],
    quantity: Annotated[int, typer.Option("--quantity", help="How many.", metavar="N")],
    unit: Annotated[str, typer.Option("--unit", help="Of what: experts, blankets.", metavar="UNIT")],
    for_: Annotated[list[str] | None, typer.Option("--for", help="For whom; may be repeated.", metavar="CODE")] = None,
    text: Text = None,
    place: Place = None,
    first: First = None,
    last: Last = None,
    point: Point = None,
) -> None:
    """Offer something unasked. Toward a need: rh need offer."""
    to = [code.upper() for code in for_ or []]
    send(run, title, quantity, unit, text=text, place=place, first=first, last=last, offered_to=to, points=point)


def send(
    run: Run, title: str, quantity: int, unit: str | None, *, first: str | None, last: str | None, **more: Any
) -> None:
    """Post an offer; who gets it, and toward what, stands in `more`."""
    data = {"title": title, "quantity": quantity, "unit": unit, "available_from": first, "available_until": last}
    request.send(run, "offer", data | more, f"offer: {title}")


def list_offers(
    run: Run,
    unasked: Annotated[bool, typer.Option("--unasked", help="Only those that answer no need.")] = False,
) -> None:
    """List offers, the newest first."""
    post.flush(run)
    found = run.hub.offers(party=run.options.party, unasked=unasked or None)
    run.mark()
    if run.options.json:
        run.json(found)
        return
    names = ("committed", "delivered", "received")
    rows = [
        (
            clean(o.get("state")).replace("_", " "),
            clean(o.get("party")),
            clean(o.get("title")),
            clean(o.get("need_short_id")),
            f"{number(o.get('quantity'))} {clean(o.get('unit')).replace('_', ' ')}",
            *(number(o.get(name)) for name in names),
            clean(o.get("short_id")),
        )
        for o in found
    ]
    if run.options.plain:
        run.records(rows)
    elif not rows:
        run.say("No offers.")
    else:
        head = ("STATE", "PARTY", "WHAT", "NEED", "OFFERED", "COMMITTED", "DELIVERED", "RECEIVED", "ID")
        run.table(head, rows, right=("OFFERED", "COMMITTED", "DELIVERED", "RECEIVED"))


def show(run: Run, id: Id) -> None:
    """Show one offer with its steps."""
    found = run.hub.offer(id)
    clock = run.clock(run.ask_me().get("now"))
    run.mark()
    if run.options.json:
        run.json(found)
        return
    run.line(request.offered(found))
    if found.get("need_short_id"):
        run.line(f"Toward {clean(found.get('need_short_id'))} of {clean(found.get('needed_by'))}")
    for line in request.steps(found.get("history") or [], clock):
        run.line(f"  {line}")


def accept(run: Run, id: Id, text: Why = None) -> None:
    """Accept an offer for your party."""
    request.act(run, id, "accept", text=text)


def decline(run: Run, id: Id, reason: Annotated[str, typer.Option("--reason", help="Why.", metavar="TEXT")]) -> None:
    """Decline an offer, with a reason."""
    request.act(run, id, "decline", text=reason)


def withdraw(run: Run, id: Id, text: Why = None) -> None:
    """Take back an offer of yours; what was delivered stays."""
    request.act(run, id, "withdraw", text=text)


def commit(run: Run, id: Id, quantity: InAll = None, text: Why = None) -> None:
    """Commit what you offered: it is firm, or on the way."""
    request.act(run, id, "commit", quantity=quantity, text=text)


def deliver(run: Run, id: Id, quantity: InAll = None, text: Why = None) -> None:
    """Tell that what you offered is there."""
    request.act(run, id, "deliver", quantity=quantity, text=text)


def receive(run: Run, id: Id, quantity: InAll = None, text: Why = None) -> None:
    """Confirm what your party has received."""
    request.act(run, id, "receive", quantity=quantity, text=text)
