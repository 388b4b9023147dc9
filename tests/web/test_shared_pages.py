"""What many open pages ask for at once is made once, and holds nothing of the one for whom it was made."""

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from fastapi import Request

from routehub.web import live_answers
from routehub.web.render import spread
from routehub.web.shared_pages import MOST, SharedPages
from tests.web.conftest import ON_SQLITE

LIVE = {"X-Live": "1", "Accept": "text/html"}


async def test_who_comes_while_a_text_is_made_waits_for_it():
    shared, made, go = SharedPages(), [], asyncio.Event()

    async def make() -> str:
        made.append(1)
        await go.wait()
        return "text"

    readers = [asyncio.ensure_future(shared.text("key", make)) for _ in range(500)]
    await asyncio.sleep(0)
    readers[0].cancel()  # the first who asked has left
    go.set()
    assert set(await asyncio.gather(*readers[1:])) == {"text"}
    assert len(made) == 1


async def test_what_failed_is_made_again_and_old_texts_are_let_go():
    shared = SharedPages()

    async def fail() -> str:
        raise LookupError

    async def text() -> str:
        return "text"

    with pytest.raises(LookupError):
        await shared.text("key", fail)
    assert await shared.text("key", text) == "text"
    for number in range(MOST + 10):
        await shared.text(number, text)
    assert len(shared._made) == MOST


def test_the_more_pages_are_open_the_longer_they_take_to_ask():
    assert [spread(count) for count in (0, 100, 500, 1000)] == [700, 700, 3_000, 6_000]
    assert spread(10_000) == 10_000  # and nobody waits longer than this for what is new


@pytest.mark.parametrize(
    "other",
    [
        {"route": "cmr"}, {"party": "HR"}, {"roles": frozenset({"deputy"})}, {"reports_for": ("SI", "HR")},
        {"head": "1.8"}, {"path": "/alerts"}, {"query": b"since=24h"}, {"zone": "Europe/Athens"},
    ],
)  # fmt: skip
def test_one_text_serves_nobody_who_would_be_shown_another(other):
    assert _key() == _key()
    assert _key() != _key(**other)


def _key(
    *, route="wbr", party="SI", roles=frozenset({"chair"}), reports_for=("SI",), head="1.7", path="/", query=b"",
    zone="Europe/Brussels",
):  # fmt: skip
    request = Request({"type": "http", "method": "GET", "path": path, "query_string": query, "headers": []})
    who = SimpleNamespace(
        route=SimpleNamespace(code=route), zone=ZoneInfo(zone), party=party, head=head,
        principal=SimpleNamespace(roles=roles), reports_for=reports_for,
    )  # fmt: skip
    return live_answers._key(request, cast(Any, who), 1, datetime(2026, 1, 21, 7, tzinfo=UTC))


@ON_SQLITE
def test_two_people_of_a_party_get_one_text_without_a_token(stage, paper, stranger):
    first, second = paper("SI"), paper("SI")
    texts = {one.client.get("/", headers=LIVE).text for one in (first, second)}
    for one in (first, second):
        token = one.open("/").form("Sign out").fields["csrf"][0]
        assert all(token not in text for text in texts)
    (text,) = texts
    assert text.startswith("<title>")
    assert "<main" in text
    assert "<header" not in text
    stage.alert("HR", "Trains suspended")
    assert "Trains suspended" in first.client.get("/", headers=LIVE).text
    assert "Trains suspended" not in text
    assert stranger(stage).client.get("/", headers=LIVE, follow_redirects=False).status_code == 303
