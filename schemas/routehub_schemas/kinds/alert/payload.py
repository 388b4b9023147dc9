"""Early warning on the scales of CAP 1.2 (readout of 22 January 2016: "an early warning mechanism")."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from routehub_schemas.errors import Problem
from routehub_schemas.kind import Part, Payload
from routehub_schemas.kinds.alert.cap import Cap
from routehub_schemas.vocab import (
    NAMED_ONLY_CATEGORIES,
    UNIQUE_ITEMS,
    AlertCategory,
    CapStatus,
    Certainty,
    LegCode,
    Line,
    MessageId,
    Moment,
    MsgType,
    PlaceCode,
    Remark,
    Severity,
    Slug,
    Text,
    Unique,
    Urgency,
)


class Rule(Part):
    """How the hub came to an alert that it computed, so that people can check it."""

    name: Slug
    """The rule, such as `two-counts`."""
    inputs: Annotated[list[MessageId], Field(max_length=1_000)]
    """The messages whose figures it rests on."""
    arithmetic: list[Remark] = Field(max_length=50)
    """The calculation in lines that can be followed by hand."""


class Alert(Payload):
    """A warning. It is never edited: an `Update` replaces it, a `Cancel` takes it back, both by reference."""

    category: AlertCategory
    """What it warns of."""
    status: CapStatus = "Actual"
    """CAP 1.2 `status`: a drill or a test is marked on every channel."""
    msg_type: MsgType = "Alert"
    """CAP 1.2 `msgType`."""
    severity: Severity
    """CAP 1.2 `severity`: how bad."""
    urgency: Urgency
    """CAP 1.2 `urgency`: how soon."""
    certainty: Certainty
    """CAP 1.2 `certainty`: how sure."""
    headline: Line
    """One line, as it stands in a mail subject."""
    description: Text | None = None
    """What happens (CAP 1.2 `description`)."""
    instruction: Text | None = None
    """What readers should do (CAP 1.2 `instruction`)."""
    place: PlaceCode | None = None
    """The crossing point, centre or area."""
    area: Remark | None = None
    """The area in words (CAP 1.2 `areaDesc`), where no place code fits."""
    legs: Annotated[list[LegCode], Unique] = Field(default=[], max_length=50, json_schema_extra=UNIQUE_ITEMS)
    """The legs of the route that are concerned."""
    onset: Moment | None = None
    """When the event is expected to begin (CAP 1.2 `onset`)."""
    effective: Moment | None = None
    """From when the warning holds (CAP 1.2 `effective`); absent: when it is sent."""
    expires: Moment
    """When the warning ends by itself (CAP 1.2 `expires`); the hub sets a bound of 7 days, and shows what
    came as CAP as ended after 7 days."""
    ask_again: bool = False
    """An `Update` asks everybody to acknowledge once more, also where its severity does not rise."""
    rule: Rule | None = None
    """Only in alerts that the hub computes."""
    cap: Cap | None = None
    """Only in alerts that came as CAP: all that the issuer said. The hub fills it from the document."""


def check(alert: Alert) -> Iterator[Problem]:
    """What a JSON Schema cannot say about an alert."""
    # An issuer's update may come before what it updates, or alone: CAP names it by its own identifiers.
    if alert.msg_type != "Alert" and not alert.references and alert.cap is None:
        yield Problem(
            "/references", "missing", f"an {alert.msg_type} names the alert that it is about", allowed="an id"
        )
    if alert.ask_again and alert.msg_type != "Update":
        yield Problem(
            "/ask_again", "contradiction", f"an {alert.msg_type} has nothing to ask again", True, '"msg_type": "Update"'
        )
    for name, begin in (("onset", alert.onset), ("effective", alert.effective)):
        if begin is not None and begin >= alert.expires:
            yield Problem(f"/{name}", "order", "an alert ends after it begins", begin.isoformat(), "before expires")
    if alert.category in NAMED_ONLY_CATEGORIES and (alert.audience is None or not _named(alert.audience)):
        yield Problem(
            "/audience",
            "named-only",
            f"an alert on {alert.category} goes to named parties only",
            allowed="party codes",
        )


def _named(audience: list[str]) -> bool:
    return all(word.isupper() for word in audience)
