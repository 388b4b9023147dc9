"""From bytes to the CAP document, lenient towards the small breaks that real issuers make.

Let through, each with a note: elements in another order; elements and attributes that CAP does not know; text between
elements; an element twice that may stand once (the first counts); times with ``Z`` or fractions of a second; words of
the closed lists in another case, and ``Very Likely`` of CAP 1.0; an empty or odd language; a resource without
``mimeType`` (as in CAP 1.1); an area without a name; control characters (left out); broken references (left out).
Not let through: a missing identifier, sender, sent, status, msgType or scope; an ``info`` without category, event,
urgency, severity or certainty; a time without an offset; CAP 1.0; whatever else is no CAP at all.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, get_args
from xml.etree.ElementTree import Element

from pydantic import ValidationError

from routehub.core.errors import Malformed, Refused
from routehub.formats.cap.xml import parse
from routehub_schemas.errors import MOST_PROBLEMS, Problem, near, shown
from routehub_schemas.kinds.alert.cap import CAP_TIME_PATTERN, Cap, CapCategory, CapResponse, CapScope
from routehub_schemas.vocab import UNSAFE, Certainty, Severity, Urgency

SPACES = {"urn:oasis:names:tc:emergency:cap:1.2": "1.2", "urn:oasis:names:tc:emergency:cap:1.1": "1.1"}
SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"

LONGEST_TEXT = 10_000
"""Characters of one text in a message; what is longer is whole in the original."""
MOST_POLYGON = 120_000
"""Characters of all polygons together in a message. Real ones reach 877,365: they would fill every listener's
buffer, and nobody reads coordinates."""
MOST_TEXT = 300_000
"""Characters of an alert in a message."""
MOST_NOTES = 40

STATUSES = ("Actual", "Exercise", "System", "Test", "Draft")
TYPES = ("Alert", "Update", "Cancel", "Ack", "Error")
UNSUITED = {
    "System": "A CAP message with status System is for the issuer's own machines. It is no warning to anybody.",
    "Draft": "A CAP message with status Draft is not meant to be sent to anybody. Send it when it is Actual.",
    "Ack": "A CAP message of msgType Ack is an answer. Acknowledge the alert with POST /v1/responses instead.",
    "Error": "A CAP message of msgType Error is an answer to the issuer. It is no warning to anybody.",
}
_TIME = re.compile(CAP_TIME_PATTERN)
_FRACTION = re.compile(r"(T[0-9:]{8})\.[0-9]+")
_LANGUAGE = re.compile(r"^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$")
_WEB = re.compile(r"^(https?|mailto|tel|ftp):", re.IGNORECASE)
_ADDRESSES = re.compile(r'"([^"]*)"|(\S+)')


@dataclass(frozen=True)
class Note:
    """Something about the document that was let through, or that a reader of the alert should know."""

    pointer: str
    code: str
    message: str


@dataclass(frozen=True)
class Read:
    """A document and what was let through in it."""

    cap: Cap
    notes: tuple[Note, ...]


def read(content: bytes) -> Read:
    """The document. Errors: 400 for what is no CAP, 422 with every problem for what breaks its rules."""
    root = parse(content)
    space, _, name = root.tag.rpartition("}")
    version = SPACES.get(space.removeprefix("{"))
    if name != "alert" or version is None:
        raise Malformed(_not_cap(space.removeprefix("{"), name))
    reading = _Reading(space + "}")
    made = reading.alert(root) | {"version": version}
    if reading.problems:
        raise Refused("The CAP document was not accepted.", reading.problems[:MOST_PROBLEMS])
    if reading.omitted:
        parts = f"{len(reading.omitted)} parts" if len(reading.omitted) > 1 else "One part"
        reading.note(
            "", "only-in-the-original", f"{parts} too large for a message: kept in the original. {reading.omitted[0]}."
        )
    made["original"] = {
        "sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "signed": reading.signed,
        "omitted": reading.omitted,
    }  # fmt: skip
    try:
        return Read(Cap.model_validate(made), tuple(reading.notes))
    except ValidationError as error:
        faults = [
            Problem("".join(f"/{part}" for part in fault["loc"]), fault["type"], fault["msg"])
            for fault in error.errors(include_input=False, include_url=False)
        ]
        raise Refused("The CAP document was not accepted.", faults[:MOST_PROBLEMS]) from None


def _not_cap(space: str, name: str) -> str:
    if space.endswith(("cap/1.0", "cap:1.0")):
        return "This is CAP 1.0 of 2004. Send CAP 1.2 (or 1.1)."
    known = " or ".join(SPACES)
    return (
        f"This is XML but not CAP: its root is {shown(name)} of {shown(space) or 'no namespace'}, not alert of {known}."
    )


def instant(time: str) -> datetime:
    """The moment of a CAP time."""
    return datetime.fromisoformat(time)


@dataclass
class _Reading:
    """One document while it is read: what it breaks, what is let through, what stays in the original."""

    space: str
    problems: list[Problem] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    omitted: list[str] = field(default_factory=list)
    signed: bool = False
    _polygon: int = 0
    _text: int = 0

    def note(self, at: str, code: str, message: str) -> None:
        if len(self.notes) < MOST_NOTES:
            self.notes.append(Note(at, code, message))

    def missing(self, at: str) -> None:
        self.problems.append(Problem(at, "missing", "this element is needed"))

    # --- the parts of the document ------------------------------------------------------------------

    def alert(self, root: Element) -> dict[str, Any]:
        parts = self.parts(root, "", _ALERT)
        status = self.word(parts, "", "status", STATUSES)
        kind = self.word(parts, "", "msgType", TYPES)
        for at, said in (("/status", status), ("/msgType", kind)):
            if said in UNSUITED:
                self.problems.append(Problem(at, "unsuited", UNSUITED[said], sent=said))
        return _without_none({
            "identifier": self.needed(parts, "", "identifier"), "sender": self.needed(parts, "", "sender"),
            "sent": self.time(parts, "", "sent", needed=True), "status": status, "msg_type": kind,
            "source": self.text(parts, "", "source"), "scope": self.word(parts, "", "scope", get_args(CapScope)),
            "restriction": self.text(parts, "", "restriction"), "addresses": self.addresses(parts, "addresses"),
            "codes": self.texts(parts, "", "code"), "note": self.text(parts, "", "note"),
            "references": self.references(parts), "incidents": self.addresses(parts, "incidents"),
            "infos": [self.info(e, f"/info/{n}") for n, e in enumerate(parts.get("info", ()))],
        })  # fmt: skip

    def info(self, element: Element, at: str) -> dict[str, Any]:
        parts = self.parts(element, at, _INFO)
        categories = self.words(parts, at, "category", get_args(CapCategory))
        if not categories:
            self.missing(f"{at}/category")
        return _without_none({
            "language": self.language(parts, at), "categories": categories,
            "event": self.needed(parts, at, "event"),
            "response_types": self.words(parts, at, "responseType", get_args(CapResponse)),
            "urgency": self.word(parts, at, "urgency", get_args(Urgency)),
            "severity": self.word(parts, at, "severity", get_args(Severity)),
            "certainty": self.word(parts, at, "certainty", get_args(Certainty)),
            "intended_for": self.text(parts, at, "audience"), "event_codes": self.values(parts, at, "eventCode"),
            "effective": self.time(parts, at, "effective"), "onset": self.time(parts, at, "onset"),
            "expires": self.time(parts, at, "expires"), "sender_name": self.text(parts, at, "senderName"),
            "headline": self.text(parts, at, "headline"), "description": self.text(parts, at, "description"),
            "instruction": self.text(parts, at, "instruction"), "web": self.link(parts, at, "web"),
            "contact": self.text(parts, at, "contact"), "parameters": self.values(parts, at, "parameter"),
            "resources": [self.resource(e, f"{at}/resource/{n}") for n, e in enumerate(parts.get("resource", ()))],
            "areas": [self.area(e, f"{at}/area/{n}") for n, e in enumerate(parts.get("area", ()))],
        })  # fmt: skip

    def resource(self, element: Element, at: str) -> dict[str, Any]:
        parts = self.parts(element, at, _RESOURCE)
        content = "".join(e.text or "" for e in parts.get("derefUri", ()))
        if content:
            self.omitted.append(f"{at}/derefUri: an embedded file, {len(content):,} characters")
        size = self.text(parts, at, "size")
        kind = self.text(parts, at, "mimeType")
        if kind is None:
            self.note(
                f"{at}/mimeType", "missing", "No mimeType (CAP 1.2 needs one); taken as application/octet-stream."
            )
        return _without_none({
            "description": self.text(parts, at, "resourceDesc") or "–", "mime_type": kind or "application/octet-stream",
            "size": int(size) if size and size.isascii() and size.isdigit() and len(size) < 16 else None,
            "uri": self.link(parts, at, "uri"), "digest": self.text(parts, at, "digest"),
        })  # fmt: skip

    def area(self, element: Element, at: str) -> dict[str, Any]:
        parts = self.parts(element, at, _AREA)
        name = self.text(parts, at, "areaDesc")
        if name is None:
            self.note(f"{at}/areaDesc", "missing", "An area without a name.")
        return _without_none({
            "description": name or "–", "polygons": self.polygons(parts, at),
            "circles": self.texts(parts, at, "circle"), "geocodes": self.values(parts, at, "geocode"),
            "altitude": self.number(parts, at, "altitude"), "ceiling": self.number(parts, at, "ceiling"),
        })  # fmt: skip

    # --- elements -----------------------------------------------------------------------------------

    def parts(self, element: Element, at: str, known: dict[str, bool]) -> dict[str, list[Element]]:
        """The children by name. ``known`` says of each name whether it may stand more than once."""
        found: dict[str, list[Element]] = {}
        if _stray(element):
            self.note(at or "/", "stray-text", "Text between the elements, which CAP does not have; left out.")
        for child in element:
            space, _, name = child.tag.rpartition("}")
            if space == f"{{{SIGNATURE}":
                self.signed = self.signed or not at
            elif space + "}" != self.space or name not in known:
                self.note(f"{at}/{shown(name)}", "unknown-element", "CAP has no such element here; left out.")
            elif found.get(name) and not known[name]:
                self.note(f"{at}/{name}", "repeated", "This may stand once; the first counts.")
            else:
                found.setdefault(name, []).append(child)
        return found

    def own(self, element: Element, at: str) -> str | None:
        """An element's text, safe to keep; None when it says nothing."""
        text = (element.text or "").strip()
        if UNSAFE.search(text):
            self.note(at, "control-characters", "Control characters; left out.")
            text = UNSAFE.sub("", text).strip()
        if len(text) > LONGEST_TEXT:
            self.omitted.append(f"{at}: the end of a text of {len(text):,} characters")
            text = text[: LONGEST_TEXT - 1] + "…"
        self._text += len(text)
        if self._text > MOST_TEXT:
            raise Refused(f"The alert has more than {MOST_TEXT:,} characters of text. Send it in parts.")
        return text or None

    def text(self, parts: dict[str, list[Element]], at: str, name: str) -> str | None:
        found = parts.get(name)
        return self.own(found[0], f"{at}/{name}") if found else None

    def texts(self, parts: dict[str, list[Element]], at: str, name: str) -> list[str]:
        found = (self.own(e, f"{at}/{name}/{n}") for n, e in enumerate(parts.get(name, ())))
        return [text for text in found if text is not None]

    def needed(self, parts: dict[str, list[Element]], at: str, name: str) -> str | None:
        found = self.text(parts, at, name)
        if found is None:
            self.missing(f"{at}/{name}")
        return _line(found)

    def word(self, parts: dict[str, list[Element]], at: str, name: str, allowed: Iterable[str]) -> str | None:
        """A word of a closed list that is needed."""
        found = self.words({name: parts.get(name, [])[:1]}, at, name, allowed)
        if not found and not any(problem.pointer == f"{at}/{name}" for problem in self.problems):
            self.missing(f"{at}/{name}")
        return found[0] if found else None

    def words(self, parts: dict[str, list[Element]], at: str, name: str, allowed: Iterable[str]) -> list[str]:
        words = {word.lower(): word for word in allowed}
        found = []
        for text in self.texts(parts, at, name):
            word = words.get("likely" if text.lower() == "very likely" else text.lower())
            if word is None:
                self.problems.append(
                    Problem(f"{at}/{name}", "not-allowed", "not one of the allowed words", shown(text),
                            list(words.values()), near(text, words.values()))
                )  # fmt: skip
                continue
            if word != text:
                self.note(f"{at}/{name}", "other-word", f"{text} is read as {word}.")
            found.append(word)
        return found

    def time(self, parts: dict[str, list[Element]], at: str, name: str, *, needed: bool = False) -> str | None:
        text = self.text(parts, at, name)
        if text is None:
            if needed:
                self.missing(f"{at}/{name}")
            return None
        plain = _FRACTION.sub(r"\1", text)
        if plain.endswith("Z"):
            plain = plain[:-1] + "+00:00"
        if plain != text:
            self.note(f"{at}/{name}", "time-form", f"{text} is read as {plain}: CAP has neither Z nor fractions.")
        try:
            if _TIME.match(plain):
                instant(plain).timestamp()
                return plain
        except (ValueError, OverflowError):
            pass
        if not needed and plain[:2].isdigit() and plain[:2] != "20":
            self.omitted.append(f"{at}/{name}: {shown(text)}")
            self.note(f"{at}/{name}", "other-century", f"{shown(text)} is not of this century; left out.")
            return None
        self.problems.append(
            Problem(
                f"{at}/{name}", "form", "should be a time with its offset", shown(text), "2016-02-17T18:00:00+01:00"
            )
        )
        return None

    def language(self, parts: dict[str, list[Element]], at: str) -> str | None:
        text = self.text(parts, at, "language")
        if text is None and parts.get("language"):
            self.note(f"{at}/language", "language", "An empty language; CAP then means en-US.")
        if text is not None and not _LANGUAGE.match(text):
            self.note(f"{at}/language", "language", f"{shown(text)} is no language tag; read as undetermined.")
            return "und"
        return text

    def link(self, parts: dict[str, list[Element]], at: str, name: str) -> str | None:
        """An address that a page may show as a link; others (``javascript:``) stay in the original."""
        text = _line(self.text(parts, at, name))
        if text is None or (len(text) <= 2_000 and (_WEB.match(text) or ":" not in text.partition("/")[0])):
            return text
        self.omitted.append(f"{at}/{name}: an address that is no plain link")
        self.note(f"{at}/{name}", "no-link", "Not an address of the web; left out.")
        return None

    def number(self, parts: dict[str, list[Element]], at: str, name: str) -> str | None:
        text = self.text(parts, at, name)
        if text is not None and not re.match(r"^[+-]?[0-9]{1,20}(\.[0-9]{1,20})?$", text):
            self.omitted.append(f"{at}/{name}: not a number")
            self.note(f"{at}/{name}", "no-number", "Not a number; left out.")
            return None
        return text

    def values(self, parts: dict[str, list[Element]], at: str, name: str) -> list[dict[str, str]]:
        found = []
        for number, element in enumerate(parts.get(name, ())):
            where = f"{at}/{name}/{number}"
            inner = self.parts(element, where, _VALUE)
            value_name = self.text(inner, where, "valueName")
            if value_name is None:
                self.note(f"{where}/valueName", "missing", "A value without a name; left out.")
                continue
            found.append({"name": value_name, "value": self.text(inner, where, "value") or ""})
        return found

    def polygons(self, parts: dict[str, list[Element]], at: str) -> list[str]:
        found = []
        for number, element in enumerate(parts.get("polygon", ())):
            points = " ".join(UNSAFE.sub("", element.text or "").split())
            if self._polygon + len(points) > MOST_POLYGON:
                self.omitted.append(f"{at}/polygon/{number}: {len(points):,} characters of coordinates")
            elif points:
                self._polygon += len(points)
                found.append(points)
        return found

    def addresses(self, parts: dict[str, list[Element]], name: str) -> list[str]:
        """Words between spaces; those with spaces in them stand in quotes (section 3.2.1)."""
        text = self.text(parts, "", name)
        return [_line(quoted or plain) or "–" for quoted, plain in _ADDRESSES.findall(text or "")]

    def references(self, parts: dict[str, list[Element]]) -> list[dict[str, str]]:
        """Triples ``sender,identifier,sent`` between spaces."""
        found = []
        for text in (self.text(parts, "", "references") or "").split():
            sender, _, rest = text.partition(",")
            identifier, _, sent = rest.rpartition(",")
            sent = sent[:-1] + "+00:00" if sent.endswith("Z") else sent
            if sender and identifier and _TIME.match(sent):
                found.append({"sender": sender, "identifier": identifier, "sent": sent})
            else:
                self.note("/references", "reference-form", f"{shown(text)} is no sender,identifier,sent; left out.")
        return found


def _stray(element: Element) -> bool:
    texts = (element.text, *(child.tail for child in element))
    return any(text and not text.isspace() for text in texts)


def _line(text: str | None) -> str | None:
    return " ".join(text.split()) if text is not None else None


def _without_none(made: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in made.items() if value is not None and value != []}


def _names(once: str, often: str) -> dict[str, bool]:
    return dict.fromkeys(once.split(), False) | dict.fromkeys(often.split(), True)


_ALERT = _names(
    "identifier sender sent status msgType source scope restriction addresses note references incidents", "code info"
)
_INFO = _names(
    "language event urgency severity certainty audience effective onset expires senderName headline description "
    "instruction web contact",
    "category responseType eventCode parameter resource area",
)
_RESOURCE = _names("resourceDesc mimeType size uri derefUri digest", "")
_AREA = _names("areaDesc altitude ceiling", "polygon circle geocode")
_VALUE = _names("valueName value", "")
