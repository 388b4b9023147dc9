"""A bulletin in one line."""

from collections.abc import Mapping

from routehub_schemas.kinds.bulletin.payload import Bulletin

REPORTED = ("in", "nothing_to_report")


def summary(bulletin: Bulletin, _names: Mapping[str, str]) -> str:
    """`Bulletin of 21 January 2026: 8 of 11 reported, 7 changes for everyone. First: MK, Gevgelija nearly full`"""
    reported = sum(row.state in REPORTED for row in bulletin.reporting)
    count = len(bulletin.changes) + bulletin.more
    changes = "nothing changed" if not count else "1 change" if count == 1 else f"{count} changes"
    changes += " for everyone" if count else ""
    day = f"{bulletin.date.day} {bulletin.date:%B %Y}"
    line = f"Bulletin of {day}: {reported} of {len(bulletin.reporting)} reported, {changes}"
    if bulletin.changes:
        first = bulletin.changes[0]
        words = " ".join(first.text.split())
        line += f". First: {first.party}, {words if len(words) <= 100 else words[:99] + '…'}"
    return line
