"""How notices of measures and the acts on them become the board. A measure that starts at short notice, or before the
others could give a view, is taken in like any other: it is recorded, never blocked (DOMAIN 3)."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Table, insert, select

from routehub.boards.measures.notice import SHORT, felt
from routehub.boards.measures.queries import VIEWS, MeasureView, measure
from routehub.boards.measures.tables import measure_acts, measure_asked, measure_notices, measure_records
from routehub.core.errors import Conflict, NotAllowed, Refused, Unchanged, refused
from routehub.directory.principal import HUB_PARTY
from routehub.directory.snapshot import Directory
from routehub.directory.visibility import readers
from routehub.journal.message import Caution, Message, Transaction
from routehub_schemas.errors import Problem
from routehub_schemas.kinds.measure.payload import Measure
from routehub_schemas.kinds.response.payload import Response

AROUND = {"audience", "thread", "references", "on_behalf_of", "updates"}
"""Fields that say where a notice belongs and who reads it, not what the measure is."""
ACTS = VIEWS | {"confirm", "end", "withdraw"}


class MeasuresBoard:
    """Keeps every notice of a measure and every act on it. ``directory`` answers the picture in force."""

    name = "measures"
    kinds = frozenset({"measure", "response"})
    tables: tuple[Table, ...] = (measure_asked, measure_acts, measure_notices, measure_records)

    def __init__(self, directory: Callable[[], Directory]) -> None:
        self._directory = directory

    def check(self, tx: Transaction, message: Message) -> list[Caution]:
        """Refuses what cannot be (a consultation that is over before it begins, an act by somebody who was not asked or
        who comes too late) and raises ``Unchanged`` for what is on record. Short or no notice is a caution."""
        if isinstance(message.payload, Measure):
            return self._check_notice(tx, message, self._coded(message.payload))
        if isinstance(message.payload, Response) and message.payload.act in ACTS:
            self._check_act(tx, message, message.payload)
        return []

    # --- notices --------------------------------------------------------------------------------------

    def _check_notice(self, tx: Transaction, message: Message, said: Measure) -> list[Caution]:
        before = self._changed(tx, message, said) if said.updates is not None else None
        problems = [*self._co_author_problems(message, said)]
        by = said.views_by
        if by is not None and by <= message.accepted_at and (before is None or by != before.said.views_by):
            words = "This time has passed: nobody could give a view. Leave it out, or give a later one."
            problems.append(Problem("/views_by", "past", words, sent=by.isoformat()))
        if problems:
            raise Refused("The notice was not accepted.", problems)
        return _cautions(message, said) if felt(said, before.said if before is not None else None) else []

    def _changed(self, tx: Transaction, message: Message, said: Measure) -> MeasureView:
        """The measure that a notice changes."""
        known = _of(tx, message, said.updates or "")
        if known is None:
            raise refused("/updates", "not-a-measure", "It names the notice of a measure.", sent=said.updates)
        if known.party != message.reported_party:
            raise NotAllowed(f"Only {known.party}, who notified the measure, can change it. Tell one of your own.")
        if known.over:
            raise Conflict(f"The measure {known.short_id} {_over(known)}. Tell a new one.")
        if _readers(tx, known.id) != message.parties:
            raise refused(
                "/audience", "other-audience", "A change reaches exactly the readers of the notice; leave the audience "
                "out.", sent=said.audience,
            )  # fmt: skip
        if _content(said) == _content(known.said):
            raise Unchanged(known.latest.message_id)
        return known

    def _co_author_problems(self, message: Message, said: Measure) -> list[Problem]:
        found = []
        for index, code in enumerate(said.co_authors):
            party = self._directory().party_code(code) or code
            if party == message.reported_party:
                words = "The notifying party is no co-author of its own notice."
                found.append(Problem(f"/co_authors/{index}", "own-party", words, sent=code))
            elif party not in message.parties:
                words = f"{party} is not among the readers, so it could not confirm."
                found.append(Problem(f"/co_authors/{index}", "not-a-reader", words, sent=code))
        return found

    def _coded(self, said: Measure) -> Measure:
        """Parties by the codes of the directory: EL is GR, or Greece could not confirm."""

        def code(sent: str) -> str:
            return self._directory().party_code(sent) or sent

        consequences = [one.model_copy(update={"party": code(one.party)}) for one in said.consequences]
        co_authors = list(dict.fromkeys(map(code, said.co_authors)))
        return said.model_copy(update={"co_authors": co_authors, "consequences": consequences})

    # --- acts -----------------------------------------------------------------------------------------

    def _check_act(self, tx: Transaction, message: Message, response: Response) -> None:
        known = _of(tx, message, response.to)
        if known is None:
            return
        if readers(tx.conn, message.audience_id) != _readers(tx, known.id):
            raise refused(
                "/audience", "other-audience", "All readers of the measure see the views on it; leave the audience "
                "out, or send a note.",
            )  # fmt: skip
        if known.over:
            same = {"end": known.ended_at, "withdraw": known.withdrawn_at}.get(response.act)
            if same is not None:
                raise Unchanged(_act_of(tx, known.id, response.act))
            raise Conflict(f"The measure {known.short_id} {_over(known)}.")
        if response.act in VIEWS:
            self._check_view(message, response, known)
        elif response.act == "confirm":
            _check_confirmation(message, known)
        elif response.act == "withdraw" and known.in_force is not None:
            raise Conflict(f"The measure {known.short_id} is in force: end it.")
        elif response.act == "end" and known.in_force is None:
            raise Conflict(f"The measure {known.short_id} has not begun: withdraw it.")

    def _check_view(self, message: Message, response: Response, known: MeasureView) -> None:
        party = message.reported_party
        if party in known.said.co_authors:
            words = f"{party} notifies this measure too: it confirms, and gives no view."
            raise refused("/act", "co-author", words, sent=response.act, allowed=["confirm"])
        route = self._directory().routes[message.route]
        member = route.membership(party, message.accepted_at.astimezone(route.zone).date())
        if member is None or member.role == "observer":
            raise refused("/to", "not-addressed", f"{party} reads this measure; its view was not asked for.")
        by = known.said.views_by
        if not known.takes_views and by is not None:
            raise Conflict(
                f"Views on {known.short_id} closed at {by:%Y-%m-%d %H:%M} UTC. Send {known.party} a note, or propose "
                "it for the next conference."
            )
        given = known.view_of(party)
        held = given.current if given is not None and not given.outdated else None
        if held is not None and (held.act, held.text) == (response.act, response.text):
            raise Unchanged(held.message_id)

    # --- projection -----------------------------------------------------------------------------------

    def project(self, tx: Transaction, message: Message) -> None:
        if isinstance(message.payload, Measure):
            self._notice(tx, message, self._coded(message.payload))
        elif isinstance(message.payload, Response) and message.payload.act in ACTS:
            self._act(tx, message, message.payload)

    def _notice(self, tx: Transaction, message: Message, said: Measure) -> None:
        known = _id_of(tx, said.updates) if said.updates is not None else None
        short = message.short_id or message.id
        if known is None:
            known = message.id
            tx.conn.execute(
                insert(measure_records).values(
                    id=message.id, short_id=short, route=message.route, party=message.reported_party,
                    sequence=message.sequence, notified_at=message.accepted_at, exercise=message.exercise,
                    audience_id=message.audience_id,
                )
            )  # fmt: skip
            self._ask(tx, message, said)
        tx.conn.execute(
            insert(measure_notices).values(
                message_id=message.id, measure=known, short_id=short, sequence=message.sequence,
                at=message.accepted_at, tlp=message.tlp, author=message.author,
                said=said.model_dump_json(exclude=AROUND, exclude_defaults=True),
            )
        )  # fmt: skip

    def _ask(self, tx: Transaction, message: Message, said: Measure) -> None:
        """Members of the route that read it are asked for their view; coordinators may give one unasked."""
        route = self._directory().routes[message.route]
        members = {m.party for m in route.members(message.accepted_at.astimezone(route.zone).date(), "member")}
        asked = sorted(members & message.parties - {message.reported_party, HUB_PARTY, *said.co_authors})
        if asked:
            tx.conn.execute(insert(measure_asked), [{"measure": message.id, "party": party} for party in asked])

    def _act(self, tx: Transaction, message: Message, response: Response) -> None:
        known = _id_of(tx, response.to)
        if known is None:
            return
        tx.conn.execute(
            insert(measure_acts).values(
                message_id=message.id, measure=known, sequence=message.sequence, at=message.accepted_at,
                party=message.reported_party, act=response.act, text=response.text, author=message.author,
            )
        )  # fmt: skip


def _id_of(tx: Transaction, message_id: str) -> str | None:
    """The measure to which a notice belongs."""
    n = measure_notices.c
    return tx.conn.execute(select(n.measure).where(n.message_id == message_id)).scalar()


def _of(tx: Transaction, message: Message, ref: str) -> MeasureView | None:
    """The measure of a notice as it stands, whoever reads it: intake has seen to it that the sender may."""
    known = _id_of(tx, ref)
    if known is None:
        return None
    audience = tx.conn.execute(select(measure_records.c.audience_id).where(measure_records.c.id == known)).scalar_one()
    return measure(tx.conn, [audience], message.route, known, message.accepted_at)


def _readers(tx: Transaction, measure_id: str) -> frozenset[str]:
    query = select(measure_records.c.audience_id).where(measure_records.c.id == measure_id)
    return readers(tx.conn, tx.conn.execute(query).scalar_one())


def _act_of(tx: Transaction, measure_id: str, act: str) -> str:
    a = measure_acts.c
    query = select(a.message_id).where(a.measure == measure_id, a.act == act).order_by(a.sequence).limit(1)
    return str(tx.conn.execute(query).scalar_one())


def _check_confirmation(message: Message, known: MeasureView) -> None:
    for co_author in known.co_authors:
        if co_author.party == message.reported_party:
            if co_author.message_id is not None:
                raise Unchanged(co_author.message_id)
            return
    words = f"{message.reported_party} is not named as a co-author of this notice."
    raise refused("/act", "not-a-co-author", words, allowed=sorted(VIEWS))


def _over(known: MeasureView) -> str:
    return "was withdrawn" if known.state == "withdrawn" else "has ended"


def _content(said: Measure) -> dict[str, object]:
    """What a notice says, without what it refers to."""
    return said.model_dump(exclude=AROUND)


def _cautions(message: Message, said: Measure) -> list[Caution]:
    """What stands beside the measure from now on, told to whoever sends it."""
    found = []
    ahead = said.start - message.accepted_at
    hours = round(ahead / timedelta(hours=1), 1)
    if ahead < timedelta(0):
        words = f"It is in force for {-hours:g} hours before this notice: readers see it marked as unilateral."
        found.append(Caution("/start", "unilateral", words, sent=said.start.isoformat()))
    elif ahead < SHORT:
        words = (
            f"{hours:g} {'hour' if f'{hours:g}' == '1' else 'hours'} of notice: readers see it marked as short notice."
        )
        found.append(Caution("/start", "short-notice", words, sent=said.start.isoformat()))
    if said.views_by is not None and said.start < said.views_by:
        words = "It begins before views close: readers see it marked as unilateral."
        found.append(Caution("/views_by", "unilateral", words, sent=said.views_by.isoformat()))
    return found
