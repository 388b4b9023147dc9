"""Requests, needs, offers and notes of the sample. The numbers of officers are of the time (October 2015: 400 for
Slovenia, 183 pledged, 13 deployed, 30 on the way); everything around them is invented."""

from collections.abc import Iterator

from routehub.sample.event import PLAN, Around, Event, answer


def events(around: Around) -> Iterator[Event]:
    """A need with an offer under way, a question that waits, one that was answered, an assessment with two
    contributors, expertise that came unasked, and a note with its answer."""
    yield from _needs(around)
    yield from _questions(around)
    yield from _notes(around)


def _needs(around: Around) -> Iterator[Event]:
    at, said = around.at, around.said
    yield Event(at(-1, 11, 2), "SI", "request", {
        "category": "need", "title": "Officers for the border with Croatia", "quantity": 400, "unit": "border_guards",
        "due": said(2, 7), "place": "HR-SI/dobova", "points": [f"{PLAN}/13"],
        "text": "For registration and order at the crossing, in shifts of twelve hours.",
        "civil_protection_mechanism": {"triggered": True, "reference": "SAMPLE 2015/3417"},
    }, "officers")  # fmt: skip
    yield Event(at(-1, 15, 20), "FRONTEX", "offer", {
        "title": "Officers from the rapid pool", "quantity": 183, "unit": "border_guards",
        "text": "In groups of thirty, each with its vehicles.", "points": [f"{PLAN}/13"],
    }, "pool", {"need": "officers"})  # fmt: skip
    yield answer(at(-1, 22, 2), "SI", "pool", "accept")
    yield answer(at(-1, 22, 40), "FRONTEX", "pool", "commit", quantity=43)
    yield answer(at(0, 6, 15), "FRONTEX", "pool", "deliver", quantity=13)
    yield Event(at(-1, 23), "AT", "offer", {
        "title": "Experts for registration", "quantity": 20, "unit": "experts", "offered_to": ["MK", "RS"],
        "text": "If needed, and as far as we have them.", "points": [f"{PLAN}/13"],
    })  # fmt: skip


def _questions(around: Around) -> Iterator[Event]:
    at, said = around.at, around.said
    yield Event(at(-3, 10), "SI", "request", {
        "category": "information", "title": "Opening hours at Spielfeld over the weekend", "asked": ["AT"],
        "due": said(-2, 12), "purpose": "To tell the railways.", "scope": "Hours from Friday to Monday.",
        "points": [f"{PLAN}/9"],
    }, "hours")  # fmt: skip
    yield answer(at(-2, 9, 15), "AT", "hours", "answer", text="07:00 to 22:00 on all days, as it stands now.")
    yield Event(at(0, 2, 2), "MK", "request", {
        "category": "joint_assessment", "title": "Shelter at Gevgelija before winter", "asked": ["UNHCR", "EUAA"],
        "place": "MK/gevgelija-centre", "scope": "Shelter, water and heating until March.", "points": [f"{PLAN}/2"],
    }, "shelter")  # fmt: skip
    yield answer(at(0, 5, 50), "UNHCR", "shelter", "answer", text="About 800 heated places are missing.", partial=True)
    yield Event(at(0, 6, 5), "AT", "request", {
        "category": "information", "title": "People without registration at Dobova", "asked": ["SI"],
        "due": said(0, 17), "purpose": "To staff the registration at Spielfeld.",
        "scope": "Numbers by day of the last week.", "points": [f"{PLAN}/9"],
    })  # fmt: skip


def _notes(around: Around) -> Iterator[Event]:
    at = around.at
    yield Event(at(-1, 9, 10), "HR", "note", {
        "to": ["SI"], "subject": "Trains at the weekend",
        "text": "The railways can give us two trains on Friday. We will propose them tonight, as usual.",
    }, "weekend")  # fmt: skip
    yield Event(at(-1, 10, 25), "SI", "note", {
        "to": ["HR"], "subject": "Trains at the weekend",
        "text": "Good. Please name the hour: Dobova has one platform that night.",
    }, of={"references": "weekend"})  # fmt: skip
