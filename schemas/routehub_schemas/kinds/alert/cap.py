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
CapCategory = Literal[
    "Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE", "Other"
]  # fmt: skip
CapResponse = Literal["Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None"]
CapScope = Literal["Public", "Restricted", "Private"]


class CapValue(Part):
    """A `valueName` with its `value`: an event code, a parameter, a geocode."""

    name: CapText
    value: Annotated[str, Field(max_length=10_000, pattern=TEXT_PATTERN)]


class CapResource(Part):
    """A file that the issuer offers. Its content, where the issuer put it inside, is only in the original."""

    description: CapText
    mime_type: CapWord
    size: Annotated[int, Field(ge=0, le=2**53)] | None = None
    uri: Annotated[str, Field(min_length=1, max_length=2_000, pattern=LINE_PATTERN)] | None = None
    digest: CapWord | None = None


class CapArea(Part):
    """Where. Points are latitude and longitude (WGS 84), as in CAP."""

    description: CapText
    polygons: list[Annotated[str, Field(max_length=120_000, pattern=LINE_PATTERN)]] = Field(default=[], max_length=500)
    circles: list[CapWord] = Field(default=[], max_length=500)
    geocodes: list[CapValue] = Field(default=[], max_length=2_000)
    altitude: CapWord | None = None
    ceiling: CapWord | None = None


class CapInfo(Part):
    """One `info` block: what is expected, how grave, where and when, in one language."""

    language: CapWord = "en-US"
    categories: list[CapCategory] = Field(min_length=1, max_length=50)
    event: CapText
    response_types: list[CapResponse] = Field(default=[], max_length=50)
    urgency: Urgency
    severity: Severity
    certainty: Certainty
    intended_for: CapText | None = None
    """CAP `audience`: for whom the issuer means it."""
    event_codes: list[CapValue] = Field(default=[], max_length=500)
    effective: CapTime | None = None
    onset: CapTime | None = None
    expires: CapTime | None = None
    sender_name: CapText | None = None
    headline: CapText | None = None
    description: CapText | None = None
    instruction: CapText | None = None
    web: Annotated[str, Field(min_length=1, max_length=2_000, pattern=LINE_PATTERN)] | None = None
    contact: CapText | None = None
    parameters: list[CapValue] = Field(default=[], max_length=1_000)
    resources: list[CapResource] = Field(default=[], max_length=100)
    areas: list[CapArea] = Field(default=[], max_length=1_000)


class CapReference(Part):
    """How CAP names an earlier message (`references`, section 3.2.1)."""

    sender: CapWord
    identifier: CapWord
    sent: CapTime


class CapOriginal(Part):
    """The bytes that came, which the hub keeps as they are."""

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    size: Annotated[int, Field(ge=1)]
    """Bytes."""
    signed: bool = False
    """Whether it carries a signature (XMLDSig). The hub keeps it and does not verify it."""
    omitted: list[CapText] = Field(default=[], max_length=2_000)
    """What is only in the original: embedded files, and what is too long or too large for a message."""


class Cap(Part):
    """The `alert` element."""

    version: Literal["1.1", "1.2"]
    identifier: CapWord
    sender: CapWord
    sent: CapTime
    status: Literal["Actual", "Exercise", "Test"]
    """As the issuer sent it; on an exercise route the alert itself may say Exercise."""
    msg_type: Literal["Alert", "Update", "Cancel"]
    source: CapText | None = None
    scope: CapScope
    restriction: CapText | None = None
    addresses: list[CapWord] = Field(default=[], max_length=1_000)
    codes: list[CapText] = Field(default=[], max_length=500)
    note: CapText | None = None
    references: list[CapReference] = Field(default=[], max_length=200)
    incidents: list[CapWord] = Field(default=[], max_length=200)
    infos: list[CapInfo] = Field(default=[], max_length=50)
    original: CapOriginal | None = None
    """Absent in a document that the hub writes itself."""
