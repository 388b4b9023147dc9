"""What is asked when a measure is told, and how the answers become a notice."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from routehub.boards.measures.queries import MeasureView
from routehub.core.language import _, later
from routehub.directory.snapshot import RouteView
from routehub.web.forms import Faults, Form, fresh_key
from routehub.web.local_times import iso, read_time, write_time
from routehub_schemas.kinds.measure.payload import Cap, Measure
from routehub_schemas.kinds.measure.summary import TYPES

PLAN = "wbr-2015-final"
POINTS = (f"{PLAN}/3", f"{PLAN}/13")
TEXTS = (
    "title", "reasons", "legal_ground", "scope", "necessity", "proportionality", "affected", "expected_of_others",
)  # fmt: skip
TIMES = ("start", "until", "views_by")
CAPS = (("in_transit", later("People in transit, a day")), ("asylum_applications", later("Asylum applications, a day")))
KEPT = ("points", "language", "authorised_crossing_points", "nationalities", "consequences", "known_since")
"""Fields of a notice that the form does not ask for."""
CHOICES = (("", later("Choose")), *TYPES.items())


@dataclass(frozen=True)
class MeasureForm:
    """What stands in the form."""

    type: str = ""
    title: str = ""
    legs: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    start: str = ""
    until: str = ""
    views_by: str = ""
    reasons: str = ""
    legal_ground: str = ""
    scope: str = ""
    necessity: str = ""
    proportionality: str = ""
    affected: str = ""
    expected_of_others: str = ""
    in_transit: str = ""
    asylum_applications: str = ""
    co_authors: str = ""
    audience: str = "*"
    updates: str = ""
    seen: str = ""
    """The notice that stood when the form of a change was made."""
    key: str = ""

    @classmethod
    def of(cls, form: Form) -> "MeasureForm":
        lists = {"legs", "places"}
        words = {name: form.text(name) for name in cls.__dataclass_fields__ if name not in lists}
        made = cls(**words, legs=form.every("legs"), places=form.every("places"))
        return replace(made, key=made.key or fresh_key(), audience=made.audience or "*")

    @classmethod
    def changing(cls, view: MeasureView, zone: ZoneInfo) -> "MeasureForm":
        """The form of a change: what the newest notice says stands in it."""
        said = view.said
        caps = {name: str(own[0].people) for name, _ in CAPS if len(own := _caps_on(said, name)) == 1}
        return cls(
            type=said.type, **{name: getattr(said, name) or "" for name in TEXTS}, legs=tuple(said.legs),
            places=tuple(said.places), **{name: write_time(getattr(said, name), zone) for name in TIMES},
            in_transit=caps.get("in_transit", ""), asylum_applications=caps.get("asylum_applications", ""),
            co_authors=" ".join(said.co_authors), audience="", updates=view.short_id,
            seen=view.latest.message_id, key=fresh_key(),
        )  # fmt: skip


def own_legs(route: RouteView, party: str, now: datetime) -> list[tuple[str, str]]:
    """The legs that touch a party, its own first, then the others of the route."""
    legs = route.legs_on(now.astimezone(route.zone).date())
    own = [leg for leg in legs if party in (leg.from_party, leg.to_party)]
    return [
        (leg.code, _("%(from_party)s to %(to_party)s", from_party=leg.from_party, to_party=leg.to_party))
        for leg in own or legs
    ]


def own_crossings(route: RouteView, party: str) -> list[tuple[str, str]]:
    """Crossing points of a party's borders."""
    found = [place for place in route.places.values() if place.leg and party in place.leg.split("-")]
    return sorted(((place.code, place.name) for place in found), key=lambda pair: pair[1])


def check(form: MeasureForm, zone: ZoneInfo) -> Faults:
    """What the contract would not say in the words of the form."""
    faults = Faults()
    if form.type not in TYPES:
        faults.add("type", _("Choose what kind of measure it is"))
    if not form.title:
        faults.add("title", _("Write in one line what it is"))
    if not form.legs and not form.places:
        faults.add("legs", _("Choose at least one border or crossing point"))
    for name in TIMES:
        text = getattr(form, name)
        if text and read_time(text, zone) is None:
            faults.add(name, _("Write a date and a time, such as 2016-02-19 06:00"))
    if not form.start:
        faults.add("start", _("Write from when it is in force"))
    if not form.reasons:
        faults.add("reasons", _("Write why it is needed"))
    for name, _words in CAPS:
        text = getattr(form, name)
        if text and whole(text) is None:
            faults.add(name, _("Write a whole number of people"))
    return faults


def whole(text: str) -> int | None:
    """``3200``, ``3 200``, ``3,200`` and ``3.200`` are one number; ``3.2`` is none (UX 3.1)."""
    parts = text.replace("\u202f", " ").replace("\u00a0", " ").replace(",", " ").replace(".", " ").split(" ")
    good = all(part.isascii() and part.isdigit() for part in parts) and all(len(part) == 3 for part in parts[1:])
    return int("".join(parts)) if good and len("".join(parts)) <= 9 else None


def _caps_on(said: Measure | None, counts: str) -> list[Cap]:
    return [cap for cap in said.caps if cap.counts == counts] if said is not None else []


def _caps(form: MeasureForm, before: Measure | None) -> list[dict[str, Any]]:
    """The limits typed, each on the legs that it had, and those for which the form has no field."""
    kept = [cap for cap in before.caps if cap.counts not in dict(CAPS)] if before is not None else []
    found = []
    for name, _words in CAPS:
        people, own = whole(getattr(form, name)), _caps_on(before, name)
        if people is not None:
            legs = {"legs": list(own[0].legs)} if len(own) == 1 and own[0].legs else {}
            found.append({"counts": name, "people": people, **legs})
        elif len(own) > 1:
            kept += own
    return found + [cap.model_dump(mode="json", exclude_defaults=True) for cap in kept]


def payload(form: MeasureForm, zone: ZoneInfo, before: Measure | None = None) -> dict[str, Any]:
    """The notice as the contract has it. before: what the measure that it changes says now; what the form has no field
    for stays, as a change says all of it again (docs/decisions/0050)."""
    data: dict[str, Any] = {"points": list(POINTS)}
    if before is not None:
        data = before.model_dump(mode="json", include=set(KEPT), exclude_defaults=True)
    data["type"] = form.type
    data |= {name: getattr(form, name) for name in TEXTS if getattr(form, name)}
    for name in TIMES:
        at = read_time(getattr(form, name), zone)
        if at is not None:
            data[name] = iso(at)
    data |= {name: list(getattr(form, name)) for name in ("legs", "places") if getattr(form, name)}
    if caps := _caps(form, before):
        data["caps"] = caps
    if form.co_authors.strip():
        data["co_authors"] = form.co_authors.upper().replace(",", " ").split()
    if form.updates:
        data["updates"] = form.updates
    elif form.audience:
        data["audience"] = [form.audience]
    return data
