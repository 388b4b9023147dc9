"""Commitments, what was said about their progress, and the week's status of a plan's points, each as a table."""

from collections.abc import Iterable, Mapping

from routehub.boards.commitments.standing import latest
from routehub.formats.sheets.table import Column, Row, Table
from routehub.journal.markings import strictest
from routehub.views.monitoring import MonitoringReport
from routehub.views.plans import PlanPicture, Shown
from routehub_schemas.vocab import ProgressStage

STAGES: tuple[ProgressStage, ...] = ("pledged", "confirmed", "under_way", "in_place", "in_use")
MARKED = (Column("tlp", "#meta+tlp"), Column("marking", "#meta+marking"))
COMMITMENTS = (
    Column("short_id", "#meta+short_id"), Column("owners", "#org+code+list"),
    Column("recorded_by", "#org+recorded+code"), Column("category", "#meta+category"), Column("title", "#event+name"),
    Column("points", "#meta+points"),
    Column("parent", "#meta+parent+short_id"), Column("target", "#targeted+num"), Column("unit", "#meta+unit"),
    Column("rate", "#meta+rate+num"), Column("rate_per", "#meta+rate+per"), Column("deadline", "#date+deadline"),
    Column("deadline_text", "#meta+deadline"), Column("state", "#status"), Column("reached", "#reached+num"),
    Column("reached_on", "#date+reached"), Column("percent", "#meta+percent+num"),
    *(column for stage in STAGES for column in (Column(stage, f"#reached+{stage}+num"),
      Column(f"{stage}_on", f"#date+{stage}"))),
    Column("projected", "#date+projected"), Column("projected_by", "#meta+projection"),
    Column("change_since_last_week", "#meta+change+num"), Column("days_overdue", "#meta+overdue+num"),
    Column("parts_target", "#targeted+parts+num"), Column("parts_reached", "#reached+parts+num"),
    Column("made_at", "#date+made"), Column("reported_at", "#date+posted"), Column("message", "#meta+id"), *MARKED,
)  # fmt: skip
PROGRESS = (
    Column("commitment", "#meta+short_id"), Column("title", "#event+name"), Column("stage", "#status+stage"),
    Column("value", "#reached+num"), Column("unit", "#meta+unit"), Column("as_of", "#date+reached"),
    Column("text", "#description"), Column("reason", "#description+reason"), Column("milestones", "#meta+milestones"),
    Column("report", "#meta+report"), Column("party", "#org+code"), Column("author", "#contact+name"),
    Column("posted_at", "#date+posted"), Column("message", "#meta+id"), *MARKED,
)  # fmt: skip
STATUS = (
    Column("plan", "#meta+plan"), Column("point", "#meta+point"), Column("point_title", "#event+point"),
    Column("point_state", "#status+point"), Column("week", "#date+week"), Column("short_id", "#meta+short_id"),
    Column("title", "#event+name"), Column("owners", "#org+code+list"), Column("state", "#status"),
    Column("reached", "#reached+num"), Column("target", "#targeted+num"), Column("unit", "#meta+unit"),
    Column("change_since_last_week", "#meta+change+num"), Column("deadline", "#date+deadline"),
    Column("projected", "#date+projected"), Column("reported_at", "#date+posted"), *MARKED,
)  # fmt: skip
MONITORING = (
    Column("plan", "#meta+plan"), Column("point", "#meta+point"), Column("point_title", "#event+point"),
    Column("point_state", "#status+point"), Column("point_state_before", "#status+point+before"),
    Column("first_day", "#date+start"), Column("last_day", "#date+end"), Column("short_id", "#meta+short_id"),
    Column("title", "#event+name"), Column("owners", "#org+code+list"), Column("state", "#status"),
    Column("state_before", "#status+before"), Column("reached", "#reached+num"),
    Column("reached_before", "#reached+before+num"), Column("change", "#meta+change+num"),
    Column("target", "#targeted+num"), Column("unit", "#meta+unit"), Column("deadline", "#date+deadline"),
    Column("days_overdue", "#meta+overdue+num"), Column("projected", "#date+projected"),
    Column("statements", "#meta+statements+num"), Column("reported_at", "#date+posted"), *MARKED,
)  # fmt: skip


