"""Always first: reporting this week, arrived of expected, missing by party (UX 9.5)."""

from collections.abc import Iterator

from routehub.digests import words
from routehub.digests.agenda.matter import Entry, Matter, Prepare, entry
from routehub.digests.agenda.rules.alerts import computed
from routehub.views.week import PartyReporting, Week

FLAGS = (("p", "provisional"), ("e", "estimated"), ("r", "corrected"), ("k", "carried over"))


def reporting(matter: Matter) -> list[Entry]:
    week = matter.week
    missing = sorted((p for p in week.reporting if p.missing), key=lambda p: (-len(p.missing), p.party))
    silent = [week.name(p.party) for p in missing if _silent(p)]
    return [
        entry(
            "reporting-this-week", "Reporting this week", "Standing item.", outcome="note", minutes=3,
            points=matter.points("reporting-this-week"), lead=matter.chair,
            lines=[_arrived(week), *_missing_line(week, missing), *_others(week), *_flagged(week)],
            sources=[*(m for p in week.reporting for m in p.messages),
                     *(a.id for a in week.records.alerts if a.state == "open" and computed(a, "silence"))],
            wanted=f"{words.listed(silent)}: say when figures resume." if silent else None,
            standing="first", prepare=[_prepare(p) for p in missing],
        )
    ]  # fmt: skip


def _arrived(week: Week) -> str:
    expected = sum(p.record.expected for p in week.reporting)
    arrived = sum(p.record.arrived for p in week.reporting)
    share = f" ({round(100 * arrived / expected)}%)" if expected else ""
    return f"{words.number(arrived)} of {words.number(expected)} daily reports arrived{share}."


def _missing_line(week: Week, missing: list[PartyReporting]) -> list[str]:
    return [f"Missing: {', '.join(_missing(week, p) for p in missing)}."] if missing else []


def _missing(week: Week, party: PartyReporting) -> str:
    if len(party.missing) == len(week.days):
        return f"{week.name(party.party)} all {len(week.days)}"
    return f"{week.name(party.party)} {len(party.missing)} ({words.days(party.missing)})"


def _others(week: Week) -> Iterator[str]:
    """Who was excused, who was late, and who said that there was nothing."""
    excused = [p for p in week.reporting if p.excused]
    if excused:
        told = "; ".join(f"{week.name(p.party)} {words.days(p.excused)} ({', '.join(p.reasons)})" for p in excused)
        yield f"Excused: {told}."
    late = [(p, p.record.arrived - p.record.on_time) for p in week.reporting if p.record.arrived > p.record.on_time]
    if late:
        yield f"After their due time: {', '.join(f'{week.name(p.party)} {count}' for p, count in late)}."
    nothing = [p for p in week.reporting if p.nothing]
    if nothing:
        told = ", ".join(f"{week.name(p.party)} {p.nothing}" for p in nothing)
        yield f"Said that there was nothing to report: {told}."


def _flagged(week: Week) -> Iterator[str]:
    """What to know of the newest figures (UX 6)."""
    for flag, word in FLAGS:
        some = [week.name(p.party) for p in week.reporting if flag in week.flags.get(p.party, "")]
        if some:
            yield f"People who entered in the day to {words.day(week.days[-1])}, {word}: {words.listed(some)}."


def _silent(party: PartyReporting) -> bool:
    """Whether the last two days or more are missing: late is a matter of hours, silence of days (UX 6)."""
    marks = [mark for _, mark in party.record.days if mark != "open"]
    return marks[-2:] == ["missing", "missing"]


def _prepare(party: PartyReporting) -> Prepare:
    if _silent(party):
        return Prepare(party.party, f"Say when your figures resume. Missing: {words.days(party.missing)}.")
    return Prepare(party.party, f"Post the reports that are missing: {words.days(party.missing)}.")
