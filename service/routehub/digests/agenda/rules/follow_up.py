"""Always last: follow-up of the last conference, what it had to decide."""

from collections.abc import Sequence

from routehub.digests import words
from routehub.digests.agenda.matter import Entry, Matter, Past, entry


def follow_up(matter: Matter) -> list[Entry]:
    past = matter.past
    left = past is not None and bool(past.decisions)
    return [
        entry(
            "follow-up", f"Follow-up of conference {past.number}" if past else "Follow-up", "Standing item.",
            outcome="decide" if left else "note", minutes=6 if left else 2, points=matter.points("follow-up"),
            lead=matter.chair, lines=_lines(past), sources=(past.message_id,) if past else (),
            wanted="What was concluded on each, and what is still open." if left else None, standing="last",
        )
    ]  # fmt: skip


def _lines(past: Past | None) -> Sequence[str]:
    if past is None:
        return ("No earlier agenda is on record.",)
    if past.decisions:
        return [f"Item {at}, to decide: {what}" for at, what in past.decisions]
    return (f"{words.count(past.items, 'item')}, none to decide.",)
