"""Movements: propose to bring people to a neighbour's border, agree or object, say what took place."""

from __future__ import annotations

import sys
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
from routehub_schemas.vocab import Transport

Id = Annotated[str, typer.Argument(metavar="ID", help="Such as M-2QXW.")]
Text = Annotated[str | None, typer.Option("--text", help="In words.", metavar="TEXT")]
WORDS = {
    "proposed": "proposed, waits for an answer",
    "notified": "told in advance",
    "agreed_with_conditions": "agreed with conditions, not accepted yet",
    "not_agreed": "not agreed",
    "took_place": "took place",
}
ACTS = {
    "agree": "agreed",
    "agree_with_conditions": "agreed with conditions",
    "object": "objected",
    "accept_conditions": "accepted the conditions",
    "withdraw": "withdrew it",
    "took_place": "reported what took place",
}


def register(app: typer.Typer) -> None:
    command(app, "propose")(propose)
    command(app, "list")(list_movements)
    command(app, "show")(show)
    command(app, "ledger")(ledger)
    command(app, "agree")(agree)
    command(app, "object")(object_)
    command(app, "accept-conditions")(accept_conditions)
    command(app, "withdraw")(withdraw)
    command(app, "took-place")(took_place)


def propose(
    run: Run,
    to: Annotated[str, typer.Option("--to", help="The neighbour that is asked.", metavar="CODE")],
    people: Annotated[int, typer.Option("--people", help="About how many.", min=1, metavar="N")],
    at: Annotated[str, typer.Option("--at", help="When they reach the border: a time, 12h or 2d.", metavar="WHEN")],
    transport: Annotated[
        str, typer.Option("--transport", help="train, bus, on_foot, ship, plane or other.", metavar="T")
    ] = "train",
    vehicles: Annotated[int | None, typer.Option("--vehicles", help="How many vehicles.", min=1, metavar="N")] = None,
    place: Annotated[str | None, typer.Option("--place", help="Such as HR-SI/dobova.", metavar="P")] = None,
    answer_by: Annotated[
        str | None, typer.Option("--answer-by", help="Until when they can answer.", metavar="WHEN")
    ] = None,
    remarks: Annotated[str | None, typer.Option("--remarks", help="About groups, never persons.", metavar="T")] = None,
) -> None:
    """Ask a neighbour to take people in at its border. No answer means not agreed."""
    if transport not in get_args(Transport):
        raise Usage(f"{transport!r} is no transport: {', '.join(get_args(Transport))}.")
    data: dict[str, Any] = {
        "leg": f"{run.party}-{to.upper()}",
        "people": people,
        "at": instant(run, at, "--at"),
        "transport": transport,
        "vehicles": vehicles,
        "place": place,
        "answer_by": instant(run, answer_by, "--answer-by") if answer_by else None,
        "remarks": remarks,
    }
    body = {name: value for name, value in data.items() if value is not None}
    call = calls.publish(run.hub.route_code, "movement", run.stamped(body))
    post.given(run, post.post(run, call, f"movement to {to.upper()}"))


def list_movements(run: Run) -> None:
    """List movements, those that wait for an answer first."""
    post.flush(run)
    me = run.ask_me()
    found = run.hub.movements()
    clock = run.clock(me.get("now"))
    run.mark()
    if run.options.json:
        run.json(found)
    elif run.options.plain:
        names = ("short_id", "from", "to", "state", "people")
        run.records((*(item.get(name) for name in names), clock.iso(item.get("at"))) for item in found)
    elif not found:
        run.say("No movements.")
    else:
        run.line(f"All times {clock.name}.")
        head = ("STATE", "FROM", "TO", "PEOPLE", "AT", "ANSWER BY", "ID")
        run.table(head, (_row(run, item, clock) for item in found), right=("PEOPLE",))


def show(run: Run, id: Id) -> None:
    """Show one movement and what was answered."""
    found = run.hub.movement(id)
    clock = run.clock(run.ask_me().get("now"))
    run.mark()
    if run.options.json:
        run.json(found)
    elif run.options.plain:
        names = ("short_id", "from", "to", "state", "people")
        run.records([tuple(found.get(name) for name in names)])
    else:
        _page(run, found, clock)


def ledger(run: Run) -> None:
    """What was agreed, not agreed, and took place without agreement, by pair of neighbours."""
    found = run.hub.ledger()
    run.mark()
    names = ("from", "to", "proposed", "agreed", "not_agreed", "took_place", "without_agreement", "people_took_place")
    if run.options.json:
        run.json(found)
    elif run.options.plain:
        run.records([item.get(name) for name in names] for item in found)
    else:
        run.line("Each row has the sender's own numbers; those of different parties are never added up.")
        head = tuple(name.replace("_", " ").upper() for name in names)
        run.table(head, ([number(item.get(name)) for name in names] for item in found), right=head[2:])


