"""The monitoring report of a plan as a paper for PDF: the same facts as on its page, in blocks."""

from collections.abc import Iterator
from datetime import date

from routehub.boards.commitments.queries import Step
from routehub.core.language import ENGLISH, using
from routehub.core.words import number
from routehub.digests import words
from routehub.digests.render.pdf import Block, Bullets, Column, Heading, Link, Paper, Paragraph, Run, Strong, Table
from routehub.digests.render.reader import MARK_WORDS, MARKS
from routehub.directory.snapshot import Directory, RouteView
from routehub.views.monitoring import Followed, MonitoringReport, PointReport, Span
from routehub.views.plans import STATE_WORDS

NONE = "–"
DO_NOT_ADD = "Numbers of different commitments are never added up here."


def monitoring_paper(
    found: MonitoringReport, directory: Directory, route: RouteView, public_url: str, tlp: str
) -> Paper:  # fmt: skip
    """The whole report; its date is that of the moment as of which it is told, so that it has the same bytes again,
    in English like every export: its days, too."""
    with using(ENGLISH):
        return _paper(found, directory, route, public_url, tlp)


def _paper(found: MonitoringReport, directory: Directory, route: RouteView, public_url: str, tlp: str) -> Paper:
    mark = MARKS.get(route.marking)
    written = _Writing(found, directory, route, f"{public_url}/routes/{route.code}")
    return Paper(
        title=f"Monitoring report: {found.plan.title}, {_days(found.span)}", over=f"Routehub, {route.title}",
        heading="Monitoring report", lead=tuple(written.lead()), blocks=tuple(written.blocks()),
        foot=f"TLP:{tlp}. As far as the party that asked for it may read.", at=found.span.end, mark=mark,
        mark_words=MARK_WORDS.get(mark or "", ""),
    )  # fmt: skip


def _days(span: Span) -> str:
    days = f"{words.full_day(span.first)} to {words.full_day(span.last)}"
    return f"week {span.name}, {days}" if span.name else days


class _Writing:
    """One report being written: what its parts need in common."""

    def __init__(self, found: MonitoringReport, directory: Directory, route: RouteView, base: str) -> None:
        self._found, self._directory, self._route, self._base = found, directory, route, base

    def lead(self) -> Iterator[tuple[Run, ...]]:
        found = self._found
        yield (Strong(found.plan.title), f". {_days(found.span)[:1].upper()}{_days(found.span)[1:]}.")
        at = words.when(found.span.end, self._route.zone)
        yield (f"As was known at its end, {at}." if found.span.over else f"So far: as was known {at}.",)
        every = found.commitments
        told = [f"{len(found.in_state(state))} {word.lower()}" for state, word in STATE_WORDS.items()
                if found.in_state(state)]  # fmt: skip
        yield (f"{words.count(len(every), 'commitment')}{': ' if told else ''}{', '.join(told)}. {DO_NOT_ADD}",)
        yield (f"Something was said about {len(found.heard)}; nothing about {len(found.silent)} not finished.",)

    def blocks(self) -> Iterator[Block]:
        found = self._found
        if found.overdue:
            yield Heading("Overdue")
            columns = (
                Column("Commitment", wide=True), Column("Due"), Column("Days over", right=True), Column("So far"),
            )  # fmt: skip
            yield Table("Past their date, the longest first", columns, tuple(map(self._overdue, found.overdue)))
        for point in found.points:
            if point.commitments:
                yield from self._point(point)
        if found.empty:
            yield Heading("Points without a commitment")
            yield Bullets(tuple((f"{one.point.number}. {one.point.title}",) for one in found.empty))

    def _overdue(self, one: Followed) -> tuple[str, ...]:
        title = f"{self._title(one)}, {self._owners(one)}"
        return title, _due(one), number(one.now.standing.days_overdue), _so_far(one)

    def _point(self, point: PointReport) -> Iterator[Block]:
        yield Heading(f"{point.point.number}. {point.point.title}")
        was = f" (was: {STATE_WORDS[point.state_before].lower()})" if point.state != point.state_before else ""
        yield Paragraph((Strong(STATE_WORDS[point.state]), was), muted=True)
        columns = (
            Column("Commitment", wide=True), Column("Now"), Column("So far"), Column("Added", right=True),
            Column("Due"),
        )  # fmt: skip
        rows = tuple(self._row(one) for one in point.commitments)
        yield Table(f"Commitments under point {point.point.number}", columns, rows)
        yield Bullets(tuple(self._said(one) for one in point.commitments))

    def _row(self, one: Followed) -> tuple[str, ...]:
        stands = STATE_WORDS[one.now.standing.state]
        if one.state_before is not None and one.state_before != one.now.standing.state:
            stands += f" (was: {STATE_WORDS[one.state_before].lower()})"
        return (self._title(one), stands, _so_far(one), _added(one), _due(one))

    def _said(self, one: Followed) -> tuple[Run, ...]:
        """Whose a commitment is and what was said about it, with links to what said it."""
        short, zone = one.now.view.short_id, self._route.zone
        parts: list[tuple[Run, ...]] = []
        if one.made:
            parts.append((f"made {words.when(one.now.view.made_at, zone)}",))
        parts += [(Link("changed", f"{self._base}/messages/{said.message_id}"),) for said in one.said]
        parts += [self._step(step) for step in one.steps]
        if not parts:
            parts.append((f"nothing was said since {words.when(one.now.standing.reported_at, zone)}",))
        told: list[Run] = [Link(short, f"{self._base}/commitments/{short}"), f", {self._owners(one)}: "]
        for at, part in enumerate(parts):
            told += [*part, "; " if at < len(parts) - 1 else "."]
        return tuple(told)

    def _step(self, step: Step) -> tuple[Run, ...]:
        """``in place 1 200 on Tue 13 Jan: Dobova is ready``"""
        value = f" {number(step.value)}" if step.value is not None else ""
        text = f": {words.clip(step.text, 200).rstrip('.')}" if step.text else ""
        link = Link(f"{step.stage.replace('_', ' ')}{value}", f"{self._base}/messages/{step.message_id}")
        return link, f" on {words.day(step.as_of)}{text}"

    def _title(self, one: Followed) -> str:
        return f"{one.now.view.now.title} ({one.now.view.short_id})"

    def _owners(self, one: Followed) -> str:
        return words.listed([self._directory.name(code, self._found.span.last) for code in one.now.view.now.owners])


def _so_far(one: Followed) -> str:
    now, reached = one.now.view.now, one.now.standing.reached
    if now.target is None:
        return "No target"
    unit = (now.unit or "").replace("_", " ")
    told = number(reached.value) if reached is not None else "nothing reported"
    return f"{told} of {number(now.target)} {unit}".rstrip()


def _added(one: Followed) -> str:
    if one.change is None:
        return "first figure" if one.now.standing.reached is not None else NONE
    return f"+{number(one.change)}" if one.change > 0 else number(one.change)


def _due(one: Followed) -> str:
    deadline: date | None = one.now.view.now.deadline
    if deadline is not None:
        return f"{words.day(deadline)} {deadline.year}"
    return one.now.view.now.deadline_text or NONE
