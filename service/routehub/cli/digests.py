"""``routehub digests``: the series of conferences, the time of the daily bulletin, and what became of each digest. What
they say is not shown here: an operator reads no content."""

from datetime import time
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from routehub.cli.offline import AsJson, OnRoute, offline, show
from routehub.core.errors import Refused, Unknown
from routehub.digests import occurrences, series
from routehub.digests.bulletin import times
from routehub.digests.bulletin.times import BulletinTime
from routehub.directory.principal import HUB_PARTY
from routehub.journal.batch import Batch

app = typer.Typer(no_args_is_help=True, help="Weekly and daily digests: series, times and occurrences.")


@app.command("series")
def add_series(
    chair: Annotated[str, typer.Argument(help="Party that chairs the conference.")],
    route: OnRoute = "",
    name: Annotated[str, typer.Option(help="Name of the series.")] = "weekly",
    title: Annotated[str, typer.Option(help="What the conference is called.")] = series.TITLE,
    weekday: Annotated[str, typer.Option(help="Day of the conference, by name.")] = "thursday",
    at: Annotated[str, typer.Option(help="Its local time, HH:MM.")] = "10:00",
    minutes: Annotated[int, typer.Option(min=5, max=480)] = 45,
    digest_weekday: Annotated[str, typer.Option(help="Day of the digest, by name.")] = "wednesday",
    digest_at: Annotated[str, typer.Option(help="Its local time, HH:MM.")] = "16:00",
    zone: Annotated[str, typer.Option(help="Zone of both times; that of the route, if not named.")] = "",
    link: Annotated[str, typer.Option(help="Where to join; begins with https://.")] = "",
    plan: Annotated[str, typer.Option(help="Plan by whose points the agenda is grouped.")] = "",
    first: Annotated[int, typer.Option(help="Number of its first conference.", min=1)] = 1,
    called: Annotated[bool, typer.Option("--called", help="It meets as the chair calls it, not every week.")] = False,
    invite: Annotated[list[str] | None, typer.Option(help="Party of a sub-group; may be repeated.")] = None,
    reports_to: Annotated[str, typer.Option(help="The series that hears the outcomes of a sub-group.")] = "",
) -> None:  # fmt: skip
    """Begin a series. Its first digest is the next one that falls due."""
    with offline() as hub:
        code = route or hub.settings.default_route
        view = hub.directory().routes.get(code)
        if view is None:
            raise Unknown(f"There is no route {code}.")
        if link and not link.startswith("https://"):
            raise Refused("The link begins with https://.")
        made = series.Series(
            code, name, title, weekday.lower(), _time(at), _zone(zone) if zone else view.zone, minutes,
            digest_weekday.lower(), _time(digest_at), hub.party(chair), link or None, plan or None, first,
            rule="called" if called else "weekly", participants=tuple(hub.party(code) for code in invite or ()),
            reports_to=reports_to or None,
        )  # fmt: skip

        def apply(tx: Batch) -> None:
            series.add(tx.conn, made, tx.now)
            tx.audit("series-begun", code, HUB_PARTY, hub.operator(code).actor, {"series": name})

        hub.change(apply)
    when = f"digests on {digest_weekday} at {digest_at}, {made.zone.key}" if made.by_rule else "it meets as called"
    typer.echo(f"The series {name} of {code} has begun: {when}.")


@app.command("bulletin")
def set_bulletin(
    at: Annotated[str, typer.Argument(help="Its local time, HH:MM, or off.")] = "06:45",
    route: OnRoute = "",
    zone: Annotated[str, typer.Option(help="Zone of the time; that of the route, if not named.")] = "",
) -> None:
    """Send a bulletin every day: what changed, and who has not reported. The first is the next one that falls due."""
    with offline() as hub:
        code = route or hub.settings.default_route
        view = hub.directory().routes.get(code)
        if view is None:
            raise Unknown(f"There is no route {code}.")
        wanted = None
        if at != "off":
            wanted = BulletinTime(code, _time(at), _zone(zone) if zone else view.zone)

        def apply(tx: Batch) -> None:
            if wanted is None:
                times.end(tx.conn, code)
            else:
                times.set_time(tx.conn, wanted, tx.now)
            tx.audit("bulletin-time", code, HUB_PARTY, hub.operator(code).actor, {"at": at})

        hub.change(apply)
    if wanted is None:
        typer.echo(f"{code} has no daily bulletin any more.")
    else:
        typer.echo(f"The daily bulletin of {code} goes out at {wanted.at:%H:%M}, {wanted.zone.key}.")


@app.command("list")
def list_occurrences(route: OnRoute = "", as_json: AsJson = False) -> None:
    """List what was due, the newest first, and what became of it."""
    with offline() as hub:
        found = hub.db.read_sync(occurrences.listed, route or None)
    rows = [
        {
            "task": o.task, "route": o.route, "series": o.series, "date": o.local_date.isoformat(), "due": o.due_at,
            "state": o.state, "late": o.late, "conference": o.conference, "message": o.message_id, "reason": o.reason,
        }
        for o in found
    ]  # fmt: skip
    show(rows, as_json, "Nothing has been due yet.")


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise Refused(f"{text} is not a time; write HH:MM.") from None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        raise Refused(f"{name} is not a zone of the IANA database.") from None