def agree(
    run: Run,
    id: Id,
    conditions: Annotated[
        str | None, typer.Option("--conditions", help="Agree only with these; they count once accepted.", metavar="T")
    ] = None,
) -> None:
    """Agree to a movement for your party, as it is or with conditions. It is asked once more on a terminal."""
    act = "agree_with_conditions" if conditions else "agree"
    _confirmed(run, id, "agrees to" if not conditions else "agrees, with conditions, to")
    _act(run, id, act, f"answer to {id}", text=conditions)


def object_(
    run: Run,
    id: Id,
    reason: Annotated[str, typer.Option("--reason", help="Why.", metavar="TEXT")],
) -> None:
    """Object to a movement."""
    _act(run, id, "object", f"answer to {id}", text=reason)


def accept_conditions(run: Run, id: Id) -> None:
    """Accept the conditions that the neighbour set for a movement of yours: then it is agreed."""
    _act(run, id, "accept_conditions", f"acceptance for {id}")


def withdraw(run: Run, id: Id, text: Text = None) -> None:
    """Withdraw a movement of yours."""
    _act(run, id, "withdraw", f"withdrawal of {id}", text=text)


def took_place(
    run: Run,
    id: Id,
    people: Annotated[int, typer.Option("--people", help="How many it was, or 0.", min=0, metavar="N")],
    text: Text = None,
) -> None:
    """Say how many people it was in the end."""
    _act(run, id, "took_place", f"report of {id}", text=text, people=people)


def _act(run: Run, id: str, act: str, what: str, **said: Any) -> None:
    named = id.upper() if id[:2].upper() == "M-" else id
    data = {"to": named, "act": act, **{name: value for name, value in said.items() if value is not None}}
    post.given(run, post.post(run, calls.publish(run.hub.route_code, "response", run.stamped(data)), what))


def _confirmed(run: Run, id: str, verb: str) -> None:
    """Repeats party, what, number, place and time; a terminal is asked, a script has decided already."""
    if run.options.no_input or run.options.dry_run or not sys.stdin.isatty():
        return
    found = run.hub.movement(id)
    clock = run.clock(run.ask_me().get("now"))
    where = clean(found.get("place") or found.get("leg"))
    what = f"{_carried(found)}, about {number(found.get('people'))} people, {clock.stamp(found.get('at'))}, {where}"
    run.fault(f"{run.party} {verb} {what}.")
    typer.confirm("Is this right?", abort=True, err=True)


def _carried(movement: Mapping[str, Any]) -> str:
    many, transport = movement.get("vehicles"), clean(movement.get("transport")).replace("_", " ")
    return f"{many} × {transport}" if many else transport


def _state(movement: Mapping[str, Any]) -> str:
    word = str(movement.get("state"))
    return WORDS.get(word, word) + (", without agreement" if movement.get("without_agreement") else "")


def _row(run: Run, movement: Mapping[str, Any], clock: Clock) -> tuple[str, ...]:
    return (
        run.row_mark(movement) + _state(movement),
        clean(movement.get("from")),
        clean(movement.get("to")),
        number(movement.get("people")),
        clock.time(movement.get("at")),
        clock.time(movement.get("answer_by")) if movement.get("state") == "proposed" else "",
        clean(movement.get("short_id")),
    )


def _page(run: Run, movement: Mapping[str, Any], clock: Clock) -> None:
    mark = run.row_mark(movement)
    where = clean(movement.get("place") or movement.get("leg"))
    run.line(
        f"{_state(movement).upper()}  {mark}{movement.get('from')} to {movement.get('to')}  {movement['short_id']}"
    )
    people = f"about {number(movement.get('people'))} people"
    run.line(f"{_carried(movement)}, {people}, {clock.stamp(movement.get('at'))}, {where}")
    if movement.get("state") == "proposed":
        run.line(f"Answer by {clock.stamp(movement.get('answer_by'))}. No answer means not agreed.")
    if movement.get("conditions"):
        run.line(f"Conditions: {clean(movement.get('conditions'))}")
    if movement.get("remarks"):
        run.line(clean(movement.get("remarks")))
    for act in movement.get("history", []):
        many = f", {number(act['people'])} people" if isinstance(act.get("people"), int) else ""
        text = f": {clean(act.get('text'))}" if act.get("text") else ""
        done = ACTS.get(str(act.get("act")), clean(act.get("act")))
        run.line(f"  {clock.stamp(act.get('at'))}  {clean(act.get('party'))} {done}{many}{text}")
