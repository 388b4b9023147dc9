"""What is asked when an alert is raised, and how the answers become an alert (UX 3.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from routehub.boards.alerts.queries import AlertView
from routehub.core.language import _, later, listed, plural
from routehub.directory.snapshot import RouteView
from routehub.web.forms import Faults, Form, fresh_key
from routehub.web.visitor import Visitor

PLAN = "wbr-2015-final"


@dataclass(frozen=True)
class Choice:
    """One of the large choices. It sets the CAP scales, so that nobody has to know them."""

    category: str
    words: str
    more: str
    headline: str
    severity: str
    urgency: str
    certainty: str
    points: tuple[str, ...] = ()


CHOICES: Mapping[str, Choice] = {
    choice.category: choice
    for choice in (
        Choice(
            "surge",
            later("Sudden rise"),
            later("Many more people than usual"),
            later("Sudden rise in arrivals"),
            "Severe",
            "Immediate",
            "Observed",
            (f"{PLAN}/1", f"{PLAN}/9"),
        ),
        Choice(
            "reception_nearly_full",
            later("Reception nearly full"),
            later("Places will run out soon"),
            later("Reception nearly full"),
            "Severe",
            "Expected",
            "Likely",
            (f"{PLAN}/3", f"{PLAN}/4"),
        ),
        Choice(
            "crossing_changed",
            later("Crossing point changed"),
            later("Closed, opened, or other hours"),
            later("Crossing point changed"),
            "Severe",
            "Immediate",
            "Observed",
            (f"{PLAN}/1", f"{PLAN}/13"),
        ),
        Choice(
            "people_stranded",
            later("People stranded"),
            later("They can neither move on nor be sheltered"),
            later("People stranded"),
            "Severe",
            "Immediate",
            "Observed",
            (f"{PLAN}/3",),
        ),
        Choice(
            "transport_disrupted",
            later("Transport disrupted"),
            later("Trains, buses or ferries do not run"),
            later("Transport disrupted"),
            "Moderate",
            "Immediate",
            "Observed",
            (f"{PLAN}/12",),
        ),
        Choice(
            "other",
            later("Something else"),
            later("Weather, violence, anything others must know"),
            later("Warning"),
            "Moderate",
            "Expected",
            "Likely",
        ),
    )
}
SEVERITIES = (
    ("", later("As usual for this kind")),
    *((s, s) for s in (later("Extreme"), later("Severe"), later("Moderate"), later("Minor"))),
)
HOURS = (
    ("6", later("6 hours")), ("12", later("12 hours")), ("24", later("24 hours")), ("48", later("2 days")),
    ("168", later("7 days")),
)  # fmt: skip
AUDIENCES = (
    ("*", later("All parties")),
    ("neighbours", later("Neighbours and coordinators")),
    ("coordinators", later("Coordinators")),
)


@dataclass(frozen=True)
class AlertForm:
    """What stands in the form."""

    category: str = ""
    place: str = ""
    headline: str = ""
    description: str = ""
    severity: str = ""
    hours: str = "24"
    audience: str = "*"
    key: str = ""

    @classmethod
    def of(cls, form: Form) -> "AlertForm":
        return cls(
            form.text("category"), form.text("place"), form.text("headline"), form.text("description"),
            form.text("severity"), form.text("hours") or "24", form.text("audience") or "*",
            form.text("key") or fresh_key(),
        )  # fmt: skip


def places(route: RouteView, party: str) -> list[tuple[str, str]]:
    """The places that a party answers for, with the whole country first."""
    own = [(place.code, place.name) for place in route.places.values() if place.party == party]
    return [("", _("Not at one place")), *sorted(own, key=lambda pair: pair[1])]


def audiences(who: Visitor, today: date) -> list[tuple[str, str, str]]:
    """Who can be addressed, in words and with how many that are (the sender not counted)."""
    route, own = who.route, {who.party}
    members = {m.party for m in route.members(today, "member")} - own
    coordinators = {m.party for m in route.members(today, "coordinator")} - own
    near = route.neighbours(who.party, today) - own
    counted = {"*": members, "neighbours": near, "coordinators": frozenset[str]()}
    return [(word, label, _number_of(len(counted[word]), len(coordinators))) for word, label in AUDIENCES]


def _number_of(parties: int, coordinators: int) -> str:
    words = [plural("%(n)s party", "%(n)s parties", parties)] if parties else []
    words += [plural("%(n)s coordinator", "%(n)s coordinators", coordinators)] if coordinators else []
    return listed(words) or _("nobody")


def check(form: AlertForm) -> Faults:
    faults = Faults()
    if form.category not in CHOICES:
        faults.add("category", _("Choose what happened"))
    if form.category == "other" and not form.headline:
        faults.add("headline", _("Write in one line what happened"))
    if form.hours not in dict(HOURS):
        faults.add("hours", _("Choose how long the alert holds"))
    return faults


def status(who: Visitor) -> str:
    """On a route that is not live every alert is an exercise, and on a live one none (PROMISES C2)."""
    return "Exercise" if who.route.exercise else "Actual"


def payload(form: AlertForm, who: Visitor, now: datetime) -> dict[str, Any]:
    """The alert as the contract has it."""
    choice = CHOICES[form.category]
    place = who.route.places.get(form.place)
    headline = form.headline or f"{place.name if place else who.party_name}: {choice.headline.lower()}"
    data: dict[str, Any] = {
        "category": choice.category, "status": status(who),
        "severity": form.severity or choice.severity, "urgency": choice.urgency, "certainty": choice.certainty,
        "headline": headline, "points": list(choice.points),
        "expires": (now + timedelta(hours=int(form.hours))).isoformat(timespec="seconds"),
        "audience": [form.audience],
    }  # fmt: skip
    if form.place:
        data["place"] = form.place
    if form.description:
        data["description"] = form.description
    return data


def follow_up(alert: AlertView, msg_type: str, expires: datetime, **said: str) -> dict[str, Any]:
    """An Update or a Cancel. It names the alert and goes to exactly its readers, so it has no audience of its own."""
    data: dict[str, Any] = {
        "msg_type": msg_type, "references": [alert.id], "category": alert.category, "status": alert.status,
        "severity": alert.severity, "urgency": alert.urgency, "certainty": alert.certainty,
        "headline": alert.headline, "points": list(alert.points), "legs": list(alert.legs),
        "expires": expires.isoformat(timespec="seconds"),
    }  # fmt: skip
    for name in ("description", "instruction", "place", "area"):
        if getattr(alert, name):
            data[name] = getattr(alert, name)
    return data | {name: text for name, text in said.items() if text}
