"""Points of plans across the versions of a text: an item under the draft's point 8 is under the final's point 9.

Codes are as in messages: `wbr-2015-final/9`. Pure functions over the reference data.
"""

from functools import cache

from routehub_schemas import reference
from routehub_schemas.errors import Problem, near
from routehub_schemas.reference import Plan, Point


def find(code: str) -> tuple[Plan, Point] | None:
    """The plan and its point or sub-item; None when either is not there."""
    name, _, number = code.partition("/")
    plan = reference.plans().get(name)
    point = plan.point(number) if plan is not None else None
    return (plan, point) if plan is not None and point is not None else None


@cache
def counterparts(code: str) -> tuple[str, ...]:
    """The points of other versions that say the same; a sub-item's are those of its point."""
    walk = reference.crosswalk()
    name, _, number = code.partition("/")
    over = _top(name, number)
    if name == walk.earlier:
        return tuple(f"{walk.later}/{pair.later}" for pair in walk.pairs if pair.earlier == over and pair.later)
    if name == walk.later:
        return tuple(f"{walk.earlier}/{pair.earlier}" for pair in walk.pairs if pair.later == over and pair.earlier)
    return ()


@cache
def under(plan: str, code: str) -> tuple[str, ...]:
    """The numbers of a plan's points under which something about the point `code` is shown: the point over a
    sub-item, and the counterparts in this version of what is said of another."""
    codes = (code, *counterparts(code))
    found = [_top(name, number) for name, _, number in (one.partition("/") for one in codes) if name == plan]
    return tuple(dict.fromkeys(found))


def fault(code: str, pointer: str) -> Problem | None:
    """What is wrong with a code: no such plan, or no such point in it. A number that only another version of the
    text has is answered with the right one."""
    if find(code) is not None:
        return None
    name, _, number = code.partition("/")
    plan = reference.plans().get(name)
    if plan is None:
        known = list(reference.plans())
        meant = near(name, known)
        return Problem(
            pointer, "unknown-plan", f"There is no plan {name}.", sent=code, allowed=known,
            suggestion=f"{meant}/{number}" if meant else None,
        )  # fmt: skip
    elsewhere = _in_other_version(plan, number)
    if elsewhere is not None:
        other, point = elsewhere
        here = [one for one in counterparts(f"{other.id}/{number}") if one.startswith(f"{plan.id}/")]
        also = f" In {plan.id} that is {_points(here)}." if here else f" {plan.id} has no such point."
        words = f"{plan.id} has no point {number}. {other.id} has: {number}, {point.title}.{also}"
        return Problem(pointer, "point-of-another-version", words, sent=code, suggestion=f"{other.id}/{number}")
    last = plan.points[-1].number
    words = f"{plan.id} has no point {number}: its points go from {plan.points[0].number} to {last}."
    if plan.gap:
        words += f" It declares {plan.declared}; {plan.gap} of them are not named in the source."
    return Problem(pointer, "unknown-point", words, sent=code, allowed=[point.number for point in plan.points])


def _in_other_version(plan: Plan, number: str) -> tuple[Plan, Point] | None:
    for other in reference.plans().values():
        point = other.point(number) if other.family == plan.family and other.id != plan.id else None
        if point is not None:
            return other, point
    return None


def _top(name: str, number: str) -> str:
    """The number of the point itself, of which `number` may be a sub-item."""
    plan = reference.plans().get(name)
    for point in plan.points if plan is not None else ():
        if point.number == number or any(item.number == number for item in point.items):
            return point.number
    return number


def _points(codes: list[str]) -> str:
    numbers = [code.partition("/")[2] for code in codes]
    return f"point {numbers[0]}" if len(numbers) == 1 else f"points {', '.join(numbers[:-1])} and {numbers[-1]}"
