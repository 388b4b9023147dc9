"""What parties of the sample mean to do: a movement and a measure that wait for answers, and a text that is signed."""

from collections.abc import Awaitable, Callable
from datetime import datetime, time, timedelta
from typing import Any

from routehub.journal.jobs import Recorded

Poster = Callable[[str, str, dict[str, Any]], Awaitable[Recorded]]
PLAN = "wbr-2015-final"


async def build(post: Poster, move: Callable[[datetime], None], now: datetime) -> None:
    """``now``: in the zone of the route. All dates follow from it."""

    def at(days: int, hour: int, minute: int = 0) -> str:
        return datetime.combine(now.date() + timedelta(days=days), time(hour, minute), now.tzinfo).isoformat()

    move(now - timedelta(hours=14))
    text = await post("RS", "statement", {
        "title": "Joint statement of the heads of police",
        "text": "We agree on one form of registration along the route.\nIt begins where people first enter.",
        "signatories": ["AT", "HR", "MK", "RS", "SI"], "points": [f"{PLAN}/13"],
    })  # fmt: skip
    move(now - timedelta(hours=10))
    await post("HR", "response", {"to": text.message_id, "act": "sign"})
    notice = await post("AT", "measure", {
        "type": "registration_rule", "title": "Registration at Spielfeld 07:00 to 19:00 only", "legs": ["SI-AT"],
        "places": ["SI-AT/spielfeld"], "start": at(2, 20), "until": at(5, 7), "views_by": at(0, 12),
        "reasons": "Fewer staff are there at the weekend. Nobody is registered at night.",
        "points": [f"{PLAN}/3", f"{PLAN}/13"],
    })  # fmt: skip
    move(now - timedelta(hours=1, minutes=50))
    await post("HR", "movement", {
        "leg": "HR-SI", "people": 960, "at": at(2, 9, 30), "transport": "train", "vehicles": 2,
        "place": "HR-SI/dobova", "start_place": "HR/slavonski-brod-centre", "answer_by": at(0, 18),
        "title": "Two trains from Slavonski Brod", "remarks": "About 40 families with small children.",
        "points": [f"{PLAN}/3"],
    })  # fmt: skip
    move(now - timedelta(hours=1, minutes=30))
    for party, act, words in (("DE", "no_objection", ""), ("HR", "concerns", "Trains would have to wait at Dobova.")):
        data = {"to": notice.message_id, "act": act} | ({"text": words} if words else {})
        await post(party, "response", data)
