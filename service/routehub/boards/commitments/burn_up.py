"""A commitment as a graph: what is in place by day beside the target of that day, and the stages behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from routehub.boards.commitments.queries import CommitmentView
from routehub.boards.commitments.standing import RANK, REACHED


@dataclass(frozen=True)
class Mark:
    """A day on which something was said. ``stages``: the value of each stage as it stood; ``reached``: what counts
    towards the target, None before anything was said of it."""

    day: date
    target: int | None
    reached: int | None
    stages: Mapping[str, int]


def burn_up(view: CommitmentView) -> list[Mark]:
    """By day, the oldest first. A target holds from the day on which it was said, the first one from the beginning."""
    steps = sorted((s for s in view.steps if s.value is not None), key=lambda s: (s.as_of, s.sequence))
    days = sorted({said.accepted_at.date() for said in view.said} | {step.as_of for step in steps})
    found, stages, at = [], dict[str, int](), 0
    for day in days:
        while at < len(steps) and steps[at].as_of <= day:
            stages[steps[at].stage] = steps[at].value or 0
            at += 1
        told = [stages[stage] for stage in REACHED if stage in stages]
        said = [one for one in view.said if one.accepted_at.date() <= day] or list(view.said[:1])
        ordered = dict(sorted(stages.items(), key=lambda item: RANK[item[0]]))
        found.append(Mark(day, said[-1].target, max(told) if told else None, ordered))
    return found
