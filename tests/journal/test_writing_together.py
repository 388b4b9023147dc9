"""Many messages in one commit: what they share a commit with changes nothing about them, and what waits is bounded."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from routehub.core.clock import wall
from routehub.directory.principal import Principal
from routehub.intake.receive import Post
from routehub.journal import feed
from routehub.journal.batch import Batch
from routehub.journal.forgetting import Forgetting
from routehub.journal.jobs import Change, Recorded
from routehub.journal.tables import followers, idempotency_keys
from tests.fixtures.furnished import Inside
from tests.journal.stored import everything

pytestmark = pytest.mark.usefixtures("hub")
NOTE = {"to": ["SI"], "subject": "s", "text": "t" * 400}


@pytest.fixture
async def sender(hub: Inside) -> Principal:
    await hub.set_clock("2015-10-21T05:30:00Z")
    key = next(key for key in hub.hub.directory.value.keys.values() if key.party == "AT")
    return Principal("wbr", "AT", "AT system", f"key:{key.id}", frozenset({"national_system"}), key.scopes)


def report(hub: Inside, day: int, nationality: str, value: int | None) -> Post:
    figure: dict[str, Any] = {"indicator": "arrivals", "nationality": nationality, "value": value}
    if value is None:
        figure["status"] = "withdrawn"
    data = {"party": "AT", "day": f"2015-10-{day}", "figures": [figure], "reason": "recount"}
    return Post(hub.hub.registry["report"], data)


async def test_a_report_is_warned_of_the_same_alone_and_with_others_in_its_commit(hub: Inside, sender: Principal):
    def week(nationality: str) -> list[Post]:
        said = [(15, 900), (16, 1000), (17, 5000), (16, 4900), (18, 100), (17, None), (19, 400)]
        return [report(hub, day, nationality, value) for day, value in said]

    alone = [await hub.hub.intake.receive(sender, post) for post in week("SY")]
    together = await hub.hub.intake.receive_many(sender, week("AF"))
    assert all(isinstance(one, Recorded) and one.message for one in together)
    words = [one.cautions for one in alone]
    assert [one.cautions for one in together if isinstance(one, Recorded)] == words
    assert sum(bool(found) for found in words) == 2


async def test_a_value_that_the_database_refuses_fails_its_own_job_only(hub: Inside, sender: Principal, hub_url: str):
    def twice(tx: Batch) -> None:
        tx.conn.execute(insert(followers).values(name="dispatcher", sequence=0))

    intake = hub.hub.intake
    jobs = [await intake._job(sender, Post(hub.hub.registry["note"], NOTE, key=key)) for key in "ab"]
    submit = hub.hub.writer.submit
    outcomes = await asyncio.gather(submit(jobs[0]), submit(Change(twice)), submit(jobs[1]), return_exceptions=True)
    assert [type(one).__name__ for one in outcomes] == ["Recorded", "IntegrityError", "Recorded"]
    counted, faults = everything(hub_url)
    assert (counted["entry"], faults) == (2, [])


async def test_what_waits_for_the_writer_is_bounded_in_bytes(hub: Inside, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(hub.hub.writer, "_most_bytes", 300)
    refused = await hub.post("AT", "notes", NOTE, key="k")
    assert (refused.status_code, refused.headers["Retry-After"].isdigit()) == (503, True)
    assert (await hub.post("AT", "notes", NOTE | {"text": "short"}, key="k")).status_code == 201


async def test_a_page_is_bounded_in_bytes_and_leads_on_to_the_rest(hub: Inside, monkeypatch: pytest.MonkeyPatch):
    for number in range(5):
        await hub.post("AT", "notes", NOTE, key=f"k{number}")
    monkeypatch.setattr(feed, "PAGE_BYTES", 1_500)
    after, sizes = "0", []
    while True:
        page = (await hub.get("SI", f"/v1/messages?after={after}")).json()
        sizes.append(len(page["messages"]))
        after = page["next"]
        if not page["more"]:
            break
    assert sum(sizes) == 5
    assert max(sizes) < 5


async def test_senders_ids_are_forgotten_after_thirty_days(hub: Inside):
    for key in ("old", "new"):
        await hub.post("AT", "notes", NOTE, key=key)
    k = idempotency_keys.c
    with hub.hub.db.write() as conn:
        conn.execute(update(idempotency_keys).where(k.key == "old").values(created_at=wall() - timedelta(days=30.1)))
    assert await Forgetting(hub.hub.writer).look() is False
    assert hub.hub.db.read_sync(lambda conn: conn.execute(select(k.key)).scalars().all()) == ["new"]
    assert (await hub.post("AT", "notes", NOTE, key="new")).status_code == 200
    assert (await hub.post("AT", "notes", NOTE, key="old")).status_code == 201


async def test_a_number_that_the_driver_cannot_take_fails_its_own_job_only(
    hub: Inside, sender: Principal, hub_url: str
):
    """Rows that wait meet the driver when the whole group is written; its fault must not be everybody's."""

    def too_large(tx: Batch) -> None:
        tx.collect(followers, ({"name": "x", "sequence": 2**70},))

    jobs = [await hub.hub.intake._job(sender, Post(hub.hub.registry["note"], NOTE, key=key)) for key in "ab"]
    submit = hub.hub.writer.submit
    outcomes = await asyncio.gather(submit(jobs[0]), submit(Change(too_large)), submit(jobs[1]), return_exceptions=True)
    assert [isinstance(one, Recorded) for one in outcomes] == [True, False, True]
    counted, faults = everything(hub_url)
    assert (counted["entry"], faults) == (2, [])
