"""Numbers: gapless, in commit order, seen so by whoever looks every millisecond (PROMISES A3)."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from routehub.core.db import Database
from routehub.journal.tables import entries, feed_rows
from tests.fixtures.accounting import Account
from tests.fixtures.furnished import Inside, furnish, inside
from tests.fixtures.sizes import sized
from tests.journal.stored import faults

NOTE = {"to": ["RS"], "subject": "s", "text": "t"}


class Poller(threading.Thread):
    """Reads the newest numbers every millisecond and keeps what it saw."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self.ending = threading.Event()
        self.sequences: list[int] = []
        self.feed: list[int] = []
        self.looks = 0

    def run(self) -> None:
        db = Database(self._url)
        try:
            while not self.ending.wait(0.001):
                self.look(db)
            self.look(db)
        finally:
            db.close()

    def look(self, db: Database) -> None:
        after = self.sequences[-1] if self.sequences else 0
        s, f = entries.c.sequence, feed_rows.c
        self.sequences += db.read_sync(
            lambda conn: list(conn.execute(select(s).where(s > after).order_by(s)).scalars())
        )
        last = self.feed[-1] if self.feed else 0
        mine = (f.route == "wbr", f.party == "RS", f.feed > last)
        self.feed += db.read_sync(
            lambda conn: list(conn.execute(select(f.feed).where(*mine).order_by(f.feed)).scalars())
        )
        self.looks += 1


async def note(hub: Inside, party: str, number: int) -> int:
    to = ["RS"] if number % 3 else ["HR"]
    answer = await hub.post(party, "notes", NOTE | {"to": to, "text": f"{party} {number}"}, key=f"{party}-{number}")
    assert answer.status_code == 201, answer.text
    return int(answer.json()["feed"])


async def test_a_poller_sees_every_number_once_and_in_order(hub: Inside, hub_url: str, account: Account):
    poller = Poller(hub_url)
    poller.start()
    try:
        for number in account.rounds("messages posted at once", sized(1, 50), by=180):
            some = range(60 * number - 60, 60 * number)
            await asyncio.gather(*(note(hub, party, n) for n in some for party in ("MK", "GR", "AT")))
    finally:
        poller.ending.set()
        await asyncio.to_thread(poller.join)
    posted = account.tried["messages posted at once"]
    account.tried["looks"] = poller.looks
    assert poller.sequences == list(range(1, posted + 1))
    assert poller.feed == list(range(1, len(poller.feed) + 1))
    assert len(poller.feed) == posted * 2 // 3
    assert poller.looks > 10
    assert faults(hub_url) == []


async def test_two_hubs_on_one_database_share_one_row_of_numbers(
    postgres_template: Callable[[], str], tmp_path: Path, account: Account
):
    url = postgres_template()
    held = furnish(url)
    poller = Poller(url)
    async with inside(url, tmp_path, held) as one, inside(url, tmp_path, held) as two:
        poller.start()
        try:
            for number in account.rounds("messages posted at two hubs at once", sized(1, 50), by=80):
                some = range(40 * number - 40, 40 * number)
                await asyncio.gather(*(note(hub, p, n) for n in some for hub, p in ((one, "MK"), (two, "GR"))))
        finally:
            poller.ending.set()
            await asyncio.to_thread(poller.join)
    account.tried["looks"] = poller.looks
    assert poller.sequences == list(range(1, account.tried["messages posted at two hubs at once"] + 1))
    assert poller.feed == list(range(1, len(poller.feed) + 1))
    assert faults(url) == []


async def test_the_time_of_acceptance_rises_with_the_sequence_over_two_hubs(
    postgres_template: Callable[[], str], tmp_path
):
    url = postgres_template()
    held = furnish(url)
    async with inside(url, tmp_path, held) as one, inside(url, tmp_path, held) as two:
        await asyncio.gather(*(note(hub, p, n) for n in range(40) for hub, p in ((one, "MK"), (two, "GR"))))
        query = select(entries.c.accepted_at).order_by(entries.c.sequence)
        times = await one.hub.db.read(lambda conn: list(conn.execute(query).scalars()))
    assert times == sorted(times)


async def test_a_refused_item_leaves_no_hole(hub: Inside, hub_url: str):
    good = [hub.post("MK", "notes", NOTE | {"text": str(n)}, key=f"g{n}") for n in range(10)]
    bad = [hub.post("MK", "notes", NOTE | {"to": ["ATLANTIS"]}, key=f"b{n}") for n in range(10)]
    answers = await asyncio.gather(*(post for pair in zip(good, bad, strict=True) for post in pair))
    assert sorted(answer.status_code for answer in answers) == [201] * 10 + [422] * 10
    feeds = sorted(answer.json()["feed"] for answer in answers if answer.status_code == 201)
    assert feeds == list(range(1, 11))
    assert faults(hub_url) == []