def tlp_of(one: Shown) -> str:
    """The strictest marking of all that a commitment rests on."""
    return strictest([said.tlp for said in one.view.said] + [step.tlp for step in one.view.steps])


def commitments(found: Iterable[Shown], every: Mapping[str, Shown], marking: str) -> Table:
    return Table("commitments", COMMITMENTS, [_commitment(one, every, marking) for one in found])


def _commitment(one: Shown, every: Mapping[str, Shown], marking: str) -> Row:
    view, now, s = one.view, one.view.now, one.standing
    stages = latest(view.steps)
    by_stage = [
        cell
        for stage in STAGES
        for cell in ((stages[stage].value, stages[stage].as_of) if stage in stages else (None, None))
    ]
    parent = every.get(now.parent or "")
    return (
        view.short_id, " ".join(now.owners), view.party, now.category, now.title, " ".join(now.points),
        parent.view.short_id if parent else None, now.target, now.unit, now.rate, now.rate_per, now.deadline,
        now.deadline_text, s.state, s.reached.value if s.reached else None, s.reached.day if s.reached else None,
        s.percent, *by_stage, s.projection.date, s.projection.basis, s.change, s.days_overdue,
        one.parts.target if one.parts else None, one.parts.reached if one.parts else None, view.made_at,
        s.reported_at, now.message_id, tlp_of(one), marking,
    )  # fmt: skip


def progress(found: Iterable[Shown], marking: str) -> Table:
    rows: list[Row] = [
        (
            one.view.short_id, one.view.now.title, step.stage, step.value, one.view.now.unit, step.as_of, step.text,
            step.reason, "; ".join(step.milestones) or None, step.report, step.party, step.author, step.accepted_at,
            step.message_id, step.tlp, marking,
        )
        for one in found
        for step in one.view.steps
    ]  # fmt: skip
    return Table("progress", PROGRESS, rows)


def status(found: PlanPicture, marking: str) -> Table:
    """One row per point and commitment; a point without one has a row of its own."""
    rows: list[Row] = []
    for point in found.points:
        head = (found.plan.id, point.point.number, point.point.title, point.state, found.week.name)
        for one in point.commitments:
            now, s = one.view.now, one.standing
            rows.append((
                *head, one.view.short_id, now.title, " ".join(now.owners), s.state,
                s.reached.value if s.reached else None, now.target, now.unit, s.change, now.deadline,
                s.projection.date, s.reported_at, tlp_of(one), marking,
            ))  # fmt: skip
        if not point.commitments:
            rows.append((*head, *(None for _ in STATUS[len(head) : -1]), marking))
    return Table("status", STATUS, rows)


def monitoring(found: MonitoringReport, marking: str) -> Table:
    """One row per point and commitment; a point without one has a row of its own."""
    rows: list[Row] = []
    for point in found.points:
        head = (
            found.plan.id, point.point.number, point.point.title, point.state, point.state_before, found.span.first,
            found.span.last,
        )  # fmt: skip
        for one in point.commitments:
            now, s = one.now.view.now, one.now.standing
            before = one.before.standing.reached if one.before is not None else None
            rows.append((
                *head, one.now.view.short_id, now.title, " ".join(now.owners), s.state, one.state_before,
                s.reached.value if s.reached else None, before.value if before else None, one.change, now.target,
                now.unit, now.deadline, s.days_overdue, s.projection.date, len(one.said) + len(one.steps) + one.made,
                s.reported_at, tlp_of(one.now), marking,
            ))  # fmt: skip
        if not point.commitments:
            rows.append((*head, *(None for _ in MONITORING[len(head) : -1]), marking))
    return Table("monitoring", MONITORING, rows)
