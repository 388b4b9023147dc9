"""What parties proposed for this conference and the chair has not declined: one each."""

from routehub.boards.conferences.queries import ProposalView
from routehub.digests.agenda.matter import Entry, Matter, Prepare, entry

DECIDED = {"accepted": "accepted by the chair.", "open": "the chair has not decided yet."}
AT_CLOSE = (DECIDED["open"], "the chair had not decided when the agenda was closed.")
"""The words of a draft, and those in their place once it is closed."""


def why(who: str, state: str) -> str:
    """Why a proposal is on the agenda. ``state``: open or accepted."""
    return f"Proposed by {who}; {DECIDED[state]}"


def proposals(matter: Matter) -> list[Entry]:
    return [_proposal(matter, p) for p in matter.week.records.proposals if _meant(matter, p) and p.state != "declined"]


def _meant(matter: Matter, proposal: ProposalView) -> bool:
    """For this conference by its number; without a number, for the next one after it was proposed."""
    if proposal.conference is not None:
        return proposal.conference == matter.number
    if matter.past is not None and proposal.message_id in matter.past.proposals:
        return False  # a late item of the last conference
    return matter.week.since < proposal.accepted_at <= matter.week.now


def _proposal(matter: Matter, proposal: ProposalView) -> Entry:
    who = matter.week.name(proposal.party)
    text = f"Introduce your item: {proposal.title}"
    return entry(
        "proposal", f"{who}: {proposal.title}", why(who, proposal.state),
        outcome=proposal.outcome, minutes=proposal.minutes, points=proposal.points, lead=matter.lead(proposal.party),
        lines=[proposal.text] if proposal.text else [], sources=(proposal.message_id,),
        prepare=[Prepare(proposal.party, text, source=proposal.message_id)] if matter.present(proposal.party) else [],
    )  # fmt: skip
