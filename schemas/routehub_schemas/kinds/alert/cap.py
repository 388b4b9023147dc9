"""The CAP document of an imported alert, field by field (OASIS CAP 1.2, section 3.2).

The alert's own fields say what readers of any kind of message look for; here is all that the issuer said, in its
words and with its own times and offsets, so that nothing of its meaning is lost on the way out again.
"""

from typing import Annotated, Literal

from pydantic import Field

from routehub_schemas.kind import Part
from routehub_schemas.vocab import LINE_PATTERN, TEXT_PATTERN, Certainty, Severity, Urgency

# Years of this century only, as in every message.
CAP_TIME_PATTERN = (
    r"^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9][+-]([01][0-9]|2[0-3]):[0-5][0-9]$"
)

CapTime = Annotated[str, Field(pattern=CAP_TIME_PATTERN, examples=["2014-09-25T16:15:00-05:00"])]
"""A time as CAP writes it, with the issuer's offset (section 3.3.2)."""
CapWord = Annotated[str, Field(min_length=1, max_length=300, pattern=LINE_PATTERN)]
CapText = Annotated[str, Field(min_length=1, max_length=10_000, pattern=TEXT_PATTERN)]
CapLink = Annotated[str, Field(min_length=1, max_length=2_000, pattern=LINE_PATTERN)]
CapPolygon = Annotated[str, Field(max_length=120_000, pattern=LINE_PATTERN)]
CapCategory = Literal[
    "Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE", "Other"
]  # fmt: skip
CapResponse = Literal["Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None"]
CapScope = Literal["Public", "Restricted", "Private"]


class CapValue(Part):
    """A `valueName` with its `value`: an event code, a parameter, a geocode."""

    name: CapText
    """CAP `valueName`: which list or measure the value is from."""
    value: Annotated[str, Field(max_length=10_000, pattern=TEXT_PATTERN)]
    """CAP `value`."""


class CapResource(Part):
    """A file that the issuer offers. Its content, where the issuer put it inside, is only in the original."""

    description: CapText
    """CAP `resourceDesc`: what it is."""
    mime_type: CapWord
    """CAP `mimeType`."""
    size: Annotated[int, Field(ge=0, le=2**53)] | None = None
    """Bytes, about."""
    uri: CapLink | None = None
    """Where it is, often relative."""
    digest: CapWord | None = None
    """SHA-1 of the file, as the issuer computed it."""


class CapArea(Part):
    """Where. Points are latitude and longitude (WGS 84), as in CAP."""

    description: CapText
    """CAP `areaDesc`: the area in words."""
    polygons: list[CapPolygon] = Field(default=[], max_length=500)
    """Closed lines: points between spaces, the first repeated as the last."""
    circles: list[CapWord] = Field(default=[], max_length=500)
    """A point, a space and a radius in kilometres."""
    geocodes: list[CapValue] = Field(default=[], max_length=2_000)
    """Codes of the area in lists that the issuer names."""
    altitude: CapWord | None = None
    """Feet above mean sea level: the height, or the lower end of a range."""
    ceiling: CapWord | None = None
    """Feet above mean sea level: the upper end of the range."""


class CapInfo(Part):
    """One `info` block: what is expected, how grave, where and when, in one language."""

    language: CapWord = "en-US"
    """The language of this block's text (RFC 3066)."""
    categories: list[CapCategory] = Field(min_length=1, max_length=50)
    """CAP `category`: what kinds of event."""
    event: CapText
    """The type of event, in the issuer's words."""
    response_types: list[CapResponse] = Field(default=[], max_length=50)
    """CAP `responseType`: what readers should do, as words of a list."""
    urgency: Urgency
    """How soon."""
    severity: Severity
    """How bad."""
    certainty: Certainty
    """How sure."""
    intended_for: CapText | None = None
    """CAP `audience`: for whom the issuer means it. It has no say in who reads it here."""
    event_codes: list[CapValue] = Field(default=[], max_length=500)
    """CAP `eventCode`: the event in the issuer's own lists."""
    effective: CapTime | None = None
    """From when the information holds."""
    onset: CapTime | None = None
    """When the event is expected to begin."""
    expires: CapTime | None = None
    """When the information ends."""
    sender_name: CapText | None = None
    """CAP `senderName`: the name of the issuer for people."""
    headline: CapText | None = None
    """One line."""
    description: CapText | None = None
    """What happens."""
    instruction: CapText | None = None
    """What readers should do."""
    web: CapLink | None = None
    """A page with more."""
    contact: CapText | None = None
    """Whom to ask."""
    parameters: list[CapValue] = Field(default=[], max_length=1_000)
    """CAP `parameter`: what else the issuer's systems say."""
    resources: list[CapResource] = Field(default=[], max_length=100)
    """Files that go with it."""
    areas: list[CapArea] = Field(default=[], max_length=1_000)
    """Where."""


class CapReference(Part):
    """How CAP names an earlier message (`references`, section 3.2.1)."""

    sender: CapWord
    """Its `sender`."""
    identifier: CapWord
    """Its `identifier`."""
    sent: CapTime
    """Its `sent`."""


class CapOriginal(Part):
    """The bytes that came, which the hub keeps as they are."""

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """Their hash."""
    size: Annotated[int, Field(ge=1)]
    """How many they are."""
    signed: bool = False
    """Whether it carries a signature (XMLDSig). The hub keeps it and does not verify it."""
    omitted: list[CapText] = Field(default=[], max_length=2_000)
    """What is only in the original: embedded files, and what is too long or too large for a message."""


class Cap(Part):
    """The `alert` element."""

    version: Literal["1.1", "1.2"]
    """The version of CAP."""
    identifier: CapWord
    """The issuer's id of the message."""
    sender: CapWord
    """The issuer, as machines know it."""
    sent: CapTime
    """When the issuer sent it."""
    status: Literal["Actual", "Exercise", "Test"]
    """As the issuer sent it; on an exercise route the alert itself may say Exercise."""
    msg_type: Literal["Alert", "Update", "Cancel"]
    """CAP `msgType`."""
    source: CapText | None = None
    """The operator or device behind it."""
    scope: CapScope
    """For whom: everybody, those under a restriction, or those addressed."""
    restriction: CapText | None = None
    """The rule of a restricted message."""
    addresses: list[CapWord] = Field(default=[], max_length=1_000)
    """Those to whom a private message is addressed."""
    codes: list[CapText] = Field(default=[], max_length=500)
    """CAP `code`: profiles and special handling."""
    note: CapText | None = None
    """A remark on the message itself."""
    references: list[CapReference] = Field(default=[], max_length=200)
    """The earlier messages that it updates or cancels."""
    incidents: list[CapWord] = Field(default=[], max_length=200)
    """Names of the incidents that it is about."""
    infos: list[CapInfo] = Field(default=[], max_length=50)
    """What it says, once for each language, area or gravity."""
    original: CapOriginal | None = None
    """The document itself; absent in one that the hub writes."""
