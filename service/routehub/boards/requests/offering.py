"""What an offer has to be, and each step of it: who may take it, and never backwards without a word."""

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection

from routehub.boards.requests.answering import OVER_WORDS
from routehub.boards.requests.queries import OfferView, RequestView
from routehub.boards.requests.standing import Act, Progress
from routehub.core.errors import NotAllowed, Refused, Unchanged, refused
from routehub.core.words import number
from routehub.directory.visibility import readers
from routehub.journal.message import Caution, Message
from routehub_schemas.errors import Problem
from routehub_schemas.kinds.offer.payload import Offer
from routehub_schemas.kinds.response.payload import Response

STEPS = frozenset({"commit", "deliver", "receive"})
ACTS = STEPS | {"accept", "decline", "withdraw"}


def check(message: Message, offer: Offer, need: RequestView | None, today: object) -> list[Caution]:
    """Refuses with every problem; an offer beyond the need is taken, and its sender is told (UX 1.5)."""
    problems = list(_problems(message, offer, need))
    if offer.available_until is not None and offer.available_until.isoformat() < str(today):
        problems.append(Problem("/available_until", "past", "This day has passed.", offer.available_until.isoformat()))
    if problems:
        raise Refused(problems[0].message if len(problems) == 1 else "The offer was not accepted.", problems)
    return [] if need is None else list(_cautions(offer, need))


def _problems(message: Message, offer: Offer, need: RequestView | None) -> Iterator[Problem]:
    for index, party in enumerate(offer.offered_to):
        if party == message.reported_party:
            yield Problem(f"/offered_to/{index}", "own", "An offer is made to others.", party)
        elif party not in message.parties:
            yield Problem(f"/offered_to/{index}", "not-a-reader", f"{party} would not read it: add it to the audience.",
                          party)  # fmt: skip
    if offer.need is None:
        return
    if need is None or need.counts is None:
        words = "An offer is made toward a need, or toward a request for support that has a quantity."
        yield Problem("/need", "not-a-need", words, need.short_id if need else None)
        return
    if need.state in OVER_WORDS:
        yield Problem("/need", "too-late", f"The need {need.short_id} {OVER_WORDS[need.state]}.", need.short_id)
    if need.party == message.reported_party:
        yield Problem("/need", "own-need", "Who has a need does not offer toward it.", need.short_id)
    if need.party not in message.parties:
        yield Problem("/audience", "not-a-reader", f"{need.party}, whose need it is, would not read it.")
    if offer.unit != need.unit:
        words = f"The need {need.short_id} is counted in {need.unit}."
        yield Problem("/unit", "wrong-unit", words, offer.unit, [need.unit], need.unit)


def _cautions(offer: Offer, need: RequestView) -> Iterator[Caution]:
    assert need.counts is not None
    after = need.counts.pledged + offer.quantity
    beyond = after - need.counts.needed
    if beyond > 0:
        words = (
            f"{need.party} needs {number(need.counts.needed)} {need.unit}; {number(need.counts.pledged)} were offered "
            f"before, with this {number(after)}: {number(beyond)} more than needed. It is kept; {need.party} decides."
        )
        yield Caution("/quantity", "beyond-need", words, sent=offer.quantity, usual=need.counts.missing)
    if offer.available_from is not None and offer.available_from > need.due.date():
        words = f"It is needed by {need.due:%Y-%m-%d %H:%M} UTC."
        yield Caution("/available_from", "after-due", words, sent=offer.available_from.isoformat())


def check_act(conn: Connection, message: Message, response: Response, view: OfferView) -> list[Caution]:
    """Refuses what is not this party's step or goes backwards silently; tells what is unusual."""
    party = message.reported_party
    _check_party(party, response, view)
    own = [act for act in view.acts if act.party == party]
    if own and _same(own[-1], response, view.progress, view.quantity) and not _undone(view.acts, own[-1]):
        raise Unchanged(own[-1].message_id)
    problems = list(_step_problems(response, view))
    if message.parties != readers(conn, view.audience_id):
        words = "All who read the offer see its steps; leave the audience out."
        problems.append(Problem("/audience", "other-audience", words))
    if problems:
        raise Refused(problems[0].message if len(problems) == 1 else "The step was not accepted.", problems)
    return list(_step_cautions(response, view))


