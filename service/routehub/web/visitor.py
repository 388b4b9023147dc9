"""Who looks at a page: the person of the session, on the route of the address."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from sqlalchemy import Connection

from routehub.core.clock import wall
from routehub.core.errors import NotAllowed, SecondStepNeeded, SignInNeeded, Unknown
from routehub.core.language import _, choose, languages, later
from routehub.directory import factors, sessions
from routehub.directory.principal import Principal, may_report_for, person_principal
from routehub.directory.sessions import SessionView
from routehub.directory.snapshot import Directory, Membership, PersonView, RouteView
from routehub.journal import feed
from routehub.journal.feed import Cursor
from routehub.web.context import Web, WebContext
from routehub.web.counts import Counts
from routehub.web.time_zone import COOKIE, chosen

ROLE_WORDS = {
    "chair": later("Chair"), "contact_point": later("Contact point"), "deputy": later("Deputy"),
    "party_office": later("Party office"), "coordinator": later("Coordinator"), "observer": later("Observer"),
    "operator": later("Operator"),
}  # fmt: skip
"""What a person is here, the most telling role first."""


def roles_in_words(roles: Collection[str]) -> str:
    """``Contact point, Party office``; empty for none."""
    return ", ".join(_(words) for role, words in ROLE_WORDS.items() if role in roles)


@dataclass(frozen=True)
class Visitor:
    """A signed-in person on a route. ``base``: what stands before every address of this route; ``may``: the kinds
    of message that this person may post here, by the rule that intake applies too; ``counts``: None for who reads no
    content."""

    person: PersonView
    session: SessionView
    principal: Principal
    party_name: str
    route: RouteView
    routes: tuple[RouteView, ...]
    base: str
    may: frozenset[str]
    reports_for: tuple[str, ...]
    head: Cursor
    """The head of the party's feed before the page was read: from there on the live stream continues."""
    zone: ZoneInfo
    """In which times are shown and understood: the route's, unless the person chose another."""
    counts: Counts | None = None

    @property
    def party(self) -> str:
        return self.principal.party

    @property
    def csrf(self) -> str:
        return self.session.csrf

    @property
    def role_words(self) -> str:
        """``Deputy``: what the person is here, the most telling role first."""
        found = [words for role, words in ROLE_WORDS.items() if role in self.principal.roles]
        return _(found[0]) if found else _("No role on this route")


async def session_of(request: Request, ctx: WebContext) -> tuple[SessionView, PersonView] | None:
    """The session of the request's cookie, if it and its person's nomination hold."""
    token = request.cookies.get(sessions.cookie_name(ctx.settings.public_url))
    if not token:
        return None
    found = await ctx.db.read(ctx.directory.session, token, wall())
    person = ctx.directory.value.people.get(found.person) if found else None
    if found is None or person is None or not person.active(wall()):
        return None
    return found, person


def lacks_second_step(ctx: WebContext, session: SessionView) -> bool:
    """Whether this hub asks everybody for two factors, and this session began with one."""
    return ctx.settings.second_factor == "everyone" and not factors.is_two(session.how)


def _sets_up(path: str) -> bool:
    """Pages on which a second step is set up, and the way out."""
    return path == "/sign-out" or bool(re.match(r"(/routes/[^/]+)?/account(/|$)", path))


async def visitor(request: Request, ctx: Web) -> Visitor:
    """The visitor of a page. Errors: 401 without a session, 404 for a route that is not theirs."""
    known = await session_of(request, ctx)
    if known is None:
        raise SignInNeeded(_("Sign in to see this page."))
    session, person = known
    if person.language in languages():
        choose(person.language)
    if lacks_second_step(ctx, session) and not _sets_up(request.url.path):
        raise SecondStepNeeded(_("This hub asks for two steps. Set up a passkey or an authenticator app first."))
    directory = ctx.directory.value
    named: str | None = request.path_params.get("route")
    roles = {code: _principal(ctx, directory, route, person, session) for code, route in directory.routes.items()}
    routes = tuple(directory.routes[code] for code, principal in roles.items() if principal.roles)
    code = named or _usual(ctx.settings.default_route, routes)
    route = directory.routes.get(code)
    if route is None or (named and route not in routes):
        raise Unknown(_("There is no route %(code)s here that you can see.", code=code))
    principal = roles[code]
    today = ctx.clock.now().astimezone(route.zone).date()
    request.state.reader = principal  # to whom the answer goes (journal/red_reads.py)
    head, counts = await ctx.db.read(_standing, ctx, principal, route)
    return Visitor(
        person, session, principal, directory.name(principal.party, today), route, routes,
        "" if code == ctx.settings.default_route else f"/routes/{code}",
        frozenset(kind.name for kind in ctx.registry.values() if principal.roles & kind.posted_by),
        _reports_for(directory, principal, route.members(today)),
        head, chosen(request.cookies.get(COOKIE), route.zone), counts,
    )  # fmt: skip


def _standing(
    conn: Connection, ctx: WebContext, principal: Principal, route: RouteView
) -> tuple[Cursor, Counts | None]:
    """Where the party's feed is, and what was open at that point."""
    head = feed.head(conn, route.code, principal.party)
    if not principal.reads_feed:
        return head, None
    return head, ctx.counts.get(conn, route, principal.party, head, ctx.clock.now())


def _principal(
    ctx: WebContext, directory: Directory, route: RouteView, person: PersonView, session: SessionView
) -> Principal:
    today = ctx.clock.now().astimezone(route.zone).date()
    return person_principal(person, route.code, directory, wall(), today, session.token_hash)


def _usual(default: str, routes: tuple[RouteView, ...]) -> str:
    """The default route, or for people who have no role there the first on which they have one."""
    codes = [route.code for route in routes]
    return default if default in codes or not codes else codes[0]


def _reports_for(directory: Directory, principal: Principal, members: tuple[Membership, ...]) -> tuple[str, ...]:
    """The parties whose figures this person may post: the own one first."""
    found = [m.party for m in members if m.reports and may_report_for(directory, principal, m.party)]
    return tuple(sorted(found, key=lambda party: party != principal.party))


async def reader(who: Annotated[Visitor, Depends(visitor)]) -> Visitor:
    """A visitor who may read messages here; an operator runs the hub and reads no content (DECISIONS 1)."""
    if not who.principal.reads_feed:
        if "operator" in who.principal.roles:
            raise NotAllowed(_("You run this hub. Operators read no content; the terminal has what they need."))
        raise NotAllowed(
            _("You have no role on this route that reads messages. Your party's office nominates people for roles.")
        )
    return who


SignedIn = Annotated[Visitor, Depends(visitor)]
Reading = Annotated[Visitor, Depends(reader)]
