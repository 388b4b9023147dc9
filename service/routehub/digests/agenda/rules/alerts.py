"""Every open alert, and what was severe or extreme since the last agenda: one each, the worst first."""

from collections.abc import Iterator

from routehub.boards.alerts.queries import AlertView
from routehub.digests import words
from routehub.digests.agenda.matter import Entry, Matter, Prepare, entry
from routehub.views.week import Week

GRAVE = ("Extreme", "Severe")
NAMED = 5
"""So many parties are named that have not acknowledged; more are counted."""


def alerts(matter: Matter) -> list[Entry]:
    return [_alert(matter, a) for a in matter.week.records.alerts if a.state == "open" or _grave_since(matter.week, a)]


def _grave_since(week: Week, alert: AlertView) -> bool:
    return alert.severity in GRAVE and alert.updated_at >= week.since


def _alert(matter: Matter, alert: AlertView) -> Entry:
    week, grave = matter.week, alert.severity in GRAVE
    mark = "EXERCISE: " if alert.status == "Exercise" and not week.route.exercise else ""
    state = alert.state if alert.state != "open" else "open when this was compiled"
    return entry(
        "alert", f"{mark}{week.name(alert.party)}: {alert.headline}", f"{alert.severity} alert, {state}.",
        outcome="discuss" if grave else "note", minutes=6 if grave else 4,
        points=alert.points or matter.points(f"alert/{alert.category}"), lead=matter.lead(alert.party),
        lines=list(_lines(matter, alert)), sources=(alert.id, alert.latest), wanted=alert.instruction,
        prepare=list(_prepare(matter, alert)),
    )  # fmt: skip


def _lines(matter: Matter, alert: AlertView) -> Iterator[str]:
    zone, week = matter.zone, matter.week
    yield f"{alert.short_id}, {alert.severity.lower()}, raised {words.when(alert.issued_at, zone)}."
    if alert.description:
        yield alert.description
    if alert.state == "open":
        yield f"Ends {words.when(alert.expires, zone)} unless it is updated."
    elif alert.ended_at is not None:
        yield f"Ended {words.when(alert.ended_at, zone)}."
    else:
        yield f"Expired {words.when(alert.expires, zone)}."
    waiting = [week.name(party) for party in alert.waiting()]
    if alert.state == "open" and waiting:
        asked = len(alert.acknowledgements)
        by = words.listed(waiting) if len(waiting) <= NAMED else f"{len(waiting)} of {asked} parties"
        yield f"Not yet acknowledged by {by}."


def _prepare(matter: Matter, alert: AlertView) -> Iterator[Prepare]:
    if matter.present(alert.party):
        yield Prepare(alert.party, f"Say how it stands with your alert {alert.short_id}.", source=alert.id)
    if alert.state == "open":
        for party in alert.waiting():
            yield Prepare(party, f"Acknowledge {alert.short_id}: {alert.headline}", source=alert.id)
