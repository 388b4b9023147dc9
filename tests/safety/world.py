"""A hub with something of every kind in it, and somebody of every role."""

from typing import Any

from tests.fixtures.furnished import Inside
from tests.safety.actors import PEOPLE, Actor, actors
from tests.safety.knocking import NOBODY_S, World, bodies, store_nothing

NOW = "2015-11-18T12:00:00Z"
ALERT = {
    "category": "crossing_changed", "severity": "Severe", "urgency": "Expected", "certainty": "Likely",
    "headline": "The crossing closes at 18:00", "expires": "2015-11-19T06:00:00Z",
}  # fmt: skip
MEASURE = {
    "type": "transport_stop", "title": "No trains", "legs": ["MK-RS"], "reasons": "Track works.",
    "start": "2015-11-21T06:00:00+01:00",
}  # fmt: skip
REQUEST = {
    "category": "information", "title": "How many were registered", "asked": ["MK"], "due": "2015-11-19T12:00:00Z",
    "text": "By day, please.", "scope": "Numbers by day.", "purpose": "To staff our centre.",
    "period": {"first": "2015-11-10", "last": "2015-11-17"},
}  # fmt: skip
POSTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("MK", "alerts", ALERT),
    ("RS", "measures", MEASURE),
    ("GR", "movements", {"leg": "GR-MK", "people": 90, "at": "2015-11-19T09:30:00+01:00", "transport": "train"}),
    ("SI", "requests", REQUEST),
    ("AT", "offers", {"title": "Experts", "quantity": 20, "unit": "experts", "offered_to": ["MK"], "text": "Ours."}),
    ("AT", "statements", {"title": "One form", "text": "We register alike.", "signatories": ["AT", "MK"]}),
    ("MK", "commitments", {"title": "Contingency planning", "points": ["wb-action-plan-2022/2.3"]}),
    ("RS", "notes", {"to": ["MK"], "subject": "Trains", "text": "Two more coaches."}),
    ("EC", "conferences", {"number": 1, "title": "First", "start": "2015-11-20T10:00:00Z", "chair": "EC"}),
)
"""Who sends what through which door. MK is the party whose people try; what is about an act waits for MK's."""
USUAL = {
    "ref": NOBODY_S, "party": "MK", "day": "2015-11-17", "number": "1", "name": "report.v1", "route": "wbr",
    "sub": NOBODY_S, "person": NOBODY_S, "token": "x", "key": "x", "replay": NOBODY_S, "plan": "wbr-2015-final",
    "leg": "GR-MK", "item": "1", "act": "acknowledge", "actor": "FRONTEX", "session": "x", "series": "weekly",
}  # fmt: skip
ACTS = {
    "alerts": "update", "measures": "withdraw", "movements": "agree", "requests": "answer", "offers": "accept",
    "statements": "sign", "hand-overs": "accept",
}  # fmt: skip

COMMITMENT = {"title": "Contingency planning", "points": ["wb-action-plan-2022/2.3"]}
NOTE = {"to": ["RS"], "subject": "Trains", "text": "Two more coaches."}
BODIES: dict[tuple[str, str], Any] = {
    ("POST", "/v1/commitments"): COMMITMENT,
    ("POST", "/v1/messages"): {"specversion": "1.0", "id": "1", "type": "routehub.note.v1", "data": NOTE},
    ("POST", "/v1/statements"): {"title": "One form", "text": "We register alike.", "signatories": ["AT", "RS"]},
    ("POST", "/v1/reporting/pauses"): {"party": "MK", "from": "2015-11-20", "reason": "A holiday"},
    ("PUT", "/v1/series/{name}"): {"chair": "EC", "first_number": 1},
    ("POST", "/v1/readouts/{number}/errata"): {"wrong": "some", "right": "all"},
    ("PUT", "/v1/conferences/{number}/readout-draft"): {
        "title": "Readout",
        "day": "2015-11-20",
        "opening": "They met.",
        "closing": "They go on.",
    },
    ("PUT", "/v1/me/quiet-hours"): {"hours": "22:00-06:00"},
    ("PATCH", "/v1/people/{person}"): {"function": "Deputy"},
    ("POST", "/v1/people"): {"name": "Vida", "email": "vida@mk.example", "party": "MK"},
    ("POST", "/v1/keys"): {"system": "new", "scopes": ["read:feed"], "party": "MK"},
}
"""Where an example of the documents would be refused for another reason than who sends it."""


async def made(hub: Inside) -> tuple[World, dict[str, Actor]]:
    """The world, and everybody. From then on the hub stores nothing."""
    await hub.set_clock(NOW)
    who = await actors(hub)
    fills = {"": dict(USUAL), "series": {"name": "weekly"}} | {door: {"act": act} for door, act in ACTS.items()}
    for party, door, body in POSTS:
        answer = await hub.post(party, door, body)
        if answer.status_code != 201:
            print(f"BAD {door}: {answer.text[:600]}")
            continue
        fills.setdefault(door, {})["ref"] = answer.json().get("shortid") or answer.json()["id"]
    fills["messages"] = fills["threads"] = {"ref": fills["notes"]["ref"]}
    directory = hub.hub.directory.value
    colleague = directory.people_by_email[f"deputy@{PEOPLE['deputy'][0].lower()}.example"].id
    fills["people"] = fills["admin"] = {"person": colleague}
    fills["keys"] = {"key": next(key.id for key in directory.keys.values() if key.party == "MK")}
    found = bodies((await who["nobody"].client.get("/openapi.json")).json())
    store_nothing(hub)
    return World(hub, fills, found | BODIES), who
