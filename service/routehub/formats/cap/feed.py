"""An Atom feed (RFC 4287) of alerts, each entry a link to its CAP document: the form in which CAP is followed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from routehub.formats.cap.writing import MEDIA as CAP
from routehub.formats.cap.writing import without_controls

MEDIA = "application/atom+xml"
NAMESPACE = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True)
class Entry:
    """One alert as it is now. cap, web: addresses of the document of its latest message and of its page."""

    id: str
    title: str
    summary: str
    author: str
    published: datetime
    updated: datetime
    category: str
    cap: str
    web: str


def write(address: str, title: str, updated: datetime, entries: Iterable[Entry]) -> bytes:
    """The feed. ``address`` is its own, and its id; ``updated`` counts where there is no entry."""
    found = list(entries)
    root = Element("feed", {"xmlns": NAMESPACE})
    _text(root, "id", address)
    _text(root, "title", title)
    _text(root, "updated", _time(max((entry.updated for entry in found), default=updated)))
    SubElement(root, "link", {"rel": "self", "type": MEDIA, "href": address})
    for entry in found:
        _entry(SubElement(root, "entry"), entry)
    indent(root)
    made: bytes = tostring(root, "utf-8", xml_declaration=True)
    return made + b"\n"


def _entry(at: Element, entry: Entry) -> None:
    _text(at, "id", entry.id)
    _text(at, "title", entry.title)
    _text(at, "updated", _time(entry.updated))
    _text(at, "published", _time(entry.published))
    _text(SubElement(at, "author"), "name", entry.author)
    SubElement(at, "category", {"term": entry.category})
    SubElement(at, "link", {"rel": "alternate", "type": CAP, "href": entry.cap})
    SubElement(at, "link", {"rel": "related", "type": "text/html", "href": entry.web})
    _text(at, "summary", entry.summary)


def _text(at: Element, name: str, text: str) -> None:
    SubElement(at, name).text = without_controls(text)


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
