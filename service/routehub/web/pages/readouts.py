"""Readouts as everybody reads them: the archive and one readout, without sign-in; and the chair's erratum."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import Connection

from routehub.boards.readouts.correcting import found, marked
from routehub.boards.readouts.queries import ErratumView, ReadoutView, readout, readouts
from routehub.chairing.readouts.desk import ReadoutDesk, place_of
from routehub.core.errors import HubError, NotAllowed, Refused, Unknown
from routehub.core.language import _, later
from routehub.digests.render.readout import readout_page
from routehub.directory.snapshot import RouteView
from routehub.web.answers import PageRoute, go
from routehub.web.anybody import somebody
from routehub.web.context import Web, WebContext
from routehub.web.forms import Faults, Form, fresh_key
from routehub.web.guard import OwnForm
from routehub.web.render import Names, page
from routehub.web.visitor import Reading, Visitor
from routehub_schemas.vocab import SLUG_PATTERN

router = APIRouter(route_class=PageRoute)

Number = Annotated[int, Path(ge=1, le=9_999)]
Series = Annotated[str, Query(max_length=40, pattern=SLUG_PATTERN)]
KEPT = "public, max-age=60"
"""A correction is seen by everybody within a minute."""
WORDS = {"wrong": later("Copy the words that are wrong from the readout"), "right": later("Write the right words")}


def _route(request: Request, ctx: WebContext, who: Visitor | None) -> RouteView:
    code = str(request.path_params.get("route") or (who.route.code if who else ctx.settings.default_route))
    found = ctx.directory.value.routes.get(code)
    if found is None:
        raise Unknown(_("There is no route %(code)s here that you can see.", code=code))
    return found


async def _published(
    ctx: WebContext, route: RouteView, who: Visitor | None, series: str | None = None, number: int | None = None
) -> list[ReadoutView]:
    """What is published. Strangers are told of a route other than the usual one only once something there is public."""

    def read(conn: Connection) -> tuple[list[ReadoutView], bool]:
        found = readouts(conn, route.code, series, number)
        return found, bool(found) or bool(readouts(conn, route.code, limit=1))

    found, any_ = await ctx.db.read(read)
    if not any_ and who is None and route.code != ctx.settings.default_route:
        raise Unknown(_("There is no route %(code)s here that you can see.", code=route.code))
    return found


def _for_everybody(response: Response, who: Visitor | None) -> Response:
    """May be kept for a minute, unless it shows who has signed in."""
    response.headers["Vary"] = "Accept-Language, Cookie"
    if who is None:
        response.headers["Cache-Control"] = KEPT
    return response


def _base(route: RouteView, ctx: WebContext) -> str:
    return "" if route.code == ctx.settings.default_route else f"/routes/{route.code}"


@router.get("/readouts")
async def show_all(request: Request, ctx: Web) -> Response:
    """The archive, the newest first."""
    who = await somebody(request, ctx)
    route = _route(request, ctx, who)
    values = {
        "views": await _published(ctx, route, who), "base": _base(route, ctx),
        "feed": f"/v1/routes/{route.code}/readouts",
    }  # fmt: skip
    return _for_everybody(page(request, ctx, who, "readouts.html", _("Readouts"), values, route=route), who)


@router.get("/readouts/{number}")
async def show(
    request: Request, ctx: Web, number: Number, series: Series = "weekly",
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:  # fmt: skip
    """One readout as it was published, each correction in its place."""
    who = await somebody(request, ctx)
    route = _route(request, ctx, who)
    found = await _published(ctx, route, who, series, number)
    if not found:
        raise Unknown(_("No readout of conference %(number)s is published.", number=number))
    view = found[0]
    values = {
        "view": view, "page": readout_page(view, route, ctx.directory.value, ctx.settings.public_url.rstrip("/")),
        "base": _base(route, ctx), "done": done, "name": Names(ctx.directory.value, view.day),
        "forms": f"/v1/routes/{route.code}/readouts/{number}",
        "query": "" if series == "weekly" else f"?series={series}",
        "corrects": who is not None and "chair" in who.principal.roles,
    }  # fmt: skip
    title = _("Readout of conference %(number)s", number=number)
    return _for_everybody(page(request, ctx, who, "readout.html", title, values, route=route), who)


# --- an erratum ---------------------------------------------------------------------------------------


async def _one(ctx: WebContext, who: Visitor, series: str, number: int) -> ReadoutView:
    if "chair" not in who.principal.roles:
        raise NotAllowed(_("The chair corrects a readout. Write to the chair if something in it is wrong."))
    found = await ctx.db.read(readout, who.route.code, series, number)
    if found is None:
        raise Unknown(
            _("No readout of conference %(number)s is published, so there is nothing to correct.", number=number)
        )
    return found


def _ask(
    request: Request, ctx: WebContext, who: Visitor, view: ReadoutView, said: dict[str, str], faults: Faults
) -> Response:
    values = {"view": view, "said": said, "faults": faults, "name": Names(ctx.directory.value, view.day)}
    title = _(
        "Erratum %(n)s to the readout of conference %(conference)s", n=len(view.errata) + 1, conference=view.conference
    )
    return page(
        request, ctx, who, "readout_erratum.html", _("Error: %(title)s", title=title) if faults else title, values,
        status=422 if faults else 200,
    )  # fmt: skip


@router.get("/readouts/{number}/erratum")
async def ask(request: Request, ctx: Web, who: Reading, number: Number, series: Series = "weekly") -> Response:
    """What is wrong, and what is right."""
    said = {"wrong": "", "right": "", "where": "", "key": fresh_key()}
    return _ask(request, ctx, who, await _one(ctx, who, series, number), said, Faults())


@router.post("/readouts/{number}/erratum")
async def correct(
    request: Request, ctx: Web, who: Reading, form: OwnForm, number: Number, series: Series = "weekly"
) -> Response:
    """Show how it will read (UX 9.2), then publish it: everybody sees it. Only what says ``publish`` does."""
    view = await _one(ctx, who, series, number)
    said, act = _typed(form), form.text("act")
    if act == "change":
        return _ask(request, ctx, who, view, said, Faults())
    desk = ReadoutDesk(ctx.db, ctx.writer, ctx.intake, ctx.directory, ctx.clock)
    try:
        await desk.correct(
            who.principal, series, number, said["wrong"], said["right"], said["where"] or None,
            key=said["key"] if act == "publish" else None, dry_run=act != "publish",
        )  # fmt: skip
    except HubError as error:
        if not isinstance(error, Refused):
            raise
        faults = Faults()
        for problem in error.problems:
            name = problem.pointer.strip("/").partition("/")[0]
            name = name if name in ("wrong", "right", "where") else "wrong"
            faults.add(name, problem.message if said[name] else WORDS.get(name, problem.message))
        return _ask(request, ctx, who, view, said, faults)
    if act != "publish":
        return _confirm(request, ctx, who, view, said)
    query = "" if series == "weekly" else f"&series={series}"
    return go(f"{who.base}/readouts/{number}?done=corrected{query}")


def _confirm(request: Request, ctx: WebContext, who: Visitor, view: ReadoutView, said: dict[str, str]) -> Response:
    """The paragraph as it will stand, before what cannot be taken back."""
    number = len(view.errata) + 1
    new = ErratumView(number, "", said["wrong"], said["right"], said["where"], ctx.clock.now())
    place = found(view.text, view.errata, said["wrong"])[0]
    values = {
        "view": view, "said": said, "will": marked(view.text, [*view.errata, new])[place],
        "where": said["where"] or place_of(view, said["wrong"]),
    }  # fmt: skip
    title = _(
        "Publish erratum %(number)s to the readout of conference %(conference)s?",
        number=number,
        conference=view.conference,
    )
    return page(request, ctx, who, "readout_erratum_publish.html", title, values)


def _typed(form: Form) -> dict[str, str]:
    said = {name: form.text(name) for name in ("wrong", "right", "where")}
    return said | {"key": form.text("key") or fresh_key()}
