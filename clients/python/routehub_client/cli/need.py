"""Needs: say what is missing, see what was offered, and offer."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from routehub_client.cli import offer as offers
from routehub_client.cli import request, when
from routehub_client.cli.command import command
from routehub_client.cli.request import By, Expires, Id, Of, Place, Point, Text, To
from routehub_client.cli.run import Run

Quantity = Annotated[int, typer.Option("--quantity", help="How many.", metavar="N")]
Unit = Annotated[str, typer.Option("--unit", help="Of what: places, blankets, border_guards.", metavar="UNIT")]


def register(app: typer.Typer) -> None:
    command(app, "post")(post)
    command(app, "list")(list_needs)
    command(app, "show")(request.show)
    command(app, "offer")(offer)


def post(
    run: Run,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="What is needed, in one line.")],
    quantity: Quantity,
    unit: Unit,
    by: By,
    place: Place = None,
    text: Text = None,
    of: Of = None,
    mechanism: Annotated[
        str | None,
        typer.Option(
            "--mechanism", help="The EU Civil Protection Mechanism is triggered: its reference.", metavar="REF"
        ),
    ] = None,
    expires: Expires = None,
    point: Point = None,
    to: To = None,
) -> None:
    """Make a need clear: what, how many, where and by when."""
    triggered = {"triggered": True, "reference": mechanism} if mechanism else None
    data: dict[str, Any] = {
        "category": "need",
        "title": title,
        "text": text,
        "quantity": quantity,
        "unit": unit,
        "due": when.until(run, by) if by else None,
        "expires": when.until(run, expires) if expires else None,
        "place": place,
        "asked": [code.upper() for code in of or []],
        "civil_protection_mechanism": triggered,
        "points": point or None,
        "audience": [code.upper() for code in to] if to else None,
    }
    request.send(run, "request", data, f"need: {title}")


def list_needs(
    run: Run,
    open_: Annotated[bool, typer.Option("--open/--all", help="Open ones, or those that are over as well.")] = True,
) -> None:
    """List needs with what was offered against each."""
    request.shown(run, "need", open_=open_)


def offer(
    run: Run,
    id: Id,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="What you offer, in one line.")],
    quantity: Quantity,
    unit: Annotated[str | None, typer.Option("--unit", help="Else the unit of the need.", metavar="UNIT")] = None,
    text: Text = None,
    place: Place = None,
    first: offers.First = None,
    last: offers.Last = None,
) -> None:
    """Offer toward a need, in its unit."""
    counted = unit or run.hub.request(id).get("unit")
    offers.send(run, title, quantity, counted, text=text, place=place, first=first, last=last, need=id)
