"""How commitment and progress messages become the board."""

from collections.abc import Callable

from sqlalchemy import Table, insert

from routehub.boards.commitments import check
from routehub.boards.commitments.queries import record_of
from routehub.boards.commitments.tables import commitment_progress, commitment_records, commitment_said
from routehub.core.canonical import dumps
from routehub.directory.snapshot import Directory
from routehub.journal.message import Caution, Message, Transaction
from routehub_schemas.kinds.commitment.deadline import reading
from routehub_schemas.kinds.commitment.payload import Commitment
from routehub_schemas.kinds.progress.payload import Progress


class CommitmentsBoard:
    """Keeps every commitment with all that it ever said, and every statement of progress. ``directory`` answers the
    picture in force."""

    name = "commitments"
    kinds = frozenset({"commitment", "progress"})
    tables: tuple[Table, ...] = (commitment_progress, commitment_said, commitment_records)

    def __init__(self, directory: Callable[[], Directory]) -> None:
        self._directory = directory

    def check(self, tx: Transaction, message: Message) -> list[Caution]:
        """The rules of DOMAIN 3; raises ``Unchanged`` for what is on record as sent."""
        if isinstance(message.payload, Commitment):
            return check.commitment(tx, self._directory(), message, message.payload)
        if isinstance(message.payload, Progress):
            return check.progress(tx, message, message.payload)
        return []

    def project(self, tx: Transaction, message: Message) -> None:
        if isinstance(message.payload, Commitment):
            self._say(tx, message, message.payload)
        elif isinstance(message.payload, Progress):
            self._step(tx, message, message.payload)

    def _say(self, tx: Transaction, message: Message, said: Commitment) -> None:
        record = record_of(tx.conn, said.updates) if said.updates is not None else None
        if record is None:
            record = message.id
            tx.conn.execute(
                insert(commitment_records).values(
                    id=message.id, short_id=message.short_id or message.id, route=message.route,
                    party=message.reported_party, sequence=message.sequence, made_at=message.accepted_at,
                    exercise=message.exercise, audience_id=message.audience_id,
                )
            )  # fmt: skip
        read = reading(said.deadline, message.accepted_at.date()) if said.deadline is not None else None
        tx.conn.execute(
            insert(commitment_said).values(
                message_id=message.id, short_id=message.short_id or message.id, commitment=record,
                sequence=message.sequence, accepted_at=message.accepted_at, title=said.title,
                category=said.category, text=said.text,
                owners=",".join(check.owners(self._directory(), message, said)), points=",".join(said.points),
                target=said.target, unit=said.unit, rate=said.rate.value if said.rate else None,
                rate_per=said.rate.per if said.rate else None,
                deadline_text=said.deadline.text if said.deadline else None, deadline=read.day if read else None,
                deadline_exact=read.exact if read else False,
                milestones=dumps([goal.model_dump(mode="json", exclude_none=True) for goal in said.milestones]),
                parent=record_of(tx.conn, said.parent) if said.parent is not None else None, report=said.report,
                tlp=message.tlp, party=message.party, author=message.author, audience_id=message.audience_id,
            )
        )  # fmt: skip

    def _step(self, tx: Transaction, message: Message, step: Progress) -> None:
        record = record_of(tx.conn, step.commitment)
        if record is None:
            return
        tx.conn.execute(
            insert(commitment_progress).values(
                message_id=message.id, commitment=record, sequence=message.sequence, accepted_at=message.accepted_at,
                stage=step.stage, value=step.value, as_of=step.as_of, text=step.text, reason=step.reason,
                milestones=dumps(list(step.milestones)), report=step.report, tlp=message.tlp, party=message.party,
                author=message.author, audience_id=message.audience_id,
            )
        )  # fmt: skip
