"""Exchanges: the list, one read from its first message to its last, an answer with or without a quote, a new note.

An answer names what it rests on, so nobody reads it who may not read that: the hub refuses more readers.
"""

import json
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import Connection

from routehub.core.errors import HubError, NotAllowed, Refused, Unknown
from routehub.core.language import _
from routehub.intake.receive import Post
from routehub.journal import targets
from routehub.journal.feed import FeedItem
from routehub.views.threads import exchange, exchanges
from routehub.web.answers import PageRoute, go
from routehub.web.context import Web, WebContext
from routehub.web.forms import Faults, Form, fresh_key
from routehub.web.guard import OwnForm
from routehub.web.pages.messages import audience_words, facts
from routehub.web.render import Names, page
from routehub.web.visitor import Reading, Visitor
from routehub.web.who_posted import summary_of

router = APIRouter(route_class=PageRoute)

Ref = Annotated[str, Path(max_length=60)]
SHOWN = 500
"""Messages of one exchange on a page; the API gives longer ones page by page."""
LISTED = 100
LONGEST_QUOTE = 4_000


@dataclass(frozen=True)
class Said:
    """One message of an exchange as the page shows it, with names as they were when it was sent."""

    item: FeedItem
    event: dict[str, Any]
    kind: str
    line: str
    sender: str
    readers: str

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = self.event.get("data", {})
        return found

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What it carries besides its text and what every message has."""
        without = {"audience", "text", "references", "thread", "to", "subject", "language"}
        return facts({name: value for name, value in self.data.items() if name not in without})


def _said(ctx: WebContext, who: Visitor, item: FeedItem) -> Said:
    event = json.loads(item.body) if item.body else {}
    names = Names(ctx.directory.value, item.accepted_at.astimezone(who.route.zone).date())
    kind = ctx.registry.get(item.kind)
    data = event.get("data", {})
    return Said(
        item, event, _(kind.title) if kind else item.kind, summary_of(ctx, data, item.kind) if event else _("Erased"),
        names(item.party), audience_words(data.get("audience", []), names),
    )  # fmt: skip


@router.get("/threads")
async def show_all(request: Request, ctx: Web, who: Reading) -> Response:
    """Exchanges with notes that the visitor's party reads, those with the newest note first."""

    pairs, _rest = await ctx.db.read(_listed, who)
    rows = [(_said(ctx, who, first), _said(ctx, who, last)) for first, last in pairs]
    return page(request, ctx, who, "threads.html", _("Notes"), {"rows": rows})


def _listed(conn: Connection, who: Visitor) -> tuple[list[tuple[FeedItem, FeedItem]], int | None]:
    return exchanges(conn, who.route.code, who.party, limit=LISTED)


def _exchange(conn: Connection, who: Visitor, ref: str) -> list[FeedItem]:
    """The first message and what followed; empty when there is nothing that the visitor's party may read."""
    found = exchange(conn, who.route.code, who.party, ref, limit=SHOWN)
    return [] if found is None else [found.first, *found.rest]


@router.get("/threads/{ref}")
async def show(
    request: Request, ctx: Web, who: Reading, ref: Ref,
    answer: Annotated[str, Query(max_length=60, description="The message to answer.")] = "",
    quote: Annotated[bool, Query()] = False, done: Annotated[str, Query(max_length=20)] = "",
) -> Response:  # fmt: skip
    """One exchange, with the form of an answer to its last message or to the one asked for."""
    items = await ctx.db.read(_exchange, who, ref)
    if not items:
        raise Unknown(_("There is no message with this id that you can see."))
    answered = next((item for item in items if item.id == answer), items[-1])
    typed = await _begun(ctx, who, answered, quote=quote)
    return await _show(request, ctx, who, items, answered, typed, Faults(), done=done)


async def _show(
    request: Request, ctx: WebContext, who: Visitor, items: list[FeedItem], answered: FeedItem, typed: "Typed",
    faults: Faults, *, done: str = "", status: int = 200,
) -> Response:  # fmt: skip
    said = [_said(ctx, who, item) for item in items]
    values = {
        "said": said, "first": said[0], "answered": next(one for one in said if one.item.id == answered.id),
        "typed": typed, "faults": faults, "done": done, "parties": await _may_read(ctx, who, answered.id),
    }  # fmt: skip
    title = said[0].data.get("subject") or said[0].line
    return page(
        request, ctx, who, "thread.html", _("Error: %(title)s", title=title) if faults else title, values, status=status
    )


