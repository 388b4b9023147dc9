"""Plans with the commitments under their points, and the week's status of each point (draft statement, point 16).

What was filed under another version of the same text is shown under the point that says the same here.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection

from routehub.boards.commitments.adding import Sum, total
from routehub.boards.commitments.queries import CommitmentView, commitments
from routehub.boards.commitments.standing import Standing, standing
from routehub.core.language import _, later
from routehub.core.words import day as day_words
from routehub.directory.reporting_day import instant
from routehub.directory.snapshot import RouteView
from routehub.views.changes import Todo
from routehub_schemas import plan_points, reference
from routehub_schemas.reference import Plan, Point

STATES = ("overdue", "behind", "nothing_reported", "open", "on_track", "done", "withdrawn")
"""The worst first: a point stands as the worst of its commitments. Those that were withdrawn do not count."""
NONE = "no_commitment"
STATE_WORDS = {
    "done": later("Done"),
    "overdue": later("Overdue"),
    "nothing_reported": later("Nothing reported"),
    "behind": later("Behind"),
    "on_track": later("On track"),
    "open": later("Open"),
    "withdrawn": later("Withdrawn"),
    "no_commitment": later("No commitment recorded"),
}
"""The same in words."""
_WEEK = re.compile(r"(20[0-9]{2})-W([0-9]{2})")


@dataclass(frozen=True)
class Week:
    """A week from Monday to Sunday in the zone of the route, as far as it has come. ``at``: the moment as of which it
    is told; ``today``: the day of that moment; ``over``: that is its end."""

    name: str
    first: date
    last: date
    at: datetime
    today: date
    over: bool


@dataclass(frozen=True)
class Shown:
    """A commitment with how it stands and what its parts add up to."""

    view: CommitmentView
    standing: Standing
    parts: Sum | None

    @property
    def red(self) -> bool:
        """Whether any of it is for the named parties only, and so in nothing that more will read."""
        return any(one.tlp == "RED" for one in self.view.said) or any(one.tlp == "RED" for one in self.view.steps)


@dataclass(frozen=True)
class PointStatus:
    """A point of a plan with what is committed under it. ``elsewhere``: points of other versions that say the same."""

    point: Point
    code: str
    elsewhere: tuple[str, ...]
    commitments: tuple[Shown, ...]
    state: str
    since: datetime | None
    """When anything was last said about those of its commitments that are in this state."""


@dataclass(frozen=True)
class PlanPicture:
    """A plan on a day."""

    plan: Plan
    week: Week
    points: tuple[PointStatus, ...]

    def point(self, number: str) -> PointStatus | None:
        return next((one for one in self.points if one.point.number == number), None)


def week_of(route: RouteView, now: datetime, name: str | None = None) -> Week | None:
    """The week of this name (`2016-W03`, ISO 8601), or the present one; None when there is none or it has not begun."""
    today = now.astimezone(route.zone).date()
    if name is None:
        year, number, _rest = today.isocalendar()
    else:
        found = _WEEK.fullmatch(name)
        if found is None:
            return None
        year, number = int(found[1]), int(found[2])
    try:
        first = date.fromisocalendar(year, number, 1)
    except ValueError:
        return None
    if first > today:
        return None
    last = first + timedelta(days=6)
    over = last < today
    at = instant(last + timedelta(days=1), time(0), route.zone) if over else now
    return Week(f"{year}-W{number:02}", first, last, at, last if over else today, over)


def load(conn: Connection, ids: Iterable[int], route: RouteView, week: Week) -> dict[str, Shown]:
    """Every commitment that these audiences show, by id, as it stood at the end of the week or stands now."""
    return shown(commitments(conn, ids, route.code, until=week.at), week.today, week.at)


def shown(views: Iterable[CommitmentView], today: date, now: datetime) -> dict[str, Shown]:
    every = {view.id: view for view in views}
    return {view.id: Shown(view, standing(view, today, now), total(view, every)) for view in every.values()}


def find(every: Mapping[str, Shown], ref: str) -> Shown | None:
    """One by a short id, or by the id of any of its messages; None when it is unknown or not visible."""
    return next((one for one in every.values() if one.view.called(ref)), None)


def picture(plan: Plan, found: Mapping[str, Shown], week: Week) -> PlanPicture:
    """The points of a plan in their order, each with its commitments, wherever they were filed."""
    under: dict[str, list[Shown]] = {}
    for one in found.values():
        numbers = dict.fromkeys(n for code in one.view.now.points for n in plan_points.under(plan.id, code))
        for number in numbers:
            under.setdefault(number, []).append(one)
    points = tuple(_status(plan, point, under.get(point.number, ())) for point in plan.points)
    return PlanPicture(plan, week, points)


def _status(plan: Plan, point: Point, found: Iterable[Shown]) -> PointStatus:
    code, here = f"{plan.id}/{point.number}", tuple(found)
    alive = [one for one in here if one.standing.state != "withdrawn"]
    state = min((one.standing.state for one in alive or here), key=STATES.index, default=NONE)
    since = max((one.standing.reported_at for one in here if one.standing.state == state), default=None)
    return PointStatus(point, code, plan_points.counterparts(code), here, state, since)


def monitored(route: RouteView) -> list[Plan]:
    """The plans of a route, the usual one first."""
    plans = reference.plans()
    return [plans[name] for name in route.plans if name in plans]


def waiting(conn: Connection, ids: Iterable[int], route: str, party: str, today: date, now: datetime) -> list[Todo]:
    """What a party owes and is late with: commitments past their date, the latest first."""
    found = shown(commitments(conn, ids, route), today, now).values()
    late = [one for one in found if one.standing.state == "overdue" and one.view.owned_by(party)]
    return [_todo(one) for one in sorted(late, key=lambda one: one.standing.deadline or today)]


def _todo(one: Shown) -> Todo:
    due = one.standing.deadline
    by = _(", due %(due)s %(year)s", due=day_words(due), year=due.year) if due is not None else ""
    words = _(
        "Overdue commitment %(short_id)s: %(title)s%(by)s", short_id=one.view.short_id, title=one.view.now.title, by=by
    )
    return Todo(words, None, one.view.short_id, f"/commitments/{one.view.short_id}")
