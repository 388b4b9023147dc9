"""An alert in one line."""

from collections.abc import Mapping

from routehub_schemas.kinds.alert.payload import Alert

_MARKS = {"Exercise": "EXERCISE – ", "Test": "TEST – ", "Actual": ""}
_TURNS = {"Alert": "", "Update": "update: ", "Cancel": "cancelled: "}


def summary(alert: Alert, names: Mapping[str, str]) -> str:
    """`EXERCISE – Severe, update: Crossing at Gevgelija closes at 18:00 (GR-MK/gevgelija)`."""
    where = alert.place or ", ".join(alert.legs)
    place = f" ({names.get(where, where)})" if where else ""
    return f"{_MARKS[alert.status]}{alert.severity}, {_TURNS[alert.msg_type]}{alert.headline}{place}"
