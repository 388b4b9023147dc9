"""Minutes in one line."""

from collections.abc import Mapping

from routehub_schemas.kinds.minutes.payload import Minutes


def summary(minutes: Minutes, _names: Mapping[str, str]) -> str:
    """`Minutes of conference 13: 7 items, 4 conclusions, 1 action`."""
    edition = f", corrected, edition {minutes.edition}" if minutes.edition > 1 else ""
    told = (
        (len(minutes.items), "item"),
        (sum(len(item.conclusions) for item in minutes.items), "conclusion"),
        (sum(len(item.actions) for item in minutes.items), "action"),
    )
    counted = ", ".join(f"{number} {word}{'' if number == 1 else 's'}" for number, word in told)
    return f"Minutes of conference {minutes.conference}{edition}: {counted}"