def _check_party(party: str, response: Response, view: OfferView) -> None:
    if response.act in ("accept", "decline") and not view.may_take(party):
        who = view.needed_by or ", ".join(view.offered_to)
        raise NotAllowed(f"{who} decides about the offer {view.short_id}: it was made to them.")
    if response.act == "receive" and party != view.receiver:
        who = f"Only {view.receiver}, who gets it, confirms this." if view.receiver else "Accept the offer first."
        raise NotAllowed(f"{who}")
    taken = view.progress.receiver
    if response.act == "accept" and taken is not None and taken != party:
        raise refused("/to", "taken", f"{taken} has accepted the offer {view.short_id}.", sent=view.short_id)


def amount(response: Response, progress: Progress) -> int | None:
    """How much in all a step is about: what it says, else all there is to commit, to deliver or to receive."""
    if response.act not in STEPS:
        return None
    if response.quantity is not None:
        return response.quantity
    return progress.delivered or progress.quantity if response.act == "receive" else progress.quantity


def _before(response: Response, progress: Progress) -> int:
    return {"commit": progress.committed, "deliver": progress.delivered}.get(response.act, progress.received)


def _step_problems(response: Response, view: OfferView) -> Iterator[Problem]:
    p, act = view.progress, response.act
    if p.ended is not None and not (act == "accept" and p.ended == "declined"):
        yield Problem("/to", "too-late", f"The offer {view.short_id} was {p.ended}.", view.short_id)
        return
    now = amount(response, p)
    if now is not None:
        if now > p.quantity:
            words = f"The offer is of {number(p.quantity)} {view.unit}. What is more is another offer."
            yield Problem("/quantity", "beyond-offer", words, now, p.quantity)
        before = _before(response, p)
        if now < before and response.text is None:
            words = f"{number(before)} {view.unit} were told before. To go back to {number(now)}, say why."
            yield Problem("/text", "say-why", words)
        if act == "commit" and now < p.delivered:
            words = f"{number(p.delivered)} {view.unit} are delivered already."
            yield Problem("/quantity", "below-delivered", words, now, p.delivered)
    if act == "withdraw" and p.delivered >= p.quantity:
        yield Problem("/to", "too-late", "It is delivered: there is nothing left to withdraw.", view.short_id)
    elif act == "withdraw" and p.receiver is not None and response.text is None:
        yield Problem("/text", "say-why", f"{p.receiver} has accepted it. Say why it is withdrawn.")


def _step_cautions(response: Response, view: OfferView) -> Iterator[Caution]:
    p, now = view.progress, amount(response, view.progress)
    if now is not None and now < _before(response, p):
        words = f"This goes back from {number(_before(response, p))} to {number(now)} {view.unit}."
        yield Caution("/quantity", "backwards", words, sent=now, usual=_before(response, p))
    if response.act in ("commit", "deliver") and p.receiver is None:
        who = view.needed_by or "Nobody"
        yield Caution("/act", "not-accepted", f"{who} has {'not ' if view.needed_by else ''}accepted this offer yet.")
    if response.act == "receive" and now is not None and now > p.delivered:
        words = f"{view.party} has told of {number(p.delivered)} {view.unit} delivered so far."
        yield Caution("/quantity", "more-than-delivered", words, sent=now, usual=p.delivered)


def _same(act: Act, response: Response, progress: Progress, quantity: int) -> bool:
    said = amount(response, progress) if response.act in STEPS else None
    return (act.act, act.text, act.quantity) == (response.act, response.text, said)


def _undone(acts: Iterable[Act], mine: Act) -> bool:
    """Whether another party's act came after this one, so that saying it again is news."""
    return list(acts)[-1] is not mine
