"""The actions of conferences as a table."""

from collections.abc import Iterable

from routehub.boards.minutes.queries import ActionView
from routehub.formats.sheets.table import Column, Row, Table

ACTIONS = (
    Column("id", "#meta+short_id"), Column("series", "#meta+series"), Column("conference", "#meta+conference"),
    Column("item", "#meta+item"), Column("title", "#activity+name"), Column("what", "#description"),
    Column("state", "#status+state"), Column("due", "#date+due"), Column("first_due", "#date+due+first"),
    Column("owners", "#org+owner+list"), Column("waiting_for", "#org+waiting+list"), Column("points", "#meta+points"),
    Column("minutes", "#meta+id"), Column("tlp", "#meta+tlp"), Column("marking", "#meta+marking"),
)  # fmt: skip


def actions(views: Iterable[ActionView], marking: str) -> Table:
    return Table("actions", ACTIONS, [_action(view, marking) for view in views])


def _action(view: ActionView, marking: str) -> Row:
    return (
        view.id, view.series, view.conference, view.item, view.title, view.what, view.state, view.due,
        view.first_due, " ".join(one.party for one in view.owners), " ".join(view.waiting), " ".join(view.points),
        view.message_id, view.tlp, marking,
    )  # fmt: skip
