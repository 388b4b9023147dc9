"""Requests past their due time, all together."""

from routehub.boards.requests.queries import Asked, RequestView
from routehub.digests import words
from routehub.digests.agenda.matter import Entry, Matter, Prepare, entry


def requests(matter: Matter) -> list[Entry]:
    late = [one for one in matter.week.records.requests if one.state == "overdue" and one.counts is None]
    if not late:
        return []
    owing = list(dict.fromkeys(matter.week.name(one.party) for view in late for one in _owing(view)))
    return [
        entry(
            "request-overdue", f"{words.count(len(late), 'request')} past {'its' if len(late) == 1 else 'their'} time",
            "Not answered by the time that was asked for.", outcome="discuss", minutes=5, points=points_of(late),
            lead=matter.chair, lines=[_unanswered(matter, view) for view in late], sources=[view.id for view in late],
            wanted=f"{words.listed(owing)}: answer, or say by when.",
            prepare=[_prepare(matter, view, one) for view in late for one in _owing(view)],
        )
    ]  # fmt: skip


def _owing(view: RequestView) -> list[Asked]:
    return [one for one in view.asked if one.state == "overdue"]


def _unanswered(matter: Matter, view: RequestView) -> str:
    whom = words.listed([matter.week.name(one.party) for one in _owing(view)])
    due = words.day(view.due.astimezone(matter.zone).date())
    return f"{view.short_id}, {matter.week.name(view.party)} to {whom}: {view.title}. Due {due}."


def _prepare(matter: Matter, view: RequestView, one: Asked) -> Prepare:
    due = words.when(one.due, matter.zone)
    text = f"Answer {view.short_id} of {matter.week.name(view.party)}, due {due}: {view.title}"
    return Prepare(one.party, text, source=view.id)


def points_of(views: list[RequestView]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(point for view in views for point in view.points))[:50]
