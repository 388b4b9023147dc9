"""What follows from the notices of a measure and the clock: its state, the hours of notice, what is short notice or
unilateral. Pure functions; nothing here is ever a reason to refuse (DOMAIN 3: recorded, never blocked)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from routehub_schemas.kinds.measure.payload import Measure

SHORT = timedelta(hours=24)
"""Less than this between a notice and its start is short notice (DOMAIN 3)."""

BEFORE_NOTICE = "in force before its notice"
BEFORE_VIEWS = "in force before views close"


@dataclass(frozen=True)
class Notice:
    """One notice as it was sent. felt: whether it tells of something that neighbours feel otherwise than before."""

    message_id: str
    at: datetime
    tlp: str
    author: str
    said: Measure
    felt: bool = True

    @property
    def hours(self) -> float:
        """Hours from the notice to the start; negative when it was in force before."""
        return round((self.said.start - self.at) / timedelta(hours=1), 1)

    @property
    def short(self) -> bool:
        return self.felt and self.said.start - self.at < SHORT

    @property
    def unilateral(self) -> tuple[str, ...]:
        """Why it is unilateral; empty when it is not."""
        if not self.felt:
            return ()
        found = (
            (BEFORE_NOTICE, self.said.start < self.at),
            (BEFORE_VIEWS, self.said.views_by is not None and self.said.start < self.said.views_by),
        )
        return tuple(words for words, true in found if true)


def felt(now: Measure, before: Measure | None) -> bool:
    """Whether a notice changes what neighbours feel: step, place, limit or start. New reasons alone are none."""
    if before is None:
        return True
    names = ("type", "legs", "places", "authorised_crossing_points", "start", "caps", "nationalities")
    return any(getattr(now, name) != getattr(before, name) for name in names)


def in_form(notices: Sequence[Notice], now: datetime) -> Notice | None:
    """The notice whose form of the measure is in force: the newest that has begun. None before the first begins."""
    begun = [notice for notice in notices if notice.said.start <= now]
    return begun[-1] if begun else None


def state(
    notices: Sequence[Notice], now: datetime, ended_at: datetime | None = None, withdrawn_at: datetime | None = None
) -> str:
    """notified, views_open, views_closed, in_force, ended or withdrawn (UX 9.4)."""
    said = notices[-1].said
    if withdrawn_at is not None:
        return "withdrawn"
    if ended_at is not None or (said.until is not None and said.until <= now):
        return "ended"
    if in_form(notices, now) is not None:
        return "in_force"
    if said.views_by is None:
        return "notified"
    return "views_open" if now < said.views_by else "views_closed"


def takes_views(notices: Sequence[Notice], now: datetime, over: bool) -> bool:
    """Whether a view can be given: until views close or, where no time was set, until the measure is over."""
    by = notices[-1].said.views_by
    return not over and (by is None or now < by)
