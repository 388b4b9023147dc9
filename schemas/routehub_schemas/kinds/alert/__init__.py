"""Early warning."""

from routehub_schemas.kind import HUB, PEOPLE, SYSTEMS, Kind
from routehub_schemas.kinds.alert.payload import Alert, check
from routehub_schemas.kinds.alert.summary import summary


def _subject(alert: Alert, sender: str) -> str:
    return f"{sender}/{alert.category}"


def _severity(alert: Alert) -> str | None:
    return alert.severity


def _places(alert: Alert) -> tuple[str, ...]:
    return (*((alert.place,) if alert.place is not None else ()), *alert.legs)


def _parties(alert: Alert) -> tuple[str, ...]:
    codes = [code for leg in alert.legs for code in leg.split("-")]
    if alert.place is not None:
        codes += alert.place.partition("/")[0].split("-")
    return tuple(dict.fromkeys(codes))


KIND = Kind(
    name="alert",
    version=1,
    payload=Alert,
    door="alerts",
    title="Alert",
    summary=summary,
    subject=_subject,
    on_behalf=True,
    posted_by=PEOPLE | SYSTEMS | HUB | {"coordinator", "chair"},
    acts={"acknowledge": "addressee"},
    short="A",
    in_exercise={"status": "Exercise"},
    hub_fields=frozenset({"rule"}),
    translated_fields=frozenset({"cap"}),
    severity=_severity,
    places=_places,
    parties=_parties,
    check=check,
)
