"""The lookup by an address's first word finds what trying every address in turn would find."""

from typing import Any

import pytest
from fastapi import APIRouter
from starlette.routing import Match

from routehub.core.signpost import Inclusion, Signpost, sign_of
from tests.fixtures.addresses import addresses
from tests.fixtures.furnished import Inside

WORDS = {"ref": "A-7F3K", "party": "MK", "day": "2015-10-21", "number": "13", "route": "wbr"}


def chosen(router: APIRouter, method: str, path: str) -> Any:
    """What the framework takes by itself: which route, with which parameters, or a method that is not offered."""
    kind = "websocket" if method == "WEBSOCKET" else "http"
    partial = None
    for route in router.routes:
        scope = {"type": kind, "method": method, "path": path, "root_path": "", "headers": [], "query_string": b""}
        match, _ = route.matches(scope)
        if match is Match.NONE:
            continue
        inner = route
        while (candidates := getattr(inner, "_match", None)) is not None:
            _, child, inner, _context = candidates(scope)
        about = (getattr(inner, "endpoint", inner), child.get("path_params") if hasattr(route, "_match") else None)
        if match is Match.FULL:
            return about
        partial = partial or (Match.PARTIAL, about[0])
    return partial


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_every_address_leads_where_it_led(hub: Inside):
    signposted = hub.app.router.middleware_stack
    post: Signpost = signposted._signpost  # type: ignore[attr-defined]
    tried = 0
    for door in addresses(hub.app, "GET", "POST", "PUT", "DELETE", "PATCH", "WEBSOCKET"):
        plain = door.fill(WORDS)
        under = "/v1/routes/wbr" + plain.removeprefix("/v1") if plain.startswith("/v1/") else "/routes/wbr" + plain
        for method, path in (
            (door.method, plain),
            (door.method, under),
            ("DELETE", plain),
            (door.method, plain + ".csv"),
        ):
            tried += 1
            assert chosen(post.router(path), method, path) == chosen(hub.app.router, method, path), (method, path)
    assert tried > 1_000


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_what_is_nowhere_stays_nowhere(hub: Inside):
    for path in ("/nowhere", "/v1/nowhere", "/v1/routes/wbr/nowhere", "/v1", "/v1/", "//", "/routes"):
        answer = await hub.get("SI", path)
        assert answer.status_code in (401, 404, 303), (path, answer.text)


async def test_a_method_that_is_not_offered_is_told_with_those_that_are(hub: Inside):
    async with hub.client("SI") as client:
        answer = await client.delete("/v1/figures")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET"


def test_a_form_that_begins_with_a_parameter_is_tried_for_every_word_in_its_turn():
    first, second = APIRouter(), APIRouter()
    first.add_api_route("/{word}/one", lambda word: word, methods=["GET"])
    second.add_api_route("/plain/one", lambda: "plain", methods=["GET"])
    post = Signpost((Inclusion(first), Inclusion(second)))
    whole = APIRouter()
    for inclusion in post.inclusions:
        inclusion.into(whole)
    for path in ("/plain/one", "/other/one"):
        assert chosen(post.router(path), "GET", path) == chosen(whole, "GET", path)
        assert chosen(post.router(path), "GET", path) is not None


def test_signs():
    assert sign_of("/v1/figures.csv") == ("v1", "figures")
    assert sign_of("/v1/routes/wbr/figures") == ("v1/routes", "figures") == sign_of("/v1/routes/{route}/figures.{form}")
    assert sign_of("/v1/routes/wbr") == ("v1", "routes")
    assert sign_of("/routes/wbr/") == ("routes", "")
    assert sign_of("/") == ("", "")
    assert sign_of("/{name}.json") == ("", "{")
