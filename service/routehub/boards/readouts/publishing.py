"""When a readout may be published: after a check of its very words, or with a reason that all may read (UX 3.7)."""

from datetime import datetime

from routehub.boards.readouts.queries import CheckView, ReadoutView, mark
from routehub.core.errors import Conflict, Unchanged, refused
from routehub_schemas.kinds.readout.payload import Readout


def check_readout(said: Readout, now: datetime, asked: CheckView | None, known: ReadoutView | None) -> None:
    """asked: the newest check of this conference; known: what is published.

    Errors: 409 while parties may still ask for a change or have asked for one, or when a readout is published already;
    422 for a check that is not there, or that was of other words.
    """
    if known is not None:
        if mark(known.text) == mark(said.text):
            raise Unchanged(known.id)
        raise Conflict(f"The readout of conference {said.conference} is published. Correct it by an erratum.")
    if said.checked is None:
        return
    if asked is None or asked.short_id != said.checked.check:
        words = "This is not the newest check of this conference’s readout."
        raise refused(
            "/checked/check", "unknown-check", words, sent=said.checked.check,
            allowed=[asked.short_id] if asked is not None else [],
        )  # fmt: skip
    if asked.digest != mark(said.text):
        words = f"{asked.short_id} was a check of other words. Send this text for check, or leave the check out."
        raise refused("/text", "not-what-was-checked", words)
    if said.checked.until != asked.until:
        words = "The window of this check ended at another time."
        raise refused(
            "/checked/until", "not-what-was-checked", words, sent=said.checked.until.isoformat(),
            allowed=[asked.until.isoformat()],
        )  # fmt: skip
    if set(said.checked.parties) != set(asked.named):
        words = "Name all parties that were asked, and no other."
        raise refused("/checked/parties", "not-who-was-asked", words, allowed=list(asked.named))
    if said.reason is None:
        check_settled(asked, now)


def check_settled(asked: CheckView, now: datetime) -> None:
    """Errors: 409 while the window runs, or when somebody asked for a change."""
    state = asked.state(now)
    if state == "change_asked":
        who = ", ".join(one.party for one in asked.changes)
        raise Conflict(
            f"{who} asked for a change. Change the text and send it for check again, or say in reason why it is "
            "published as it is."
        )
    if state == "running":
        left = ", ".join(asked.silent)
        until = asked.until.isoformat().replace("+00:00", "Z")
        raise Conflict(
            f"The check runs until {until}; {left} may still ask for a change. Wait, or say in reason why it is "
            "published before."
        )
