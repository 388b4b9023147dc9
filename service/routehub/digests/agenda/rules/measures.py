"""Measures with concerns or an objection, or told at short notice: one each."""

from collections.abc import Iterator

from routehub.boards.measures.queries import Act, MeasureView
from routehub.digests import words
from routehub.digests.agenda.matter import Entry, Matter, Prepare, entry
from routehub.views.week import Week
from routehub_schemas.kinds.measure.summary import COUNTS

VERBS = {"object": "objects", "concerns": "has concerns"}


def measures(matter: Matter) -> list[Entry]:
    return [_measure(matter, m, why) for m in matter.week.records.measures if (why := _debated(matter.week, m))]


def _given(measure: MeasureView) -> list[Act]:
    return [view.current for view in measure.views if view.current is not None]


def _against(measure: MeasureView) -> list[Act]:
    return [act for act in _given(measure) if act.act in VERBS]


def _debated(week: Week, measure: MeasureView) -> str | None:
    """Why a measure is to be discussed; None when it is not. One that was on an earlier agenda is not, unless it was
    changed or somebody gave another view since."""
    given = _given(measure)
    fresh = max([measure.latest.at, *(act.at for act in given)]) >= week.since
    if measure.over or not fresh:
        return None
    views = (("object", "objection", "objections"), ("concerns", "view with concerns", "views with concerns"))
    counted = ((sum(act.act == name for act in given), one, many) for name, one, many in views)
    why = [words.count(number, one, many) for number, one, many in counted if number]
    why += ["short notice"] if measure.short_notice else []
    why += ["unilateral"] if measure.unilateral else []
    return f"A measure with {', '.join(why)}." if why else None


def _measure(matter: Matter, m: MeasureView, why: str) -> Entry:
    said = m.said
    return entry(
        "measure", f"{matter.week.name(m.party)}: {said.title}", why, outcome="discuss", minutes=6,
        points=tuple(said.points) or matter.points("measure"), lead=matter.lead(m.party),
        lines=list(_lines(matter, m)),
        sources=[*(notice.message_id for notice in m.notices), *(act.message_id for act in _given(m))],
        wanted=said.expected_of_others, prepare=list(_prepare(matter, m)),
    )  # fmt: skip


def _lines(matter: Matter, m: MeasureView) -> Iterator[str]:
    said, hours = m.said, m.latest.hours
    notice = f"{hours:.0f} hours of notice" if hours >= 0 else "in force before its notice"
    yield f"{m.short_id}, {', '.join(m.legs or said.places)}, from {words.when(said.start, matter.zone)}, {notice}."
    for cap in said.caps:
        yield f"Limit: {words.number(cap.people)} a day, {COUNTS[cap.counts]}."
    for act in _against(m):
        yield f"{matter.week.name(act.party)} {VERBS[act.act]}: {act.text}"


def _prepare(matter: Matter, m: MeasureView) -> Iterator[Prepare]:
    against = _against(m)
    if against:
        who = words.listed([matter.week.name(act.party) for act in against])
        yield Prepare(m.party, f"Answer the views of {who} on {m.short_id}: {m.said.title}", source=m.id)
    else:
        yield Prepare(m.party, f"Introduce {m.short_id}: {m.said.title}", source=m.id)
    for act in against:
        word = "objection to" if act.act == "object" else "concerns about"
        yield Prepare(act.party, f"Explain your {word} {m.short_id}: {m.said.title}", source=m.id)
    for view in m.views:
        if m.waits_for(view.party):
            name = matter.week.name(m.party)
            yield Prepare(view.party, f"Give a view on {m.short_id} of {name}: {m.said.title}", m.said.views_by, m.id)
