"""The envelope around every message: CloudEvents 1.0 with the hub's own attributes."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from routehub_schemas.kind import STRICT, Payload
from routehub_schemas.vocab import JSON_TYPE_PATTERN, LINE_PATTERN, URI_PATTERN, URI_REFERENCE_PATTERN, Moment, Tlp

_Name = Annotated[str, Field(min_length=1, max_length=255, pattern=LINE_PATTERN)]


class Envelope(BaseModel):
    """A message as the hub sends it. Readers ignore what they do not know, so that a field can be added."""

    model_config = ConfigDict(extra="allow", frozen=True, use_attribute_docstrings=True)

    specversion: str = "1.0"
    id: str
    """The hub's id of the message (UUIDv7)."""
    source: str
    """`/parties/MK`; the hub's own messages have `/hub`."""
    type: str
    """`routehub.report.v1`."""
    subject: str | None = None
    time: Moment
    """When the hub accepted it."""
    datacontenttype: str = "application/json"
    dataschema: str | None = None
    cursor: str | None = None
    """`<epoch>.<feed>`: where to resume reading."""
    feed: int | None = None
    """The gapless position in the reader's own feed."""
    previous: int | None = None
    """On a filtered stream: the feed number last sent before this one."""
    tlp: str = "AMBER"
    exercise: bool = False
    author: str | None = None
    """The person or system that wrote it, as the party names it."""
    shortid: str | None = None
    """The short id that can be said over the phone."""
    senderid: str | None = None
    """The sender's own id, which was the idempotency key."""
    via: str | None = None
    """The way in of an acknowledgement that was not posted by a program: `page`, or `link` (in a mail)."""
    data: dict[str, Any] = Field(default={})

    _content: Payload | None = PrivateAttr(default=None)

    @property
    def content(self) -> Payload | None:
        """The typed payload; None if this reader does not know the kind or version, or cannot read it."""
        return self._content

    def attach(self, content: Payload) -> None:
        """Keep the typed payload beside `data`."""
        self._content = content

    @property
    def sender(self) -> str | None:
        """The code of the party that sent it; None for the hub's own messages."""
        _, parties, code = self.source.rpartition("/parties/")
        return code if parties else None

    @property
    def kind(self) -> str:
        """The name of the kind: `report` for `routehub.report.v1`."""
        words = self.type.split(".")
        return words[1] if len(words) == 3 else self.type


class Incoming(BaseModel):
    """One CloudEvent on the way in. `id` is the sender's own and serves as the idempotency key.

    The rules of the attributes are those of CloudEvents 1.0.2, section 3; `source` may be left out, for the key
    says who sends. `time` and `dataschema` are read and not used: the hub's clock and schemas stand. The tracing
    attributes of CloudEvents' Distributed Tracing extension are let through, because libraries add them unasked.
    """

    model_config = STRICT

    specversion: Literal["1.0"]
    id: _Name
    type: _Name
    source: Annotated[str, Field(max_length=255, pattern=URI_REFERENCE_PATTERN)] | None = None
    subject: _Name | None = None
    time: Moment | None = None
    datacontenttype: Annotated[str, Field(pattern=JSON_TYPE_PATTERN)] = "application/json"
    dataschema: Annotated[str, Field(max_length=500, pattern=URI_PATTERN)] | None = None
    tlp: Tlp | None = None
    exercise: bool | None = None
    """If given, it must be what the route is: a drill never reaches a live route by mistake."""
    traceparent: _Name | None = None
    tracestate: _Name | None = None
    data: dict[str, Any]
