"""What a commitment and a statement of progress must keep to, beyond their own fields (DOMAIN 3).

All problems of a message are told at once. What is only unusual is a caution beside the answer (UX 1.5).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import RowMapping, select

from routehub.boards.commitments.adding import same_unit
from routehub.boards.commitments.queries import Said, Step, record_of, said_of, step_of
from routehub.boards.commitments.standing import RANK, REACHED, latest, series
from routehub.boards.commitments.tables import commitment_progress, commitment_records, commitment_said
from routehub.core.errors import Conflict, NotAllowed, Refused, Unchanged
from routehub.core.words import number
from routehub.directory.snapshot import Directory
from routehub.directory.visibility import clause, readable, readers
from routehub.journal.message import Caution, Message, Transaction
from routehub_schemas import plan_points
from routehub_schemas.errors import Problem, near
from routehub_schemas.kinds.commitment.deadline import reading
from routehub_schemas.kinds.commitment.payload import Commitment
from routehub_schemas.kinds.progress.payload import Progress
from routehub_schemas.reference import crosswalk

AHEAD = timedelta(hours=14)
"""A day has begun somewhere on the globe fourteen hours before it has in UTC."""
DEEPEST = 20
"""Generations of parts: more is a mistake, and each costs a look."""


@dataclass(frozen=True)
class Known:
    """A commitment on record, as the rules look at it."""

    id: str
    short_id: str
    party: str
    audience_id: int
    said: tuple[Said, ...]
    steps: tuple[Step, ...]

    @property
    def now(self) -> Said:
        return self.said[-1]

    @property
    def withdrawn(self) -> bool:
        return any(step.stage == "withdrawn" for step in self.steps)


def known(tx: Transaction, message_id: str) -> Known | None:
    """The commitment to which a message belongs."""
    record = record_of(tx.conn, message_id)
    if record is None:
        return None
    s, p = commitment_said.c, commitment_progress.c
    row: RowMapping = (
        tx.conn.execute(select(commitment_records).where(commitment_records.c.id == record)).mappings().one()
    )
    said = tx.conn.execute(select(commitment_said).where(s.commitment == record).order_by(s.sequence)).mappings()
    steps = tx.conn.execute(
        select(commitment_progress).where(p.commitment == record).order_by(p.as_of, p.sequence)
    ).mappings()
    return Known(
        record, row["short_id"], row["party"], row["audience_id"], tuple(said_of(one) for one in said),
        tuple(step_of(one) for one in steps),
    )  # fmt: skip


def owners(directory: Directory, message: Message, said: Commitment) -> list[str]:
    """The codes of those who owe it; the sender, where none are named."""
    found = [directory.party_code(code) or code for code in said.owners]
    return list(dict.fromkeys(found)) or [message.reported_party]


# --- a commitment -------------------------------------------------------------------------------------


def commitment(tx: Transaction, directory: Directory, message: Message, said: Commitment) -> list[Caution]:
    """Refuses what the sender may not say and what does not fit its parent; raises ``Unchanged``."""
    before = known(tx, said.updates) if said.updates is not None else None
    problems = [
        *_monitored(directory, message, said),
        *_owners_read_it(directory, message, said),
        *_parent(tx, said, before),
    ]
    if said.updates is not None and before is None:
        problems.append(Problem("/updates", "not-a-commitment", "This changes a commitment.", sent=said.updates))
    if problems:
        raise Refused("The commitment was not accepted.", problems)
    if before is None:
        _may_make(directory, message, said)
    else:
        _may_change(tx, message, said, before)
        _news(tx, directory, message, said, before)
    return list(_cautions(tx, message, said, before))


def _monitored(directory: Directory, message: Message, said: Commitment) -> Iterator[Problem]:
    plans = directory.routes[message.route].plans
    for at, point in enumerate(said.points):
        plan = point.partition("/")[0]
        if plan not in plans:
            words = f"The route {message.route} does not monitor {plan}. It monitors: {', '.join(plans) or 'no plan'}."
            yield Problem(f"/points/{at}", "plan-not-monitored", words, sent=point, allowed=list(plans))


def _owners_read_it(directory: Directory, message: Message, said: Commitment) -> Iterator[Problem]:
    """An owner that is on the route can answer for it only where it can read it. Others are named only."""
    route = directory.routes[message.route]
    on_route = {member.party for member in route.members(message.accepted_at.astimezone(route.zone).date())}
    for at, sent in enumerate(said.owners):
        code = directory.party_code(sent) or sent
        if code in on_route and code not in message.parties:
            words = f"{code} owes this and is not among its readers. Name it in the audience."
            yield Problem(f"/owners/{at}", "not-a-reader", words, sent=sent, allowed=sorted(message.parties))


def _parent(tx: Transaction, said: Commitment, before: Known | None) -> Iterator[Problem]:
    if said.parent is None:
        return
    parent = known(tx, said.parent)
    if parent is None:
        yield Problem("/parent", "not-a-commitment", "A commitment is a part of another one.", sent=said.parent)
        return
    if parent.withdrawn:
        yield Problem("/parent", "withdrawn", f"{parent.short_id} was withdrawn.", sent=said.parent)
    above, chain = parent, [parent.short_id]
    own = before.id if before is not None else None
    while above.id != own and above.now.parent is not None and len(chain) < DEEPEST:
        higher = known(tx, above.now.parent)
        if higher is None:
            break
        above, chain = higher, [*chain, higher.short_id]
    if before is not None and above.id == own:
        way = " is a part of ".join(chain)
        words = f"{before.short_id} cannot be a part of its own part: {way}." if len(chain) > 1 else "Not its own part."
        yield Problem("/parent", "circular", words, sent=said.parent)
    elif len(chain) >= DEEPEST:
        yield Problem("/parent", "too-deep", f"Parts go at most {DEEPEST} deep.", sent=said.parent)


def _may_make(directory: Directory, message: Message, said: Commitment) -> None:
    """Who owes it makes it; a coordinator may record what others agreed (a recommendation, a total)."""
    route = directory.routes[message.route]
    on = message.accepted_at.astimezone(route.zone).date()
    member = route.membership(message.party, on)
    if message.reported_party in owners(directory, message, said) or (member and member.role == "coordinator"):
        return
    raise NotAllowed(
        f"A commitment is made by those who owe it, or recorded by a coordinator. Name {message.reported_party} among "
        "its owners."
    )


def _answers_for(message: Message, record: Known, act: str) -> None:
    if message.reported_party in record.now.owners or message.reported_party == record.party:
        return
    who = " and ".join(record.now.owners)
    raise NotAllowed(f"Only {who}, who owe{'s' if len(record.now.owners) == 1 else ''} {record.short_id}, {act}.")


def _may_change(tx: Transaction, message: Message, said: Commitment, before: Known) -> None:
    _answers_for(message, before, "can change it")
    if before.withdrawn:
        raise Conflict(f"{before.short_id} was withdrawn. Make a new commitment.")
    _same_readers(tx, message, before, said.audience)


def _same_readers(tx: Transaction, message: Message, record: Known, sent: list[str] | None) -> None:
    """What is said about a commitment reaches exactly its readers: a board with gaps would mislead."""
    if readers(tx.conn, record.audience_id) != message.parties:
        words = f"It reaches exactly the readers of {record.short_id}; leave the audience out."
        raise Refused(words, [Problem("/audience", "other-audience", words, sent=sent)])


def _news(tx: Transaction, directory: Directory, message: Message, said: Commitment, before: Known) -> None:
    """Raises ``Unchanged`` where the newest message says all of this already."""
    now, rate, deadline = before.now, said.rate, said.deadline
    told = (
        said.title, said.category, said.text, owners(directory, message, said), list(said.points), said.target,
        said.unit, (rate.value, rate.per) if rate else (None, None), said.report,
        [(goal.title, goal.date, goal.value) for goal in said.milestones],
        record_of(tx.conn, said.parent) if said.parent is not None else None,
    )  # fmt: skip
    on_record = (
        now.title, now.category, now.text, list(now.owners), list(now.points), now.target, now.unit,
        (now.rate, now.rate_per), now.report, [(goal.title, goal.date, goal.value) for goal in now.milestones],
        now.parent,
    )  # fmt: skip
    read = reading(deadline, now.accepted_at.date()) if deadline is not None else None
    when = (deadline.text if deadline else None, read.day if read else None)
    if told == on_record and when == (now.deadline_text, now.deadline):
        raise Unchanged(now.message_id)


def _cautions(tx: Transaction, message: Message, said: Commitment, before: Known | None) -> Iterator[Caution]:
    yield from _numbering(said)
    yield from _deadline(message, said)
    if said.parent is not None:
        yield from _beside_its_parent(tx, message, said, before)
    own = series(before.steps) if before is not None else []
    if said.target is not None and own and own[-1].value > said.target:
        words = f"{number(own[-1].value)} were reported already: more than this target."
        yield Caution("/target", "below-progress", words, sent=said.target)


def _numbering(said: Commitment) -> Iterator[Caution]:
    """The same number means another thing in another version: the sender is told where else it is shown."""
    for at, point in enumerate(said.points):
        for other in plan_points.counterparts(point):
            plan, _, number_there = other.partition("/")
            if point.partition("/")[0] == crosswalk().earlier and number_there != point.partition("/")[2]:
                words = f"{point} is point {number_there} of {plan}: it is shown under both."
                yield Caution(f"/points/{at}", "renumbered", words, sent=point, usual=other)


def _deadline(message: Message, said: Commitment) -> Iterator[Caution]:
    if said.deadline is None:
        return
    read = reading(said.deadline, message.accepted_at.date())
    if read is None:
        words = "These words cannot be read as a day: it will never be shown as overdue. Add the date."
        yield Caution("/deadline/text", "no-date", words, sent=said.deadline.text)
    elif said.deadline.date is None:
        words = f"Read as {read.day.day} {read.day:%B %Y}. Add the date if it is another."
        yield Caution("/deadline/text", "read-as", words, sent=said.deadline.text, usual=read.day.isoformat())
    if read is not None and read.day < message.accepted_at.date():
        yield Caution("/deadline", "past", "This day has passed already.", sent=read.day.isoformat())


def _beside_its_parent(tx: Transaction, message: Message, said: Commitment, before: Known | None) -> Iterator[Caution]:
    parent = known(tx, said.parent or "")
    if parent is None:
        return
    whole = parent.now
    if said.target is not None and whole.target is not None and not same_unit(said.unit, whole.unit):
        words = f"{parent.short_id} counts {whole.unit}: this will not be added up with its other parts."
        yield Caution("/unit", "other-unit", words, sent=said.unit, usual=whole.unit)
    elif said.target is not None and whole.target is not None:
        sum_ = said.target + _of_siblings(tx, message, parent, before)
        if sum_ > whole.target:
            words = f"With this the parts of {parent.short_id} add up to {number(sum_)} of {number(whole.target)}."
            yield Caution("/target", "beyond-parent", words, sent=said.target, usual=whole.target)
    day = said.deadline.date if said.deadline is not None else None
    if day is not None and whole.deadline is not None and day > whole.deadline:
        words = f"{parent.short_id} is to be there by {whole.deadline.isoformat()}, before this part of it."
        yield Caution("/deadline/date", "after-parent", words, sent=day.isoformat())


def _of_siblings(tx: Transaction, message: Message, parent: Known, before: Known | None) -> int:
    """The other parts as their sender sees them: the sum is told to it, and a part may have fewer readers than the
    whole."""
    s = commitment_said.c
    seen = clause(s.audience_id, readable(tx.conn, message.route, message.party))
    ids = tx.conn.execute(select(s.commitment).where(s.parent == parent.id, seen).distinct()).scalars().all()
    found = (known(tx, one) for one in ids if before is None or one != before.id)
    return sum(
        part.now.target or 0
        for part in found
        if part is not None
        and part.now.parent == parent.id
        and not part.withdrawn
        and same_unit(part.now.unit, parent.now.unit)
    )


# --- progress -----------------------------------------------------------------------------------------


def progress(tx: Transaction, message: Message, step: Progress) -> list[Caution]:
    """Refuses progress by others, of a day to come, back without a reason, or beyond the target without one."""
    record = known(tx, step.commitment)
    if record is None:
        words = "Progress is made on a commitment."
        raise Refused(words, [Problem("/commitment", "not-a-commitment", words, sent=step.commitment)])
    _answers_for(message, record, "can say how far it is")
    _same_readers(tx, message, record, step.audience)
    held = _held(record, step)
    if held is not None and _same(held, step):
        raise Unchanged(held.message_id)
    if record.withdrawn:
        raise Conflict(f"{record.short_id} was withdrawn. Make a new commitment.")
    problems = [
        *_of_that_day(message, step), *_value(record, step), *_not_back(record, step), *_milestones(record, step)
    ]  # fmt: skip
    if problems:
        raise Refused("The progress was not accepted.", problems)
    return list(_unusual(record, step))


def _held(record: Known, step: Progress) -> Step | None:
    """The statement that this one would take the place of: of the same day, and where values are told of the same
    stage. One that was corrected since does not stand any more."""
    found = [
        old for old in record.steps if old.as_of == step.as_of and (step.value is None or old.stage == step.stage)
    ]  # fmt: skip
    return found[-1] if found else None


def _same(old: Step, step: Progress) -> bool:
    return replace(
        old, message_id="", sequence=0, accepted_at=old.accepted_at, tlp="", party="", author=""
    ) == Step(
        "", 0, old.accepted_at, step.stage, step.value, step.as_of, step.text, step.reason, tuple(step.milestones),
        step.report, "", "", "",
    )  # fmt: skip


def _of_that_day(message: Message, step: Progress) -> Iterator[Problem]:
    latest_day = (message.accepted_at + AHEAD).date()
    if step.as_of > latest_day:
        words = "This day has not come yet. Say what is true so far; the hub projects the rest."
        yield Problem("/as_of", "future", words, sent=step.as_of.isoformat(), allowed=f"up to {latest_day}")


def _value(record: Known, step: Progress) -> Iterator[Problem]:
    target, unit = record.now.target, record.now.unit
    if step.value is not None and target is None:
        words = f"{record.short_id} has no target, so there is nothing to count. Leave the value out."
        yield Problem("/value", "no-target", words, sent=step.value)
    elif step.value is None and target is not None and step.stage in REACHED:
        yield Problem("/value", "missing", f"Say how many of the {number(target)} {unit}.", allowed="a whole number")
    elif step.value is not None and target is not None and step.value > target and step.reason is None:
        words = f"More than the target of {number(target)} {unit}. If it is right, say why as the reason."
        yield Problem("/value", "beyond-target", words, sent=step.value, allowed=f"at most {target}, or with a reason")


def _not_back(record: Known, step: Progress) -> Iterator[Problem]:
    """A value never falls, and what has no value never goes back a stage, without a reason (DOMAIN 3)."""
    if step.reason is not None or step.stage == "withdrawn":
        return
    if step.value is None:
        past = [one for one in record.steps if one.as_of <= step.as_of]
        last = past[-1] if past else None
        if last is not None and last.value is None and RANK[step.stage] < RANK[last.stage]:
            words = f"It was {last.stage.replace('_', ' ')} on {last.as_of}. If it went back, say why as the reason."
            yield Problem("/stage", "backwards", words, sent=step.stage)
        return
    told = [one for one in record.steps if one.stage == step.stage and one.value is not None]
    before = [one for one in told if one.as_of <= step.as_of]
    after = [one for one in told if one.as_of > step.as_of]
    if before and step.value < (before[-1].value or 0):
        words = f"It was {number(before[-1].value or 0)} on {before[-1].as_of}. If it fell, say why as the reason."
        yield Problem("/value", "backwards", words, sent=step.value, allowed=f"{before[-1].value} or more")
    elif after and step.value > (after[0].value or 0):
        words = f"It is {number(after[0].value or 0)} on {after[0].as_of}, which is later. If it fell, say why."
        yield Problem("/value", "backwards", words, sent=step.value, allowed=f"at most {after[0].value}")


def _milestones(record: Known, step: Progress) -> Iterator[Problem]:
    titles = {goal.title.casefold(): goal.title for goal in record.now.milestones}
    for at, title in enumerate(step.milestones):
        if title.casefold() not in titles:
            known_titles = list(titles.values())
            words = f"{record.short_id} has no milestone of this title."
            yield Problem(
                f"/milestones/{at}", "unknown-milestone", words, sent=title, allowed=known_titles,
                suggestion=near(title, known_titles),
            )  # fmt: skip


def _unusual(record: Known, step: Progress) -> Iterator[Caution]:
    target = record.now.target
    if step.value is not None and target is not None and step.value > target:
        words = f"More than the target of {number(target)} {record.now.unit}: it is shown with your reason."
        yield Caution("/value", "beyond-target", words, sent=step.value, usual=target)
    now = latest(record.steps).get(step.stage)
    if now is not None and now.as_of > step.as_of:
        words = f"{now.as_of} is told already: this is kept as the earlier figure."
        yield Caution("/as_of", "earlier-day", words, sent=step.as_of.isoformat())
