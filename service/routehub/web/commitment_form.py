"""What is asked when a commitment is made or its progress is posted, and how the answers become messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from routehub.core.errors import HubError
from routehub.core.language import _, later
from routehub.directory.snapshot import RouteView
from routehub.views.plans import Shown, monitored
from routehub.web.forms import Faults, Form, fresh_key
from routehub.web.numbers import NotANumber, read_count

CATEGORIES = (
    ("pledge", later("Pledge"), later("Something that your party will bring about")),
    ("recommendation", later("Recommendation"), later("Followed from one report to the next")),
    ("contingency_plan", later("Contingency plan"), later("For what may come")),
    ("winter_plan", later("Winter plan"), later("Preparedness for the winter season")),
    ("network", later("Network"), later("People or offices that are to work together")),
)
STAGES = (
    ("pledged", later("Pledged"), later("Promised, not yet confirmed")),
    ("confirmed", later("Confirmed"), later("Money, people or places are found")),
    ("under_way", later("Under way"), later("On the way, being built or rented")),
    ("in_place", later("In place"), later("There and ready: this counts towards the target")),
    ("in_use", later("In use"), later("There and used")),
    ("withdrawn", later("Withdrawn"), later("Your party no longer does this. It ends the commitment")),
)
PER = (("", later("No rate")), ("day", later("a day")), ("week", later("a week")), ("month", later("a month")))


@dataclass(frozen=True)
class CommitmentForm:
    """What stands in the form of a new commitment."""

    point: str = ""
    title: str = ""
    category: str = "pledge"
    text: str = ""
    target: str = ""
    unit: str = ""
    deadline_text: str = ""
    deadline_date: str = ""
    rate: str = ""
    per: str = ""
    parent: str = ""
    key: str = ""

    @classmethod
    def of(cls, form: Form) -> "CommitmentForm":
        names = [name for name in cls.__dataclass_fields__ if name != "key"]
        return cls(**{name: form.text(name) for name in names}, key=form.text("key") or fresh_key())


@dataclass(frozen=True)
class ProgressForm:
    """What stands in the form of progress."""

    stage: str = ""
    value: str = ""
    as_of: str = ""
    text: str = ""
    reason: str = ""
    milestones: tuple[str, ...] = ()
    key: str = ""

    @classmethod
    def of(cls, form: Form) -> "ProgressForm":
        names = ("stage", "value", "as_of", "text", "reason")
        return cls(
            **{name: form.text(name) for name in names}, milestones=form.every("milestones"),
            key=form.text("key") or fresh_key(),
        )  # fmt: skip


def points(route: RouteView) -> list[tuple[str, str]]:
    """The points of the monitored plans, each with its plan: a number alone means another thing in another version."""
    found = [("", _("Choose a point"))]
    for plan in monitored(route):
        for point in plan.points:
            for one in (point, *point.items):
                found.append(
                    (
                        f"{plan.id}/{one.number}",
                        _("%(id)s, point %(one)s: %(title)s", id=plan.id, one=one.number, title=one.title),
                    )
                )
    return found


def parents(shown: Sequence[Shown]) -> list[tuple[str, str]]:
    alive = [one for one in shown if one.standing.state != "withdrawn"]
    return [("", _("None")), *((one.view.short_id, f"{one.view.short_id} {one.view.now.title}") for one in alive)]


def _count(faults: Faults, name: str, sent: str, words: str) -> int | None:
    if not sent:
        return None
    try:
        return read_count(sent)
    except NotANumber:
        faults.add(name, words)
        return None


def commitment(typed: CommitmentForm) -> tuple[dict[str, Any], Faults]:
    """The commitment as the contract has it, and what to mend first."""
    faults = Faults()
    if not typed.point:
        faults.add("point", _("Choose the point of the plan"))
    if not typed.title:
        faults.add("title", _("Write in one line what is pledged"))
    target = _count(faults, "target", typed.target, _("Enter the target as a whole number, or leave it empty"))
    rate = _count(faults, "rate", typed.rate, _("Enter the rate as a whole number, or leave it empty"))
    if typed.rate and not typed.per:
        faults.add("per", _("Choose a day, a week or a month for the rate"))
    data: dict[str, Any] = {"title": typed.title, "category": typed.category, "points": [typed.point]}
    deadline = {"text": typed.deadline_text, "date": typed.deadline_date}
    optional = {
        "text": typed.text, "target": target, "unit": typed.unit, "parent": typed.parent,
        "rate": {"value": rate, "per": typed.per} if rate is not None else None,
        "deadline": {name: said for name, said in deadline.items() if said},
    }  # fmt: skip
    return data | {name: value for name, value in optional.items() if value}, faults


def progress(typed: ProgressForm, to: str) -> tuple[dict[str, Any], Faults]:
    """The statement of progress as the contract has it, and what to mend first."""
    faults = Faults()
    if typed.stage not in {stage for stage, _, _ in STAGES}:
        faults.add("stage", _("Choose how far it is"))
    value = _count(faults, "value", typed.value, _("Enter how many as a whole number"))
    data: dict[str, Any] = {"commitment": to, "stage": typed.stage, "as_of": typed.as_of}
    optional = {"text": typed.text, "reason": typed.reason, "milestones": list(typed.milestones)}
    data |= {name: said for name, said in optional.items() if said}
    return data | ({"value": value} if value is not None else {}), faults


FIELDS = {
    "points": "point", "title": "title", "category": "category", "text": "text", "target": "target", "unit": "unit",
    "rate": "rate", "parent": "parent", "stage": "stage", "value": "value", "as_of": "as_of", "reason": "reason",
    "milestones": "milestones",
}  # fmt: skip


def faults_of(error: HubError) -> Faults:
    """The contract's problems at the fields of the form."""
    faults = Faults()
    for problem in error.problems:
        path = problem.pointer.strip("/").split("/")
        name = "deadline_date" if path[:2] == ["deadline", "date"] else FIELDS.get(path[0], "form")
        faults.add("deadline_text" if path[0] == "deadline" and name == "form" else name, problem.message)
    if not error.problems:
        faults.add("form", error.detail)
    return faults


def blank_progress(today: date) -> ProgressForm:
    return ProgressForm(as_of=today.isoformat(), key=fresh_key())
