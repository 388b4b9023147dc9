"""Progress in one line."""

from collections.abc import Mapping

from routehub_schemas.kinds.progress.payload import Progress
from routehub_schemas.numbers import written

STAGES = {
    "pledged": "pledged",
    "confirmed": "confirmed",
    "under_way": "under way",
    "in_place": "in place",
    "in_use": "in use",
    "withdrawn": "withdrawn",
}


def summary(progress: Progress, _names: Mapping[str, str]) -> str:
    """`1,000 in place on 22 January 2016: the first apartments are let`."""
    value = f"{written(progress.value)} " if progress.value is not None else ""
    line = f"{value}{STAGES[progress.stage]} on {progress.as_of.day} {progress.as_of:%B %Y}"
    if progress.milestones:
        line += f"; reached: {', '.join(progress.milestones)}"
    words = progress.text or progress.reason
    if words is not None:
        told = " ".join(words.split())
        line += f": {told if len(told) <= 120 else told[:119] + '…'}"
    return line
