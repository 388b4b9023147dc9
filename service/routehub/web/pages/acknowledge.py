"""What the link in an alert's mail opens: that one alert and one button, without sign-in. Opening it changes nothing,
however often a mail scanner does; only the button acknowledges, once (UX 3.4, DECISIONS 1)."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy import Connection

from routehub.boards.alerts.queries import Ack, AlertView, alert
from routehub.core.clock import wall
from routehub.core.errors import Conflict, HubError, LooksPersonal, Unknown
from routehub.core.language import _
from routehub.delivery.addressees import Moment, owner_stands
from routehub.delivery.escalation import links
from routehub.delivery.escalation.links import Link
from routehub.directory.principal import Principal, person_principal
from routehub.directory.snapshot import PersonView, RouteView
from routehub.directory.visibility import readable
from routehub.intake.receive import Post
from routehub.web import guard
from routehub.web.answers import PageRoute, go
from routehub.web.context import Web, WebContext
from routehub.web.forms import read_form
from routehub.web.render import page

router = APIRouter(route_class=PageRoute)

Token = Annotated[str, Path(max_length=100, pattern="^[A-Za-z0-9_-]+$")]
QUARTER = 900
OPENED, PRESSED = 300, 60
"""Times in a quarter of an hour from one address: a ministry's scanner opens each link of each of its people."""


@dataclass(frozen=True)
class _Opened:
    """A link that leads somewhere: to its alert, as its person's party reads it."""

    link: Link
    route: RouteView
    person: PersonView
    alert: AlertView

    @property
    def ack(self) -> Ack | None:
        return next((ack for ack in self.alert.acknowledgements if ack.party == self.link.party), None)

    @property
    def state(self) -> str:
        """sign-in (marked TLP:RED meanwhile: nothing of it is shown, also when it is over), ended, acknowledged, used
        (and asked again since) or open."""
        if self.alert.tlp == "RED":
            return "sign-in"
        if self.alert.state != "open":
            return "ended"
        if self.ack is None or self.ack.at is not None:
            return "acknowledged"
        return "used" if self.link.used_at is not None else "open"


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


async def _open(ctx: WebContext, token: str) -> _Opened:
    """Errors: 404 for a token that nobody was sent, and for one whose person does not stand any more: they read
    alike."""
    at = Moment(ctx.directory.value, ctx.clock.now(), wall())

    def read(conn: Connection) -> _Opened | None:
        link = links.find(conn, token)
        person = at.directory.people.get(link.person) if link is not None else None
        if link is None or person is None or not owner_stands(at, link.route, link.party, f"person:{link.person}"):
            return None
        ids = readable(conn, link.route, link.party)
        found = alert(conn, ids, link.route, link.message_id, at.now)
        return None if found is None else _Opened(link, at.directory.routes[link.route], person, found)

    found = await ctx.db.read(read)
    if found is None or not ctx.settings.acknowledge_links:
        raise Unknown(_("This link does not work any more. Sign in to see the alerts that wait for your party."))
    return found


def _show(request: Request, ctx: WebContext, found: _Opened, token: str, said: str = "", status: int = 200) -> Response:
    view, state = found.alert, found.state
    place = found.route.places.get(view.place) if view.place else None
    values: dict[str, Any] = {
        "alert": view, "state": state, "ack": found.ack, "party": found.link.party, "token": token, "said": said,
        "place": place.name if place else view.place, "person": found.person,
        "page": f"/routes/{found.route.code}/alerts/{view.short_id}",
    }  # fmt: skip
    title = _("Sign in to acknowledge") if state == "sign-in" else f"{view.severity}: {view.headline}"
    return page(request, ctx, None, "acknowledge.html", title, values, status=status, route=found.route)


@router.get("/acknowledge/{token}")
async def show(request: Request, ctx: Web, token: Token) -> Response:
    """The alert, and the button while its party has not acknowledged."""
    ctx.rates.take("acknowledge-opened", _address(request), OPENED, QUARTER)
    return _show(request, ctx, await _open(ctx, token), token)


@router.post("/acknowledge/{token}")
async def redeem(request: Request, ctx: Web, token: Token) -> Response:
    """Acknowledge for the party of the person to whom the link was sent. The token is what protects this form: no
    other site knows it."""
    ctx.rates.take("acknowledge-pressed", _address(request), PRESSED, QUARTER)
    guard.check_source(request)
    form = await read_form(request, ctx.settings.max_body_bytes)
    guard.note_checked(form)
    found = await _open(ctx, token)
    if found.state != "open":
        return go(f"/acknowledge/{token}")
    data: dict[str, Any] = {"to": found.link.message_id, "act": "acknowledge"}
    if text := form.text("text"):
        data["text"] = text
    post = Post(
        ctx.registry["response"], data, key=f"link-{found.link.token_hash[:40]}", guard=links.redeem(found.link),
        via="link",
    )  # fmt: skip
    try:
        await ctx.intake.receive(_principal(ctx, found), post)
    except Conflict:
        pass  # pressed twice at once: the page tells what became of it
    except LooksPersonal:
        raise
    except HubError as refusal:
        return _show(request, ctx, found, token, refusal.detail, refusal.status)
    return go(f"/acknowledge/{token}")


def _principal(ctx: WebContext, found: _Opened) -> Principal:
    today = ctx.clock.now().astimezone(found.route.zone).date()
    return person_principal(found.person, found.route.code, ctx.directory.value, wall(), today)
