"""A commitment in one line."""

from collections.abc import Mapping

from routehub_schemas.kinds.commitment.payload import Commitment, Deadline
from routehub_schemas.numbers import written

CATEGORIES = {
    "pledge": "",
    "recommendation": "recommendation: ",
    "contingency_plan": "contingency plan: ",
    "winter_plan": "winter plan: ",
    "network": "network: ",
}


def by_when(deadline: Deadline) -> str:
    """`by the end of the year`, in the sender's words where there are any."""
    if deadline.text is not None:
        return deadline.text
    on = deadline.date
    return f"by {on.day} {on:%B %Y}" if on is not None else ""


def summary(commitment: Commitment, names: Mapping[str, str]) -> str:
    """`changed: Greece: 50,000 reception places (50,000 places, by the end of the year)`."""
    change = "changed: " if commitment.updates is not None else ""
    who = ", ".join(names.get(code, code) for code in commitment.owners)
    facts = [f"{written(commitment.target)} {commitment.unit}"] if commitment.target is not None else []
    if commitment.rate is not None:
        facts.append(f"{written(commitment.rate.value)} a {commitment.rate.per}")
    if commitment.deadline is not None:
        facts.append(by_when(commitment.deadline))
    told = f" ({', '.join(facts)})" if facts else ""
    return f"{change}{CATEGORIES[commitment.category]}{who + ': ' if who else ''}{commitment.title}{told}"
