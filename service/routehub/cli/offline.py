"""Commands that open the database themselves. They may run beside a serving hub: their changes go through the same
writer, one transaction each, and a hub sees them within a second."""

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.table import Table

from routehub.core import state
from routehub.core.canonical import dumps
from routehub.core.clock import LiveClock, MovableClock
from routehub.core.db import Database, must_be_there
from routehub.core.errors import HubError, Refused
from routehub.core.observe import Metrics
from routehub.core.settings import Settings
from routehub.directory.principal import Principal, operator_principal
from routehub.directory.snapshot import Directory, PersonView, load
from routehub.journal.batch import Batch
from routehub.journal.bell import SilentBell
from routehub.journal.bell.postgres import PostgresBell
from routehub.journal.writer import Writer
from routehub.keeping.moved import must_not_be
from routehub.migrate import is_current
from routehub_schemas import parse
from routehub_schemas.errors import Invalid

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)

NO_ROUTE = (
    "This hub has no route yet, and so no parties and nobody to nominate. Make one first: routehub routes install wbr, "
    "or one of your own with routehub routes new --from FILE (docs/operations/first-route.md)."
)

AsJson = Annotated[bool, typer.Option("--json", help="For programs: JSON on standard output.")]
OnRoute = Annotated[str, typer.Option("--route", help="Route; the hub's default one, if not named.")]


@dataclass(frozen=True)
class Offline:
    """The database of a hub, with the operator at it."""

    settings: Settings
    db: Database
    writer: Writer

    def change(self, apply: Callable[[Batch], T]) -> T:
        return self.writer.change(apply)

    def directory(self) -> Directory:
        return self.db.read_sync(load)

    def operator(self, route: str) -> Principal:
        return operator_principal(route or self.settings.default_route)

    def must_have_route(self) -> None:
        if not self.directory().routes:
            raise Refused(NO_ROUTE)

    def party(self, sent: str) -> str:
        """The code behind a code or alias; the error suggests the nearest one."""
        directory = self.directory()
        code = directory.party_code(sent)
        if code is None:
            self.must_have_route()
            near = directory.near_party(sent)
            raise Refused(f"There is no party {sent}." + (f" Did you mean {near}?" if near else ""))
        return code

    def person(self, email: str) -> PersonView:
        found = self.directory().people_by_email.get(email.lower())
        if found is None:
            raise Refused(f"Nobody with the address {email} is nominated.")
        return found


@contextlib.contextmanager
def offline() -> Iterator[Offline]:
    """Open the database named by the settings."""
    settings = Settings()
    must_be_there(settings.database_url)
    db = Database(settings.database_url, read_threads=1)
    try:
        must_not_be(db)
        if not is_current(db):
            raise HubError("The database does not have the form that this version needs. Run: routehub migrate")
        moved = settings.mode == "exercise"
        clock = MovableClock(db.read_sync(state.clock_offset)[1]) if moved else LiveClock()
        bell = PostgresBell(db.url) if db.dialect == "postgresql" else SilentBell()
        yield Offline(settings, db, Writer(db, (), clock, bell, Metrics()))
    finally:
        db.close()


def checked(model: type[M], data: dict[str, Any]) -> M:
    """What was typed, under the same rules as at the hub's doors. Options that were not given count as absent."""
    try:
        return parse.validate(model, {name: value for name, value in data.items() if value not in (None, [], "")})
    except Invalid as error:
        raise Refused("This cannot be recorded:", error.problems) from None


def show(rows: list[dict[str, Any]], as_json: bool, empty: str) -> None:
    """Rows as JSON, or as a table for people."""
    if as_json:
        typer.echo(json.dumps(json.loads(dumps(rows)), indent=2, ensure_ascii=False))
        return
    if not rows:
        typer.echo(empty)
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in rows[0]:
        table.add_column(name.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(_cell(value) for value in row.values()))
    console = Console()
    if not console.is_terminal:  # a pipe has no width to fit into
        console.width = 240
    console.print(table)


def _cell(value: Any) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple, set, frozenset)):
        return " ".join(str(item) for item in value) or "–"
    return value.strftime("%Y-%m-%d %H:%M UTC") if hasattr(value, "hour") and hasattr(value, "year") else str(value)
