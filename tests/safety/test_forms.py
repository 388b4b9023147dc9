"""What another site makes a browser send is refused at every door, and every answer carries what protects it."""

from collections.abc import Iterator

import httpx
import pytest

from routehub.directory import sessions
from routehub.directory.sessions import CSRF_HEADER
from tests.fixtures.addresses import Address, addresses
from tests.fixtures.furnished import Inside
from tests.safety.actors import Actor, actors
from tests.safety.knocking import ENDLESS, FORM, store_nothing

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])
WORDS = {"party": "MK", "day": "2015-11-17", "number": "1", "act": "acknowledge", "route": "wbr"}
BEFORE_A_SESSION = ("/sign-in/", "/acknowledge/", "/language")
"""Doors of people who are not signed in: a value that is in a cookie and in the form, or a secret in the address."""


def changing(hub: Inside) -> Iterator[Address]:
    return (door for door in addresses(hub.app, "POST", "PUT", "PATCH", "DELETE"))


def foreign(actor: Actor) -> Iterator[tuple[str, dict[str, str], dict[str, str]]]:
    """Ways in which another site, or nobody's page, sends with the browser's cookie: words, headers, form."""
    yield "no token", {"Sec-Fetch-Site": "same-origin"}, {}
    yield "a made-up token", {"Sec-Fetch-Site": "none", CSRF_HEADER: "x"}, {"csrf": "x"}
    own = {CSRF_HEADER: actor.csrf}
    yield "the right token from another site", own | {"Sec-Fetch-Site": "cross-site"}, {"csrf": actor.csrf}
    yield "the right token from a neighbouring site", own | {"Sec-Fetch-Site": "same-site"}, {"csrf": actor.csrf}


@pytest.mark.timeout(300)
async def test_no_other_site_can_make_a_browser_act(hub: Inside):
    who = await actors(hub)
    store_nothing(hub)
    chair, tried, taken = who["chair"], 0, []
    for door in changing(hub):
        address = door.fill(WORDS)
        for words, headers, form in foreign(chair):
            answer = await _send(chair, door, address, headers, form)
            tried += 1
            if answer.status_code != 403 and not door.path.startswith(BEFORE_A_SESSION):
                taken.append(f"{door.method} {door.path} with {words}: {answer.status_code}")
            if door.path.startswith(BEFORE_A_SESSION) and answer.is_success:
                taken.append(f"{door.path} with {words}: {answer.status_code}")
    print(f"{len(taken)} in {tried}")
    assert taken == []
    assert tried > 400


async def _send(
    actor: Actor, door: Address, address: str, headers: dict[str, str], form: dict[str, str]
) -> httpx.Response:
    """With the session's cookie, and only the headers that are named."""
    cookies = "; ".join(f"{one.name}={one.value}" for one in actor.client.cookies.jar)
    if door.path.startswith("/v1/"):
        content, kind = b"{}", "application/json"
    else:
        content, kind = httpx.QueryParams(form).__str__().encode(), FORM
    request = httpx.Request(
        door.method, f"http://127.0.0.1:1{address}", content=content,
        headers={"Cookie": cookies, "Content-Type": kind} | headers,
    )  # fmt: skip
    return await actor.client.send(request)


@pytest.mark.timeout(300)
async def test_every_answer_is_protected(hub: Inside):
    who = await actors(hub)
    wrong = []
    for door in addresses(hub.app, "GET"):
        if door.path in ENDLESS:
            continue
        for actor in (who["chair"], *((who["nobody"],) if "{" not in door.path else ())):
            answer = await actor.client.get(door.fill(WORDS))
            wrong += [f"{door.path} for {actor.name}: {fault}" for fault in faults_of(door, answer)]
    assert wrong == [], "\n".join(wrong)


def faults_of(door: Address, answer: httpx.Response) -> Iterator[str]:
    headers = answer.headers
    if headers.get("x-content-type-options") != "nosniff":
        yield "no nosniff"
    for name in ("server", "x-powered-by", "access-control-allow-origin"):
        if name in headers:
            yield f"has {name}"
    for said in headers.get_list("set-cookie"):
        if "httponly" not in said.lower() or "samesite=lax" not in said.lower():
            yield f"sets a cookie that scripts or other sites reach: {said}"
    if headers.get("content-type", "").startswith("text/html"):
        policy = headers.get("content-security-policy", "")
        if "default-src 'none'" not in policy or "unsafe" in policy:
            yield f"policy {policy!r}"
        if headers.get("referrer-policy") not in ("same-origin", "no-referrer"):
            yield "no referrer policy"
    if "cache-control" not in headers and door.path.startswith("/v1/"):
        yield "may be kept by caches"


async def test_cookies_are_bound_to_the_host_and_out_of_reach_of_scripts(hub: Inside):
    cookie = sessions.cookie("https://hub.example", "token", 12)
    assert (cookie["key"], cookie["path"], cookie["secure"], cookie["httponly"], cookie["samesite"]) == (
        "__Host-routehub", "/", True, True, "lax",
    )  # fmt: skip
    assert "domain" not in cookie
    async with hub.client("MK") as client:
        client.headers.pop("Authorization")
        for said in (await client.get("/sign-in")).headers.get_list("set-cookie"):
            assert "HttpOnly" in said
            assert "SameSite=lax" in said
