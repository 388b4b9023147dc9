"""What you are sent by e-mail, webhook, chat or push: add, try, pause, send again."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from routehub_client.cli.command import command
from routehub_client.cli.exits import Usage
from routehub_client.cli.run import Run
from routehub_client.cli.words import Clock, clean
from routehub_client.wire import Request, dumps, path

Id = Annotated[str, typer.Argument(metavar="ID", help="The id of a subscription, as in the list.")]
_JSON = (("Content-Type", "application/json"),)


def register(app: typer.Typer) -> None:
    for work in (list_, add, test, pause, resume, rotate, remove, log, dead, replay, replays):
        command(app, work.__name__.rstrip("_"))(work)


def list_(run: Run) -> None:
    """List your subscriptions; for the office of a party, all of the party."""
    found = _ask(run, "GET", "subscriptions")["subscriptions"]
    rows = [
        (clean(one["id"]), clean(one["channel"]), clean(one["target"]), _filter(one["filter"]), _state(one))
        for one in found
    ]
    _tell(run, found, ("ID", "CHANNEL", "TO", "WHAT", "STATE"), rows)


def add(
    run: Run,
    channel: Annotated[str, typer.Argument(metavar="CHANNEL", help="webhook, email or apprise")],
    to: Annotated[
        str | None,
        typer.Argument(metavar="[TO]", help="The address; - reads it from stdin, so that no command holds it."),
    ] = None,
    kind: Annotated[list[str] | None, typer.Option("--kind", help="alert, report, note …", metavar="KIND")] = None,
    about: Annotated[list[str] | None, typer.Option("--about", help="Only about this party.", metavar="CODE")] = None,
    place: Annotated[list[str] | None, typer.Option("--place", help="Only at this place.", metavar="PLACE")] = None,
    severity: Annotated[str | None, typer.Option("--severity", help="This and worse.", metavar="WORD")] = None,
    signing: Annotated[
        str | None, typer.Option("--signing", help="hmac, ed25519 or both, for webhooks.", metavar="FORM")
    ] = None,
) -> None:
    """Subscribe. What a webhook is verified with is shown now; a secret is never shown again."""
    target = sys.stdin.readline().strip() if to == "-" else to
    data = {
        "channel": channel, "target": target, "kinds": kind, "parties": about, "places": place, "severity": severity,
        "signing": signing,
    }  # fmt: skip
    made = _ask(run, "POST", "subscriptions", data={name: value for name, value in data.items() if value})
    _given(run, made)
    run.say(f"Next: rh subscriptions test {made['id']}")


def test(run: Run, id: Id) -> None:
    """Send a test now; how it went is in the log."""
    run.line(clean(_ask(run, "POST", "subscriptions", id, "test", data={})["delivery"]))
    run.say(f"Next: rh subscriptions log {id}")


def pause(run: Run, id: Id) -> None:
    """Send nothing until it is resumed."""
    _given(run, _ask(run, "PATCH", "subscriptions", id, data={"active": False}))


def resume(run: Run, id: Id) -> None:
    """Switch on again what was paused, or what the hub switched off."""
    _given(run, _ask(run, "PATCH", "subscriptions", id, data={"active": True}))


def rotate(
    run: Run,
    id: Id,
    overlap: Annotated[int, typer.Option("--overlap", help="Hours for which both sign.", metavar="HOURS", min=0)] = 24,
    signing: Annotated[
        str | None, typer.Option("--signing", help="hmac, ed25519 or both; as before.", metavar="FORM")
    ] = None,
) -> None:
    """New signing keys for a webhook; those of before sign beside them for the overlap."""
    data: dict[str, Any] = {"overlap_hours": overlap} | ({"signing": signing} if signing else {})
    _given(run, _ask(run, "POST", "subscriptions", id, "rotate", data=data))


def remove(run: Run, id: Id) -> None:
    """Remove a subscription with its log."""
    _ask(run, "DELETE", "subscriptions", id)
    run.say("Removed. Nothing more is sent.")


def log(
    run: Run,
    id: Id,
    limit: Annotated[int, typer.Option("--limit", help="How many at most.", metavar="N", min=1, max=200)] = 20,
) -> None:
    """What was sent, the newest first, and how it went."""
    found = _ask(run, "GET", "subscriptions", id, "deliveries", limit=limit)["deliveries"]
    _deliveries(run, found)


def dead(run: Run) -> None:
    """Messages that could not be sent: of your subscriptions; for the office of a party, all of the party."""
    _deliveries(run, _ask(run, "GET", "dead-letters")["deliveries"])


def replay(
    run: Run,
    id: Id,
    after: Annotated[str | None, typer.Option("--after", help="From this cursor on.", metavar="CURSOR")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Up to this cursor.", metavar="CURSOR")] = None,
    from_: Annotated[str | None, typer.Option("--from", help="From this time on (ISO 8601).", metavar="TIME")] = None,
    to: Annotated[str | None, typer.Option("--to", help="Up to this time (ISO 8601).", metavar="TIME")] = None,
    dead: Annotated[bool, typer.Option("--dead", help="All that could not be sent.")] = False,
) -> None:
    """Send once more, under the same message ids: since a cursor, a range, or what could not be sent."""
    given = {"after": after, "until": until, "from_time": from_, "to_time": to, "dead": dead}
    if not any(given.values()):
        raise Usage("Say what to send again: --after CURSOR, --from TIME or --dead.")
    made = _ask(run, "POST", "subscriptions", id, "replays", data={name: one for name, one in given.items() if one})
    if run.options.json:
        run.json(made)
    else:
        run.line(clean(made["id"]))
        run.say(f"Next: rh subscriptions replays {id}")


def replays(run: Run, id: Id) -> None:
    """How far replays have come."""
    found = _ask(run, "GET", "subscriptions", id, "replays")["replays"]
    clock = run.clock(None)
    rows = [
        (
            clean(one["id"]),
            clock.stamp(one["created_at"]),
            f"{one['looked_through']} of {one['messages']}",
            str(one["wanted"]),
            ", ".join(f"{many} {state}" for state, many in one["deliveries"].items() if many),
        )
        for one in found
    ]
    _tell(run, found, ("ID", "BEGUN", "LOOKED THROUGH", "TO SEND", "DELIVERIES"), rows)


def reached(run: Run, ref: str) -> None:
    """Who was reached by a message of one's own party."""
    found = _ask(run, "GET", "messages", ref, "deliveries")["parties"]
    clock = run.clock(None)
    rows = []
    for one in found:
        ack = one["acknowledgement"]
        told = "" if ack is None else clock.stamp(ack["at"]) if ack["at"] else "not yet"
        for way in one["channels"] or [{"channel": "", "state": "nothing sent", "at": None}]:
            rows.append((clean(one["party"]), clean(way["channel"]), clean(way["state"]), clock.stamp(way["at"]), told))
    _tell(run, found, ("PARTY", "CHANNEL", "STATE", "AT", "ACKNOWLEDGED"), rows)


