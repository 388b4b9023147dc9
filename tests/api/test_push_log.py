"""The log of pushes: what a key sent and what was wrong with it, for those who set its system up and nobody else."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from routehub.core.clock import wall
from routehub.intake.pushes import KEPT, Push, PushLog, newest, push_id
from routehub.intake.tables import pushes
from tests.fixtures.office import Door, Office, open_door

DAY = "/v1/parties/SI/reports/2026-01-21"
GOOD = {"figures": [{"indicator": "arrivals", "counterpart": "HR", "value": 1362}]}


@pytest.fixture
async def strict(office: Office, tmp_path: Path) -> AsyncIterator[Door]:
    async with open_door(office, tmp_path, rate_per_minute=30) as made:
        yield made


async def make_key(door: Door, *scopes: str) -> dict[str, Any]:
    ana = await door.of("ana")
    made = await ana.post("/v1/keys", json={"system": f"border {len(scopes)}", "scopes": list(scopes)})
    assert made.status_code == 201, made.text
    return dict(made.json())


def system(door: Door, key: str) -> httpx.AsyncClient:
    return door.client(Authorization=f"Bearer {key}")


async def log(client: httpx.AsyncClient, key: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """The newest last."""
    answer = await client.get(f"/v1/keys/{key['id']}/log" if key else "/v1/log")
    assert answer.status_code == 200, answer.text
    return list(reversed(answer.json()["log"]))


async def test_every_push_is_told_with_its_problems_and_without_what_was_sent(door: Door) -> None:
    key = await make_key(door, "post:report")
    sender = system(door, key["key"])
    await sender.put(DAY + "?dry_run=true", json=GOOD)
    posted = await sender.put(DAY, json=GOOD)
    await sender.put(DAY, json=GOOD)
    await sender.put(DAY, json={"comnent": key["key"], "figures": [{"indicator": "arrivals", "value": "77123"}]})
    await sender.put(DAY, content="canary")
    await sender.put(DAY, content='{"canary', headers={"Content-Type": "application/json"})
    await sender.put(DAY, content=b" " * 1_100_000, headers={"Content-Type": "application/json"})
    await sender.post("/v1/alerts", json={"headline": "canary"})
    await sender.post("/v1/raports", json={"headline": "canary"})
    await sender.get("/v1/figures")  # reading is no push
    found = await log(sender)
    assert [(push["status"], push["outcome"]) for push in found] == [
        (200, "checked"), (201, "accepted"), (200, "unchanged"), (422, "refused"), (415, "refused"), (400, "refused"),
        (413, "refused"), (422, "refused"), (404, "refused"),
    ]  # fmt: skip
    assert found[0]["dry_run"] is True
    assert found[1]["message"] == found[2]["message"] == posted.json()["id"]
    assert ("/comnent", "comment") in {(one["pointer"], one.get("suggestion")) for one in found[3]["problems"]}
    assert "/figures/0/value" in {one["pointer"] for one in found[3]["problems"]}
    assert found[8]["path"] == "/v1/raports"
    rows = door.office.db.read_sync(lambda conn: [dict(row) for row in conn.execute(select(pushes)).mappings()])
    for place in (rows, found):
        assert key["key"].rsplit("_", 1)[1] not in str(place)
        assert "77123" not in str(place)
        assert "canary" not in str(place)


async def test_of_a_batch_the_refused_items_are_told_with_their_numbers(door: Door) -> None:
    key = await make_key(door, "post:report")
    sender = system(door, key["key"])
    report = {"party": "SI", "day": "2026-01-21", **GOOD}
    event = {"specversion": "1.0", "source": "/x", "type": "routehub.report.v1", "data": report}
    batch = [event | {"id": "one"}, event | {"id": "two", "data": report | {"day": "no day"}}]
    answer = await sender.post(
        "/v1/messages", content=json.dumps(batch), headers={"Content-Type": "application/cloudevents-batch+json"}
    )
    assert answer.status_code == 207, answer.text
    (found,) = await log(sender)
    assert (found["outcome"], found["detail"]) == ("refused", "1 accepted, 1 refused.")
    assert [one["pointer"] for one in found["problems"]] == ["/1/data/day"]


async def test_of_a_file_every_bad_cell_is_told(door: Door) -> None:
    key = await make_key(door, "post:report")
    sender = system(door, key["key"])
    body = "day,arrivals\n2026-01-20,7\n2026-01-21,-1\n"
    for query in ("", "?partial=true"):
        await sender.post(f"/v1/reports{query}", content=body, headers={"Content-Type": "text/csv"})
    found = await log(sender)
    assert [(push["status"], push["code"], push["detail"]) for push in found] == [
        (422, "not-together", "1 problem in 1 row; nothing was stored."),
        (207, "some-refused", "1 problem in 1 row; the other rows were taken."),
    ]
    for push in found:
        assert [one["pointer"] for one in push["problems"]] == ["/rows/3/B"]


async def test_a_key_that_is_over_and_a_wrong_secret_are_told_apart(door: Door) -> None:
    key = await make_key(door, "post:report")
    sender, guesser = system(door, key["key"]), system(door, key["key"][:-1] + "~")
    assert (await guesser.put(DAY, json=GOOD)).status_code == 401
    ana = await door.of("ana")
    await ana.post(f"/v1/keys/{key['id']}/revoke")
    assert (await sender.put(DAY, json=GOOD)).status_code == 401
    assert (await system(door, "rh_live_aaaaaaaa_x").put(DAY, json=GOOD)).status_code == 401  # nobody's
    assert [(push["outcome"], push["code"]) for push in await log(ana, key)] == [
        ("unproved", "wrong-secret"), ("refused", "key-revoked")
    ]  # fmt: skip


async def test_the_partys_people_and_the_key_itself_read_the_log_and_nobody_else(door: Door) -> None:
    key, other = await make_key(door, "post:report"), await make_key(door, "post:*", "read:feed")
    await system(door, key["key"]).put(DAY, json={})
    for name in ("ana", "bor", "eva"):  # office, contact point, deputy
        assert len(await log(await door.of(name), key)) == 1
        assert len(await log(await door.of(name))) == 1
    assert len(await log(system(door, key["key"]), key)) == 1
    assert await log(system(door, other["key"])) == []
    for stranger in (await door.of("mira"), await door.of("clara"), system(door, other["key"])):
        answer = await stranger.get(f"/v1/keys/{key['id']}/log")
        nothing = await stranger.get("/v1/keys/nothere1/log")
        assert (answer.status_code, answer.content) == (404, nothing.content)
    operator = await door.of("olga")
    assert (await operator.get(f"/v1/keys/{key['id']}/log")).status_code == 403
    assert await log(operator) == []


async def test_a_runaway_program_does_not_push_out_what_was_refused(strict: Door) -> None:
    key = await make_key(strict, "post:report")
    sender = system(strict, key["key"])
    assert (await sender.put(DAY, json={})).status_code == 422
    answers = [(await sender.put(DAY, json=GOOD)).status_code for _ in range(60)]
    assert 429 in answers
    found = await log(await strict.of("ana"), key)
    outcomes = [push["outcome"] for push in found]
    assert outcomes.count("held-off") == KEPT["held-off"]
    assert outcomes.count("refused") == 1


async def test_the_log_is_bounded_per_key_and_reads_the_newest_first(office: Office) -> None:
    kept = PushLog(office.writer)
    for number in range(KEPT["refused"] + 50):
        kept.add(Push(push_id(), "aaaaaaaa", wall(), "PUT", f"/v1/{number}", 422, "refused"))
        if number % 90 == 0:
            await kept.flush()
    await kept.flush()
    kept.add(Push(push_id(), "bbbbbbbb", wall(), "PUT", "/v1/x", 422, "refused"))
    await kept.flush()
    found = office.db.read_sync(newest, ["aaaaaaaa"], 1000)
    assert len(found) == KEPT["refused"]
    assert {push.path for push in found} == {f"/v1/{n}" for n in range(50, KEPT["refused"] + 50)}


@pytest.mark.parametrize("database_kind", ["postgresql"])
async def test_two_hubs_show_one_log(office: Office, tmp_path: Path) -> None:
    async with open_door(office, tmp_path / "one") as one, open_door(office, tmp_path / "two") as two:
        key = await make_key(one, "post:report")
        assert (await system(one, key["key"]).put(DAY, json={})).status_code == 422
        await one.hub.pushes.flush()
        assert [push["status"] for push in await log(await two.of("bor"), key)] == [422]
