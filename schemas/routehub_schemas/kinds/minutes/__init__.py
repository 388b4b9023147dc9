"""The minutes of a conference."""

from routehub_schemas.kind import Kind
from routehub_schemas.kinds.minutes.payload import Minutes, check
from routehub_schemas.kinds.minutes.summary import summary


def _subject(minutes: Minutes, _sender: str) -> str:
    return f"{minutes.series}/{minutes.conference}"


def _parties(minutes: Minutes) -> tuple[str, ...]:
    """Who spoke or took something on; who only sat there would make every filter match."""
    spoke = [party for item in minutes.items for said in item.interventions for party in said.parties]
    owes = [party for item in minutes.items for action in item.actions for party in action.owners]
    return tuple(dict.fromkeys([*spoke, *owes]))


KIND = Kind(
    name="minutes",
    version=1,
    payload=Minutes,
    door="minutes",
    title="Minutes",
    summary=summary,
    subject=_subject,
    posted_by=frozenset({"chair", "coordinator"}),
    # Whose action it is, the minutes say: the board knows it.
    acts={"complete": "any", "more_time": "any"},
    parties=_parties,
    check=check,
)
