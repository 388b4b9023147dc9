"""Messages with canaries in them: words and numbers that occur nowhere else, so that each tells where its message can
be seen. Who may see it is worked out here from the reference data, not by the hub's own code."""

import io
import random
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from routehub_schemas import reference
from routehub_schemas.kind import Kind
from routehub_schemas.registry import Registry
from tests.faults import examples

ROUTE = reference.route("wbr")
MEMBERS = tuple(m.code for m in ROUTE.parties if m.role == "member")
COORDINATORS = tuple(m.code for m in ROUTE.parties if m.role == "coordinator")
OBSERVERS = tuple(m.code for m in ROUTE.parties if m.role == "observer")
EVERYBODY = (*MEMBERS, *COORDINATORS, *OBSERVERS)
DAYS = ("2015-10-18", "2015-10-19", "2015-10-20")
EXPIRES = "2015-10-22T00:00:00Z"
HELD, OVER = "2015-10-20T08:00:00Z", "2015-10-20T09:00:00Z"
LATER = "2015-10-24T00:00:00Z"
WORDS = r"canary\d{9}|\d{9}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[A-Z]{1,2}-[2-9A-Z]{4}"
"""What marks and ids look like."""
TELLING = re.compile(f"(?=({WORDS}))")
"""Looks at every place of a text, so that none is hidden in a longer word; in one pass for any number of messages."""
BY_NAME = dict(Registry.shipped()) | {"need": Registry.shipped()["request"]}
BY_DOOR = {kind.door: kind for kind in Registry.shipped().values()}


def meant(words: list[str] | tuple[str, ...], sender: str) -> frozenset[str]:
    """The readers that audience words mean."""
    found = {sender}
    for word in words:
        match word:
            case "*":
                found |= {*MEMBERS, *COORDINATORS}
            case "coordinators":
                found |= set(COORDINATORS)
            case "observers":
                found |= set(OBSERVERS)
            case "neighbours":
                legs = {(leg.origin, leg.destination) for leg in ROUTE.legs}
                found |= {b for a, b in legs | {(b, a) for a, b in legs} if a == sender} | set(COORDINATORS)
            case _:
                found.add(word)
    return frozenset(found)


@dataclass(frozen=True)
class Canary:
    """A message that was accepted: its marks, and who may see them. ``marks`` holds texts and numbers."""

    id: str
    short_id: str | None
    kind: str
    sender: str
    readers: frozenset[str]
    marks: tuple[str, ...]
    number: int | None = None
    """Of its conference, where it is about one."""
    red: bool = False

    @property
    def refs(self) -> tuple[str, ...]:
        return (self.id, self.short_id) if self.short_id else (self.id,)


