"""A conference in one line."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from routehub_schemas.kinds.conference.payload import Conference


def summary(conference: Conference, names: Mapping[str, str]) -> str:
    """`Conference 14, Thursday 28 January 2016, 15:00 CET, chaired by European Commission`."""
    start = conference.start.astimezone(ZoneInfo(conference.zone))
    state = "" if conference.state == "planned" else f" {conference.state}"
    chair = names.get(conference.chair, conference.chair)
    when = f"{start:%A} {start.day} {start:%B %Y, %H:%M %Z}"
    series = "" if conference.series == "weekly" else f" of {conference.series}"
    return f"Conference {conference.number}{series}{state}, {when}, chaired by {chair}: {conference.title}"
