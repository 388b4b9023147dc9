"""A request in one line."""

from collections.abc import Mapping

from routehub_schemas.kinds.request.payload import Request
from routehub_schemas.numbers import written

WORDS = {
    "information": "Information asked",
    "joint_assessment": "Joint needs assessment",
    "need": "Need",
    "support": "Support asked",
}


def summary(request: Request, names: Mapping[str, str]) -> str:
    """`Need, 400 border_guards by 28 October 2015 10:00 UTC: Support at the border (SI/dobova)`."""
    line = WORDS[request.category]
    if request.asked:
        line += " of " + ", ".join(names.get(code, code) for code in request.asked)
    if request.quantity is not None:
        line += f", {written(request.quantity)} {request.unit}"
    if request.due is not None:
        line += f" by {request.due.day} {request.due:%B %Y %H:%M} UTC"
    place = f" ({names.get(request.place, request.place)})" if request.place else ""
    return f"{line}: {request.title}{place}"
