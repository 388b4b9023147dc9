"""What was severe or extreme since the last agenda, one each; other open alerts one each while they are few, else all
together. What the hub computed and another item says is not said again."""

from collections.abc import Iterator

from routehub.boards.alerts.queries import AlertView
from routehub.digests import words
from routehub.digests.agenda.matter import Entry, Matter, Prepare, entry
from routehub.views.week import Week

GRAVE = ("Extreme", "Severe")
NAMED = 5
"""So many parties are named that have not acknowledged; more are counted."""


SAID = ("silence", "reception_nearly_full")
"""What the hub computes of these, the items on reporting and reception say already, from the same figures."""
FEW = 3
"""So many open alerts that are neither severe nor extreme have an item each."""


def alerts(matter: Matter) -> list[Entry]:
    told = [a for a in matter.week.records.alerts if not any(computed(a, name) for name in SAID)]
    grave = [_alert(matter, a) for a in told if a.severity in GRAVE and _now(matter.week, a)]
    others = [a for a in told if a.severity not in GRAVE and a.state == "open"]
    return [*grave, *([_alert(matter, a) for a in others] if len(others) <= FEW else [_together(matter, others)])]


def _now(week: Week, alert: AlertView) -> bool:
    return alert.state == "open" or alert.updated_at >= week.since


def computed(alert: AlertView, category: str) -> bool:
    """Whether the hub raised it, of this category."""
    return alert.rule is not None and alert.category == category


def _who(matter: Matter, alert: AlertView) -> str:
    return "Early warning" if alert.rule is not None else matter.week.name(alert.party)


def _together(matter: Matter, found: list[AlertView]) -> Entry:
    worst = {name: sum(a.severity == name for a in found) for name in dict.fromkeys(a.severity for a in found)}
    return entry(
        "alert", f"{len(found)} other open alerts", "Alerts that were open when this was compiled.", outcome="note",
        minutes=4, points=tuple(dict.fromkeys(p for a in found for p in _points(matter, a)))[:50], lead=matter.chair,
        lines=[f"{', '.join(f'{count} {name.lower()}' for name, count in worst.items())}.",
               *(_line(matter, a) for a in found)],
        sources=[message for a in found for message in (a.id, a.latest)],
        prepare=list(_acknowledge(found)),
    )  # fmt: skip


def _acknowledge(found: list[AlertView]) -> Iterator[Prepare]:
    """One line for each party that is waited for."""
    for party in dict.fromkeys(party for a in found for party in a.waiting()):
        mine = [a for a in found if party in a.waiting()]
        yield Prepare(party, f"Acknowledge {', '.join(a.short_id for a in mine)}", source=mine[0].id)


def _line(matter: Matter, alert: AlertView) -> str:
    ends = words.when(alert.expires, matter.zone)
    return f"{alert.short_id}, {alert.severity.lower()}, {_who(matter, alert)}: {alert.headline}. Ends {ends}."


def _points(matter: Matter, alert: AlertView) -> tuple[str, ...]:
    return alert.points or matter.points(f"alert/{alert.category}")


def _alert(matter: Matter, alert: AlertView) -> Entry:
    week, grave = matter.week, alert.severity in GRAVE
    mark = "EXERCISE: " if alert.status == "Exercise" and not week.route.exercise else ""
    state = alert.state if alert.state != "open" else "open when this was compiled"
    return entry(
        "alert", f"{mark}{_who(matter, alert)}: {alert.headline}", f"{alert.severity} alert, {state}.",
        outcome="discuss" if grave else "note", minutes=6 if grave else 4,
        points=_points(matter, alert), lead=matter.lead(alert.party),
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
        asked = alert.addressed
        by = words.listed(waiting) if len(waiting) <= NAMED else f"{len(waiting)} of {asked} parties"
        yield f"Not yet acknowledged by {by}."


def _prepare(matter: Matter, alert: AlertView) -> Iterator[Prepare]:
    if matter.present(alert.party):
        yield Prepare(alert.party, f"Say how it stands with your alert {alert.short_id}.", source=alert.id)
    if alert.state == "open":
        for party in alert.waiting():
            yield Prepare(party, f"Acknowledge {alert.short_id}: {alert.headline}", source=alert.id)
