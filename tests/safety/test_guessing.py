"""A guesser is stopped and the rightful one beside them is not."""

import httpx
import pytest

from routehub.api.identity import UNPROVED
from tests.fixtures.furnished import Inside

TRIED = 20
pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


async def test_whoever_guesses_keys_has_to_wait_and_the_right_key_beside_them_works_on(
    hub: Inside, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(hub.hub.rates, "_clock", lambda: 90.0)  # a slow machine must not let the minute pass
    for _ in range(UNPROVED - TRIED):
        hub.hub.rates.allows("not-proved", "127.0.0.1", UNPROVED, 60)
    async with hub.client("MK") as right:
        guesser = httpx.AsyncClient(transport=httpx.ASGITransport(hub.app), base_url="http://127.0.0.1:1")
        public = hub.keys[("wbr", "MK")].split("_")[2]
        statuses = [
            (await guesser.get("/v1/me", headers={"Authorization": f"Bearer rh_live_{public}_{n:043}"})).status_code
            for n in range(TRIED + 1)
        ]
        assert set(statuses[:TRIED]) == {401}
        assert statuses[-1] == 429
        waiting = await guesser.get("/v1/me", headers={"Authorization": f"Bearer rh_live_{public}_x"})
        assert int(waiting.headers["Retry-After"]) >= 1
        assert (await right.get("/v1/me")).status_code == 200, "the same address, the same key, the right secret"
        await guesser.aclose()


async def test_one_system_that_asks_without_end_takes_from_its_party_and_from_nobody_else(hub: Inside):
    hub.hub.rates.take("party", "wbr MK", 10**9, 60)
    for _ in range(hub.hub.settings.rate_per_minute):
        assert hub.hub.rates.allows("actor", "key:x", hub.hub.settings.rate_per_minute, 60)
    assert not hub.hub.rates.allows("actor", "key:x", hub.hub.settings.rate_per_minute, 60)
    assert (await hub.get("SI", "/v1/me")).status_code == 200
