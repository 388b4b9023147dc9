"""The words and codes of the contract: closed lists, forms of codes, bounded numbers, dates and times.

Every type works in two directions: pydantic refuses what does not fit, and the generated JSON Schema says the
same. Patterns keep to what Rust, ECMAScript and Python read alike: no `\\d`, which matches other scripts'
digits.
"""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

# CAP 1.2, sections 3.2.1 and 3.2.2. "System" and "Draft" are left out: neither ever reaches a reader.
CapStatus = Literal["Actual", "Exercise", "Test"]
MsgType = Literal["Alert", "Update", "Cancel"]
Severity = Literal["Extreme", "Severe", "Moderate", "Minor", "Unknown"]
Urgency = Literal["Immediate", "Expected", "Future", "Past", "Unknown"]
Certainty = Literal["Observed", "Likely", "Possible", "Unlikely", "Unknown"]

# FIRST, Traffic Light Protocol 2.0.
Tlp = Literal["RED", "AMBER", "AMBER+STRICT", "GREEN", "CLEAR"]

FigureStatus = Literal["provisional", "confirmed", "withdrawn"]
Method = Literal["registered", "counted", "estimated", "modelled"]
Coverage = Literal["full", "partial", "point"]
PeriodKind = Literal["reporting_day", "calendar_day", "hour"]
Mode = Literal["sea", "land", "air"]
Service = Literal["shelter", "food", "health", "water_sanitation"]
Modality = Literal["centre", "private_accommodation", "hotel_voucher", "rented_apartment", "host_family"]
Sex = Literal["female", "male", "unknown"]

# Firearms and terrorism (joint statement of 19 June 2018) travel only as an alert between named parties.
AlertCategory = Literal[
    "surge",
    "reception_nearly_full",
    "crossing_changed",
    "people_stranded",
    "transport_disrupted",
    "violence_or_smuggling",
    "weather",
    "data_discrepancy",
    "silence",
    "firearms",
    "terrorism",
    "other",
]
NAMED_ONLY_CATEGORIES: frozenset[str] = frozenset({"firearms", "terrorism"})

Act = Literal[
    "acknowledge",
    "agree",
    "agree_with_conditions",
    "object",
    "accept_conditions",
    "no_objection",
    "concerns",
    "answer",
    "more_time",
    "accept",
    "ask_change",
    "decline",
    "sign",
    "confirm",
    "end",
    "withdraw",
    "took_place",
    "close",
    "commit",
    "deliver",
    "receive",
    "attend",
    "join",
    "complete",
]
RequestCategory = Literal["information", "joint_assessment", "need", "support"]
StatementType = Literal["joint_text", "meeting_outcome"]
Outcome = Literal["note", "discuss", "decide"]
CommitmentCategory = Literal["pledge", "recommendation", "contingency_plan", "winter_plan", "network"]
ProgressStage = Literal["pledged", "confirmed", "under_way", "in_place", "in_use", "withdrawn"]
ConferenceState = Literal["planned", "moved", "cancelled"]
LegPolicy = Literal["agreement_required", "prior_notice_required"]
MeasureType = Literal[
    "closure",
    "partial_closure",
    "daily_cap",
    "nationality_restriction",
    "document_rule",
    "internal_border_checks",
    "fence",
    "transport_stop",
    "registration_rule",
    "reopening",
]
CapCounts = Literal["in_transit", "entries", "registrations", "asylum_applications"]
Transport = Literal["train", "bus", "on_foot", "ship", "plane", "other"]

SEVERITIES: tuple[str, ...] = get_args(Severity)
TLPS: tuple[str, ...] = get_args(Tlp)
AUDIENCE_WORDS: tuple[str, ...] = ("*", "neighbours", "coordinators", "observers", "public")

PARTY_PATTERN = r"^[A-Z][A-Z0-9]{1,15}(-[A-Z0-9]{2,15})?$"
LEG_PATTERN = r"^[A-Z]{2,3}-[A-Z]{2,3}$"
PLACE_PATTERN = r"^[A-Z]{2,3}(-[A-Z]{2,3})?/[a-z0-9]+(-[a-z0-9]+)*$"
POINT_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*/[0-9]{1,3}(\.[0-9a-z]{1,3}){0,3}$"
SHORT_ID_PATTERN = r"^[A-Z]{1,2}-[0-9A-Z]{4,10}$"
MESSAGE_ID_PATTERN = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
REFERENCE_PATTERN = r"^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[A-Z]{1,2}-[0-9A-Z]{4,10})$"
AUDIENCE_PATTERN = r"^(\*|neighbours|coordinators|observers|public|[A-Z][A-Z0-9]{1,15}(-[A-Z0-9]{2,15})?)$"
LANGUAGE_PATTERN = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$"
SNAKE_PATTERN = r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$"
UNIT_PATTERN = r"^[a-z][a-z0-9]*(_[a-z0-9]+){0,9}$"
SLUG_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
COUNTRY_PATTERN = r"^[A-Z]{2}$"
AGE_BAND_PATTERN = r"^[0-9]{1,3}(-[0-9]{1,3}|\+)$"
ZONE_PATTERN = r"^[A-Z][A-Za-z0-9_+-]{1,30}(/[A-Za-z0-9_+-]{1,30}){0,2}$"
CONCLUSION_PATTERN = r"^C[1-9][0-9]{0,3}\.[1-9][0-9]{0,2}$"
ACTION_PATTERN = r"^A[1-9][0-9]{0,3}\.[1-9][0-9]{0,2}$"
LINK_PATTERN = r"^https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[!-~]*)?$"

