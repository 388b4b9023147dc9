"""Progress against targets as a readout tells it: one line for each commitment, its numbers from the board (readout of
22 January 2016: so many of 20,000 places, part of 50,000)."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from routehub.boards.commitments.standing import latest
from routehub.chairing.readouts.content import DraftLine
from routehub.core.words import number
from routehub.digests.naming import sentence
from routehub.views.plans import Shown
from routehub_schemas import plan_points
from routehub_schemas.small_counts import MINIMUM, WORDS

STAGES = {"in_place": "in place", "in_use": "in use", "under_way": "under way", "confirmed": "confirmed",
          "pledged": "pledged"}  # fmt: skip
NOT_CLEAR = "Not marked TLP:CLEAR by who posted it: take it only if its owners may be quoted. They are asked."
ListNames = Callable[[Iterable[str]], str]


def lines(every: Mapping[str, Shown], points: Iterable[str], names: ListNames) -> list[DraftLine]:
    """A line for each commitment under these points that was not withdrawn, wholes before their parts.

    It is taken by itself only if everything about it was posted as TLP:CLEAR, which alone may become public.
    """
    wanted = frozenset(points)
    found = [one for one in every.values() if _under(one, wanted) and one.standing.state != "withdrawn" and not one.red]
    found.sort(key=lambda one: (_depth(one, every), one.view.made_at))
    return [_line(one, every, names) for one in found]


def _under(one: Shown, points: frozenset[str]) -> bool:
    """Under one of these points, wherever it was filed: also under another version of the same text."""
    plans = {code.partition("/")[0] for code in points}
    for code in one.view.now.points:
        if any(f"{plan}/{n}" in points for plan in plans for n in plan_points.under(plan, code)):
            return True
    return False


def _depth(one: Shown, every: Mapping[str, Shown]) -> int:
    depth, at = 0, one
    while at.view.now.parent in every and depth < 10:
        depth, at = depth + 1, every[at.view.now.parent or ""]
    return depth


def _line(one: Shown, every: Mapping[str, Shown], names: ListNames) -> DraftLine:
    markings = {said.tlp for said in one.view.said} | {step.tlp for step in one.view.steps}
    clear = markings == {"CLEAR"}
    return DraftLine(
        text=words(one, every, names)[:1000], origin="progress", source=one.view.short_id,
        parties=list(one.view.now.owners), taken=clear, note=None if clear else NOT_CLEAR,
    )  # fmt: skip


def words(one: Shown, every: Mapping[str, Shown], names: ListNames) -> str:
    """``Greece and the UNHCR, 20,000 places in private accommodation: 1 000 of 20 000 places in place on 22 January
    2016 (5%).``"""
    said = one.view.now
    told = sentence(f"{names(said.owners)}, {said.title}: {_stand(one)}")
    parent = every.get(said.parent) if said.parent else None
    if said.rate is not None and said.rate_per is not None:
        told += f" {sentence(f'{public(said.rate)} a {said.rate_per} by plan')}"
    if parent is not None:
        told += f" {sentence(f'Part of: {parent.view.now.title}')}"
    return told


def _stand(one: Shown) -> str:
    said, reached = one.view.now, one.standing.reached
    unit = (said.unit or "").replace("_", " ")
    parts = []
    if reached is not None and said.target is not None:
        share = f" ({one.standing.percent}%)" if one.standing.percent is not None and reached.value >= MINIMUM else ""
        parts.append(f"{public(reached.value)} of {public(said.target)} {unit} in place on {_day(reached.day)}{share}")
    for stage, step in reversed(list(latest(one.view.steps).items())):
        if stage in STAGES and stage not in ("in_place", "in_use") and step.value is not None:
            parts.append(f"{public(step.value)} {unit} {STAGES[stage]} on {_day(step.as_of)}")
    if not parts:
        target = f"; the target is {public(said.target)} {unit}" if said.target is not None else ""
        parts.append(f"nothing reported as in place yet{target}")
    return ", ".join(parts)


def public(value: int) -> str:
    """A number that everybody may read: ``20 000``, ``fewer than 5``; none is 0."""
    return WORDS if 0 < value < MINIMUM else number(value)


def _day(on: date) -> str:
    return f"{on.day} {on:%B %Y}"