@dataclass
class Aviary:
    """Posts at random, and keeps who may see what."""

    chance: random.Random
    canaries: list[Canary] = field(default_factory=list)
    steps: int = 0
    refused: int = 0
    faults: list[str] = field(default_factory=list)
    known: dict[str, list[Canary]] = field(default_factory=dict)
    """Every mark and every id, with the messages that it tells of."""

    def _mark(self) -> str:
        return f"canary{self.chance.randrange(10**9):09}"

    def _audience(self, sender: str) -> list[str] | None:
        named = self.chance.sample([p for p in EVERYBODY if p != sender], self.chance.randint(1, 3))
        return self.chance.choice([None, ["*"], ["neighbours"], ["coordinators"], ["*", "observers"], named, named])

    def draw(self) -> tuple[str, str, dict[str, Any], tuple[str, ...], list[str]]:
        """Sender, door, body, marks and references of the next message."""
        self.steps += 1
        sender = self.chance.choice((*MEMBERS, *COORDINATORS))
        mark = self._mark()
        audience = self._audience(sender)
        common: dict[str, Any] = {"audience": audience} if audience else {}
        if audience and set(audience) <= set(EVERYBODY) and self.chance.random() < 0.4:
            common["tlp"] = "RED"
        referring = [self.chance.choice(self.chance.choice(self.canaries).refs)] if self.canaries else []
        kinds = ["report", "report", "alert", "note", "agenda_item", "conference", *["any"] * 9]
        kinds += ["response", "answer", "update", *["act"] * 4] if referring else []
        body: dict[str, Any]
        match self.chance.choice(kinds):
            case "report" if sender in MEMBERS:
                number = self.chance.randrange(10**8, 10**9)
                figure: dict[str, Any] = {
                    "indicator": self.chance.choice(["arrivals", "departures", "present", "registered"]),
                    "value": number, "status": "provisional", "note": mark,
                }  # fmt: skip
                body = {"party": sender, "day": self.chance.choice(DAYS), "figures": [figure], "comment": mark}
                return sender, "reports", common | body, (mark, str(number)), []
            case "alert":
                return sender, "alerts", common | self._alert(mark), (mark,), []
            case "agenda_item":
                body = {"title": mark, "text": mark, "outcome": "discuss", "minutes": 5}
                return sender, "agenda-items", common | body, (mark,), []
            case "conference":
                return self._of_conference(mark)
            case "any":
                return self._any(self.chance.choice(examples.KINDS), common, mark)
            case "act":
                return self._act(mark)
            case "response":
                body = {"to": referring[0], "act": "acknowledge", "text": mark}
                return sender, "responses", body, (mark,), referring
            case "update":
                body = self._alert(mark) | {"msg_type": "Update", "references": referring}
                return sender, "alerts", body, (mark,), referring
            case "answer":
                body = {"subject": mark, "text": mark, "to": [p for p in (audience or []) if p in EVERYBODY] or ["EC"]}
                return sender, "notes", body | {"references": referring}, (mark,), referring
        to = self.chance.sample([p for p in EVERYBODY if p != sender], 2)
        return sender, "notes", {"subject": mark, "text": mark, "to": to}, (mark,), []

    def _any(
        self, kind: Kind, common: dict[str, Any], mark: str
    ) -> tuple[str, str, dict[str, Any], tuple[str, ...], list[str]]:
        """A message of any kind as in its examples, by a party that the example is about or by another."""

        def pick(field: str) -> str | None:
            """One of the kind that the field is called after, or of this kind; now and then of any."""
            named = BY_NAME.get(field, kind).door
            some = [canary for canary in self.canaries if canary.kind == named]
            some = some if some and self.chance.random() < 0.8 else self.canaries
            return self.chance.choice(self.chance.choice(some).refs) if some else None

        commitments = [canary for canary in self.canaries if canary.kind == "commitments"]
        if kind.name == "progress" and commitments and self.chance.random() < 0.7:
            # Taken only from who owes it, to those who read it, of a day that has come: chance alone seldom finds it.
            owed = self.chance.choice(commitments)
            refs = [self.chance.choice(owed.refs)]
            step = {"commitment": refs[0], "stage": "under_way", "as_of": DAYS[0], "text": mark}
            return owed.sender, kind.door, step, (mark,), refs
        body, refs = examples.body(kind, self.chance, mark, pick)
        about = [party for party in _codes(body) if party in (*MEMBERS, *COORDINATORS)]
        outside = [party for party in MEMBERS if party not in about]
        first = [canary.sender for canary in self.canaries if set(canary.refs) & set(refs)]
        sender = self.chance.choice([*first * 4, *about[:1] * 3, *about, self.chance.choice(outside)])
        audience = common.get("audience")
        if audience and set(audience) <= set(EVERYBODY) and self.chance.random() < 0.7:
            common["audience"] = [*audience, *(code for code in dict.fromkeys(about) if code not in audience)]
        elif audience and self.chance.random() < 0.5:
            common = {}
        return sender, kind.door, common | body, (mark,), refs

    def _of_conference(self, mark: str) -> tuple[str, str, dict[str, Any], tuple[str, ...], list[str]]:
        """What a chair writes: a conference of some parties, its minutes for the same, a readout in check for those
        that it names with the coordinators."""
        chair, number = self.chance.choice(COORDINATORS), self.steps
        body: dict[str, Any]
        held = [canary for canary in self.canaries if canary.kind == "conferences"]
        match self.chance.choice(["conferences", "minutes", "readout-checks"]) if held else "conferences":
            case "minutes":
                of = self.chance.choice(held)
                said = {
                    "number": 1, "title": mark, "interventions": [{"parties": [of.sender], "text": mark}],
                    "conclusions": [{"id": f"C{of.number}.1", "text": mark, "publish": "public"}],
                    "actions": [{"id": f"A{of.number}.1", "owners": [of.sender], "what": mark, "due": "2015-10-22"}],
                }  # fmt: skip
                body = {
                    "conference": of.number, "began": HELD, "ended": OVER, "items": [said],
                    "audience": sorted(of.readers), "references": [of.id], "tlp": "RED",
                }  # fmt: skip
                return of.sender, "minutes", body, (mark,), [of.id]
            case "readout-checks":
                named = self.chance.sample(MEMBERS, 2)
                section: dict[str, Any] = {"heading": mark, "lines": [{"text": mark, "parties": named}]}
                text: dict[str, Any] = {"title": mark, "day": DAYS[2], "opening": mark, "sections": [section]}
                body = {
                    "conference": self.chance.choice(held).number, "until": EXPIRES, "text": text | {"closing": mark},
                    "audience": [*named, "coordinators"],
                }  # fmt: skip
                return chair, "readout-checks", body, (mark,), []
        named = self.chance.sample([p for p in (*MEMBERS, *COORDINATORS) if p != chair], 3)
        body = {
            "number": number, "title": mark, "about": mark, "start": HELD, "chair": chair, "participants": named,
            "audience": [chair, *named], "tlp": "RED",
        }  # fmt: skip
        return chair, "conferences", body, (mark,), []

    def _act(self, mark: str) -> tuple[str, str, dict[str, Any], tuple[str, ...], list[str]]:
        """An act that fits an earlier message, by one of its readers or by its sender; now and then by a stranger."""
        fitting = [canary for canary in self.canaries if BY_DOOR[canary.kind].acts] or self.canaries
        canary = self.chance.choice(fitting)
        acts = BY_DOOR[canary.kind].acts
        act = self.chance.choice(sorted(acts) or ["acknowledge"])
        posting = {*MEMBERS, *COORDINATORS}
        addressed = sorted(canary.readers & posting - {canary.sender}) or [canary.sender]
        sender = canary.sender if acts.get(act) == "sender" else self.chance.choice(addressed)
        if self.chance.random() < 0.1:
            sender = self.chance.choice(sorted(posting))
        ref = self.chance.choice(canary.refs)
        more: dict[str, Any] = {"new_time": LATER} if act == "more_time" else {}
        more |= {"people": 5} if act == "took_place" else {}
        return sender, "responses", {"to": ref, "act": act, "text": mark} | more, (mark,), [ref]

    def _alert(self, mark: str) -> dict[str, Any]:
        return {
            "category": "surge", "severity": self.chance.choice(["Minor", "Moderate", "Severe", "Extreme"]),
            "urgency": "Immediate", "certainty": "Observed", "headline": mark, "description": mark, "expires": EXPIRES,
        }  # fmt: skip

    def take(
        self, sender: str, door: str, body: dict[str, Any], marks: tuple[str, ...], refs: list[str],
        answer: httpx.Response,
    ) -> None:  # fmt: skip
        """Note what was accepted, and look at the answer with the sender's eyes."""
        self.faults += [f"the answer to {sender}'s {door}: {leak}" for leak in self.leaks(sender, answer, marks)]
        if answer.status_code != 201:
            self.refused += 1
            if answer.status_code >= 500:
                self.faults.append(f"{answer.status_code} to {sender}'s {door}: {answer.text[:200]}")
            return
        event = answer.json()
        rests_on = [canary for canary in self.canaries if set(refs) & set(canary.refs)]
        hidden = [canary for canary in rests_on if sender not in canary.readers]
        if hidden:
            self.faults.append(f"{sender}'s {door} rests on a message that {sender} may not see")
        words = body.get("audience") or body.get("to") if door != "responses" else None
        if words is None and BY_DOOR[door].default_audience != "inherit":
            words = event["data"]["audience"]  # the kind's own default, as its tests have it
        readers = meant(words, sender) if isinstance(words, list) else None
        for canary in rests_on:
            readers = canary.readers if readers is None else readers
            if not readers <= canary.readers:
                self.faults.append(f"{sender}'s {door} reaches more parties than what it rests on")
        if readers is None:
            readers = meant(["*"], sender)
        number = body.get("conference") or body.get("number")
        red = event["tlp"] == "RED"
        self.keep(Canary(event["id"], event.get("shortid"), door, sender, readers, marks, number, red))

    def keep(self, canary: Canary) -> None:
        self.canaries.append(canary)
        for word in (*canary.marks, *canary.refs):
            assert re.fullmatch(WORDS, word), f"{word} would not be found in an answer"
            self.known.setdefault(word, []).append(canary)

    def told(self, text: str) -> Iterator[tuple[str, Canary]]:
        """Every mark and id of a message that stands anywhere in a text, also within other words."""
        for word in set(TELLING.findall(text)) & self.known.keys():
            yield from ((word, canary) for canary in self.known[word])

    def leaks(self, reader: str, answer: httpx.Response, known: tuple[str, ...] = ()) -> list[str]:
        """The marks in an answer that this reader may not see, in its text or its headers."""
        asked = str(answer.request.url)
        seen = [
            (word, canary)
            for word, canary in self.told(_text(answer) + str(answer.headers))
            if reader not in canary.readers
            and (word not in known if word in canary.marks else word not in asked and not _sent(word, answer))
        ]
        return [f"{answer.request.method} {asked} shows {reader} {what} of {one.kind}" for what, one in seen]

    def hidden_from(self, reader: str) -> list[Canary]:
        return [canary for canary in self.canaries if reader not in canary.readers]

    def seen_by(self, reader: str) -> list[Canary]:
        return [canary for canary in self.canaries if reader in canary.readers]


def _codes(data: Any) -> list[str]:
    """The codes of parties in a body, wherever they stand."""
    if isinstance(data, str):
        leg = data.split("-")
        return [code for code in (leg if len(leg) == 2 else [data]) if code in EVERYBODY]
    inner = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return [code for one in inner for code in _codes(one)]


def _sent(ref: str, answer: httpx.Response) -> bool:
    """Whether the reader itself wrote this id into its request: a refusal repeats what was sent."""
    return ref.encode() in (answer.request.content or b"")


def _text(answer: httpx.Response) -> str:
    """The text of an answer; of a workbook, that of all its parts."""
    if not answer.content.startswith(b"PK"):
        return answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        return "".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
