"""Alerts: raise, update, end and acknowledge them."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, get_args

import typer

from routehub_client import answers, calls
from routehub_client.cli import post, when
from routehub_client.cli.command import command
from routehub_client.cli.exits import Usage
from routehub_client.cli.run import Run
from routehub_client.cli.words import Clock, clean
from routehub_client.errors import HubError, NoConnection
from routehub_schemas.kinds.alert.headline import headline as headline_of
from routehub_schemas.vocab import NAMED_ONLY_CATEGORIES, AlertCategory

LASTS = "24h"


@dataclass(frozen=True)
class Kind:
    """What a choice of category sets, unless it is said otherwise (CAP 1.2 scales)."""

    severity: str
    urgency: str
    certainty: str


KINDS: Mapping[str, Kind] = {
    "surge": Kind("Moderate", "Immediate", "Observed"),
    "reception_nearly_full": Kind("Severe", "Expected", "Likely"),
    "crossing_changed": Kind("Severe", "Immediate", "Observed"),
    "people_stranded": Kind("Severe", "Immediate", "Observed"),
    "transport_disrupted": Kind("Moderate", "Immediate", "Observed"),
    "violence_or_smuggling": Kind("Moderate", "Immediate", "Observed"),
    "weather": Kind("Moderate", "Expected", "Likely"),
    "data_discrepancy": Kind("Minor", "Expected", "Observed"),
}
OTHER = Kind("Moderate", "Expected", "Likely")

Id = Annotated[str, typer.Argument(metavar="ID", help="Such as A-7F3K.")]
Detail = Annotated[str | None, typer.Option("--detail", help="What happens. No personal data.", metavar="TEXT")]
Severity = Annotated[str | None, typer.Option("--severity", help="Extreme, Severe, Moderate or Minor.", metavar="S")]
Headline = Annotated[str | None, typer.Option("--headline", help="One line; else written for you.", metavar="TEXT")]
Instruction = Annotated[str | None, typer.Option("--instruction", help="What readers should do.", metavar="TEXT")]
Expires = Annotated[
    str | None,
    typer.Option("--expires", help="When it ends by itself: a time, or hours such as 12h.", metavar="WHEN"),
]


def register(app: typer.Typer) -> None:
    command(app, "list")(list_alerts)
    command(app, "show")(show)
    command(app, "raise")(raise_alert)
    command(app, "update")(update)
    command(app, "end")(end)
    command(app, "ack")(ack)
    command(app, "import")(import_)


def list_alerts(
    run: Run,
    open_: Annotated[bool, typer.Option("--open/--all", help="Open ones, or ended ones as well.")] = True,
    mine: Annotated[bool, typer.Option("--mine", help="Only those that wait for your party.")] = False,
) -> None:
    """List alerts, the worst first."""
    post.flush(run)
    me = run.ask_me()
    found = run.hub.alerts(open=True if open_ else None)
    own = me.get("party", {}).get("code")
    if mine:
        found = [item for item in found if own in _waiting(item)]
    elif run.options.party:
        found = [item for item in found if item.get("party") == run.options.party.upper()]
    clock = run.clock(me.get("now"))
    run.mark()
    if run.options.json:
        run.json(found)
    elif run.options.plain:
        run.records(_record(item, clock) for item in found)
    elif not found:
        run.say("No open alerts." if open_ else "No alerts.")
    else:
        run.line(f"All times {clock.name}.")
        run.table(
            ("SEVERITY", "PARTY", "HEADLINE", "ENDS", "WAITING FOR", "ID"),
            (_row(run, item, clock) for item in found),
        )


def show(run: Run, id: Id) -> None:
    """Show one alert and who has acknowledged it."""
    alert = run.hub.alert(id)
    clock = run.clock(run.ask_me().get("now"))
    run.mark()
    if run.options.json:
        run.json(alert)
    elif run.options.plain:
        run.records([_record(alert, clock)])
    else:
        _page(run, alert, clock)


def raise_alert(
    run: Run,
    type: Annotated[str, typer.Argument(metavar="TYPE", help="surge, reception_nearly_full, crossing_changed …")],
    place: Annotated[str | None, typer.Option("--place", help="Such as MK/gevgelija-centre.", metavar="P")] = None,
    detail: Detail = None,
    severity: Severity = None,
    headline: Headline = None,
    instruction: Instruction = None,
    expires: Expires = None,
    to: Annotated[
        list[str] | None, typer.Option("--to", help="Only to this party; may be repeated.", metavar="CODE")
    ] = None,
    point: Annotated[list[str] | None, typer.Option("--point", help="Plan and point.", metavar="PLAN/N")] = None,
) -> None:
    """Raise an alert. It cannot be edited afterwards; update or end it.

    TYPE sets severity, urgency, certainty and an end after 24 hours, unless you say otherwise.
    """
    category = _category(type)
    kind = KINDS.get(category, OTHER)
    if category in NAMED_ONLY_CATEGORIES and not to:
        raise Usage(f"An alert on {category} goes to named parties only: add --to CODE.")
    data: dict[str, Any] = {
        "category": category,
        "severity": _severity(severity) or kind.severity,
        "urgency": kind.urgency,
        "certainty": kind.certainty,
        "headline": headline or _headline(run, category, place),
        "description": detail,
        "instruction": instruction,
        "place": place,
        "expires": when.until(run, expires or LASTS),
        "audience": [code.upper() for code in to] if to else None,
        "points": point or None,
    }
    if run.options.exercise:
        data["status"] = "Exercise"
    _send(run, data, f"alert: {data['headline']}")


def update(
    run: Run,
    id: Id,
    detail: Detail = None,
    severity: Severity = None,
    headline: Headline = None,
    instruction: Instruction = None,
    expires: Expires = None,
) -> None:
    """Replace an alert of yours by a newer one. What you do not name stays."""
    changed = {
        "description": detail,
        "severity": _severity(severity),
        "headline": headline,
        "instruction": instruction,
        "expires": when.until(run, expires) if expires else None,
    }
    changed = {name: value for name, value in changed.items() if value is not None}
    if not changed:
        raise Usage("What changed? Add --severity, --headline, --detail, --instruction or --expires.")
    data = _earlier(run, id) | changed | {"msg_type": "Update"}
    _send(run, data, f"update of {id}")


def end(run: Run, id: Id, detail: Detail = None) -> None:
    """End an alert of yours everywhere, for everyone who got it."""
    data = _earlier(run, id) | {"msg_type": "Cancel"} | ({"description": detail} if detail else {})
    _send(run, data, f"end of {id}")


def ack(
    run: Run,
    id: Id,
    reply: Annotated[str | None, typer.Option("--reply", help="A comment.", metavar="TEXT")] = None,
) -> None:
    """Say that your party has seen an alert. It does not agree to anything."""
    data = {"to": id, "act": "acknowledge"} | ({"text": reply} if reply else {})
    posted = post.post(
        run, calls.publish(run.hub.route_code, "response", run.stamped(data)), f"acknowledgement of {id}"
    )
    post.given(run, posted)


def import_(
    run: Run,
    file: Annotated[typer.FileBinaryRead, typer.Argument(metavar="FILE", help="A CAP document; - reads stdin.")],
    to: Annotated[
        list[str] | None, typer.Option("--to", help="Only to this party; may be repeated.", metavar="CODE")
    ] = None,
    as_exercise: Annotated[
        bool, typer.Option("--as-exercise", help="Take a real alert as material of an exercise.")
    ] = False,
) -> None:
    """Post an alert that came as CAP. It brings its own id: imported again, it is the same message."""
    run.mark(data=False)
    parties = [code.upper() for code in to] if to else None
    posted = run.hub.import_alert(
        file.read(), audience=parties, as_exercise=as_exercise, dry_run=run.options.dry_run
    )  # fmt: skip
    post.given(run, posted)


def _send(run: Run, data: Mapping[str, Any], what: str) -> None:
    body = {name: value for name, value in data.items() if value is not None}
    tlp = body.pop("tlp", None)
    posted = post.post(run, calls.publish(run.hub.route_code, "alert", run.stamped(body), tlp=tlp), what)
    post.given(run, posted)


def _earlier(run: Run, id: str) -> dict[str, Any]:
    """An alert as its last update left it, ready to be sent again under a reference to it."""
    alert = run.hub.alert(id)
    event = run.hub.message(alert.get("latest") or alert["id"])
    data = {name: value for name, value in event.data.items() if name not in {"rule", "cap"}}
    return data | {"references": [alert["id"]], "tlp": event.tlp}


def _category(word: str) -> str:
    known = get_args(AlertCategory)
    asked = word.strip().lower().replace("-", "_")
    if asked in known:
        return asked
    near = difflib.get_close_matches(asked, known, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise Usage(f"{word!r} is not a type of alert.{hint} Types: {', '.join(known)}")


def _severity(word: str | None) -> str | None:
    if word is None:
        return None
    known = ("Extreme", "Severe", "Moderate", "Minor")
    if word.capitalize() not in known:
        raise Usage(f"{word!r} is not a severity: {', '.join(known)}.")
    return word.capitalize()


def _headline(run: Run, category: str, place: str | None) -> str:
    """With the name that the hub has for the place or the party; without a connection with its code."""
    where = place or str(run.party)
    try:
        party = run.hub.party((place or "").partition("/")[0] if place else where)
    except (HubError, NoConnection):
        return headline_of(category, where)
    known = {str(one.get("code")): one.get("name") for one in party.get("places") or []}
    return headline_of(category, clean(known.get(place, place) if place else party.get("name") or where))


def _waiting(alert: answers.Alert) -> list[str]:
    """Parties that have not acknowledged."""
    return [
        str(item.get("party"))
        for item in alert.get("acknowledgements") or []
        if item.get("state") != "acknowledged" and not item.get("at")
    ]


def _name(alert: answers.Alert) -> str:
    return clean(alert.get("short_id") or alert.get("id"))


def _headed(run: Run, alert: answers.Alert) -> str:
    return run.row_mark(alert) + clean(alert.get("headline"))


def _row(run: Run, alert: answers.Alert, clock: Clock) -> tuple[str, ...]:
    state = clean(alert.get("state"))
    ends = clock.time(alert.get("expires")) if state in {"", "open", "updated", "issued"} else state
    return (
        clean(alert.get("severity")).upper(),
        clean(alert.get("party")),
        _headed(run, alert),
        ends,
        " ".join(_waiting(alert)),
        _name(alert),
    )


def _record(alert: answers.Alert, clock: Clock) -> tuple[str, ...]:
    expires = clock.iso(alert.get("expires"))
    names = ("severity", "party", "headline", "state")
    return (_name(alert), *(clean(alert.get(name)) for name in names), expires, ",".join(_waiting(alert)))


def _page(run: Run, alert: answers.Alert, clock: Clock) -> None:
    run.line(f"{clean(alert.get('severity')).upper()}  {_headed(run, alert)}  {_name(alert)}")
    scales = (alert.get("urgency"), alert.get("certainty"), alert.get("state"))
    run.line(", ".join(clean(word) for word in (alert.get("party"), alert.get("place"), *scales) if word))
    for name in ("description", "instruction"):
        if alert.get(name):
            run.line(clean(alert.get(name)))
    run.line(f"Ends {clock.stamp(alert.get('expires'))}")
    for item in alert.get("acknowledgements") or []:
        seen = f"acknowledged {clock.stamp(item.get('at'))}" if item.get("at") else "waiting"
        by = f" by {clean(item.get('by'))}" if item.get("by") else ""
        text = f": {clean(item.get('text'))}" if item.get("text") else ""
        run.line(f"  {clean(item.get('party'))}  {seen}{by}{text}")
