"""Requests, needs and offers of the sample. The numbers of officers are of the time (October 2015: 400 for Slovenia,
183 pledged, 13 deployed, 30 on the way); everything around them is invented."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from routehub.journal.jobs import Recorded

Poster = Callable[[str, str, dict[str, Any]], Awaitable[Recorded]]
PLAN = "wbr-2015-final"


def _at(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


async def build(post: Poster, move: Callable[[datetime], None], now: datetime) -> None:
    """A need with an offer under way, a question that waits, an assessment with two contributors, and expertise that
    came unasked."""
    move(now - timedelta(hours=20))
    need = await post("SI", "request", {
        "category": "need", "title": "Officers for the border with Croatia", "quantity": 400, "unit": "border_guards",
        "due": _at(now + timedelta(days=2)), "place": "HR-SI/dobova", "points": [f"{PLAN}/13"],
        "text": "For registration and order at the crossing, in shifts of twelve hours.",
        "civil_protection_mechanism": {"triggered": True, "reference": "SAMPLE 2015/3417"},
    })  # fmt: skip
    offer = await post("FRONTEX", "offer", {
        "need": need.message_id, "title": "Officers from the rapid pool", "quantity": 183, "unit": "border_guards",
        "text": "In groups of thirty, each with its vehicles.", "points": [f"{PLAN}/13"],
    })  # fmt: skip
    move(now - timedelta(hours=9))
    await post("SI", "response", {"to": offer.message_id, "act": "accept"})
    await post("FRONTEX", "response", {"to": offer.message_id, "act": "commit", "quantity": 43})
    await post("FRONTEX", "response", {"to": offer.message_id, "act": "deliver", "quantity": 13})
    await post("AT", "offer", {
        "title": "Experts for registration", "quantity": 20, "unit": "experts", "offered_to": ["MK", "RS"],
        "text": "If needed, and as far as we have them.", "points": [f"{PLAN}/13"],
    })  # fmt: skip
    move(now - timedelta(hours=5))
    assessment = await post("MK", "request", {
        "category": "joint_assessment", "title": "Shelter at Gevgelija before winter", "asked": ["UNHCR", "EUAA"],
        "place": "MK/gevgelija-centre", "scope": "Shelter, water and heating until March.", "points": [f"{PLAN}/2"],
    })  # fmt: skip
    await post("UNHCR", "response", {
        "to": assessment.message_id, "act": "answer", "text": "About 800 heated places are missing.", "partial": True,
    })  # fmt: skip
    await post("AT", "request", {
        "category": "information", "title": "People without registration at Dobova", "asked": ["SI"],
        "due": _at(now + timedelta(hours=10)), "purpose": "To staff the registration at Spielfeld.",
        "scope": "Numbers by day of the last week.", "points": [f"{PLAN}/9"],
    })  # fmt: skip
