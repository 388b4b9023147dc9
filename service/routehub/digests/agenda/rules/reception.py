"""Reception from 90 % of its places: all parties together."""

from routehub.digests import words
from routehub.digests.agenda.matter import LEVELS, Entry, Matter, Prepare, entry
from routehub.digests.agenda.rules.alerts import computed
from routehub.views.week import Reception, Week


def reception(matter: Matter) -> list[Entry]:
    week = matter.week
    full = [r for r in week.reception if r.capacity.level in LEVELS]
    if not full:
        return []
    room = [r for r in week.reception if r.capacity.level == "room" and r.capacity.current]
    return [
        entry(
            "reception", _title(week, full), "Reception is at 90% of its places or more.", outcome="decide", minutes=8,
            points=matter.points("reception"), lead=matter.lead("UNHCR"), lines=[_full(week, r) for r in full],
            sources=[*(message for r in full for message in r.messages), *_alerts(week)],
            wanted="Who has room, and for how many.",
            prepare=[
                *(Prepare(r.party, f"Say what you need: {_share(r)}.", source=r.messages[0]) for r in full),
                *(Prepare(r.party, f"Say whether you have room: {_share(r)}.", source=r.messages[0]) for r in room),
            ],
        )
    ]  # fmt: skip


def _alerts(week: Week) -> list[str]:
    return [a.id for a in week.records.alerts if a.state == "open" and computed(a, "reception_nearly_full")]


def _title(week: Week, full: list[Reception]) -> str:
    if len(full) > 1:
        return f"Reception: {words.count(len(full), 'party', 'parties')} at 90% or more"
    return f"Reception: {week.name(full[0].party)} {LEVELS[full[0].capacity.level]}"


def _full(week: Week, found: Reception) -> str:
    c = found.capacity
    return f"{week.name(found.party)}: {_share(found)}, {LEVELS[c.level]}, {words.day(c.day)}."


def _share(found: Reception) -> str:
    c = found.capacity
    share = f" ({c.percent}%)" if c.percent is not None else ""
    return f"{words.number(c.occupied)} of {words.number(c.places)} places taken{share}"
