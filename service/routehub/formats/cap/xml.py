"""XML as an attacker may send it: read with everything off that XML can reach for, and held to bounds.

A DOCTYPE is refused as a whole, so there are no entities of any kind (billion laughs, external entities); XInclude is
plain elements here, which CAP does not know; nothing is ever fetched or opened.
"""

import re
from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from routehub.core.errors import Malformed, Refused

MAX_DEPTH = 24
"""CAP nests five deep, a signature in it ten. Far deeper input is an attack on recursive readers."""
MAX_ELEMENTS = 20_000
"""The largest of 103 real alerts has 730. Elements cost far more memory than the bytes that name them."""
MAX_ATTRIBUTES = 20_000
"""Characters of the attributes of one element; CAP has none but namespaces."""

ENCODINGS = ("utf-8", "us-ascii", "iso-8859-1", "windows-1252")
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")


class _Bounded(TreeBuilder):
    """Builds the tree and counts while it does, so that nothing grows before it is refused."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = self._elements = 0

    def start(self, tag: Any, attrs: Any, /) -> Element:
        self._depth += 1
        self._elements += 1
        if self._depth > MAX_DEPTH:
            raise Refused(f"The document nests deeper than {MAX_DEPTH} elements; CAP needs ten.")
        if self._elements > MAX_ELEMENTS:
            raise Refused(f"The document has more than {MAX_ELEMENTS} elements. Send the alert in parts.")
        if sum(len(name) + len(value) for name, value in attrs.items()) > MAX_ATTRIBUTES:
            raise Refused("An element has attributes of more than 20,000 characters; CAP has none.")
        return super().start(tag, attrs)

    def end(self, tag: Any, /) -> Element:
        self._depth -= 1
        return super().end(tag)


def parse(content: bytes) -> Element:
    """The root element. Errors: 400 for what is no sound XML or has a DOCTYPE, 422 beyond the bounds."""
    _check_encoding(content)
    parser = DefusedXMLParser(target=_Bounded(), forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        parser.feed(content)
        root: Element = parser.close()
    except DefusedXmlException:
        raise Malformed("The document has a DOCTYPE or entities. CAP needs neither; send it without.") from None
    except ParseError as error:
        line, column = error.position
        said = str(error).partition(":")[0]
        raise Malformed(f"This is not sound XML: {said}, at line {line}, column {column}.") from None
    except (LookupError, ValueError):  # an encoding that turns out otherwise than it was declared
        raise Malformed("The document cannot be decoded. Send it as UTF-8.") from None
    return root


def _check_encoding(content: bytes) -> None:
    """Only encodings in which markup reads like ASCII: in others it can be hidden from whoever looks at the bytes."""
    if not content.strip():
        raise Malformed("The body is empty; send a CAP document.")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in content[:200]:
        raise Malformed("The document is UTF-16 or UTF-32. Send it as UTF-8.")
    declared = _DECLARED.match(content.removeprefix(b"\xef\xbb\xbf"))
    if declared and declared[1].decode().lower() not in (*ENCODINGS, "utf8", "ascii", "latin1", "cp1252"):
        raise Malformed(f"The encoding {declared[1].decode()} is not read here. Send the document as UTF-8.")
