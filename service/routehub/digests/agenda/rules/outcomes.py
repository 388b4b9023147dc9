"""What sub-groups reported back since the last agenda: one each (readout of 22 January 2016: "the outcome of a video
conference held between the national police authorities")."""

from routehub.boards.statements.queries import StatementView
from routehub.digests import words
from routehub.digests.agenda.matter import Entry, Matter, entry


def outcomes(matter: Matter) -> list[Entry]:
    return [_outcome(matter, view) for view in matter.week.records.outcomes]


def _outcome(matter: Matter, view: StatementView) -> Entry:
    who, name = matter.week.name(view.party), view.meeting or view.title
    held = f", {words.day(view.meeting_day)}" if view.meeting_day is not None else ""
    there = f"Took part: {words.listed([matter.week.name(party) for party in view.participants])}."
    return entry(
        "meeting-outcome", f"Outcome: {name}{held}", f"{who} told what a meeting came to since the last agenda.",
        outcome="note", minutes=3, points=view.points, lead=matter.lead(view.party),
        lines=[f"{view.title}. {view.text}", *([there] if view.participants else [])], sources=(view.id,),
    )  # fmt: skip
