"""A measure in one line."""

from collections.abc import Mapping
from datetime import datetime

from routehub_schemas.kinds.measure.payload import Cap, Measure
from routehub_schemas.numbers import written

TYPES = {
    "closure": "Closure",
    "partial_closure": "Partial closure",
    "daily_cap": "Daily cap",
    "nationality_restriction": "Nationality restriction",
    "document_rule": "Document rule",
    "internal_border_checks": "Internal border checks",
    "fence": "Fence",
    "transport_stop": "Transport stop",
    "registration_rule": "Registration rule",
    "reopening": "Reopening",
}
COUNTS = {
    "in_transit": "in transit",
    "entries": "entries",
    "registrations": "registrations",
    "asylum_applications": "asylum applications",
}


def cap_words(cap: Cap) -> str:
    """`3200 a day in transit`."""
    return f"{written(cap.people)} a day, {COUNTS[cap.counts]}"


def summary(measure: Measure, names: Mapping[str, str]) -> str:
    """`Daily cap, changed: 580 a day at Spielfeld (SI-AT), from 19 February 2016 00:00 UTC: 580 a day, in transit`."""
    changed = ", changed" if measure.updates is not None else ""
    places = list(measure.legs or measure.places)
    where = ", ".join(names.get(place, place) for place in places[:4]) + (" …" if len(places) > 4 else "")
    line = f"{TYPES[measure.type]}{changed}: {measure.title} ({where}), from {_moment(measure.start)}"
    if measure.until is not None:
        line += f" to {_moment(measure.until)}"
    if measure.caps:
        line += f": {'; '.join(cap_words(cap) for cap in measure.caps[:3])}"
    return line


def _moment(at: datetime) -> str:
    return f"{at.day} {at:%B %Y %H:%M} UTC"