# RFC 3986, by its characters: enough to tell an address from a sentence.
_URI_TAIL = r"([A-Za-z0-9._~:/?#@!$&'()*+,;=\[\]-]|%[0-9A-Fa-f]{2})"
URI_REFERENCE_PATTERN = rf"^{_URI_TAIL}+$"
URI_PATTERN = rf"^[A-Za-z][A-Za-z0-9+.-]*:{_URI_TAIL}+$"
JSON_TYPE_PATTERN = r"^application/json(; ?charset=(utf-8|UTF-8))?$"

# A week of ISO 8601: its year of weeks and its number.
WEEK_PATTERN = r"^20[0-9]{2}-W(0[1-9]|[1-4][0-9]|5[0-3])$"

# Control characters other than tab and line ends, and every character with the Unicode property Bidi_Control:
# they make a line read otherwise than it is stored ("Trojan Source", CVE-2021-42574). A line has no line end
# at all, so that it can stand in a mail subject or a calendar field.
_CONTROLS = r"\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069"
TEXT_PATTERN = rf"^[^{_CONTROLS}]*$"
LINE_PATTERN = rf"^[^\u0009\u000A\u000D\u2028\u2029{_CONTROLS}]*$"
UNSAFE = re.compile(rf"[{_CONTROLS}\uD800-\uDFFF]")

# Years of this century only: a date that can be moved by a day or a zone without leaving the calendar.
DAY_PATTERN = r"^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
MOMENT_PATTERN = (
    r"^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    r"T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
)
_DAY = re.compile(DAY_PATTERN)
_MOMENT = re.compile(MOMENT_PATTERN)

FORMS: dict[str, str] = {
    PARTY_PATTERN: "the code of a party, such as MK, FRONTEX or NL-PRES",
    LEG_PATTERN: "a leg of the route, such as GR-MK",
    PLACE_PATTERN: "a place, such as GR-MK/gevgelija or MK/gevgelija-centre",
    POINT_PATTERN: "a plan and its point, such as wbr-2015-final/9",
    SHORT_ID_PATTERN: "a short id, such as A-7F3K",
    MESSAGE_ID_PATTERN: "the id of a message (a UUID in lower case)",
    REFERENCE_PATTERN: "the id of a message (a UUID in lower case) or a short id, such as A-7F3K",
    AUDIENCE_PATTERN: "*, neighbours, coordinators, observers, public, or the code of a party",
    LANGUAGE_PATTERN: "a language tag (BCP 47), such as en or de-AT",
    SNAKE_PATTERN: "a name in lower case with underscores, such as asylum_intentions",
    UNIT_PATTERN: "a plural in lower case with underscores, such as places or border_guards",
    SLUG_PATTERN: "a name in lower case with hyphens, such as weekly-call",
    COUNTRY_PATTERN: "a country code of two letters (ISO 3166-1), such as SY",
    AGE_BAND_PATTERN: "an age band, such as 0-4, 18-34 or 65+",
    ZONE_PATTERN: "a time zone, such as Europe/Skopje",
    CONCLUSION_PATTERN: "the number of a conclusion, such as C13.4",
    ACTION_PATTERN: "the number of an action, such as A13.2",
    LINK_PATTERN: "an address that begins with https://",
    URI_REFERENCE_PATTERN: "a URI or a path (RFC 3986), such as /systems/border-police",
    URI_PATTERN: "a URI with its scheme (RFC 3986)",
    JSON_TYPE_PATTERN: "application/json",
    TEXT_PATTERN: "text without control characters",
    LINE_PATTERN: "one line of text without control characters",
    DAY_PATTERN: "a date, such as 2015-10-20",
    WEEK_PATTERN: "a week of ISO 8601, such as 2016-W03",
    MOMENT_PATTERN: "a time with its offset (RFC 3339), such as 2015-10-20T06:24:11Z",
}
"""What each pattern means, in words: people read these instead of the pattern."""


