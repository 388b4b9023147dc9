"""Alerts of the sample: one that is new, one that all have acknowledged, one that was updated, one that has ended."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from routehub.sample.event import PLAN, Around, Event, answer
from routehub_schemas.numbers import written

NEAR = ["GR", "RS", "HR", "SI", "AT", "EC", "FRONTEX"]
"""Whom the transit centre matters to: its neighbours, those further on, and two who coordinate."""


def events(around: Around) -> Iterator[Event]:
    at = around.at
    yield _alert(
        at(-2, 9, 30), "SI", "fog", "Minor", "Expected", "Observed", "Fog at Bapska, buses wait", at(-1, 9, 30),
        category="weather", place="RS-HR/bapska",
    )  # fmt: skip
    yield _alert(
        at(-2, 14, 5), "SI", "fog-over", "Minor", "Expected", "Observed", "The fog is gone, buses run", at(-1, 9, 30),
        category="weather", place="RS-HR/bapska", msg_type="Cancel", of={"references": "fog"},
    )  # fmt: skip
    strike: dict[str, Any] = {
        "category": "transport_disrupted", "place": "GR/piraeus", "points": [f"{PLAN}/13"],
        "audience": ["SI", "MK", "RS", "EC", "FRONTEX", "UNHCR"],
    }  # fmt: skip
    yield _alert(
        at(-1, 18, 32), "GR", "strike", "Minor", "Future", "Possible", "Ferry strike announced, Piraeus",
        at(2, 18), **strike,
    )  # fmt: skip
    yield _alert(
        at(-1, 19, 30), "GR", "strike-day", "Minor", "Future", "Possible",
        f"Ferry strike announced for {at(2, 6):%A}, Piraeus", at(2, 18), msg_type="Update", of={"references": "strike"},
        **strike,
    )  # fmt: skip
    for minute, party in enumerate(("SI", "MK", "RS", "EC", "FRONTEX", "UNHCR")):
        yield answer(at(-1, 19, 40 + 2 * minute), party, "strike", "acknowledge")
    yield _alert(
        at(0, 4, 55), "HR", "trains", "Moderate", "Immediate", "Observed",
        "Trains Tovarnik to Dobova suspended until 14:00", at(0, 14), category="transport_disrupted",
        place="RS-HR/tovarnik", description="About 300 people wait at Tovarnik. A heated shelter is open.",
        points=[f"{PLAN}/13"], audience=["RS", "SI", "AT", "EC", "FRONTEX", "UNHCR"],
    )  # fmt: skip
    for minute, party in enumerate(("RS", "SI", "EC", "AT", "FRONTEX", "UNHCR")):
        yield answer(at(0, 5, 18 + 2 * minute), party, "trains", "acknowledge")
    yield _alert(
        at(0, 5, 40), "MK", "gevgelija", "Severe", "Expected", "Likely", "Gevgelija transit centre nearly full",
        at(1, 5, 40), category="reception_nearly_full", place="MK/gevgelija-centre", audience=NEAR,
        description=f"{written(1_980)} of {written(2_000)} places are taken. "
        "Arrivals from Greece are above departures since 22:00.",
        points=[f"{PLAN}/4", f"{PLAN}/6"],
    )  # fmt: skip
    for minute, party in enumerate(("GR", "RS", "HR", "EC", "FRONTEX")):
        more = {"text": "Two buses wait at Presevo for those who leave."} if party == "RS" else {}
        yield answer(at(0, 5, 46 + 3 * minute), party, "gevgelija", "acknowledge", **more)


def _alert(
    at: datetime, party: str, name: str, severity: str, urgency: str, certainty: str, headline: str, expires: datetime,
    *, of: dict[str, str] | None = None, **more: Any,
) -> Event:  # fmt: skip
    """On a route that is not real an alert is never of status Actual; that it is a sample is said by the route."""
    data = {
        "severity": severity, "urgency": urgency, "certainty": certainty, "headline": headline,
        "expires": expires.isoformat(), "status": "Exercise", **more,
    }  # fmt: skip
    return Event(at, party, "alert", data, name, of or {})
