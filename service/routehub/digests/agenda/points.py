"""Under which points of the monitored plan a rule's items fall, and items brought together by points, several points
together as in the readouts of the conferences (seed 000: points 1 and 9; 13; 5 and 6)."""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files


@cache
def _by_rule() -> Mapping[str, Mapping[str, Sequence[str]]]:
    found: dict[str, dict[str, list[str]]] = json.loads(
        files("routehub.digests.agenda").joinpath("points.json").read_text(encoding="utf-8")
    )
    return found


def of_rule(plan: str | None, rule: str) -> tuple[str, ...]:
    """The points of a plan that a rule is about, as codes; none where the plan or the rule is not known."""
    return tuple(f"{plan}/{point}" for point in _by_rule().get(plan or "", {}).get(rule, ()))


def grouped(items: Iterable[tuple[int, Sequence[str]]]) -> list[tuple[tuple[str, ...], list[int]]]:
    """Numbers of items under the points that they share, in the order of the points.

    An item whose points all stand in a longer list of another comes under that one; one without points is in none.
    """
    given = [(number, tuple(sorted(set(points), key=in_order))) for number, points in items if points]
    lists = sorted({points for _, points in given}, key=lambda points: (-len(points), [in_order(p) for p in points]))
    wide = [one for at, one in enumerate(lists) if not any(set(one) < set(other) for other in lists[:at])]
    found: dict[tuple[str, ...], list[int]] = {}
    for number, points in given:
        found.setdefault(next(one for one in wide if set(points) <= set(one)), []).append(number)
    return sorted(found.items(), key=lambda pair: [in_order(point) for point in pair[0]])


def in_order(code: str) -> tuple[str, list[tuple[int, str]]]:
    """``plan/9`` comes before ``plan/13``, and both before ``plan/13.1``."""
    plan, _, number = code.partition("/")
    return plan, [(int(part), "") if part.isdigit() else (0, part) for part in number.split(".")]
