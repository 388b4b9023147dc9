"""A check in one line."""

from collections.abc import Mapping

from routehub_schemas.kinds.readout_check.payload import ReadoutCheck
from routehub_schemas.publication import named


def summary(check: ReadoutCheck, names: Mapping[str, str]) -> str:
    """`check of the readout of conference 13 by Greece and 7 more, until 22 January 2016 18:00 UTC`."""
    asked = [names.get(code, code) for code in named(check.text)]
    who = asked[0] if asked else "nobody"
    more = f" and {len(asked) - 1} more" if len(asked) > 1 else ""
    until = f"{check.until.day} {check.until:%B %Y %H:%M} UTC"
    return f"check of the readout of conference {check.conference} by {who}{more}, until {until}"
