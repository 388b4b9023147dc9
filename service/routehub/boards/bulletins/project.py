"""How bulletin messages become the board."""

from sqlalchemy import Table, insert

from routehub.boards.bulletins.tables import bulletin_records
from routehub.journal.message import Caution, Message, Transaction
from routehub_schemas.kinds.bulletin.payload import Bulletin
from routehub_schemas.kinds.bulletin.summary import REPORTED


class BulletinsBoard:
    """Keeps which bulletin is that of which morning."""

    name = "bulletins"
    kinds = frozenset({"bulletin"})
    tables: tuple[Table, ...] = (bulletin_records,)

    def check(self, tx: Transaction, message: Message) -> list[Caution]:
        return []

    def project(self, tx: Transaction, message: Message) -> None:
        bulletin = message.payload
        assert isinstance(bulletin, Bulletin)
        tx.conn.execute(
            insert(bulletin_records).values(
                message_id=message.id, sequence=message.sequence, route=message.route, local_date=bulletin.date,
                compiled_at=bulletin.compiled_at, expected=len(bulletin.reporting),
                reported=sum(row.state in REPORTED for row in bulletin.reporting),
                changes=len(bulletin.changes) + bulletin.more, audience_id=message.audience_id,
            )
        )  # fmt: skip
