"""What the pages about people share: times typed by people, faults at their fields, a change of the directory."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from routehub.core.clock import wall
from routehub.core.errors import HubError
from routehub.core.language import _, later
from routehub.directory.snapshot import PersonView
from routehub.journal.jobs import Change
from routehub.web.context import WebContext
from routehub.web.forms import Faults
from routehub.web.visitor import Visitor
from routehub_schemas.errors import Invalid

T = TypeVar("T")
FIELDS = {"valid_from": "from", "valid_until": "until", "starts": "from", "ends": "until"}
"""Fields of the forms that are called otherwise in the directory."""
WORDS = {"name": later("Write the name"), "email": later("Write an e-mail address, such as ana@mnz.example")}


async def change(ctx: WebContext, apply: Callable[[Any], T]) -> T:
    """Change the directory; the next page shows it."""
    made = await ctx.writer.submit(Change(apply))
    await ctx.db.read(ctx.directory.refresh)
    return made


def moment(ctx: WebContext, text: str, name: str, who: Visitor, faults: Faults) -> str | None:
    """A local time of the route (``2026-01-21 18:00``, or a day) as an instant of the machine's clock, by which people
    come and go; None when nothing was typed. It is typed by the clock that the page shows."""
    if not text:
        return None
    try:
        local = datetime.fromisoformat(text.replace(" ", "T"))
        at = local.replace(tzinfo=local.tzinfo or who.zone).astimezone(UTC)
        return (at - ctx.clock.offset).isoformat()
    except (ValueError, OverflowError):
        faults.add(name, _("Write a day and a time, such as 2026-01-21 18:00"))
        return None


def at_fields(error: Invalid | HubError, fields: tuple[str, ...], usual: str) -> Faults:
    """The directory's problems at the fields of a form; what belongs to none of them at the ``usual`` one."""
    faults = Faults()
    for problem in error.problems:
        name = problem.pointer.strip("/").partition("/")[0]
        name = FIELDS.get(name, name)
        faults.add(name if name in fields else usual, WORDS.get(name) or problem.message)
    if not error.problems:
        faults.add(usual, error.detail if isinstance(error, HubError) else str(error))
    return faults


def own_people(ctx: WebContext, who: Visitor) -> list[PersonView]:
    """The people of the visitor's party with a role on this route, now or to come."""
    at = wall()
    return [
        p for p in ctx.directory.value.people.values()
        if p.party == who.party and p.withdrawn_at is None and p.roles.get(who.route.code)
        and (p.valid_until is None or at < p.valid_until)
    ]  # fmt: skip