def _ask(run: Run, method: str, *steps: str, data: Any = None, **asked: Any) -> Any:
    if run.options.dry_run and method != "GET":
        raise Usage("This cannot be tried without doing it. Leave out --dry-run.")
    body = dumps(data) if data is not None else None
    request = Request(
        method, path(*steps, route=run.route), tuple((name, str(value)) for name, value in asked.items()),
        _JSON if body is not None else (), body,
    )  # fmt: skip
    answer = run.hub.ask(request)
    run.mark(data=method == "GET")
    return answer.object() if answer.status != 204 else {}


def _given(run: Run, made: dict[str, Any]) -> None:
    """The id first; then what the receiver needs."""
    if run.options.json:
        run.json(made)
        return
    run.line(clean(made["id"]))
    if made.get("secret"):
        run.line(clean(made["secret"]))
        run.say("Keep this secret now: it is never shown again.")
    for key in made.get("signing_keys") or []:
        ends = f", signs until {clean(key['ends_at'])}" if key.get("ends_at") else ""
        run.say(f"Key {clean(key['id'])} {clean(key['form'])} {clean(key.get('public_key'))}{ends}")


def _deliveries(run: Run, found: list[dict[str, Any]]) -> None:
    clock: Clock = run.clock(None)
    rows = [
        (
            clock.stamp(one["created_at"]), clean(one["kind"]), clean(one["state"]), str(len(one["attempts"])),
            clean(one["outcome"]), clean(one["about"]),
        )
        for one in found
    ]  # fmt: skip
    _tell(run, found, ("MADE", "KIND", "STATE", "TRIES", "OUTCOME", "MESSAGE"), rows)


def _tell(run: Run, found: Any, head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    if run.options.json:
        run.json(found)
    elif run.options.plain:
        run.records(rows)
    elif rows:
        run.table(head, rows)
    else:
        run.say("None.")


def _filter(told: dict[str, Any]) -> str:
    parts = [clean(" ".join(told[name])) for name in ("kinds", "parties", "places", "points", "threads") if told[name]]
    parts += [f"{clean(told['severity'])} and worse"] if told.get("severity") else []
    return ", ".join(parts) or "everything"


def _state(one: dict[str, Any]) -> str:
    if one.get("disabled_at"):
        return f"switched off: {clean(one.get('disabled_reason'))}"
    if not one["active"]:
        return "paused"
    return "failing" if one.get("failing_since") else "on"
