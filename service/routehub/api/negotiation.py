"""In which form an answer goes out: the suffix of the address, else what ``Accept`` asks for (RFC 9110, 12.5.1).

An address that has forms is registered once plain and once per suffix: ``/v1/figures``, ``/v1/figures.csv`` and so on.
A suffix that is not offered is an address that is not there (404).
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Request, Response

from routehub.core.errors import NotAcceptable

MOST_RANGES = 20


@dataclass(frozen=True)
class Form:
    """One form. ``media``: its type without parameters; ``parameters``: what the answer's Content-Type adds."""

    suffix: str
    media: str
    parameters: str = ""

    @property
    def content_type(self) -> str:
        return self.media + self.parameters


JSON = Form("json", "application/json")
BATCH = Form("cloudevents", "application/cloudevents-batch+json")
CSV = Form("csv", "text/csv", "; charset=utf-8; header=present")
XLSX = Form("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
ATOM = Form("atom", "application/atom+xml", "; charset=utf-8")
ICS = Form("ics", "text/calendar", "; charset=utf-8")
TEXT = Form("txt", "text/plain", "; charset=utf-8")
PDF = Form("pdf", "application/pdf")

Endpoint = TypeVar("Endpoint", bound=Callable[..., Awaitable[Response]])


async def chosen(request: Request) -> Form:
    """The form of this answer."""
    form: Form = request.state.form
    return form


Chosen = Annotated[Form, Depends(chosen)]


def offer(router: APIRouter, path: str, *forms: Form, **more: Any) -> Callable[[Endpoint], Endpoint]:
    """Register a reading endpoint in these forms; the first is the usual one. The endpoint asks for ``Chosen``."""

    def register(endpoint: Endpoint) -> Endpoint:
        @wraps(endpoint)
        async def varying(*args: Any, **given: Any) -> Response:
            response = await endpoint(*args, **given)
            response.headers["Vary"] = "Accept"
            return response

        def plain() -> None:
            router.add_api_route(
                path, varying, methods=["GET"], dependencies=[Depends(_by_accept(forms))], responses=_described(forms),
                **more,
            )  # fmt: skip

        last = path.endswith("}")  # then the plain address takes whatever stands there, with its suffix
        if not last:
            plain()
        for form in forms:
            router.add_api_route(
                f"{path}.{form.suffix}", endpoint, methods=["GET"], dependencies=[Depends(_by_suffix(form))],
                responses=_described([form]), **more,
            )  # fmt: skip
        if last:
            plain()
        return endpoint

    return register


def _described(forms: Sequence[Form]) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {form.media: {} for form in forms}}}


def _by_suffix(form: Form) -> Callable[[Request], Awaitable[None]]:
    async def take(request: Request) -> None:
        request.state.form = form

    return take


def _by_accept(forms: Sequence[Form]) -> Callable[[Request], Awaitable[None]]:
    async def choose(request: Request) -> None:
        request.state.form = best(request.headers.getlist("accept"), forms)

    return choose


def best(accept: Sequence[str], forms: Sequence[Form]) -> Form:
    """The form that the header likes best; among equals the one that is offered first. Without a header, the first.

    Errors: ``NotAcceptable`` (406) when it accepts none of them.
    """
    ranges = [found for part in ",".join(accept).split(",")[:MOST_RANGES] if (found := _range(part)) is not None]
    if not ranges:
        return forms[0]
    liked = [(_quality(form.media, ranges), -at, form) for at, form in enumerate(forms)]
    quality, _, form = max(liked, key=lambda one: one[:2])
    if quality <= 0:
        raise NotAcceptable(
            f"This can be had as {', '.join(form.media for form in forms)}.", offered=[form.media for form in forms]
        )
    return form


def _range(part: str) -> tuple[str, float] | None:
    media, _, parameters = part.partition(";")
    media = media.strip().lower()
    if not media:
        return None
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return media, max(0.0, min(1.0, float(value)))
            except ValueError:
                return media, 0.0
    return media, 1.0


def _quality(media: str, ranges: Sequence[tuple[str, float]]) -> float:
    """The most specific range decides: the type itself, then ``text/*``, then ``*/*``."""
    for pattern in (media, media.partition("/")[0] + "/*", "*/*"):
        found = [quality for wanted, quality in ranges if wanted == pattern]
        if found:
            return max(found)
    return 0.0
