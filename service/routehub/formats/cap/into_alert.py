"""From a CAP document to the data of an alert: what readers of alerts look for, and under ``cap`` all of it.

Of several ``info`` blocks the gravest leads, in English where there is one; the others stay whole under ``cap``. What
has no field there (embedded files, coordinates beyond a bound) is named in ``cap.original.omitted``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from routehub.formats.cap.reading import Note, instant
from routehub.formats.cap.terms import CATEGORIES, CATEGORY, LEG, PLACE, POINT
from routehub_schemas.kinds.alert.cap import Cap, CapInfo, CapValue
from routehub_schemas.vocab import LANGUAGE_PATTERN, LEG_PATTERN, PLACE_PATTERN, POINT_PATTERN, SEVERITIES

WITHOUT_END = timedelta(days=7)
"""A CAP message without ``expires`` ends when an alert of the hub would have to."""


@dataclass(frozen=True)
class Translated:
    """The alert's data as plain JSON values, and what a reader should know about the translation."""

    data: dict[str, Any]
    notes: tuple[Note, ...]


def into_alert(cap: Cap, before: Mapping[str, Any] | None = None) -> Translated:
    """The data of an alert. ``before``: what the alert said so far, for a Cancel without an ``info`` of its own."""
    notes: list[Note] = []
    lead = _lead(cap)
    if lead is None:
        data = _bare(cap, before or {})
    else:
        data = _said(cap, lead) | _own_facts(lead)
    data["expires"], begin = _ends(cap, notes), {}
    times = {"onset": lead.onset, "effective": lead.effective} if lead is not None else {}
    for name, time in times.items():
        if time is None:
            continue
        if instant(time) < instant(data["expires"]):
            begin[name] = time
        else:
            notes.append(Note(f"/info/0/{name}", "order", f"It begins at {time}, not before it ends; kept under cap."))
    document = cap.model_dump(mode="json", exclude_defaults=True)
    made = {"status": cap.status, "msg_type": cap.msg_type} | data | begin | {"cap": document}
    return Translated({name: value for name, value in made.items() if value is not None}, tuple(notes))


def _lead(cap: Cap) -> CapInfo | None:
    """The gravest block, in English if there is one (Unknown counts as Moderate)."""
    order = {name: n for n, name in enumerate(SEVERITIES[:4])} | {"Unknown": SEVERITIES.index("Moderate")}
    ranked = sorted(cap.infos, key=lambda info: (order[info.severity], not info.language.lower().startswith("en")))
    return ranked[0] if ranked else None


def _said(cap: Cap, lead: CapInfo) -> dict[str, Any]:
    names = list(dict.fromkeys(area.description for area in lead.areas))
    return {
        "category": _category(lead), "severity": lead.severity, "urgency": lead.urgency, "certainty": lead.certainty,
        "headline": _line(lead.headline or lead.event), "description": lead.description,
        "instruction": lead.instruction, "area": _cut("; ".join(names), 1_000) or None,
        "language": _language(lead.language),
    }  # fmt: skip


def _bare(cap: Cap, before: Mapping[str, Any]) -> dict[str, Any]:
    """A message without ``info``: as grave and about the same as what it refers to, or nothing is known of it."""
    known = {name: before.get(name) for name in ("category", "severity", "urgency", "certainty", "headline", "area")}
    unknown = {
        "category": "other", "severity": "Unknown", "urgency": "Unknown", "certainty": "Unknown",
        "headline": _line(f"{cap.msg_type} of {', '.join(r.identifier for r in cap.references) or cap.identifier}"),
    }  # fmt: skip
    return unknown | {name: value for name, value in known.items() if value is not None}


def _category(lead: CapInfo) -> str:
    if set(lead.categories) == {"Met"}:
        return "weather"
    return "transport_disrupted" if set(lead.categories) == {"Transport"} else "other"


def _own_facts(lead: CapInfo) -> dict[str, Any]:
    """What another hub of this kind said about its alert (``terms``); only in the form that alerts have."""
    found: dict[str, Any] = {}
    category = _values(lead.parameters, CATEGORY, r"^[a-z_]+$")
    if category and category[0] in CATEGORIES:
        found["category"] = category[0]
    if points := _values(lead.parameters, POINT, POINT_PATTERN):
        found["points"] = points[:50]
    geocodes = [value for area in lead.areas for value in area.geocodes]
    if place := _values(geocodes, PLACE, PLACE_PATTERN):
        found["place"] = place[0][:80]
    if legs := _values(geocodes, LEG, LEG_PATTERN):
        found["legs"] = legs[:50]
    if place or legs:
        names = [a.description for a in lead.areas if not any(v.name in (PLACE, LEG) for v in a.geocodes)]
        found["area"] = _cut("; ".join(names), 1_000) or None
    return found


def _values(values: list[CapValue], name: str, pattern: str) -> list[str]:
    found = [value.value for value in values if value.name == name and re.match(pattern, value.value)]
    return list(dict.fromkeys(found))


def _ends(cap: Cap, notes: list[Note]) -> str:
    """When the last block ends; without one, as long after it was sent as an alert may last."""
    ends = [info.expires for info in cap.infos if info.expires is not None]
    if ends:
        return max(ends, key=instant)
    if cap.infos:
        notes.append(Note("/info/0/expires", "no-end", "It says no end: taken as ended 7 days after it was sent."))
    return (instant(cap.sent) + WITHOUT_END).isoformat()


def _language(tag: str) -> str:
    first, hyphen, rest = tag.partition("-")
    tag = first.lower() + hyphen + rest
    return tag if re.match(LANGUAGE_PATTERN, tag) else "und"


def _line(text: str) -> str:
    return _cut(" ".join(text.split()), 160)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
