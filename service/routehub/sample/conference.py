"""Conferences of the sample: the last one with its minutes and its readout, which was checked, published and corrected
once; the next one with who has answered, and a proposal for it."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from routehub.sample.event import PLAN, Around, Event, answer

PRESENT = ("GR", "MK", "RS", "HR", "SI", "AT", "EC", "UNHCR")
WINDOW = timedelta(minutes=30)


NEXT = "the next conference"
"""How events name the invitation, which the hub itself sends."""


def events(around: Around) -> Iterator[Event]:
    """What the parties say about the next conference. Slovenia has not answered yet."""
    at = around.at
    yield Event(at(-1, 18, 10), "SI", "agenda_item", {
        "title": "Advance notice of trains to Dobova", "outcome": "decide", "minutes": 10,
        "text": "A fixed time for notices would let us keep staff where they are needed.", "points": [f"{PLAN}/3"],
    })  # fmt: skip
    for minute, party in enumerate(("AT", "HR", "MK", "RS", "UNHCR")):
        people = {"delegates": [f"{party} contact point"]} if party in ("AT", "HR") else {}
        yield answer(at(0, 6, 52 + minute), party, NEXT, "attend", **people)
    yield answer(at(0, 6, 58), "AL", NEXT, "attend", represented_by="MK")
    yield answer(at(0, 6, 59), "BG", NEXT, "decline", text="Nobody is free that morning.")


def minutes(number: int, began: datetime, following: datetime) -> dict[str, Any]:
    """What was said, concluded and taken on."""
    due = (began + timedelta(days=14)).date()
    return {
        "conference": number, "began": began.isoformat(), "ended": (began + timedelta(minutes=45)).isoformat(),
        "next": following.isoformat(),
        "attendance": [{"party": party, "present": True} for party in PRESENT],
        "items": [
            {
                "number": 1, "title": "Reporting this week", "points": [f"{PLAN}/1", f"{PLAN}/9"],
                "conclusions": [
                    _concluded(number, 1, "All participants send their figures by 08:00 Brussels time.", True),
                    _concluded(number, 2, "Romania is called by telephone when it is silent for two days.", False),
                ],
            },
            {
                "number": 2, "title": "Border management", "points": [f"{PLAN}/13"], "outcome": "discuss",
                "interventions": [
                    _said(["GR", "MK"], "informed about stronger support at their common border"),
                    _said(["EC"], f"informed about a meeting of the police authorities on {_wrong(began)}"),
                    _said(["SI"], "asked that trains be announced a day before", public=False),
                ],
                "actions": [_action(number, 1, ["HR", "SI"], "Agree on a fixed time for notices of trains.", due)],
            },
            {
                "number": 3, "title": "Reception", "points": [f"{PLAN}/5", f"{PLAN}/6"],
                "interventions": [_said(["UNHCR"], "gave an account of the places in private accommodation in Greece")],
            },
        ],
    }  # fmt: skip


def erratum(began: datetime) -> tuple[str, str]:
    """The wrong words of the readout, and the right ones."""
    return _wrong(began), _day((began + timedelta(days=7)).date())


def _wrong(began: datetime) -> str:
    return _day((began + timedelta(days=38)).date())


def _day(on: date) -> str:
    return f"{on.day} {on:%B}"


def _said(parties: list[str], text: str, *, public: bool = True) -> dict[str, Any]:
    return {"parties": parties, "text": text, "public": public}


def _concluded(number: int, place: int, text: str, public: bool) -> dict[str, Any]:
    return {"id": f"C{number}.{place}", "text": text, "publish": "public" if public else "parties"}


def _action(number: int, place: int, owners: list[str], what: str, due: date) -> dict[str, Any]:
    return {"id": f"A{number}.{place}", "owners": owners, "what": what, "due": due.isoformat()}
