"""The scene in which an example of a kind can be sent: who sends it, at what time of the hub, and which other examples
have to be on record before, because it refers to them. What a new kind needs is a line in the tables here."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from routehub.api.documents import openapi
from routehub_schemas import Registry

Example = tuple[str, str]
"""A kind and the name of one of its examples."""
EXERCISE = "exercise"
"""The code of the route on which what says that it is an exercise is sent."""

TIMES = {
    "conference": "2016-01-25T12:00:00Z", "minutes": "2016-02-04T18:00:00Z", "readout": "2016-02-04T18:00:00Z",
    "erratum": "2016-02-04T18:00:00Z",
}  # fmt: skip
"""When a kind is sent that names no time by which it waits for others."""
NOW = "2015-11-18T12:00:00Z"
TIMES_OF: Mapping[Example, str] = {("response", "action-complete"): TIMES["minutes"]}
"""The same of single examples: an action is done after the conference that gave it."""
WAITS_UNTIL = ("due", "expires", "views_by", "at", "answer_by", "new_time", "until")
AHEAD = timedelta(hours=30)
"""How long before those times an example is sent: a joint assessment is due in 24 hours by itself."""

ALERT: Example = ("alert", "shortest")
MINUTES: Example = ("minutes", "thirteenth")
SUB_GROUP: Example = ("conference", "sub-group")
MOVEMENT: Example = ("movement", "shortest")
ASSESSMENT: Example = ("request", "joint-assessment")
REFERENCES: Mapping[str, Example] = {
    "need": ("request", "need"),
    "parent": ("commitment", "reception-places"),
    "references": ALERT,
    "replaces": ("statement", "joint-text"),
    "thread": ALERT,
}
"""What the references of an example lead to, by the name of the field."""
REFERENCES_OF: Mapping[Example, Example] = {
    ("measure", "changed"): ("measure", "daily-cap"),
    ("commitment", "update"): ("commitment", "shortest"),
    ("progress", "backwards"): ("commitment", "voucher-scheme"),
    ("progress", "places"): ("commitment", "voucher-scheme"),
    ("progress", "recommendation"): ("commitment", "recommendation"),
    ("progress", "shortest"): ("commitment", "shortest"),
    ("progress", "withdrawn"): ("commitment", "shortest"),
    ("response", "acknowledge"): ALERT,
    ("response", "action-complete"): MINUTES,
    ("response", "agree-with-conditions"): MOVEMENT,
    ("response", "attend"): SUB_GROUP,
    ("response", "by-message-id"): ALERT,
    ("response", "close"): ASSESSMENT,
    ("response", "decline"): ASSESSMENT,
    ("response", "delivered-in-part"): ("offer", "unasked-expertise"),
    ("response", "more-time"): ASSESSMENT,
    ("response", "partial-answer"): ASSESSMENT,
    ("response", "represented"): SUB_GROUP,
    ("response", "took-place"): MOVEMENT,
    ("response", "withdraw"): MOVEMENT,
}
"""The message that an example is about: the one it changes, tells the progress of, or answers."""
FIRST: Mapping[Example, tuple[Example, ...]] = {
    ("erratum", "date"): (("readout", "with-reason"),),
    ("erratum", "second"): (("readout", "with-reason"), ("erratum", "date")),
}
"""What has to stand on record before an example that names it by its number."""
CHECK: Example = ("readout_check", "two-hours")
ABOUT = ("updates", "commitment", "to")
"""The fields that name it."""

SENDERS: Mapping[str, str] = {
    "alert": "MK", "measure": "AT", "note": "MK", "offer": "AT", "request": "SI", "statement": "AT",
}  # fmt: skip
SENDERS_OF: Mapping[Example, str] = {
    ("commitment", "network"): "EC",  # its owners are not on the route: a coordinator records it
    ("commitment", "update"): "FRONTEX",
    ("measure", "past-closure"): "HU",
    ("response", "acknowledge"): "RS",
    ("response", "action-complete"): "UNHCR",
    ("response", "agree-with-conditions"): "SI",
    ("response", "attend"): "MK",
    ("response", "by-message-id"): "RS",
    ("response", "decline"): "UNHCR",
    ("response", "more-time"): "UNHCR",
    ("response", "partial-answer"): "UNHCR",
    ("response", "represented"): "SI",
}


def data_of(example: Example) -> dict[str, Any]:
    found: dict[str, Any] = openapi.kind_examples(Registry.shipped()[example[0]])[example[1]]
    return found


@dataclass(frozen=True)
class Scene:
    """How one example is sent."""

    example: Example
    data: Mapping[str, Any]

    @property
    def sender(self) -> str | None:
        """The party; None: a person, who has the duty for it."""
        kind = self.example[0]
        if found := SENDERS_OF.get(self.example):
            return found
        if kind == "report":
            return str(self.data["party"])
        if kind == "movement":
            return str(self.data["leg"]).partition("-")[0]
        if kind == "commitment":
            return str(next(iter(self.data.get("owners", ["MK"]))))
        if kind in ("progress", "response"):  # whose commitment it is; the acts of a sender
            about = REFERENCES_OF[self.example]
            return Scene(about, data_of(about)).sender
        return SENDERS.get(kind)

    @property
    def route(self) -> str | None:
        """The route, where it is not the first one on which its sender takes part."""
        return EXERCISE if self.data.get("status") == "Exercise" else None

    def before(self) -> dict[str, Example]:
        """The references in it, with the example that each is to lead to."""
        found = dict.fromkeys(self.data.get("references", []), REFERENCES["references"])
        if "checked" in self.data:
            found[self.data["checked"]["check"]] = CHECK
        for name in (*ABOUT, *REFERENCES):
            ref = self.data.get(name)
            if isinstance(ref, str):
                found[ref] = REFERENCES_OF[self.example] if name in ABOUT else REFERENCES[name]
        return found

    def sent_by(self, before: Example) -> str | None:
        """Who sends what it refers to: changes and progress are of one's own."""
        own = self.example[0] in ("commitment", "progress", "measure", "alert") and before[0] == self.example[0]
        is_whole = "parent" in self.data
        return self.sender if own and not is_whole else Scene(before, data_of(before)).sender

    @property
    def time(self) -> str:
        """Before all times that it, or what it refers to, names as those until which somebody waits."""
        if "day" in self.data:
            return f"{self.data['day']}T23:00:00Z"
        if "as_of" in self.data:
            return f"{self.data['as_of']}T23:00:00Z"
        waits = list(self._waits())
        if waits:
            return (min(waits) - AHEAD).isoformat()
        return TIMES_OF.get(self.example) or TIMES.get(self.example[0], NOW)

    @property
    def then(self) -> str | None:
        """When it is sent, where what it refers to has to come to its end first."""
        return str(self.data["checked"]["until"]) if "checked" in self.data else None

    def _waits(self) -> list[datetime]:
        own = [self.data[name] for name in WAITS_UNTIL if name in self.data]
        found = [datetime.fromisoformat(time.replace("Z", "+00:00")).astimezone(UTC) for time in own]
        for before in self.before().values():
            found += Scene(before, data_of(before))._waits()
        return found


def with_ids(body: Any, ids: Mapping[str, str]) -> str:
    """The body as JSON, with the ids of messages that are there in the place of its invented ones."""
    text = json.dumps(body)
    for invented, real in ids.items():
        text = text.replace(json.dumps(invented), json.dumps(real))
    return text
