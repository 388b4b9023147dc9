"""Many messages through one door at once: each by itself, or all of them or none."""

import asyncio
from typing import Any

import pytest

from routehub.core.errors import HubError, Refused
from routehub.directory.principal import Principal
from routehub.intake.receive import Post
from routehub.journal.jobs import Recorded
from tests.fixtures.furnished import Inside
from tests.journal.stored import everything

pytestmark = pytest.mark.usefixtures("hub")


def note(hub: Inside, text: str, key: str | None = None, to: str = "SI") -> Post:
    return Post(hub.hub.registry["note"], {"to": [to], "subject": "s", "text": text}, key=key)


def report(hub: Inside, value: int, **more: Any) -> Post:
    data = {"party": "AT", "day": "2015-10-20", "figures": [{"indicator": "arrivals", "value": value}], **more}
    return Post(hub.hub.registry["report"], data)


@pytest.fixture
async def sender(hub: Inside) -> Principal:
    await hub.set_clock("2015-10-21T05:30:00Z")
    key = next(key for key in hub.hub.directory.value.keys.values() if key.party == "AT")
    return Principal("wbr", "AT", "AT system", f"key:{key.id}", frozenset({"national_system"}), key.scopes)


def words(outcomes: list[Recorded | HubError]) -> list[str]:
    return [type(one).__name__ for one in outcomes]


async def test_each_is_answered_in_its_order_and_a_refused_one_leaves_the_others(
    hub: Inside, sender: Principal, hub_url: str
):
    posts = [note(hub, "1", "k1"), note(hub, "2", to="XX"), report(hub, 5), report(hub, 5), note(hub, "1", "k1"),
             report(hub, 6), report(hub, 7, reason="recount")]  # fmt: skip
    outcomes = await hub.hub.intake.receive_many(sender, posts)
    assert words(outcomes) == ["Recorded", "Refused", "Recorded", "Recorded", "Recorded", "Refused", "Recorded"]
    first, stored, same, again, _ = (outcome for outcome in outcomes if isinstance(outcome, Recorded))
    assert (same.unchanged, same.message_id) == (True, stored.message_id)
    assert (again.replayed, again.message_id) == (True, first.message_id)
    counted, faults = everything(hub_url)
    assert (counted["entry"], faults) == (3, [])


@pytest.mark.parametrize("bad", ["in the form", "on the board"])
async def test_together_means_that_one_refusal_stores_none_and_every_problem_is_told(
    hub: Inside, sender: Principal, hub_url: str, bad: str
):
    await hub.hub.intake.receive(sender, report(hub, 5))
    wrong = note(hub, "2", to="XX") if bad == "in the form" else report(hub, 6)
    posts = [note(hub, "1", "k1"), wrong, report(hub, 7), note(hub, "3")]
    outcomes = await hub.hub.intake.receive_many(sender, posts, together=True)
    assert words(outcomes) == ["Recorded", "Refused", "Refused", "Recorded"]
    assert all(outcome.problems for outcome in outcomes if isinstance(outcome, Refused))
    counted, faults = everything(hub_url)
    assert (counted["entry"], counted["idempotency_key"], faults) == (1, 0, [])
    rest = [posts[0], posts[3]]
    assert words(await hub.hub.intake.receive_many(sender, rest, together=True)) == ["Recorded", "Recorded"]
    counted, faults = everything(hub_url)
    assert (counted["entry"], faults) == (3, [])


async def test_what_goes_in_together_is_in_one_piece_for_every_reader(hub: Inside, sender: Principal):
    posts = [note(hub, str(number)) for number in range(20)]
    several = await asyncio.gather(*(hub.hub.intake.receive_many(sender, posts, together=True) for _ in range(3)))
    page = (await hub.get("SI", "/v1/messages?limit=100")).json()["messages"]
    assert [message["data"]["text"] for message in page] == [str(number) for number in range(20)] * 3
    assert all(isinstance(one, Recorded) and one.message for outcomes in several for one in outcomes)
