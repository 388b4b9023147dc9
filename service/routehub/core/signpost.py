"""Which few of all doors and pages an address can mean: looked up by its first word, and only those are tried.

The framework tries its routes in turn, each by a regular expression, twice where routers lie in routers. With three
hundred addresses, each of them also under a route's code, that was most of what a small request cost: one to four
milliseconds, now about ten microseconds (``python -m benchmarks ingestion``).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fastapi import APIRouter
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send

ANY = "{"
"""In the place of a word: an address of a form that begins with a parameter, tried for every word."""
Sign = tuple[str, str]
"""How deep an address lies (``""``, ``v1``, ``routes``, ``v1/routes``) and its first word there, without a suffix."""


@dataclass(frozen=True)
class Inclusion:
    """A router under a prefix."""

    router: APIRouter
    prefix: str = ""
    in_schema: bool = False

    def into(self, found: APIRouter, routes: Iterable[BaseRoute] | None = None) -> None:
        """Include all routes of the router in another one, or some of them."""
        part = self.router
        if routes is not None:
            part = APIRouter()
            part.routes.extend(routes)
        found.include_router(part, prefix=self.prefix, include_in_schema=self.in_schema)


def sign_of(path: str) -> Sign:
    """Of an address, ``/v1/routes/wbr/figures.csv``, and of the form of one, ``/v1/routes/{route}/figures``."""
    words = path.lstrip("/").split("/")
    depth = []
    if words[0] == "v1":
        depth.append(words.pop(0))
    if len(words) > 2 and words[0] == "routes":
        depth.append(words[0])
        del words[:2]
    word = words[0].partition(".")[0] if words else ""
    return "/".join(depth), ANY if ANY in word else word


@dataclass
class Signpost:
    """The application's router asks here instead of trying all that it has."""

    inclusions: tuple[Inclusion, ...]
    _by_sign: dict[Sign, APIRouter] = field(default_factory=dict)
    _signed: Mapping[Sign, frozenset[int]] = field(init=False)

    def __post_init__(self) -> None:
        signed: dict[Sign, set[int]] = {}
        for number, inclusion in enumerate(self.inclusions):
            for route in inclusion.router.routes:
                signed.setdefault(sign_of(inclusion.prefix + _path(route)), set()).add(number)
        self._signed = {sign: frozenset(numbers) for sign, numbers in signed.items()}

    def router(self, path: str) -> APIRouter:
        """The doors that an address can mean, in the order in which all would be tried."""
        depth, word = sign_of(path)
        sign = (depth, word) if (depth, word) in self._signed else (depth, ANY)
        if (found := self._by_sign.get(sign)) is None:
            found = self._by_sign[sign] = self._gather(sign)
        return found

    def _gather(self, sign: Sign) -> APIRouter:
        found, either = APIRouter(), {sign, (sign[0], ANY)}
        for number in sorted(frozenset().union(*(self._signed.get(one, ()) for one in either))):
            inclusion = self.inclusions[number]
            meant = [r for r in inclusion.router.routes if sign_of(inclusion.prefix + _path(r)) in either]
            inclusion.into(found, meant)
        return found


def _path(route: BaseRoute) -> str:
    return str(getattr(route, "path", ""))


class Signposted:
    """In the place of what the application's router runs for each request."""

    def __init__(self, router: APIRouter, signpost: Signpost) -> None:
        self._router, self._signpost = router, signpost

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._router.app(scope, receive, send)
            return
        scope["router"] = self._router
        await self._signpost.router(scope["path"]).app(scope, receive, send)