@dataclass(frozen=True)
class Typed:
    """What stands in the form of a note."""

    key: str
    to: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""

    @classmethod
    def of(cls, form: Form) -> "Typed":
        return cls(form.text("key") or fresh_key(), form.every("to"), form.text("subject"), form.text("text"))

    def data(self, answered: str = "") -> dict[str, Any]:
        found: dict[str, Any] = {"to": list(self.to), "subject": self.subject, "text": self.text}
        return found | ({"references": [answered]} if answered else {})


async def _begun(ctx: WebContext, who: Visitor, answered: FeedItem, *, quote: bool) -> Typed:
    """An answer as it begins: to the sender, and with a note to its other readers too; with its words, if asked."""
    event = json.loads(answered.body) if answered.body else {}
    data = event.get("data", {})
    known = {code for code, _ in await _may_read(ctx, who, answered.id)}
    named = data.get("to", []) if answered.kind == "note" else []
    to = tuple(code for code in dict.fromkeys([answered.party, *named]) if code in known)
    subject = data.get("subject") or summary_of(ctx, data, answered.kind)
    subject = subject if subject.startswith("Re: ") else _("Re: %(subject)s", subject=subject)
    words = data.get("text") or data.get("description") or summary_of(ctx, data, answered.kind)
    quoted = "\n".join(f"> {line}" for line in words[:LONGEST_QUOTE].splitlines()) + "\n\n" if quote else ""
    return Typed(fresh_key(), to, subject[:160], quoted)


async def _may_read(ctx: WebContext, who: Visitor, answered: str) -> list[tuple[str, str]]:
    """Who may read an answer: the readers of what it rests on, but for the own party."""
    found = await ctx.db.read(targets.find, who.route.code, who.party, (answered,))
    readers = found[answered].readers if answered in found else frozenset()
    return [pair for pair in _parties(ctx, who) if pair[0] in readers]


def _parties(ctx: WebContext, who: Visitor) -> list[tuple[str, str]]:
    today: date = ctx.clock.now().astimezone(who.route.zone).date()
    return [
        (m.party, ctx.directory.value.name(m.party, today)) for m in who.route.members(today) if m.party != who.party
    ]


@router.post("/threads/{ref}")
async def reply(request: Request, ctx: Web, who: Reading, form: OwnForm, ref: Ref) -> Response:
    """Send a note that answers one message of the exchange."""
    items = await ctx.db.read(_exchange, who, ref)
    answered = next((item for item in items if item.id == form.text("answers")), None)
    if answered is None:
        raise Unknown(_("There is no message with this id that you can see."))
    typed = Typed.of(form)
    try:
        post = Post(ctx.registry["note"], typed.data(answered.id), key=typed.key)
        await ctx.intake.receive(who.principal, post)
    except Refused as error:
        return await _show(request, ctx, who, items, answered, typed, _faults(error), status=422)
    return go(f"{who.base}/threads/{items[0].id}?done=sent")


def _faults(error: HubError) -> Faults:
    faults = Faults()
    words = {"to": _("Choose who is to read it"), "subject": _("Write a subject"), "text": _("Write the note")}
    for problem in error.problems:
        name = problem.pointer.strip("/").partition("/")[0]
        name = {"audience": "to"}.get(name, name)
        empty = problem.code in ("missing", "length", "too-short", "blank")
        faults.add(name if name in words else "to", (words.get(name) if empty else None) or problem.message)
    return faults


# --- a new note ---------------------------------------------------------------------------------------


@router.get("/notes/new")
async def ask(request: Request, ctx: Web, who: Reading, to: Annotated[str, Query(max_length=40)] = "") -> Response:
    """The form of a note to named parties."""
    return _show_new(request, ctx, who, Typed(fresh_key(), (to,) if to else ()), Faults())


def _show_new(
    request: Request, ctx: WebContext, who: Visitor, typed: Typed, faults: Faults, status: int = 200
) -> Response:
    if "note" not in who.may:
        raise NotAllowed(_("Contact points, deputies and coordinators do this. Your party's office nominates them."))
    values = {"typed": typed, "faults": faults, "parties": _parties(ctx, who)}
    return page(
        request,
        ctx,
        who,
        "note_new.html",
        _("Error: Write a note") if faults else _("Write a note"),
        values,
        status=status,
    )


@router.post("/notes/new")
async def write(request: Request, ctx: Web, who: Reading, form: OwnForm) -> Response:
    """Send a note: it begins an exchange."""
    typed = Typed.of(form)
    try:
        recorded = await ctx.intake.receive(who.principal, Post(ctx.registry["note"], typed.data(), key=typed.key))
    except Refused as error:
        return _show_new(request, ctx, who, typed, _faults(error), 422)
    return go(f"{who.base}/threads/{recorded.message_id}?done=sent")
