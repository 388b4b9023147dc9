"""What parties of the sample do and mean to do: measures and movements in each state, and a text that is signed."""

from collections.abc import Iterator

from routehub.sample.event import PLAN, Around, Event, answer


def events(around: Around) -> Iterator[Event]:
    yield from _measures(around)
    yield from _movements(around)
    yield from _statement(around)


def _measures(around: Around) -> Iterator[Event]:
    at, said = around.at, around.said
    yield Event(at(-7, 11), "SI", "measure", {
        "type": "internal_border_checks", "title": "Checks on trains from Dobova", "legs": ["HR-SI"],
        "start": said(-5, 0), "until": said(-2, 0), "views_by": said(-6, 12),
        "reasons": "Registration was behind by two days. It has caught up.", "points": [f"{PLAN}/13"],
    })  # fmt: skip
    yield Event(at(-3, 15), "HU", "measure", {
        "type": "document_rule", "title": "Papers are looked at before the crossing at Röszke", "legs": ["RS-HU"],
        "start": said(-3, 20), "reasons": "Papers that could not be read have grown in number.",
        "known_since": said(-3, 13), "points": [f"{PLAN}/13"], "audience": ["neighbours"],
    })  # fmt: skip
    yield Event(at(-1, 21, 15), "AT", "measure", {
        "type": "registration_rule", "title": "Registration at Spielfeld 07:00 to 19:00 only", "legs": ["SI-AT"],
        "places": ["SI-AT/spielfeld"], "start": said(2, 20), "until": said(5, 7), "views_by": said(0, 12),
        "reasons": "Fewer staff are there at the weekend. Nobody is registered at night.",
        "points": [f"{PLAN}/3", f"{PLAN}/13"], "audience": ["neighbours", "HR"],
    }, "spielfeld")  # fmt: skip
    yield answer(at(0, 5, 32), "DE", "spielfeld", "no_objection")
    yield answer(at(0, 6, 10), "HR", "spielfeld", "concerns", text="Trains would have to wait at Dobova.")


def _movements(around: Around) -> Iterator[Event]:
    at, said = around.at, around.said
    yield Event(at(-4, 10), "RS", "movement", {
        "leg": "RS-HR", "people": 420, "at": said(-3, 9), "transport": "train", "vehicles": 1,
        "place": "RS-HR/tovarnik", "answer_by": said(-4, 18), "points": [f"{PLAN}/3"],
    }, "sid")  # fmt: skip
    yield answer(at(-4, 14, 20), "HR", "sid", "agree")
    yield answer(at(-3, 12, 40), "RS", "sid", "took_place", people=402)
    yield Event(at(-2, 9), "MK", "movement", {
        "leg": "MK-RS", "people": 300, "at": said(-1, 16), "transport": "bus", "vehicles": 6, "answer_by": said(-1, 12),
        "points": [f"{PLAN}/3"],
    })  # fmt: skip
    yield Event(at(-1, 8, 30), "HR", "movement", {
        "leg": "HR-SI", "people": 480, "at": said(1, 11), "transport": "train", "vehicles": 1, "place": "HR-SI/dobova",
        "answer_by": said(-1, 20), "title": "A train from Slavonski Brod", "points": [f"{PLAN}/3"],
    }, "conditions")  # fmt: skip
    yield answer(
        at(-1, 16, 12), "SI", "conditions", "agree_with_conditions",
        text="Not before 13:00. The number of people who need medical care is sent by 09:00.",
    )  # fmt: skip
    yield Event(at(0, 5, 12), "HR", "movement", {
        "leg": "HR-SI", "people": 960, "at": said(2, 9, 30), "transport": "train", "vehicles": 2,
        "place": "HR-SI/dobova", "start_place": "HR/slavonski-brod-centre", "answer_by": said(0, 18),
        "title": "Two trains from Slavonski Brod", "remarks": "About 40 families with small children.",
        "points": [f"{PLAN}/3"],
    })  # fmt: skip


def _statement(around: Around) -> Iterator[Event]:
    at = around.at
    yield Event(at(-1, 17, 2), "RS", "statement", {
        "title": "Joint statement of the heads of police",
        "text": "We agree on one form of registration along the route.\nIt begins where people first enter.",
        "signatories": ["AT", "HR", "MK", "RS", "SI"], "points": [f"{PLAN}/13"],
    }, "police")  # fmt: skip
    yield answer(at(-1, 20, 30), "HR", "police", "sign")
