"""A CAP document as bytes, its elements in the order that the schema of CAP 1.2 wants."""

import re
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from routehub_schemas.kinds.alert.cap import Cap, CapArea, CapInfo, CapResource, CapValue

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
# XML 1.0 cannot hold these at all, not even escaped (section 2.2).
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def write(cap: Cap) -> bytes:
    """UTF-8 with an XML declaration."""
    root = Element("alert", {"xmlns": NAMESPACE})
    _all(root, identifier=cap.identifier, sender=cap.sender, sent=cap.sent, status=cap.status, msgType=cap.msg_type)
    _all(root, source=cap.source, scope=cap.scope, restriction=cap.restriction, addresses=_quoted(cap.addresses))
    _each(root, "code", cap.codes)
    references = " ".join(f"{ref.sender},{ref.identifier},{ref.sent}" for ref in cap.references)
    _all(root, note=cap.note, references=references or None, incidents=_quoted(cap.incidents))
    for info in cap.infos:
        _info(SubElement(root, "info"), info)
    indent(root)
    made: bytes = tostring(root, "utf-8", xml_declaration=True)
    return made + b"\n"


def _info(at: Element, info: CapInfo) -> None:
    _all(at, language=info.language)
    _each(at, "category", info.categories)
    _all(at, event=info.event)
    _each(at, "responseType", info.response_types)
    _all(at, urgency=info.urgency, severity=info.severity, certainty=info.certainty, audience=info.intended_for)
    _values(at, "eventCode", info.event_codes)
    _all(at, effective=info.effective, onset=info.onset, expires=info.expires, senderName=info.sender_name)
    _all(at, headline=info.headline, description=info.description, instruction=info.instruction)
    _all(at, web=info.web, contact=info.contact)
    _values(at, "parameter", info.parameters)
    for resource in info.resources:
        _resource(SubElement(at, "resource"), resource)
    for area in info.areas:
        _area(SubElement(at, "area"), area)


def _resource(at: Element, resource: CapResource) -> None:
    size = str(resource.size) if resource.size is not None else None
    _all(at, resourceDesc=resource.description, mimeType=resource.mime_type, size=size)
    _all(at, uri=resource.uri, digest=resource.digest)


def _area(at: Element, area: CapArea) -> None:
    _all(at, areaDesc=area.description)
    _each(at, "polygon", area.polygons)
    _each(at, "circle", area.circles)
    _values(at, "geocode", area.geocodes)
    _all(at, altitude=area.altitude, ceiling=area.ceiling)


def _all(at: Element, **texts: str | None) -> None:
    """The elements that have something to say."""
    for name, text in texts.items():
        if text is not None:
            SubElement(at, name).text = _NOT_XML.sub("", text)


def _each(at: Element, name: str, texts: Sequence[str]) -> None:
    for text in texts:
        SubElement(at, name).text = _NOT_XML.sub("", text)


def _values(at: Element, name: str, values: list[CapValue]) -> None:
    for value in values:
        _all(SubElement(at, name), valueName=value.name, value=value.value)


def _quoted(words: list[str]) -> str | None:
    """Words between spaces; those that hold spaces stand in quotes (section 3.2.1)."""
    return " ".join(f'"{word}"' if " " in word else word for word in words) or None