def _day(value: Any) -> Any:
    if isinstance(value, str):
        if _DAY.match(value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
    elif type(value) is date:
        return value
    raise PydanticCustomError("form", "not a date", {"form": FORMS[DAY_PATTERN]})


def _moment(value: Any) -> Any:
    if isinstance(value, str):
        if _MOMENT.match(value):
            try:
                found = datetime.fromisoformat(value).astimezone(UTC)
                if 2000 <= found.year <= 2099:  # its offset may carry it over the edge, where it could not be read back
                    return found
            except ValueError:
                pass
    elif isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    raise PydanticCustomError("form", "not a time with its offset", {"form": FORMS[MOMENT_PATTERN]})


def _not_blank(value: str) -> str:
    if value.isspace():
        raise PydanticCustomError("blank", "says nothing: only spaces")
    return value


_Items = TypeVar("_Items", bound=Sequence[Any])


def _unique(values: _Items) -> _Items:
    if len(values) > 1 and len(set(values)) < len(values):
        raise PydanticCustomError("repeated", "names the same thing twice")
    return values


Unique = AfterValidator(_unique)
"""Put it on a list together with `json_schema_extra=UNIQUE_ITEMS`, so that both judges say the same."""
UNIQUE_ITEMS: dict[str, Any] = {"uniqueItems": True}

PartyCode = Annotated[str, Field(pattern=PARTY_PATTERN, examples=["MK", "FRONTEX"])]
LegCode = Annotated[str, Field(pattern=LEG_PATTERN, examples=["GR-MK"])]
PlaceCode = Annotated[str, Field(pattern=PLACE_PATTERN, max_length=80, examples=["GR-MK/gevgelija"])]
PlanPoint = Annotated[str, Field(pattern=POINT_PATTERN, max_length=60, examples=["wbr-2015-final/9"])]
ShortId = Annotated[str, Field(pattern=SHORT_ID_PATTERN, examples=["A-7F3K"])]
MessageId = Annotated[str, Field(pattern=MESSAGE_ID_PATTERN)]
Reference = Annotated[str, Field(pattern=REFERENCE_PATTERN, examples=["A-7F3K"])]
MOST_PARTIES = 400
"""Parties of one route: twice what a hub was tried with. A list that names each of them has room for as many."""
AudienceWord = Annotated[str, Field(pattern=AUDIENCE_PATTERN, examples=["*", "MK"])]
Language = Annotated[str, Field(pattern=LANGUAGE_PATTERN)]
WeekName = Annotated[str, Field(pattern=WEEK_PATTERN, examples=["2016-W03"])]
IndicatorName = Annotated[str, Field(pattern=SNAKE_PATTERN, max_length=40, examples=["arrivals"])]
Slug = Annotated[str, Field(pattern=SLUG_PATTERN, max_length=40)]
Country = Annotated[str, Field(pattern=COUNTRY_PATTERN)]
AgeBand = Annotated[str, Field(pattern=AGE_BAND_PATTERN)]
Zone = Annotated[str, Field(pattern=ZONE_PATTERN, examples=["Europe/Skopje"])]
ConclusionId = Annotated[str, Field(pattern=CONCLUSION_PATTERN, examples=["C13.4"])]
ActionId = Annotated[str, Field(pattern=ACTION_PATTERN, examples=["A13.2"])]
Link = Annotated[str, Field(pattern=LINK_PATTERN, max_length=500)]

Count = Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)]
"""A whole number of people, places, officers or hours. The bound stops sums from leaving 64 bits."""

Quantity = Annotated[int, Field(strict=True, ge=1, le=1_000_000_000)]
"""How many of something that is needed or offered, in its unit."""
UnitName = Annotated[str, Field(pattern=UNIT_PATTERN, max_length=40, examples=["places", "border_guards"])]
"""What is counted: a plural in lower case."""

Line = Annotated[str, Field(min_length=1, max_length=160, pattern=LINE_PATTERN), AfterValidator(_not_blank)]
"""One line: fits a mail subject."""
Remark = Annotated[str, Field(min_length=1, max_length=1_000, pattern=TEXT_PATTERN), AfterValidator(_not_blank)]
Text = Annotated[str, Field(min_length=1, max_length=10_000, pattern=TEXT_PATTERN), AfterValidator(_not_blank)]

Day = Annotated[
    date,
    BeforeValidator(_day),
    WithJsonSchema({"type": "string", "format": "date", "pattern": DAY_PATTERN}),
]
Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": MOMENT_PATTERN}),
]
"""An instant, kept in UTC. A time without an offset is refused: nobody could say when it was."""
