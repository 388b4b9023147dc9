"""A readout in one line."""

from collections.abc import Mapping

from routehub_schemas.kinds.readout.payload import Readout


def summary(readout: Readout, _names: Mapping[str, str]) -> str:
    """`Readout of conference 13, 22 January 2016: 3 sections`."""
    day, many = readout.text.day, len(readout.text.sections)
    sections = "1 section" if many == 1 else f"{many} sections"
    return f"Readout of conference {readout.conference}, {day.day} {day:%B %Y}: {sections}"
