"""Commitments past their date: one item per point, under the numbers of the monitored plan."""

from routehub.digests import words
from routehub.digests.agenda.matter import Entry, Matter, Prepare, entry
from routehub.digests.agenda.points import in_order
from routehub.views.plans import Shown
from routehub_schemas import plan_points


def commitments(matter: Matter) -> list[Entry]:
    late: dict[str, list[Shown]] = {}
    for one in matter.week.records.commitments:
        if one.standing.state == "overdue":
            late.setdefault(_point_of(matter, one), []).append(one)
    return [_overdue(matter, point, late[point]) for point in sorted(late, key=in_order)]


def _point_of(matter: Matter, one: Shown) -> str:
    """The first point of the monitored plan that it is under, wherever it was filed; else the first it names."""
    codes = one.view.now.points
    here = [f"{matter.plan}/{n}" for code in codes for n in plan_points.under(matter.plan or "", code)]
    return (*here, *codes)[0]


def _overdue(matter: Matter, point: str, found: list[Shown]) -> Entry:
    plan, _, number = point.partition("/")
    where = f"Point {number}" if plan == matter.plan else f"{plan}, point {number}"
    what = "a commitment" if len(found) == 1 else words.count(len(found), "commitment")
    found = sorted(found, key=lambda one: -one.standing.days_overdue)  # those of one day as they were accepted
    return entry(
        "commitment-overdue", f"{where}: {what} past {'its' if len(found) == 1 else 'their'} date",
        "The date has passed and the target was not reported as reached.", outcome="discuss", minutes=5,
        points=(point,), lead=matter.lead(found[0].view.now.owners[0]), lines=[_late(matter, one) for one in found],
        sources=[message for one in found for message in (one.view.id, one.view.messages[-1])],
        wanted=f"{words.listed(_owners(matter, found))}: when it will be there.",
        prepare=[_prepare(one, owner) for one in found for owner in one.view.now.owners],
    )  # fmt: skip


def _late(matter: Matter, one: Shown) -> str:
    now, s = one.view.now, one.standing
    line = f"{one.view.short_id}, {words.listed(_owners(matter, [one]))}: {now.title}. Due {_due(one)}"
    line += f', as "{now.deadline_text}".' if now.deadline_text else "."
    if now.target is not None and s.reached is not None:
        line += f" {words.number(s.reached.value)} of {words.number(now.target)} {now.unit} in place"
        line += f" on {words.day(s.reached.day)}."
    elif now.target is not None:
        line += f" Nothing reported as in place of {words.number(now.target)} {now.unit}."
    if s.projection.date is not None:
        line += f" Projected: {s.projection.words}"
    return line


def _due(one: Shown) -> str:
    due = one.standing.deadline
    return f"{due.day} {due:%B %Y}" if due is not None else ""


def _prepare(one: Shown, owner: str) -> Prepare:
    text = f"Say when {one.view.short_id} will be there, due {_due(one)}: {one.view.now.title}"
    return Prepare(owner, text, source=one.view.id)


def _owners(matter: Matter, found: list[Shown]) -> list[str]:
    return list(dict.fromkeys(matter.week.name(owner) for one in found for owner in one.view.now.owners))
