"""The monitoring report of a plan over a week or any other time (draft statement, point 16): every point, its
commitments, what was said about them in that time, and how far they came since its beginning.

Two pictures of the plan are laid side by side: as was known at the end of the time, and at its beginning.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection

from routehub.boards.commitments.queries import Said, Step
from routehub.core.language import _
from routehub.directory.reporting_day import instant
from routehub.directory.snapshot import RouteView
from routehub.views import plans
from routehub.views.plans import PlanPicture, PointStatus, Shown, Week
from routehub_schemas.reference import Plan, Point

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """The days of a report in the zone of the route, both included. ``begin``: the instant at which they begin;
    ``end``: that at which they end, or the present one; ``name``: of a week, as `2016-W03`."""

    first: date
    last: date
    begin: datetime
    end: datetime
    over: bool
    name: str | None = None

    def has(self, moment: datetime) -> bool:
        """Whether a message accepted then belongs to it, and so to no other time that begins where it ends."""
        return self.begin < moment <= self.end


@dataclass(frozen=True)
class Followed:
    """One commitment: how it stands, how it stood, and what was said in between. ``before``: None where it was not
    there yet; ``said``: its changes, without the message that made it."""

    now: Shown
    before: Shown | None
    said: tuple[Said, ...]
    steps: tuple[Step, ...]

    @property
    def made(self) -> bool:
        """Whether it was made in the time of the report."""
        return self.before is None

    @property
    def change(self) -> int | None:
        """What was added in the time; None where there is no figure at its end or none at its beginning."""
        reached = self.now.standing.reached
        before = self.before.standing.reached if self.before is not None else None
        return reached.value - before.value if reached is not None and before is not None else None

    @property
    def heard(self) -> bool:
        """Whether anything was said about it."""
        return self.made or bool(self.said or self.steps)

    @property
    def state_before(self) -> str | None:
        return self.before.standing.state if self.before is not None else None


@dataclass(frozen=True)
class PointReport:
    """One point of the plan."""

    point: Point
    code: str
    elsewhere: tuple[str, ...]
    state: str
    state_before: str
    commitments: tuple[Followed, ...]


@dataclass(frozen=True)
class MonitoringReport:
    """The report of one plan, for one reader."""

    plan: Plan
    span: Span
    points: tuple[PointReport, ...]

    @property
    def commitments(self) -> list[Followed]:
        """Each once: one commitment may stand under several points."""
        return list({one.now.view.id: one for point in self.points for one in point.commitments}.values())

    def in_state(self, state: str) -> list[Followed]:
        return [one for one in self.commitments if one.now.standing.state == state]

    @property
    def overdue(self) -> list[Followed]:
        """Those past their date, the longest first."""
        return sorted(self.in_state("overdue"), key=lambda one: -one.now.standing.days_overdue)

    @property
    def silent(self) -> list[Followed]:
        """Those that are not at an end, and of which nothing was heard in the time."""
        return [
            one for one in self.commitments if not one.heard and one.now.standing.state not in ("done", "withdrawn")
        ]

    @property
    def heard(self) -> list[Followed]:
        return [one for one in self.commitments if one.heard]

    @property
    def empty(self) -> list[PointReport]:
        """Points under which nothing is committed."""
        return [point for point in self.points if not point.commitments]


def week_span(route: RouteView, week: Week) -> Span:
    """The days of a week."""
    return Span(week.first, week.last, instant(week.first, time(0), route.zone), week.at, week.over, week.name)


def span(route: RouteView, first: date, last: date, now: datetime) -> Span | None:
    """Any days; None when they end before they begin, or have not begun."""
    today = now.astimezone(route.zone).date()
    if first > last or first > today:
        return None
    over = last < today
    end = instant(last + ONE_DAY, time(0), route.zone) if over else now
    return Span(first, last, instant(first, time(0), route.zone), end, over)


def load(conn: Connection, ids: Iterable[int], route: RouteView, plan: Plan, over: Span) -> MonitoringReport:
    """The report of what these audiences show."""
    audiences = frozenset(ids)
    name = over.name or _("%(first)s to %(last)s", first=over.first, last=over.last)
    last = over.last if over.over else over.end.astimezone(route.zone).date()
    then = Week(name, over.first, over.last, over.begin, over.first - ONE_DAY, True)
    now = Week(name, over.first, over.last, over.end, last, over.over)
    before, after = plans.load(conn, audiences, route, then), plans.load(conn, audiences, route, now)
    return report(plans.picture(plan, before, then), plans.picture(plan, after, now), before, over)


def report(before: PlanPicture, after: PlanPicture, known: Mapping[str, Shown], over: Span) -> MonitoringReport:
    """Two pictures of a plan side by side. ``known``: all commitments that were there at the beginning."""
    return MonitoringReport(
        after.plan, over,
        tuple(_point(was, now, known, over) for was, now in zip(before.points, after.points, strict=True)),
    )  # fmt: skip


def _point(was: PointStatus, now: PointStatus, known: Mapping[str, Shown], over: Span) -> PointReport:
    followed = tuple(_followed(one, known.get(one.view.id), over) for one in now.commitments)
    return PointReport(now.point, now.code, now.elsewhere, now.state, was.state, followed)


def _followed(now: Shown, before: Shown | None, over: Span) -> Followed:
    said = tuple(one for one in now.view.said[1:] if over.has(one.accepted_at))
    steps = tuple(one for one in now.view.steps if over.has(one.accepted_at))
    return Followed(now, before, said, steps)
