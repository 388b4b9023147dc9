"""How a commitment stands on a day: what is reached, at what rate, when it will be there, and whether it is late.

Pure functions over what was said. Overdue is computed here and never typed (DOMAIN 3); so are the projected date and
its arithmetic, which a reader can follow by hand.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from routehub.boards.commitments.queries import CommitmentView, Said, Step
from routehub.core.words import number, whole_percent

REACHED = ("in_place", "in_use")
"""The stages that count towards a target: what is only pledged, confirmed or under way does not."""
RANK = {"pledged": 0, "confirmed": 1, "under_way": 2, "in_place": 3, "in_use": 4, "withdrawn": 5}
RECENT = timedelta(days=28)
"""A rate is measured over these days before the last figure, so that an old spurt does not carry it."""
WEEK = timedelta(days=7)
FARTHEST = 50 * 365
"""Days. A date beyond that is no projection."""
DAYS_PER = {"day": Fraction(1), "week": Fraction(7), "month": Fraction(487, 16)}
"""A month is 30.4375 days: a twelfth of 365.25."""


@dataclass(frozen=True)
class Reached:
    """A value of what counts towards the target, and the day for which it is true."""

    day: date
    value: int


@dataclass(frozen=True)
class Projection:
    """When the target will be reached. ``basis``: measured, declared or None; ``words``: the arithmetic, or why there
    is no date."""

    date: date | None
    basis: str | None
    per_day: float | None
    words: str


@dataclass(frozen=True)
class Standing:
    """A commitment on a day. ``state``: done, withdrawn, overdue, nothing_reported, behind, on_track or open (there is
    nothing to measure it by). ``reported_at``: the newest message about it; ``change``: since a week before, None when
    there was no figure then. A commitment of which nothing was reached has no value, which is not zero."""

    state: str
    reached: Reached | None
    remaining: int | None
    percent: int | None
    projection: Projection
    deadline: date | None
    days_overdue: int
    reported_at: datetime
    change: int | None


def latest(steps: Iterable[Step]) -> dict[str, Step]:
    """The newest statement of each stage: that of the latest day, of one day the last that was made."""
    found: dict[str, Step] = {}
    for step in sorted(steps, key=lambda step: (step.as_of, step.sequence)):
        found[step.stage] = step
    return dict(sorted(found.items(), key=lambda item: RANK[item[0]]))


def series(steps: Iterable[Step]) -> list[Reached]:
    """What counts towards the target, by day: in place or in use, the larger of the two, as what is in use is in
    place too."""
    now: dict[str, int] = {}
    by_day: dict[date, int] = {}
    for step in sorted(steps, key=lambda step: (step.as_of, step.sequence)):
        if step.stage in REACHED and step.value is not None:
            now[step.stage] = step.value
            by_day[step.as_of] = max(now.values())
    return [Reached(day, value) for day, value in by_day.items()]


def measured(reached: Sequence[Reached]) -> tuple[Fraction, Reached, Reached] | None:
    """The rate a day over the recent days, and the two figures that it lies between; None before there are two."""
    if len(reached) < 2:
        return None
    last = reached[-1]
    first = next(one for one in reached if one.day >= last.day - RECENT)
    if first == last:  # the figure before is older than the recent days
        first = reached[-2]
    return Fraction(last.value - first.value, (last.day - first.day).days), first, last


def project(said: Said, reached: Sequence[Reached], made_on: date) -> Projection:
    """The projected date: remaining ÷ recent rate, from the day of the last figure.

    Before two figures are there, the rate that was declared stands in; a measured one always counts before it.
    """
    if said.target is None:
        return _none("There is no target to reach.")
    last = reached[-1] if reached else None
    if last is not None and last.value >= said.target:
        first = next(one for one in reached if one.value >= said.target)
        return Projection(first.day, None, None, f"Reached: {_of(first, said)}.")
    found = measured(reached)
    if found is not None:
        rate, first, last = found
        how = f"{_grown(first, last)} in {_days((last.day - first.day).days)}"
        return _projected(said, last.value, last.day, rate, "measured", how)
    if said.rate is not None and said.rate_per is not None:
        rate = Fraction(said.rate) / DAYS_PER[said.rate_per]
        how = f"declared: {number(said.rate)} a {said.rate_per}"
        how += "; nothing reported as in place yet" if last is None else ""
        begin = last.day if last is not None else made_on
        return _projected(said, last.value if last is not None else 0, begin, rate, "declared", how)
    if last is None:
        return _none("Nothing was reported as in place yet, and no rate was declared.")
    return _none("One figure gives no rate: it takes figures of two days, or a declared rate.")


def _projected(said: Said, value: int, begin: date, rate: Fraction, basis: str, how: str) -> Projection:
    target = said.target or 0
    if rate == 0:
        return Projection(None, basis, 0.0, f"At this rate never: nothing was added ({how}).")
    if rate < 0:
        return Projection(None, basis, float(rate), f"At this rate never: it goes back ({how}).")
    days = -((value - target) // rate)  # rounded up: the target is reached in the course of that day
    sum_ = f"({number(target)} − {number(value)}) ÷ {_rate(rate)} a day = {_days(days)}"
    if days > FARTHEST:
        return Projection(None, basis, float(rate), f"{sum_}: more than 50 years ({how}).")
    on = begin + timedelta(days=days)
    return Projection(on, basis, float(rate), f"{sum_} from {_day(begin)}: {_day(on)} ({how}).")


def standing(view: CommitmentView, today: date, now: datetime) -> Standing:
    """How a commitment stands. today: the day in the zone of the route; now: the instant at which its week ends."""
    said, reached = view.now, series(view.steps)
    last = reached[-1] if reached else None
    projection = project(said, reached, view.made_at.date())
    reported_at = max([one.accepted_at for one in view.said] + [one.accepted_at for one in view.steps])
    late = (today - said.deadline).days if said.deadline is not None else 0
    state = _state(view, last, projection, late, reported_at, now)
    before = [one for one in reached if one.day <= today - WEEK]
    return Standing(
        state, last, max(0, said.target - (last.value if last else 0)) if said.target is not None else None,
        whole_percent(last.value, said.target) if last is not None and said.target else None,
        projection, said.deadline, max(0, late) if state == "overdue" else 0, reported_at,
        last.value - before[-1].value if last is not None and before else None,
    )  # fmt: skip


def _state(
    view: CommitmentView, last: Reached | None, projection: Projection, late: int, reported_at: datetime, now: datetime
) -> str:
    said = view.now
    if view.withdrawn is not None:
        return "withdrawn"
    if is_done(said, last, view.steps):
        return "done"
    if late > 0:
        return "overdue"
    if now - reported_at > WEEK:
        return "nothing_reported"
    if said.deadline is None or (projection.date is None and projection.basis is None):
        return "open"
    return "on_track" if projection.date is not None and projection.date <= said.deadline else "behind"


def is_done(said: Said, last: Reached | None, steps: Sequence[Step]) -> bool:
    """The target is reached; without a target, the last stage that was stated is in place or in use."""
    if said.target is not None:
        return last is not None and last.value >= said.target
    return bool(steps) and max(steps, key=lambda step: (step.as_of, step.sequence)).stage in REACHED


def _none(words: str) -> Projection:
    return Projection(None, None, None, words)


def _of(reached: Reached, said: Said) -> str:
    return f"{number(reached.value)} of {number(said.target or 0)} {said.unit} on {_day(reached.day)}"


def _grown(first: Reached, last: Reached) -> str:
    return f"from {number(first.value)} to {number(last.value)}"


def _rate(rate: Fraction) -> str:
    """A rate to one decimal where it is no whole number; a small one as it is."""
    if rate.denominator == 1:
        return number(rate.numerator)
    return f"{float(rate):.1f}" if rate >= 1 else f"{float(rate):.3f}"


def _days(many: int) -> str:
    return "1 day" if many == 1 else f"{number(many)} days"


def _day(on: date) -> str:
    return f"{on.day} {on:%B %Y}"
