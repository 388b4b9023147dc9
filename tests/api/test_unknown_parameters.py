"""A query parameter that a door does not have is refused with the name that was meant, never passed over."""

import httpx
import pytest
from fastapi.routing import iter_route_contexts

from routehub.api.door import Door
from routehub.app import Hub, create_app
from routehub.core.settings import Settings
from tests.fixtures.furnished import Inside

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"])


@ON_SQLITE
async def test_all_unknown_names_are_told_with_what_is_wrong_in_the_known_ones(hub: Inside):
    for route in ("", "/routes/wbr"):
        answer = await hub.get("MK", f"/v1{route}/figures?partys=MK&limit=0&zzz=1&indicator=arrivals")
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        told = {problem["pointer"]: problem for problem in answer.json()["problems"]}
        assert set(told) == {"/query/limit", "/query/partys", "/query/zzz"}
        assert (told["/query/partys"]["code"], told["/query/partys"]["suggestion"]) == ("unknown-parameter", "party")
        assert "suggestion" not in told["/query/zzz"]
        assert {"from", "as_of", "hxl"} <= set(told["/query/zzz"]["allowed"])


@ON_SQLITE
async def test_a_misspelt_dry_run_stores_nothing(hub: Inside):
    report = {"party": "MK", "day": "2015-10-20", "figures": [{"indicator": "arrivals", "value": 1}]}
    await hub.set_clock("2015-10-20T20:00:00Z")
    answer = await hub.post("MK", "reports?dryrun=true", report)
    assert (answer.status_code, answer.json()["problems"][0]["suggestion"]) == (422, "dry_run")
    assert (await hub.get("MK", "/v1/messages")).json()["messages"] == []


@ON_SQLITE
async def test_a_stranger_learns_of_no_parameter_before_signing_in(hub: Inside):
    async with httpx.AsyncClient(transport=httpx.ASGITransport(hub.app), base_url="http://127.0.0.1:1") as stranger:
        assert (await stranger.get("/v1/figures?zzz=1")).status_code == 401


def test_every_door_looks_at_its_parameters(tmp_path):
    """The WebSocket does so in its function."""
    app = create_app(Hub(Settings(database_url=f"sqlite:///{tmp_path / 'hub.sqlite'}", data_dir=tmp_path)))
    doors = [found for found in iter_route_contexts(app.routes) if str(found.path).startswith("/v1/")]
    assert len(doors) > 100
    open_ones = {found.path for found in doors if not isinstance(found.original_route, Door)}
    assert open_ones == {"/v1/stream", "/v1/routes/{route}/stream"}
