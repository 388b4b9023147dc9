"""Atom feeds (RFC 4287): what a reader of feeds subscribes to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from routehub.core.canonical import iso

ATOM = "http://www.w3.org/2005/Atom"
TLP_SCHEME = "https://www.first.org/tlp/"
MEDIA = "application/atom+xml"
CAP_MEDIA = "application/cap+xml"
# What XML 1.0 (section 2.2) has no way to carry, not even escaped.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

register_namespace("", ATOM)


@dataclass(frozen=True)
class Entry:
    """One thing that happened. ``id``: an IRI that never changes; ``link``: its page; ``tlp``: its marking;
    ``cap``: where it is to be had as CAP."""

    id: str
    title: str
    link: str
    published: datetime
    updated: datetime
    author: str
    summary: str
    category: str
    tlp: str
    cap: str | None = None


@dataclass(frozen=True)
class Feed:
    """A feed. ``address``: where it was read; ``home``: the page for people."""

    id: str
    title: str
    subtitle: str
    address: str
    home: str
    updated: datetime
    rights: str
    entries: Sequence[Entry]


def write(feed: Feed) -> bytes:
    """The feed as UTF-8 XML."""
    root = Element(_name("feed"))
    _text(root, "id", feed.id)
    _text(root, "title", feed.title)
    _text(root, "subtitle", feed.subtitle)
    _text(root, "updated", iso(feed.updated))
    _text(root, "rights", feed.rights)
    _text(SubElement(root, _name("author")), "name", "Routehub")
    _text(root, "generator", "Routehub")
    _link(root, "self", feed.address, MEDIA)
    _link(root, "alternate", feed.home, "text/html")
    for entry in feed.entries:
        _entry(SubElement(root, _name("entry")), entry)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _entry(at: Element, entry: Entry) -> None:
    _text(at, "id", entry.id)
    _text(at, "title", entry.title)
    _text(at, "published", iso(entry.published))
    _text(at, "updated", iso(entry.updated))
    _text(SubElement(at, _name("author")), "name", entry.author)
    _text(at, "summary", entry.summary)
    _text(at, "rights", f"TLP:{entry.tlp}")
    _link(at, "alternate", entry.link, "text/html")
    if entry.cap is not None:
        _link(at, "alternate", entry.cap, CAP_MEDIA)
    SubElement(at, _name("category"), {"term": _clean(entry.category)})
    SubElement(at, _name("category"), {"scheme": TLP_SCHEME, "term": f"TLP:{entry.tlp}"})


def _name(word: str) -> str:
    return f"{{{ATOM}}}{word}"


def _text(parent: Element, word: str, text: str) -> None:
    SubElement(parent, _name(word)).text = _clean(text)


def _link(parent: Element, relation: str, address: str, media: str) -> None:
    SubElement(parent, _name("link"), {"rel": relation, "href": _clean(address), "type": media})


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
