"""Always last: follow-up of the last conference. What it concluded, and how the actions stand that conferences gave;
what it had to decide, where no minutes are on record."""

from collections.abc import Iterable, Sequence

from routehub.boards.minutes.queries import ActionView
from routehub.digests import words
from routehub.digests.agenda.matter import Entry, Matter, Prepare, entry

FOLLOW_UP = "follow-up"


def follow_up(matter: Matter) -> list[Entry]:
    past, owed = matter.past, matter.week.actions
    unminuted = past is not None and past.minutes is None and bool(past.decisions)
    left = unminuted or any(one.state != "done" for one in owed)
    late = list(dict.fromkeys(party for one in owed for party in _late(one)))
    return [
        entry(
            FOLLOW_UP, f"Follow-up of conference {past.number}" if past else "Follow-up", "Standing item.",
            outcome="decide" if left else "note", minutes=6 if left else 2, points=matter.points("follow-up"),
            lead=matter.chair, lines=_lines(matter), sources=_sources(matter), wanted=_wanted(matter, late, unminuted),
            prepare=[one for owner in late if matter.present(owner) for one in _prepare(owner, owed)], standing="last",
        )
    ]  # fmt: skip


def _lines(matter: Matter) -> Sequence[str]:
    past = matter.past
    actions = [_action(matter, one) for one in matter.week.actions]
    if past is None:
        return actions or ("No earlier agenda is on record.",)
    if past.minutes is not None:
        said = [f"{id_}: {text}" for id_, text in past.conclusions]
        return [*said, *actions] or ("The minutes hold no conclusion and no action.",)
    if past.decisions:
        return [*(f"Item {at}, to decide: {what}" for at, what in past.decisions), *actions]
    return [f"{words.count(past.items, 'item')}, none to decide.", *actions]


def _action(matter: Matter, one: ActionView) -> str:
    """``A13.2, Greece and UNHCR: Report the places. Due Tue 27 Jan, overdue: UNHCR.``"""
    owners = words.listed([matter.week.name(owner.party) for owner in one.owners])
    head = f"{one.id}, {owners}: {one.what.rstrip('.')}."
    if one.state == "done":
        return f"{head} Done."
    waiting = words.listed([matter.week.name(party) for party in one.waiting])
    return f"{head} Due {words.day(one.due)}, {one.state}: {waiting}."


def _late(one: ActionView) -> list[str]:
    return [owner.party for owner in one.owners if owner.state == "overdue"]


def _sources(matter: Matter) -> tuple[str, ...]:
    past = matter.past
    first = (past.minutes or past.message_id,) if past else ()
    said = (one.message_id for one in matter.week.actions)
    acts = (act.message_id for one in matter.week.actions for act in one.acts)
    return tuple(dict.fromkeys((*first, *said, *acts)))


def _wanted(matter: Matter, late: Sequence[str], unminuted: bool) -> str | None:
    if late:
        return f"{words.listed([matter.week.name(party) for party in late])}: when it will be done."
    return "What was concluded on each, and what is still open." if unminuted else None


def _prepare(owner: str, owed: Iterable[ActionView]) -> list[Prepare]:
    """What an owner brings along: each action of its own that is overdue."""
    return [
        Prepare(owner, f"Say when {one.id} will be done", source=one.message_id)
        for one in owed
        if owner in _late(one)
    ]  # fmt: skip
