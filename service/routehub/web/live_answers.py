"""What an open page gets that asks for itself anew.

When something happens, every open overview asks at once. What stands in it follows from the route, the party, the
roles, the party's feed, the directory, the time and the last visit: all who agree in these get the same text,
rendered once (DECISIONS 2). The address does not name the route: without its code each sees their own there, and two
routes can stand at the same place of a feed.
"""

import re
from collections.abc import Callable, Coroutine, Hashable
from datetime import datetime
from typing import Any

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from routehub.core.language import current
from routehub.web.context import web_context
from routehub.web.visitor import Visitor, visitor
from routehub.web.visits import COOKIE, since, visits

HEADER = "X-Live"
SECONDS = 15
"""How long one text may serve: what depends on the clock, such as due and late, is at most so old."""
_SHARED = re.compile(r"(/routes/[^/]+)?(/|/alerts)?")
_PARTS = re.compile(r'<title>.*?</title>|<body[^>]*>|<nav class="nav".*?</nav>|<main.*</main>', re.DOTALL)

Answer = Callable[[Request], Coroutine[Any, Any, Response]]


def is_shared(request: Request) -> bool:
    """Whether an open page asks for itself, and is one of those that are alike for all of a party's people."""
    return request.method == "GET" and HEADER in request.headers and bool(_SHARED.fullmatch(request.url.path))


async def shared(request: Request, answer: Answer) -> Response:
    """The parts of a page that change, made once for all who would be shown the same."""
    ctx = web_context(request)
    who = await visitor(request, ctx)
    if not who.principal.reads_feed:
        return await answer(request)

    async def make() -> str:
        return parts(bytes((await answer(request)).body).decode(), who.csrf)

    key = _key(request, who, ctx.directory.value.version, ctx.clock.now())
    return HTMLResponse(await ctx.shared.text(key, make))


def _key(request: Request, who: Visitor, directory: int, now: datetime) -> Hashable:
    """Everything that a shared page follows from, its reader's language too."""
    moment = int(now.timestamp() // SECONDS)
    window, begin = since(
        request.query_params.get("since", ""), visits(request.cookies.get(COOKIE), now), who.zone, now
    )
    asked = request.url.path, request.url.query, begin if window == "last" else window
    seen_by = current(), who.route.code, who.zone.key, who.party, who.principal.roles, who.reports_for
    return asked, seen_by, str(who.head), directory, moment


def parts(page: str, csrf: str) -> str:
    """Without anything of the person for whom it was made: an open page puts its own token into the forms."""
    return "".join(_PARTS.findall(page)).replace(csrf, "")
