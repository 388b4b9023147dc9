"""Metrics tell of traffic that no party may know of: the machine itself reads them, operators, who has the token."""

from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError

from routehub.cli.examination import machine
from routehub.core.settings import Settings
from tests.fixtures.office import Office, open_door

SECRET = "s" * 40


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_program_elsewhere_reads_metrics_with_the_token_and_never_through_a_proxy(
    office: Office, tmp_path: Path
):
    file = tmp_path / "metrics.token"
    async with open_door(office, tmp_path, metrics_token_file=file) as door:

        async def status(said: str, path: str = "/metrics", **headers: str) -> int:
            transport = httpx.ASGITransport(door.app, client=("192.0.2.7", 1))
            async with httpx.AsyncClient(transport=transport, base_url="http://hub.example") as client:
                answer = await client.get(path, headers={"Authorization": f"Bearer {said}", **headers})
                return answer.status_code

        assert await status(SECRET) == 404, "the file is not there yet"
        file.write_text("short")
        assert await status("short") == 404, "it could be guessed"
        file.write_text(f"{SECRET}\n")
        assert await status(SECRET) == 200, "read anew each time"
        assert await status(SECRET[:-1]) == 404
        assert await status("x" * 40) == 404
        assert await status(SECRET, "/health/ready") == 404, "it opens nothing else"
        assert await status(SECRET, "/v1/me") == 401
        assert await status(SECRET, **{"X-Forwarded-For": "127.0.0.1"}) == 404, "nor anything from outside"


@pytest.mark.parametrize("given", ["ingress", "10.0.0.0/8, proxy", "0.0.0.0/0", "*"])
def test_a_proxy_is_an_address_and_never_everybody(given: str):
    with pytest.raises(ValidationError):
        Settings(trusted_proxy=given)


def test_the_doctor_says_when_a_whole_cluster_is_believed():
    def state(trusted: str) -> str:
        return machine.proxy(Settings(public_url="https://hub.example", trusted_proxy=trusted)).state

    assert [state(one) for one in ("10.1.2.3,", "10.1.2.0/24, 10.1.3.0/24", "10.0.0.0/8", "")] == [
        "well", "well", "look", "fault",
    ]  # fmt: skip
