"""The monitoring report of a plan over a week, or from one day to another."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection

from routehub.core.errors import Unknown
from routehub.core.language import _, later
from routehub.directory.visibility import readable
from routehub.views import monitoring, plans
from routehub.views.monitoring import MonitoringReport, Span
from routehub.web.answers import PageRoute
from routehub.web.context import Web, WebContext
from routehub.web.forms import Fault, Faults
from routehub.web.pages.commitments import WORDS
from routehub.web.render import page
from routehub.web.visitor import Reading, Visitor

router = APIRouter(route_class=PageRoute)

WEEK_FORM = later("A week is written as 2016-W03. It must have begun.")


@router.get("/report")
async def show(
    request: Request, ctx: Web, who: Reading, plan: Annotated[str, Query(max_length=60)] = "",
    week: Annotated[str, Query(max_length=10)] = "", first: Annotated[str, Query(max_length=10)] = "",
    last: Annotated[str, Query(max_length=10)] = "",
) -> Response:  # fmt: skip
    """Every point, its commitments, what was added and said, and what is overdue. To be printed as it is."""
    monitored = plans.monitored(who.route)
    chosen = next((one for one in monitored if one.id == plan), None)
    if plan and chosen is None:
        raise Unknown(_("This route does not monitor a plan %(plan)s.", plan=plan))
    chosen = chosen or (monitored[0] if monitored else None)
    days, faults = _span(ctx, who, week.strip(), first.strip(), last.strip())
    found: MonitoringReport | None = None
    if chosen is not None and days is not None:
        report_of, over = chosen, days

        def read(conn: Connection) -> MonitoringReport:
            return monitoring.load(conn, readable(conn, who.route.code, who.party), who.route, report_of, over)

        found = await ctx.db.read(read)
    this_week = plans.week_of(who.route, ctx.clock.now())
    values = WORDS | {
        "plans": monitored, "chosen": chosen, "found": found, "faults": faults,
        "this_week": this_week.name if this_week else "",
        "typed": {"week": week, "first": first, "last": last}, "asked": _asked(days),
    }  # fmt: skip
    late = _(": %(n)s overdue", n=len(found.overdue)) if found else ""
    title = _("Error: Monitoring report%(late)s", late=late) if faults else _("Monitoring report%(late)s", late=late)
    return page(request, ctx, who, "monitoring.html", title, values, status=422 if faults else 200)


def _asked(days: Span | None) -> str:
    """The query by which the same report is had in other forms."""
    if days is None:
        return ""
    return f"?week={days.name}" if days.name else f"?first={days.first}&last={days.last}"


def _span(ctx: WebContext, who: Visitor, week: str, first: str, last: str) -> tuple[Span | None, Faults]:
    """The days that were asked for, or what is wrong with them."""
    now = ctx.clock.now()
    if not first and not last:
        found = plans.week_of(who.route, now, week or None)
        if found is None:
            return None, _faults(week=WEEK_FORM)
        return monitoring.week_span(who.route, found), Faults()
    wrong = {}
    if week:
        wrong["week"] = _("Give a week, or a first and a last day.")
    begin, end = _day(first), _day(last)
    for name, day in (("first", begin), ("last", end)):
        if day is None:
            wrong[name] = _("Enter the %(name)s day, such as 2015-12-15.", name=name)
    if begin is None or end is None or wrong:
        return None, _faults(**wrong)
    days = monitoring.span(who.route, begin, end, now)
    if days is None and begin > end:
        return None, _faults(last=_("Enter a last day that is not before the first."))
    if days is None:
        return None, _faults(first=_("Enter a first day that has begun."))
    return days, Faults()


def _faults(**wrong: str) -> Faults:
    return Faults([Fault(name, words) for name, words in wrong.items()])


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
