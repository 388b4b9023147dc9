"""What is asked when a request or an offer is made, and how the typed fields become the contract's."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from routehub.core.errors import HubError
from routehub.core.language import _, later
from routehub.directory.reporting_day import instant
from routehub.directory.snapshot import RouteView
from routehub.web.forms import Faults, Form, fresh_key
from routehub.web.numbers import NotANumber, read_count
from routehub.web.visitor import Visitor
from routehub_schemas.kinds.request.payload import FORMS
from routehub_schemas.reference import plans

PLAN = "wbr-2015-final"
CATEGORIES: tuple[tuple[str, str, str], ...] = (
    ("information", later("Information"), later("A question to named parties, to be answered by a time")),
    ("joint_assessment", later("Joint needs assessment"), "Several parties contribute within 24 hours; one outcome"),
    ("need", later("Need"), "What, how many, where and by when; others offer"),
    ("support", later("Support"), later("Asked of agencies and development banks, for a point of the plan")),
)
WORDS = {category: words for category, words, _ in CATEGORIES}
ANSWERS_TO = (
    ("readers", later("All who read the request"), ""),
    (
        "asker_and_coordinators",
        later("Only us and the coordinators"),
        later("Others do not see whether it was answered"),
    ),
)
MECHANISM = (("", later("Not said"), ""), ("yes", later("Triggered"), ""), ("no", later("Not triggered"), ""))
TEXTS = ("title", "text", "scope", "purpose", "unit", "place")
TYPED = (
    "category", *TEXTS, "quantity", "due_day", "due_time", "expires_day", "expires_time", "first", "last",
    "answers_to", "mechanism", "reference", "point", "key",
)  # fmt: skip
SAID = dict.fromkeys(("act", "text", "reason", "new_day", "new_time", "partial", "quantity"), "")
"""The fields of the acts on a request or an offer, empty."""
OFFERED = ("need", "title", "text", "unit", "place", "quantity", "from", "until", "key")
DECLINE_REASONS = (
    later("We do not have this information"),
    later("It may not be shared by law"),
    later("It is somebody else’s to tell"),
    later("We cannot prepare it in time"),
)


def typed(form: Form | None, names: tuple[str, ...], **given: str) -> dict[str, str]:
    """The fields as they stand, each a text; ``given``: what an empty form starts with."""
    found = {name: form.text(name) if form is not None else given.get(name, "") for name in names}
    return found | {"key": found["key"] or fresh_key()}


def fields(category: str) -> frozenset[str]:
    """The fields of a category, as in the contract."""
    form = FORMS[category]
    return frozenset({*form.needs, *form.may})


def parties(who: Visitor, name: Any, today: date) -> list[tuple[str, str]]:
    """Who can be asked, by name: all who read what goes to all."""
    members = who.route.members(today, "member", "coordinator")
    return sorted(((m.party, name(m.party)) for m in members if m.party != who.party), key=lambda pair: pair[1])


def places(route: RouteView) -> list[tuple[str, str]]:
    return [("", _("Not at one place")), *sorted(((p.code, p.name) for p in route.places.values()), key=lambda p: p[1])]


def points() -> list[tuple[str, str]]:
    known = plans()[PLAN].points
    return [("", _("None")), *((f"{PLAN}/{p.number}", f"{p.number} {p.title}") for p in known)]


def request_data(said: Mapping[str, str], asked: tuple[str, ...], who: Visitor, faults: Faults) -> dict[str, Any]:
    """The request as the contract has it; what could not be read goes into ``faults``."""
    allowed = fields(said["category"])
    data: dict[str, Any] = {"category": said["category"], "asked": list(asked)}
    data |= {name: said[name] for name in TEXTS if said[name]}
    data |= {name: at for name in ("due", "expires") if (at := moment(said, name, who, faults)) is not None}
    data["quantity"] = quantity(said, faults)
    if said["first"] or said["last"]:
        data["period"] = {"first": said["first"] or said["last"], "last": said["last"] or said["first"]}
    if said["answers_to"]:
        data["answers_to"] = said["answers_to"]
    if said["mechanism"]:
        reference = {"reference": said["reference"]} if said["reference"] else {}
        data["civil_protection_mechanism"] = {"triggered": said["mechanism"] == "yes", **reference}
    kept = {name: value for name, value in data.items() if name in allowed | {"category", "title", "text"} and value}
    return kept | ({"points": [said["point"]]} if said["point"] else {})


def offer_data(said: Mapping[str, str], to: tuple[str, ...], faults: Faults) -> dict[str, Any]:
    data: dict[str, Any] = {name: said[name] for name in ("need", "title", "text", "unit", "place") if said[name]}
    many = quantity(said, faults)
    data |= {"quantity": many} if many is not None else {}
    data |= {f"available_{name}": said[name] for name in ("from", "until") if said[name]}
    return data | ({"offered_to": list(to)} if to else {})


def quantity(said: Mapping[str, str], faults: Faults) -> int | None:
    try:
        return read_count(said["quantity"]) if said["quantity"] else None
    except NotANumber:
        faults.add("quantity", _("Enter a whole number, such as 400"))
        return None


def moment(said: Mapping[str, str], name: str, who: Visitor, faults: Faults) -> str | None:
    """A typed day and time in the zone of the page as an instant; a day alone ends at its last minute."""
    day, clock = said[f"{name}_day"], said[f"{name}_time"]
    if not day and not clock:
        return None
    try:
        at = datetime.combine(date.fromisoformat(day), time.fromisoformat(clock or "23:59"))
        return instant(at.date(), at.time(), who.zone).isoformat(timespec="seconds")
    except (ValueError, OverflowError):
        faults.add(f"{name}_day", _("Enter a day such as 2026-01-21 and a time such as 18:00"))
        return None


FIELDS = {
    "/due": "due_day", "/expires": "expires_day", "/new_time": "new_day", "/points": "point", "/asked": "asked",
    "/period": "first", "/civil_protection_mechanism": "mechanism", "/available_from": "from",
    "/available_until": "until", "/offered_to": "offered_to",
}  # fmt: skip
PLAIN = frozenset({"title", "text", "scope", "purpose", "unit", "place", "quantity", "answers_to"})


def add_problems(faults: Faults, error: HubError) -> Faults:
    """The contract's problems at the fields of the form; what has none stands above it."""
    for problem in error.problems:
        first = "/" + problem.pointer.strip("/").partition("/")[0]
        plain = first.strip("/") if first.strip("/") in PLAIN else "form"
        faults.add(FIELDS.get(first, plain), problem.message[:1].upper() + problem.message[1:])
    if not error.problems:
        faults.add("form", error.detail)
    return faults
