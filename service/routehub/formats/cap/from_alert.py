"""From an alert to a CAP 1.2 document. What came as CAP goes out as it came; the rest is said in CAP's words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from routehub.formats.cap.terms import ARITHMETIC, CATEGORIES, CATEGORY, EVENTS, LEG, PLACE, POINT, RULE, TLP
from routehub_schemas.kinds.alert.cap import Cap, CapArea, CapInfo, CapReference, CapValue
from routehub_schemas.kinds.alert.payload import Alert
from routehub_schemas.vocab import AUDIENCE_WORDS


@dataclass(frozen=True)
class Issued:
    """What the envelope of an alert's message says.

    identifier, sender: as CAP wants them, without spaces and commas; words: the audience in words; names: of the
    places and parties by code; references: how CAP names the messages that it updates or cancels.
    """

    identifier: str
    sender: str
    sent: datetime
    sender_name: str
    tlp: str
    words: tuple[str, ...]
    web: str | None = None
    references: tuple[CapReference, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)


def from_alert(alert: Alert, issued: Issued) -> Cap:
    """The document of one message of an alert, valid against the schema of CAP 1.2 once written."""
    if alert.cap is not None:
        return alert.cap.model_copy(update={"version": "1.2", "status": alert.status, "original": None})
    scope, restriction, addresses = _scope(issued)
    return Cap(
        version="1.2", identifier=issued.identifier, sender=issued.sender, sent=time(issued.sent),
        status=alert.status, msg_type=alert.msg_type, scope=scope, restriction=restriction, addresses=addresses,
        references=list(issued.references), infos=[_info(alert, issued)],
    )  # fmt: skip


def time(moment: datetime) -> str:
    """A time as CAP writes it: whole seconds and an offset, never ``Z`` (section 3.3.2)."""
    return moment.astimezone(UTC).replace(microsecond=0).isoformat()


def _scope(issued: Issued) -> tuple[Literal["Public", "Restricted", "Private"], str | None, list[str]]:
    """Only what is marked TLP:CLEAR may be given to everybody; what is for named parties is private to them."""
    if issued.tlp == "CLEAR":
        return "Public", None, []
    if all(word not in AUDIENCE_WORDS for word in issued.words):
        return "Private", None, list(issued.words)
    return "Restricted", f"TLP:{issued.tlp}, for: {', '.join(issued.words)}", []


def _info(alert: Alert, issued: Issued) -> CapInfo:
    facts = [(CATEGORY, alert.category), (TLP, issued.tlp), *((POINT, point) for point in alert.points)]
    if alert.rule is not None:
        facts += [(RULE, alert.rule.name), *((ARITHMETIC, line) for line in alert.rule.arithmetic)]
    return CapInfo(
        language=alert.language, categories=[CATEGORIES[alert.category]], event=EVENTS[alert.category],
        urgency=alert.urgency, severity=alert.severity, certainty=alert.certainty,
        effective=time(alert.effective) if alert.effective else None,
        onset=time(alert.onset) if alert.onset else None, expires=time(alert.expires),
        sender_name=issued.sender_name, headline=alert.headline, description=alert.description,
        instruction=alert.instruction, web=issued.web,
        parameters=[CapValue(name=name, value=value) for name, value in facts], areas=_areas(alert, issued.names),
    )  # fmt: skip


def _areas(alert: Alert, names: Mapping[str, str]) -> list[CapArea]:
    codes = [(PLACE, alert.place)] if alert.place else []
    codes += [(LEG, leg) for leg in alert.legs]
    found = [
        CapArea(description=names.get(code, code), geocodes=[CapValue(name=name, value=code)]) for name, code in codes
    ]
    return [CapArea(description=alert.area), *found] if alert.area else found
