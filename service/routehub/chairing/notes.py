"""What a note-taker writes under an item, before it is minutes: the parts of the kind ``minutes``, with numbers that
are given when they are saved."""

from collections.abc import Iterable, Iterator

from pydantic import Field

from routehub_schemas.errors import Problem
from routehub_schemas.kind import Part
from routehub_schemas.kinds.minutes.payload import Attendee, Conclusion, Intervention, MinutedAction
from routehub_schemas.vocab import (
    UNIQUE_ITEMS,
    ActionId,
    ConclusionId,
    Line,
    MessageId,
    Moment,
    Outcome,
    PartyCode,
    PlanPoint,
    Slug,
)


class Head(Part):
    """The item of the agenda on which the notes stand."""

    title: Line
    points: list[PlanPoint] = Field(default=[])
    outcome: Outcome = "discuss"
    rule: Slug | None = None
    lead: PartyCode | None = None
    minutes: int = 0
    lines: list[str] = Field(default=[])
    sources: list[MessageId] = Field(default=[])


class NotedConclusion(Conclusion):
    """A conclusion; its number is given when it is first saved."""

    id: ConclusionId | None = None  # type: ignore[assignment]
    """Its number; left out of a new one."""


class NotedAction(MinutedAction):
    """An action; its number is given when it is first saved."""

    id: ActionId | None = None  # type: ignore[assignment]
    """Its number; left out of a new one."""


class Noted(Part):
    """All that is noted under one item; saving it takes the place of what was noted before."""

    interventions: list[Intervention] = Field(default=[], max_length=100)
    """Who said what."""
    conclusions: list[NotedConclusion] = Field(default=[], max_length=50)
    """What was concluded."""
    actions: list[NotedAction] = Field(default=[], max_length=50)
    """Who does what by when."""

    @property
    def empty(self) -> bool:
        return not (self.interventions or self.conclusions or self.actions)


class NewItem(Part):
    """Something that came up in the call."""

    title: Line
    """What it is about."""
    points: list[PlanPoint] = Field(default=[], max_length=50, json_schema_extra=UNIQUE_ITEMS)
    """The points of the plans under which it falls."""
    lead: PartyCode | None = None
    """The party that raised it."""


class Present(Part):
    """Who takes part."""

    attendance: list[Attendee] = Field(max_length=100)
    """Each party that was invited, once."""


class Ending(Part):
    """The end of a conference."""

    next: Moment | None = None
    """When the group meets again; left out: as the next conference was called."""


def numbered(noted: Noted, conference: int, taken: Iterable[str]) -> Noted:
    """The notes with a number for each new conclusion and action, one more than the highest.

    taken: the numbers that are in use at this conference.
    """
    used = [*taken, *_ids(noted)]
    last = {letter: max((_count(id_) for id_ in used if id_[0] == letter), default=0) for letter in "CA"}
    conclusions, actions = [], []
    for conclusion in noted.conclusions:
        last["C"] += conclusion.id is None
        conclusions.append(
            conclusion if conclusion.id else conclusion.model_copy(update={"id": f"C{conference}.{last['C']}"})
        )
    for action in noted.actions:
        last["A"] += action.id is None
        actions.append(action if action.id else action.model_copy(update={"id": f"A{conference}.{last['A']}"}))
    return noted.model_copy(update={"conclusions": conclusions, "actions": actions})


def _ids(noted: Noted) -> Iterator[str]:
    yield from (one.id for one in noted.conclusions if one.id)
    yield from (one.id for one in noted.actions if one.id)


def _count(id_: str) -> int:
    return int(id_.rpartition(".")[2])


def ids_of(noted: Iterable[Noted]) -> set[str]:
    """The numbers that notes hold."""
    return {id_ for one in noted for id_ in _ids(one)}


def own_ids(noted: Noted, before: Noted) -> Iterator[Problem]:
    """Only numbers that the item has already may be sent: another's would be two things by one name."""
    known = ids_of([before])
    for name, ids in (
        ("conclusions", [one.id for one in noted.conclusions]), ("actions", [one.id for one in noted.actions])
    ):  # fmt: skip
        for index, id_ in enumerate(ids):
            if id_ is not None and (id_ not in known or ids.count(id_) > 1):
                words = "The number of something new is given by the hub; leave it out."
                yield Problem(f"/{name}/{index}/id", "unknown-item", words, id_, sorted(known))


def parties_of(noted: Noted) -> Iterator[tuple[str, str]]:
    """Every party that the notes name, with the JSON Pointer to it."""
    for index, said in enumerate(noted.interventions):
        yield from ((f"/interventions/{index}/parties/{n}", code) for n, code in enumerate(said.parties))
    for index, action in enumerate(noted.actions):
        yield from ((f"/actions/{index}/owners/{n}", code) for n, code in enumerate(action.owners))
