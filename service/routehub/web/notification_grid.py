"""The grid of notifications: a row for each kind, a column for each channel of the visitor (UX 5)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from routehub.core.language import later
from routehub.delivery import choices, outgoing, subscriptions
from routehub.delivery.choices import ALERT, LEVELS, ON, Column
from routehub.delivery.outgoing import Logged
from routehub.delivery.subscriptions import owner_of
from routehub.web.forms import Form
from routehub.web.visitor import Visitor
from routehub_schemas.registry import Registry

GROUPS = (
    (later("What happens"), ("alert", "measure", "movement", "request", "offer", "response", "note", "statement")),
    (later("Figures and plans"), ("report", "commitment", "progress", "bulletin")),
    (
        later("Conference"),
        (
            "conference", "agenda_item", "agenda", "agenda_annex", "minutes", "readout_check", "readout", "erratum",
        ),
    ),
)  # fmt: skip
"""The order in which kinds are listed; one that is not named here stands at the end."""
ALERT_CHOICES = (
    ("", later("Nothing")),
    ("Extreme", later("Extreme")),
    ("Severe", later("Severe and worse")),
    ("Moderate", later("Moderate and worse")),
    ("Minor", later("All alerts")),
)
TRIES = 10


@dataclass(frozen=True)
class Grid:
    """The table as it stands. ``cells``: by column key, what is chosen for each kind; ``rules``: what comes to the own
    mailbox without asking; ``tries``: by column key, the last test."""

    groups: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    columns: tuple[Column, ...]
    cells: dict[str, dict[str, str]]
    rules: dict[str, str]
    tries: dict[str, Logged]

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(kind for _, rows in self.groups for kind, _ in rows)


def load(conn: Connection, registry: Registry, who: Visitor) -> Grid:
    """The visitor's own subscriptions as a table."""
    owner = owner_of(who.principal)
    own = subscriptions.of_owner(conn, who.route.code, who.party, owner)
    groups, rules = _groups(registry), choices.unasked(who.person, who.principal.roles, own)
    columns = tuple(choices.columns(who.person, own))
    kinds = [kind for _, rows in groups for kind, _ in rows]
    cells = {one.key: choices.choice(one, kinds, rules) for one in columns}
    return Grid(groups, columns, cells, rules, _tries(conn, columns, owner))


def _groups(registry: Registry) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    titles = {kind.name: kind.title for kind in registry.values()}
    named = {kind for _, kinds in GROUPS for kind in kinds}
    more = tuple((kind, title) for kind, title in sorted(titles.items()) if kind not in named)
    found = [(words, tuple((kind, titles[kind]) for kind in kinds if kind in titles)) for words, kinds in GROUPS]
    return (*found, *([(later("More"), more)] if more else []))


def _tries(conn: Connection, columns: Sequence[Column], owner: str) -> dict[str, Logged]:
    """The last test of each channel: it went by the person's own mailbox, or by a subscription."""
    found = {}
    for column in columns:
        names = [one.addressee for one in column.subs] + ([owner] if column.key == choices.OWN else [])
        tests = [
            one for name in names for one in outgoing.logged(conn, name, TRIES) if one.delivery.purpose == "test"
        ]  # fmt: skip
        if tests:
            found[column.key] = max(tests, key=lambda one: one.delivery.created_at)
    return found


def typed(form: Form, grid: Grid) -> dict[str, dict[str, str]]:
    """What was chosen in a form, cell by cell. A column that the form did not have stays as it is; a value that no
    cell can have counts as nothing."""
    shown = set(form.every("column"))
    return {
        column.key: {kind: _value(form, column, kind) for kind in grid.kinds}
        if column.key in shown
        else dict(grid.cells[column.key])
        for column in grid.columns
    }


def _value(form: Form, column: Column, kind: str) -> str:
    value = form.text(f"{column.key}.{kind}")
    return value if value in (LEVELS if kind == ALERT else (ON,)) else choices.NOTHING
