"""What is asked when a movement is proposed, and how the answers become a proposal."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from routehub.core.language import _, later
from routehub.directory.snapshot import RouteView
from routehub.web.forms import Faults, Form, fresh_key
from routehub.web.local_times import iso, read_time
from routehub.web.measure_form import PLAN, whole

TRANSPORT = (
    ("train", later("Train")),
    ("bus", later("Bus")),
    ("on_foot", later("On foot")),
    ("ship", later("Ship")),
    ("plane", later("Plane")),
    ("other", later("Other")),
)
TEXTS = ("title", "remarks", "place", "start_place")
TIMES = ("at", "answer_by")


@dataclass(frozen=True)
class MovementForm:
    """What stands in the form."""

    leg: str = ""
    people: str = ""
    at: str = ""
    answer_by: str = ""
    transport: str = "train"
    vehicles: str = ""
    place: str = ""
    start_place: str = ""
    title: str = ""
    remarks: str = ""
    key: str = ""

    @classmethod
    def of(cls, form: Form) -> "MovementForm":
        made = cls(**{name: form.text(name) for name in cls.__dataclass_fields__})
        return replace(made, key=made.key or fresh_key())


def legs(route: RouteView, party: str, now: datetime) -> list[tuple[str, str]]:
    """The legs by which people leave a party."""
    found = route.legs_on(now.astimezone(route.zone).date())
    return [
        (leg.code, _("%(from_party)s to %(to_party)s", from_party=leg.from_party, to_party=leg.to_party))
        for leg in found
        if leg.from_party == party
    ]


def crossings(route: RouteView, party: str) -> list[tuple[str, str]]:
    """Crossing points on those legs."""
    found = [p for p in route.places.values() if p.leg and p.leg.split("-")[0] == party]
    return [("", _("Not said")), *sorted(((place.code, place.name) for place in found), key=lambda pair: pair[1])]


def check(form: MovementForm, zone: ZoneInfo) -> Faults:
    faults = Faults()
    if not form.leg:
        faults.add("leg", _("Choose to whom"))
    if not whole(form.people or "x"):
        faults.add("people", _("Write about how many people, as a whole number"))
    for name, words in (("at", _("Write when they reach the border")), ("answer_by", "")):
        text = getattr(form, name)
        if text and read_time(text, zone) is None:
            faults.add(name, _("Write a date and a time, such as 2016-01-23 09:30"))
        elif not text and words:
            faults.add(name, words)
    if form.vehicles and not whole(form.vehicles):
        faults.add("vehicles", _("Write a whole number"))
    return faults


def payload(form: MovementForm, zone: ZoneInfo) -> dict[str, Any]:
    """The proposal as the contract has it."""
    data: dict[str, Any] = {"leg": form.leg, "transport": form.transport, "points": [f"{PLAN}/3"]}
    data |= {name: getattr(form, name) for name in TEXTS if getattr(form, name)}
    data |= {name: n for name in ("people", "vehicles") if (n := whole(getattr(form, name) or "x")) is not None}
    for name in TIMES:
        at = read_time(getattr(form, name), zone)
        if at is not None:
            data[name] = iso(at)
    return data
