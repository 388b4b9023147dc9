"""Reading on in the journal: never taken for its end before it is, and bounded in bytes."""

import json
from typing import Any

import pytest
from sqlalchemy import update

from routehub.delivery import dispatcher
from routehub.delivery.live import pages
from routehub.delivery.wanted import Wanted
from routehub.journal import follow
from routehub.journal.tables import entries
from tests.fixtures.furnished import Inside
from tests.fixtures.waiting import eventually

NOTE: dict[str, Any] = {"to": ["SI"], "subject": "s", "text": "t" * 400}


async def test_a_page_of_messages_that_this_version_cannot_read_is_not_the_end(hub: Inside):
    for _ in range(5):
        await hub.post("AT", "notes", NOTE)
    with hub.hub.db.write() as conn:  # as a newer hub beside this one would have written them
        conn.execute(update(entries).where(entries.c.sequence <= 4).values(kind="newer"))
    found = hub.hub.db.read_sync(follow.since, hub.hub.registry, 0, 2)
    assert [message.sequence for message in found] == [5]


async def test_a_page_of_a_replay_is_bounded_in_bytes_and_leads_on(hub: Inside, monkeypatch: pytest.MonkeyPatch):
    for _ in range(5):
        await hub.post("AT", "notes", NOTE)
    monkeypatch.setattr(pages, "PAGE_BYTES", 1_500)
    at, feeds = 0, []
    while True:
        page = await hub.hub.live.pages.page(("wbr", "SI"), Wanted(), at, 0)
        for round_ in page.rounds:
            feeds += [json.loads(frame.text)["feed"] for frame, _ in round_._items]
        assert page.reached - at < 5
        at = page.reached
        if not page.more:
            break
    assert feeds == [1, 2, 3, 4, 5]


async def test_messages_that_wait_for_dispatching_are_let_go_once_they_are_or_when_they_are_too_many(
    hub: Inside, monkeypatch: pytest.MonkeyPatch
):
    found = hub.hub.dispatcher
    for _ in range(3):
        await hub.post("AT", "notes", NOTE)
    while await found.look():
        pass
    await eventually(lambda: not found._recent, 10)
    messages = hub.hub.db.read_sync(follow.since, hub.hub.registry, 0)
    monkeypatch.setattr(dispatcher, "RECENT_CHARACTERS", 100)
    found.committed(messages)
    assert not found._recent
