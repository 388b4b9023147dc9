"""Keys of a party's systems: made and shown once with the lines of a first push, rotated, revoked; and the log of
what they sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from routehub.core.clock import wall
from routehub.core.errors import HubError, NotAllowed, Unknown
from routehub.core.language import _, later
from routehub.directory import key_office, keys
from routehub.directory.key_office import Made, NewKey, Rotation
from routehub.directory.keys import known_scopes
from routehub.directory.people import may_manage
from routehub.directory.reporting_day import current_day
from routehub.directory.snapshot import KeyView, Membership
from routehub.directory.transaction import Transaction
from routehub.intake import pushes
from routehub.journal.jobs import Change
from routehub.web.answers import PageRoute, go
from routehub.web.context import Web, WebContext
from routehub.web.first_push import first_push
from routehub.web.forms import Faults
from routehub.web.guard import OwnForm
from routehub.web.render import page
from routehub.web.visitor import SignedIn, Visitor
from routehub_schemas import parse
from routehub_schemas.errors import Invalid

router = APIRouter(route_class=PageRoute)

Id = Annotated[str, Path(max_length=40)]
SHOWN = 50
"""Pushes on a page, the newest first."""
RIGHTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "all": (later("Post everything and read your party’s feed"), ("read:feed", "post:*")),
    "bind": (later("All of that, and sign and agree for your party"), ("read:feed", "post:*", "bind")),
    "report": (later("Post figures, nothing else"), ("post:report",)),
    "read": (later("Read your party’s feed, nothing else"), ("read:feed",)),
}
DAYS = (("30", later("30 days")), ("90", later("90 days")), ("365", later("1 year")), ("730", later("2 years")))


@dataclass(frozen=True)
class Row:
    """A key as the pages show it."""

    key: KeyView
    state: str
    mine: bool
    """Whether the visitor may rotate and revoke it."""
    outside: bool
    """Whether somebody else than its party made it."""


def _row(ctx: WebContext, who: Visitor, key: KeyView) -> Row:
    outside = key_office.from_outside(ctx.directory.value, key)
    return Row(key, key_office.state(key, wall()), may_manage(who.principal, key.party), outside)


def _visible(ctx: WebContext, who: Visitor) -> list[Row]:
    """The keys that the visitor looks after or whose log they read. Errors: 403 for everybody else."""
    if not who.principal.roles & (key_office.FOLLOW | {"operator"}):
        raise NotAllowed(_("Keys are for contact points, their deputies and the party’s office."))
    directory, principal = ctx.directory.value, who.principal
    found = {
        key.id: key for key in (*key_office.visible(directory, principal), *key_office.followed(directory, principal))
    }
    return [
        _row(ctx, who, key) for key in sorted(found.values(), key=lambda key: (key.created_at, key.id), reverse=True)
    ]


async def _log(ctx: WebContext, followed: list[KeyView]) -> dict[str, Any]:
    await ctx.pushes.settle()
    names = {key.id: key.system for key in followed}
    return {"log": await ctx.db.read(pushes.newest, names, SHOWN), "systems": names, "days": pushes.KEPT_FOR.days}


@router.get("/keys")
async def show_all(request: Request, ctx: Web, who: SignedIn) -> Response:
    """The keys of the party on this route, the form for a new one, and what all of them sent."""
    return await _show_all(request, ctx, who, {}, Faults())


async def _show_all(request: Request, ctx: WebContext, who: Visitor, typed: dict[str, str], faults: Faults) -> Response:
    rows = _visible(ctx, who)
    offices = {"party_office", "operator"} & who.principal.roles
    values = {
        "rows": rows, "makes": bool(offices), "faults": faults,
        "typed": {"system": "", "rights": "all", "days": "365", "party": who.party} | typed,
        "rights": [(code, words, "") for code, (words, _) in RIGHTS.items()], "terms": DAYS,
        "parties": _parties(ctx, who) if "operator" in offices else [], **_exercises(ctx, who),
        **await _log(ctx, key_office.followed(ctx.directory.value, who.principal)),
    }  # fmt: skip
    title = _("Keys of your systems")
    return page(
        request,
        ctx,
        who,
        "keys.html",
        _("Error: %(title)s", title=title) if faults else title,
        values,
        status=422 if faults else 200,
    )


def _parties(ctx: WebContext, who: Visitor) -> list[tuple[str, str]]:
    today = ctx.clock.now().astimezone(who.route.zone).date()
    return [(m.party, ctx.directory.value.name(m.party, today)) for m in who.route.members(today)]


def _exercises(ctx: WebContext, who: Visitor) -> dict[str, Any]:
    """Exercise routes on which this visitor may make a key too: the place to try."""
    found = [route for route in who.routes if route.marking == "exercise" and route.code != who.route.code]
    return {"exercises": found, "here_is_exercise": who.route.marking == "exercise"}


@router.post("/keys")
async def make(request: Request, ctx: Web, who: SignedIn, form: OwnForm) -> Response:
    """Make a key. The answer is the only page that ever shows it."""
    typed = {name: form.text(name) for name in ("system", "rights", "days", "party")}
    try:
        given = _given(typed)
        made = await _change(ctx, lambda tx: key_office.make(tx, who.principal, given, _scopes(ctx)))
    except (Invalid, HubError) as error:
        if isinstance(error, NotAllowed):
            raise
        return await _show_all(request, ctx, who, typed, _faults(error))
    return await _show(request, ctx, who, made.key, made.text)


def _given(typed: Mapping[str, str]) -> NewKey:
    scopes = RIGHTS.get(typed["rights"], RIGHTS["all"])[1]
    days = int(typed["days"]) if typed["days"] in dict(DAYS) else 365
    data: dict[str, Any] = {"system": typed["system"], "scopes": list(scopes), "days": days}
    return parse.validate(NewKey, data | ({"party": typed["party"]} if typed["party"] else {}))


def _faults(error: Invalid | HubError) -> Faults:
    faults = Faults()
    for problem in error.problems:
        name = problem.pointer.strip("/").partition("/")[0]
        words = _("Give the system a name of letters, digits, spaces, dots and hyphens.") if name == "system" else ""
        faults.add(name if name in ("system", "party") else "system", words or problem.message)
    if not faults and isinstance(error, HubError):
        faults.add("system", error.detail)
    return faults


def _scopes(ctx: WebContext) -> frozenset[str]:
    return known_scopes(frozenset(ctx.registry))


async def _change(ctx: WebContext, apply: Any) -> Any:
    made = await ctx.writer.submit(Change(apply))
    await ctx.db.read(ctx.directory.refresh)
    return made


# --- one key ------------------------------------------------------------------------------------------


def _one(ctx: WebContext, who: Visitor, key_id: str) -> KeyView:
    found = next((row.key for row in _visible(ctx, who) if row.key.id == key_id), None)
    if found is None:
        raise Unknown(_("There is no such key that you can see."))
    return found


@router.get("/keys/{key}")
async def show(request: Request, ctx: Web, who: SignedIn, key: Id) -> Response:
    """One key with the lines of a first push, without its secret, and what it sent."""
    return await _show(request, ctx, who, _one(ctx, who, key))


async def _show(request: Request, ctx: WebContext, who: Visitor, key: KeyView, text: str = "") -> Response:
    follows = key_office.may_follow(who.principal, key)
    member = _member(ctx, who, key)
    day = current_day(member, ctx.clock.now()) if member else None
    values = {
        "row": _row(ctx, who, key), "text": text, "begins": f"rh_{keys.key_class(who.route.marking)}_{key.id}_",
        "follows": follows, "day": day, "faults": Faults(),
        "lines_of": first_push(ctx.settings.public_url, who.route, key.party, day) if day else None,
        "posts": bool(member and member.reports and key.scopes & {"post:*", "post:report"}),
        "reads": "read:feed" in key.scopes, "overlap": key_office.OVERLAP_DAYS, **_exercises(ctx, who),
        **await _log(ctx, [key] if follows else []),
    }  # fmt: skip
    return page(
        request, ctx, who, "key.html", _("Key of %(system)s", system=key.system), values, status=201 if text else 200
    )


def _member(ctx: WebContext, who: Visitor, key: KeyView) -> Membership | None:
    return who.route.membership(key.party, ctx.clock.now().astimezone(who.route.zone).date())


@router.post("/keys/{key}/rotate")
async def rotate(request: Request, ctx: Web, who: SignedIn, form: OwnForm, key: Id) -> Response:
    """A new key beside this one, which ends after the overlap. The answer shows it, this once."""
    made: Made = await _change(ctx, lambda tx: key_office.rotate(tx, who.principal, key, Rotation(), _scopes(ctx)))
    return await _show(request, ctx, who, made.key, made.text)


@router.post("/keys/{key}/revoke")
async def revoke(ctx: Web, who: SignedIn, form: OwnForm, key: Id) -> Response:
    """Revoke a key at once; its open streams close."""

    def apply(tx: Transaction) -> KeyView:
        return key_office.revoke(tx, who.principal, key)

    await _change(ctx, apply)
    return go(f"{who.base}/keys/{key}")
