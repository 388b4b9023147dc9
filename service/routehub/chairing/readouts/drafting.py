"""The draft of a readout from the minutes: public interventions and conclusions by the points of the plan, and progress
against targets beside them. Nothing is retyped, and no sentence is made up (UX 3.7, 9.5).

Pure functions: the same records give the same draft.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from routehub.chairing.readouts import progress
from routehub.chairing.readouts.content import Draft, DraftLine, DraftSection
from routehub.chairing.readouts.template import Template, fill, ordinal
from routehub.digests import naming
from routehub.directory.snapshot import Directory, RouteView
from routehub.views.plans import Shown
from routehub_schemas import plan_points
from routehub_schemas.kinds.minutes.payload import MinutedItem, Minutes

LONGEST_HEADING = 100
"""Over this the usual heading of several points names the first of them only."""
WITHOUT_POINTS = "Other matters"


@dataclass(frozen=True)
class Records:
    """What a draft is made from. ``commitments``: those that every party of the route may read; ``next``: when the
    next conference begins, where it is known."""

    minutes: Minutes
    template: Template
    route: RouteView
    directory: Directory
    zone: ZoneInfo
    commitments: Mapping[str, Shown]
    next: datetime | None

    @property
    def day(self) -> date:
        """The day of the conference; parties are named as on that day."""
        return self.minutes.began.astimezone(self.zone).date()

    def names(self, codes: Iterable[str]) -> str:
        return naming.listed(self.directory, codes, self.day)


def draft(records: Records) -> Draft:
    """The readout as the minutes have it. The chair takes lines out, words them otherwise, or adds some."""
    template, minutes = records.template, records.minutes
    facts = {
        "number": str(minutes.conference), "ordinal": ordinal(minutes.conference), "day": _long(records.day),
        "route": records.route.title,
    }  # fmt: skip
    following = records.next.astimezone(records.zone).date() if records.next else None
    closing = template.closing if following else template.closing_without_date
    return Draft(
        title=fill(template.title, facts)[:160], day=records.day, opening=fill(template.opening, facts),
        sections=sections(records), closing=fill(closing, facts | ({"next": _long(following)} if following else {})),
        next=records.next, zone=records.zone.key, standing=template.standing, links=template.links,
        contact=template.contact,
    )  # fmt: skip


def _long(on: date) -> str:
    """``Thursday 28 January 2016``."""
    return f"{on:%A} {on.day} {on:%B %Y}"


def sections(records: Records) -> list[DraftSection]:
    """By points, in the order of the conference; several points together where they were discussed together."""
    told: dict[tuple[str, ...], list[DraftLine]] = {}
    for item in records.minutes.items:
        for points, line in _of_item(item, records):
            told.setdefault(points, []).append(line)
    taken: set[str | None] = set()
    made = []
    for points, lines in told.items():
        more = [line for line in progress.lines(records.commitments, points, records.names) if line.source not in taken]
        taken |= {line.source for line in more}
        made.append(_section(points, [*lines, *more], records.template))
    return made


def _of_item(item: MinutedItem, records: Records) -> list[tuple[tuple[str, ...], DraftLine]]:
    """The public lines of an item, each with the points under which it is told."""
    found = []
    for said in item.interventions:
        if said.public:
            text = naming.sentence(f"{records.names(said.parties)} {said.text}")
            line = DraftLine(
                text=text[:1000], origin="intervention", source=f"item {item.number}", parties=list(said.parties)
            )
            found.append((_ordered(item.points), line))
    for one in item.conclusions:
        if one.publish == "public":
            text = naming.sentence(one.text)
            line = DraftLine(text=text[:1000], origin="conclusion", source=one.id)
            found.append((_ordered(one.points or item.points), line))
    return found


def _ordered(points: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(points, key=_place))


def _place(code: str) -> tuple[str, tuple[int, ...]]:
    plan, _, point = code.partition("/")
    return plan, tuple(int(part) if part.isdigit() else 0 for part in point.split("."))


def _section(points: tuple[str, ...], lines: list[DraftLine], template: Template) -> DraftSection:
    facts = _words(points)
    several = sum(line.origin == "intervention" for line in lines) > 1
    lead_in = fill(template.lead_in, facts) if template.lead_in is not None and several else None
    heading = fill(template.heading, facts) if points else WITHOUT_POINTS
    if len(points) > 1 and len(heading) > LONGEST_HEADING and template.heading == Template().heading:
        heading = fill(template.heading, facts | {"titles": f"{facts['titles'].partition('; ')[0]}, and others"})
    return DraftSection(heading=heading[:400], points=list(points), lead_in=lead_in, lines=lines)


def numbered(points: Sequence[str]) -> str:
    """``Point 13``; ``Points 4, 5 and 6``."""
    numbers = [code.partition("/")[2] for code in points]
    listed = " and ".join(filter(None, [", ".join(numbers[:-1]), *numbers[-1:]]))
    return f"{'Point' if len(numbers) == 1 else 'Points'} {listed}"


def _words(points: tuple[str, ...]) -> dict[str, str]:
    """``points``: Points 1 and 9; ``titles``: those of the points; ``plan``: its title."""
    found = [one for code in points if (one := plan_points.find(code)) is not None]
    titles = [point.title for _, point in found]
    rest = [title[:1].lower() + title[1:] if title[1:2].islower() else title for title in titles]
    return {
        "points": numbered(points), "titles": "; ".join(rest),
        "plan": "; ".join(dict.fromkeys(plan.title for plan, _ in found)),
    }  # fmt: skip
