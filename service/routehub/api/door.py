"""The route class of every door under ``/v1``: a query parameter that it does not have is refused, never passed over.

``?partys=MK`` would give everybody's figures, and ``?dryrun=true`` would store what was to be tried only. All unknown
names are told at once, with what is wrong in the values of the known ones, after the sender has been found to be one.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Iterator
from contextvars import ContextVar
from functools import cached_property, wraps
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.responses import StreamingResponse
from fastapi.routing import APIRoute
from starlette.requests import HTTPConnection

from routehub.api.problems import of_request
from routehub.core.errors import Refused
from routehub_schemas.errors import Problem, escape, near, shown

_UNKNOWN: ContextVar[tuple[Problem, ...]] = ContextVar("unknown", default=())
"""What the door has to refuse once it has found nothing else to refuse; set for the time of one request."""


WITHOUT_CONTENT = frozenset({"identity", "housekeeping"})
"""Doors that name messages and never say what is in them: the audit itself, the log of pushes."""


class Door(APIRoute):
    """A door of the API. What it knows as parameters is what its function and their dependencies declare."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **more: Any) -> None:
        super().__init__(path, _guarded(endpoint), **more)

    @cached_property
    def parameters(self) -> frozenset[str]:
        """The names that may stand in the query."""
        return frozenset(_declared(self.dependant))

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def checked(request: Request) -> Response:
            unknown = unknown_parameters(request, self.parameters) if request.scope["query_string"] else ()
            if not unknown:
                response = await handle(request)
                return response if WITHOUT_CONTENT.intersection(self.tags) else _told(request, response)
            told = _UNKNOWN.set(unknown)
            try:
                return await handle(request)
            except RequestValidationError as error:
                raise of_request(error, unknown) from None
            finally:
                _UNKNOWN.reset(told)

        return checked


def _told(request: Request, response: Response) -> Response:
    """The answer on its way out: what it names of TLP:RED, its reader has been given."""
    who = getattr(request.state, "reader", None)
    if who is None or request.method != "GET" or response.status_code != HTTPStatus.OK:
        return response
    given, path = request.app.state.api.red_reads.answered, request.url.path
    if isinstance(response, StreamingResponse):
        pieces = response.body_iterator

        async def passed() -> AsyncIterator[Any]:
            async for piece in pieces:
                given(who, path, piece.encode() if isinstance(piece, str) else bytes(piece))
                yield piece

        response.body_iterator = passed()
    else:
        given(who, path, bytes(getattr(response, "body", b"")))
    return response


def _declared(dependant: Dependant) -> Iterator[str]:
    for parameter in dependant.query_params:
        yield parameter.alias
    for inner in dependant.dependencies:
        yield from _declared(inner)


def unknown_parameters(connection: HTTPConnection, known: Collection[str]) -> tuple[Problem, ...]:
    """A problem for each name in the query that is none of ``known``."""
    given = connection.query_params
    return tuple(
        Problem(
            f"/query{escape(name)}", "unknown-parameter", "This address has no such parameter.",
            sent=shown(given[name]), allowed=sorted(known), suggestion=near(name, known),
        )
        for name in given
        if name not in known
    )  # fmt: skip


def refusal_of(problems: tuple[Problem, ...]) -> Refused:
    words = "This address has no such parameter." if len(problems) == 1 else f"{len(problems)} problems were found."
    return Refused(words, problems)


def _guarded(endpoint: Callable[..., Awaitable[Response]]) -> Callable[..., Awaitable[Response]]:
    """The endpoint behind the last check. It comes here, and not before, so that whoever may not ask at all is told
    that and no more."""

    @wraps(endpoint)
    async def guarded(*args: Any, **given: Any) -> Response:
        if unknown := _UNKNOWN.get():
            raise refusal_of(unknown)
        return await endpoint(*args, **given)

    return guarded
