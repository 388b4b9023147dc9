"""The chair's papers in work, and the actions that conferences gave."""

from datetime import date, datetime
from typing import Literal

from routehub.api.documents.answers.base import Answer
from routehub.api.documents.answers.figures import RouteMarking
from routehub_schemas.kinds.minutes.payload import Attendee, Conclusion, Intervention, MinutedAction


class DraftItem(Answer):
    key: str
    """By this it is changed; it stays the same when the agenda is compiled anew."""
    title: str
    rule: str
    why: str
    points: list[str]
    lead: str | None
    minutes: int
    outcome: Literal["note", "discuss", "decide"]
    changed: list[str]
    """What the chair changed of it."""
    dropped: str | None
    """Why it was taken off."""
    sources: list[str]


class AgendaDraft(Answer):
    series: str
    conference: int
    state: Literal["draft", "closed"]
    edition: int
    version: int
    agenda: str
    """The message of the edition that the changes are laid over."""
    closes_at: datetime
    minutes: int
    """What all items take together."""
    length: int
    """How long the conference lasts."""
    changed_by: str | None
    changed_at: datetime | None
    items: list[DraftItem]
    dropped: list[DraftItem]
    undecided: list[str]
    """Proposals that the chair has neither accepted nor declined."""


class ItemNotes(Answer):
    number: int
    title: str
    points: list[str]
    outcome: Literal["note", "discuss", "decide"]
    rule: str | None
    lead: str | None
    minutes: int
    version: int
    changed_by: str
    changed_at: datetime
    held_by: str | None
    """Who is writing here."""
    held_until: datetime | None
    interventions: list[Intervention]
    conclusions: list[Conclusion]
    actions: list[MinutedAction]


class Notes(Answer):
    series: str
    conference: int
    state: Literal["running", "ended", "correcting"]
    edition: int
    agenda: str | None
    minutes: str | None
    """The message of the minutes that were sent."""
    began: datetime
    ended: datetime | None
    begun_by: str
    version: int
    """Of the attendance; each item has its own."""
    changed_by: str
    changed_at: datetime
    attendance: list[Attendee]
    items: list[ItemNotes]


class ActionOwner(Answer):
    party: str
    state: Literal["open", "overdue", "done"]
    due: date
    text: str | None


class ActionAct(Answer):
    party: str
    act: Literal["complete", "more_time"]
    text: str | None
    new_time: datetime | None
    by: str
    at: datetime
    message: str


class ActionShown(Answer):
    id: str
    series: str
    conference: int
    item: int
    title: str
    what: str
    points: list[str]
    state: Literal["open", "overdue", "done"]
    due: date
    first_due: date
    owners: list[ActionOwner]
    acts: list[ActionAct]
    minutes: str


class Actions(Answer):
    route: RouteMarking
    actions: list[ActionShown]
