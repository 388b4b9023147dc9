"""One party's own total of an indicator for a day. Its own entries over its own borders may be added up; numbers of
different parties never are (DECISIONS 2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from routehub.boards.figures.queries import FigureValue


@dataclass(frozen=True)
class Total:
    """A party's number for one reporting day. ``flags``: p provisional, e estimated or modelled, r revised,
    k carried over (UX 6); ``parts``: how many entries it was added up from; ``messages``: where it comes from."""

    value: int
    day: date
    flags: str
    parts: int
    accepted_at: datetime
    messages: tuple[str, ...]


def fulfilled_day(value: FigureValue) -> date:
    """The reporting day that a figure belongs to: a calendar day ends during the next one."""
    return value.day + timedelta(days=1) if value.bucket == "calendar_day" else value.day


def flags_of(values: Iterable[FigureValue]) -> str:
    found = set()
    for value in values:
        if value.status == "provisional":
            found.add("p")
        if value.method in ("estimated", "modelled"):
            found.add("e")
        if value.revised:
            found.add("r")
        if value.carried_over:
            found.add("k")
    return "".join(sorted(found))


def daily(values: Iterable[FigureValue]) -> list[FigureValue]:
    """Figures of whole days without a breakdown by sex, age or nationality, and not withdrawn."""
    people = {"sex", "age_band", "nationality"}
    return [v for v in values if v.bucket != "hour" and v.value is not None and not people & set(v.dimensions)]


def total(values: Iterable[FigureValue], party: str, indicator: str, day: date) -> Total | None:
    """The total that the party gave itself, else the sum of its own entries by counterpart, else by place.

    None when it gave nothing: a missing figure is not a zero.
    """
    own = [
        v for v in daily(values) if v.party == party and v.indicator == indicator and fulfilled_day(v) == day
    ]  # fmt: skip
    whole = [v for v in own if v.counterpart is None and v.place is None and set(v.dimensions) <= {"service"}]
    by_border = [v for v in own if v.counterpart is not None and v.place is None]
    by_place = [v for v in own if v.place is not None]
    for group in (whole[:1], by_border, by_place, own):
        if group:
            return _sum(group, day)
    return None


def towards(values: Iterable[FigureValue], party: str, indicator: str, counterpart: str, day: date) -> Total | None:
    """A party's own count over the border with one neighbour: its figure for it, else the sum of its places there."""
    own = [
        v
        for v in daily(values)
        if v.party == party and v.indicator == indicator and v.counterpart == counterpart and fulfilled_day(v) == day
    ]
    whole = [v for v in own if v.place is None]
    group = whole[:1] or own
    return _sum(group, day) if group else None


def _sum(group: list[FigureValue], day: date) -> Total:
    return Total(
        sum(v.value or 0 for v in group), day, flags_of(group), len(group),
        max(v.accepted_at for v in group), tuple(dict.fromkeys(v.message_id for v in group)),
    )  # fmt: skip


def newest_day(values: Iterable[FigureValue], party: str, indicator: str, until: date) -> date | None:
    """The last reporting day, up to ``until``, for which a party gave an indicator."""
    days = [
        fulfilled_day(v)
        for v in daily(values)
        if v.party == party and v.indicator == indicator and fulfilled_day(v) <= until
    ]
    return max(days, default=None)
