"""Errors as RFC 9457 problem details: all problems at once, and what to do about them. One place turns every error
into an answer; an unknown fault is told by a code that the operator finds in the log, never by its text."""

import secrets
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from routehub.core.canonical import dumps
from routehub.core.errors import HubError, Malformed, NotAllowed, Refused, SignInNeeded, Unknown, WrongMethod
from routehub.core.observe import log
from routehub_schemas.errors import MOST_PROBLEMS, Invalid, Problem

MEDIA = "application/problem+json"


def document(error: HubError, most: int = MOST_PROBLEMS) -> dict[str, Any]:
    """The problem document of an error, with at most so many of its problems; ``more`` counts the others."""
    found: dict[str, Any] = {
        "type": error.type,
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
    }
    if error.problems:
        found["problems"] = [problem.as_dict() for problem in error.problems[: min(most, MOST_PROBLEMS)]]
        if len(found["problems"]) < len(error.problems):
            found["more"] = len(error.problems) - len(found["problems"])
    return found | {name: value for name, value in error.extra.items() if name != "retry_after"}


def answer(error: HubError) -> Response:
    return Response(
        dumps(document(error)), error.status, {"Cache-Control": "no-store", **error.headers}, media_type=MEDIA
    )


def of_invalid(error: Invalid) -> HubError:
    """What the contract refuses: 400 for what could not be read, 422 for what breaks rules."""
    kind = Malformed if error.status == 400 else Refused
    return kind(error.problems[0].message, error.problems)


def of_request(error: RequestValidationError, more: Sequence[Problem] = ()) -> HubError:
    """Query and path parameters that do not fit, each with its name, and what else is wrong in the address."""
    problems = [
        Problem(
            "/" + "/".join(str(part) for part in fault["loc"]), str(fault["type"]).replace("_", "-"),
            str(fault["msg"]) + ".",
            sent=None if isinstance(fault.get("input"), (dict, bytes)) else str(fault.get("input"))[:100],
        )
        for fault in error.errors()
    ]  # fmt: skip
    return Refused("The address or its parameters do not fit.", [*problems, *more])


def _of_http(error: HTTPException) -> HubError:
    by_status: dict[int, type[HubError]] = {401: SignInNeeded, 403: NotAllowed, 404: Unknown, 400: Malformed}
    if error.status_code == 405:
        return WrongMethod()
    kind = by_status.get(error.status_code)
    if kind is not None:
        return kind("There is no such address here." if error.status_code == 404 else str(error.detail))
    found = HubError(str(error.detail))
    found.status, found.code, found.title = error.status_code, "http", str(error.detail)
    return found


def install(app: FastAPI) -> None:
    """Answer every error of the application as a problem document."""

    async def hub_error(_request: Request, error: Exception) -> Response:
        assert isinstance(error, HubError)
        return answer(error)

    async def invalid(_request: Request, error: Exception) -> Response:
        assert isinstance(error, Invalid)
        return answer(of_invalid(error))

    async def of_parameters(_request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return answer(of_request(error))

    async def of_http(_request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        response = answer(_of_http(error))
        for name, value in (error.headers or {}).items():
            response.headers[name] = value
        return response

    async def unknown(request: Request, error: Exception) -> Response:
        code = secrets.token_hex(2).upper()
        log("api").error("a request failed", code=code, path=request.url.path, exc_info=error)
        return answer(HubError(f"Something failed in the hub. Tell the operator this code: {code}."))

    app.add_exception_handler(HubError, hub_error)
    app.add_exception_handler(Invalid, invalid)
    app.add_exception_handler(RequestValidationError, of_parameters)
    app.add_exception_handler(HTTPException, of_http)
    app.add_exception_handler(Exception, unknown)
