"""Needs that are not met, all together, with what was offered (UX 9.5: reception, open need)."""

from routehub.boards.requests.queries import RequestView
from routehub.digests import words
from routehub.digests.agenda.matter import Entry, Matter, Prepare, entry
from routehub.digests.agenda.rules.requests import points_of


def needs(matter: Matter) -> list[Entry]:
    wanting = [view for view in matter.week.records.requests if view.counts is not None]
    if not wanting:
        return []
    return [
        entry(
            "open-need", words.count(len(wanting), "open need"), "A need is open.", outcome="decide", minutes=5,
            points=points_of(wanting), lead=matter.lead(wanting[0].party),
            lines=[_needed(matter, view) for view in wanting],
            sources=[id_ for view in wanting for id_ in (view.id, *(o.id for o in view.offers))],
            wanted="All parties: say what you can offer.",
            prepare=[Prepare(v.party, f"Say what is still needed of {v.short_id}: {v.title}", source=v.id)
                     for v in wanting],
        )
    ]  # fmt: skip


def _needed(matter: Matter, view: RequestView) -> str:
    assert view.counts is not None
    c, unit = view.counts, (view.unit or "").replace("_", " ")
    parts = [f"{matter.week.name(o.party)} {words.number(o.progress.pledged)}" for o in view.offers]
    due = words.day(view.due.astimezone(matter.zone).date())
    line = f"{view.short_id}, {matter.week.name(view.party)}: {view.title}. {words.number(c.needed)} {unit} by {due}, "
    line += f"{words.number(c.pledged)} offered, {words.number(c.delivered)} delivered"
    return line + (f" ({', '.join(parts)})." if parts else ".")
