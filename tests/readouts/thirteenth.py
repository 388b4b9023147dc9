"""The thirteenth conference of 22 January 2016 (seed 000), entered as minutes and commitments. The words are our own;
the points, figures, parties and dates are those of the readout that was published then."""

from typing import Any

PLAN = "wbr-2015-final"
ROUTE_STATES = ["AT", "HR", "DE", "GR", "RS", "SI", "MK"]
BEGAN, ENDED, NEXT = "2016-01-22T10:00:00+01:00", "2016-01-22T11:30:00+01:00", "2016-01-28T15:00:00+01:00"


def points(*numbers: int) -> list[str]:
    return [f"{PLAN}/{number}" for number in numbers]


def _said(parties: list[str], text: str, public: bool = True) -> dict[str, Any]:
    return {"parties": parties, "text": text, "public": public}


MINUTES: dict[str, Any] = {
    "conference": 13, "began": BEGAN, "ended": ENDED, "next": NEXT,
    "attendance": [{"party": code, "present": True} for code in [*ROUTE_STATES, "EC", "UNHCR", "FRONTEX"]],
    "items": [
        {
            "number": 1, "title": "Exchange of information", "points": points(1, 9), "outcome": "note",
            "interventions": [_said(["HU"], "asked that figures be sent before 08:00", public=False)],
            "conclusions": [
                {
                    "id": "C13.1", "publish": "public",
                    "text": "Participants confirmed that they exchange information swiftly and steadily, as an early "
                    "warning that allows them to act together, and that they avoid steps taken alone which set off "
                    "chains of others.",
                },
                {"id": "C13.2", "publish": "parties", "text": "Late figures are called for by telephone."},
            ],
        },
        {
            "number": 2, "title": "Border management", "points": points(13), "outcome": "discuss",
            "interventions": [
                _said(
                    ["GR", "MK"], "informed about better exchange of information, better coordination and stronger "
                    "support by Frontex at their common border",
                ),
                _said(
                    ["EC"], "informed about the outcome of a video conference of the national police authorities, "
                    "which is to be continued in the course of next week",
                ),
                _said(["AT", "HR", "DE", "GR", "RS", "SI", "MK"], "informed about present practices at their internal "
                      "borders"),
                _said(
                    ["NL-PRES"], "informed about a meeting at political level, planned on the margins of the informal "
                    "Council of Justice and Home Affairs on 25 February, of Austria, Croatia, Germany, Greece, Serbia, "
                    "Slovenia and the former Yugoslav Republic of Macedonia",
                ),
            ],
            "conclusions": [{"id": "C13.3", "publish": "parties", "text": "The police authorities report back."}],
            "actions": [{"id": "A13.1", "owners": ["EC"], "what": "Call the police authorities.", "due": "2016-01-29"}],
        },
        {
            "number": 3, "title": "Support and shelter", "points": points(5, 6), "outcome": "note",
            "interventions": [
                _said(
                    ["UNHCR"], "gave an account of the reception places that partners in Greece are to provide in "
                    "private accommodation by a voucher scheme; progress towards the target is good, and an agreement "
                    "with partners is expected in the coming days",
                )
            ],
        },
    ],
}  # fmt: skip

TEMPLATE: dict[str, Any] = {
    "title": "Progress on the {route}: {ordinal} video conference of the contact points",
    "opening": "Today the contact points nominated after the leaders' meeting of 25 October 2015 held their {ordinal} "
    "video conference, to follow up on the leaders' statement. They discussed recent trends at external borders and "
    "the capacity of reception.",
    "heading": "Leaders' statement, {points} on {titles}",
    "lead_in": "The exchange about these points included the following:",
    "closing": "The group meets for its next weekly video conference on {next}. Until then the contact points go on "
    "with their bilateral contacts.",
    "standing": [
        "In October 2015 the leaders along the route agreed to nominate contact points and to monitor 17 points.",
        "On 15 December 2015 the European Commission published a progress report on these measures.",
    ],
    "links": [{"title": "Leaders' statement", "link": "https://leaders.example/statement"}],
    "contact": "Questions of the public: the general information service of the European Commission.",
}


def _places(target: int, title: str, owners: list[str], **more: Any) -> dict[str, Any]:
    return {"title": title, "points": points(5), "target": target, "unit": "places", "owners": owners, **more}


COMMITMENTS: list[tuple[str, str, dict[str, Any], str | None]] = [
    ("greece", "GR", _places(50_000, "50,000 additional reception places in Greece", ["GR"]), None),
    (
        "unhcr", "UNHCR", _places(20_000, "20,000 places in private accommodation by vouchers", ["UNHCR"]), "greece",
    ),
    ("first", "UNHCR", _places(1_000, "the first 1,000 places", ["UNHCR"]), "unhcr"),
    (
        "agreed", "UNHCR",
        _places(
            12_150, "12,150 additional places by hotel vouchers and rented apartments", ["UNHCR"],
            rate={"value": 150, "per": "day"}, deadline={"text": "in the course of 2016"},
        ),
        "unhcr",
    ),
    (
        "flats", "UNHCR",
        _places(2_400, "rental of 2,400 apartments", ["UNHCR"]) | {"unit": "apartments"},
        "agreed",
    ),
]  # fmt: skip
"""Name, who posts it, its data, and its whole."""
PROGRESS = {"first": 1_000, "unhcr": 1_000}
"""What was in place on the day."""
