"""Statements as a table: one row per signatory, one for a statement that names none."""

from collections.abc import Iterable

from routehub.boards.statements.queries import Signature, StatementView
from routehub.formats.sheets.table import Column, Row, Table

COLUMNS = (
    Column("short_id", "#meta+short_id"), Column("party", "#org+code"), Column("type", "#event+type"),
    Column("state", "#status+state"), Column("title", "#event+name"), Column("issued_at", "#date+issued"),
    Column("signatory", "#org+signatory+code"), Column("answer", "#status+signature"),
    Column("answered_at", "#date+signed"), Column("answered_by", "#contact+name"),
    Column("remark", "#description+remark"), Column("in_force_at", "#date+in_force"),
    Column("meeting", "#event+meeting"),
    Column("meeting_day", "#date+meeting"), Column("participants", "#org+participants+list"),
    Column("replaces", "#meta+replaces"), Column("replaced_by", "#meta+replaced_by"),
    Column("points", "#meta+points"), Column("text", "#description"), Column("author", "#contact+author"),
    Column("message", "#meta+id"), Column("tlp", "#meta+tlp"), Column("marking", "#meta+marking"),
)  # fmt: skip
WORDS = {"sign": "signed", "decline": "declined", None: "waiting"}


def table(views: Iterable[StatementView], marking: str) -> Table:
    rows = [_row(view, one, marking) for view in views for one in (view.signatures or (None,))]
    return Table("statements", COLUMNS, rows)


def _row(view: StatementView, one: Signature | None, marking: str) -> Row:
    signed = (one.party, WORDS[one.act], one.at, one.by, one.text) if one is not None else (None,) * 5
    return (
        view.short_id, view.party, view.type, view.state, view.title, view.issued_at, *signed, view.in_force_at,
        view.meeting, view.meeting_day, " ".join(view.participants), view.replaces, view.replaced_by,
        " ".join(view.points), view.text, view.author, view.id, view.tlp, marking,
    )  # fmt: skip
