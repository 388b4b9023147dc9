"""The receivers of the examples, as they stand, with a real hub."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.delivery.calls import note, post
from tests.delivery.local import LocalHub
from tests.delivery.office import Office
from tests.fixtures.ports import find_free_port
from tests.fixtures.waiting import wait_for

EXAMPLES = Path(__file__).parents[2] / "clients" / "examples"


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_receivers_take_what_the_hub_signed_once_and_nothing_else(
    office: Office, start: Callable[..., LocalHub], tmp_path: Path
):
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    gr, mk = office.key("GR"), office.key("MK")
    hub = start()
    programs = []
    try:
        for command in ([sys.executable, "receiver.py"], ["node", "receiver.mjs"]):
            port, out = find_free_port(), tmp_path / f"{command[1]}.out"
            target = f"http://127.0.0.1:{port}/"
            made = post(hub, mk, "subscriptions", {"channel": "webhook", "target": target, "signing": "both"})
            public = made["signing_keys"][1]["public_key"]
            key = made["secret"] if command[1].endswith(".py") else public  # each form once
            with out.open("w") as file:
                programs.append(
                    subprocess.Popen(
                        [command[0], str(EXAMPLES / command[1]), str(port), str(tmp_path / f"{command[1]}.seen")],
                        env=os.environ | {"ROUTEHUB_WEBHOOK_KEYS": f"whsec_AAAA {key}"}, stdout=file,
                    )
                )  # fmt: skip
            wait_for(lambda port=port: listens(port), 20)  # type: ignore[misc]
            sent = note(hub, gr, "for you", "MK")
            wait_for(lambda out=out: out.read_text().endswith("\n"), 20)  # type: ignore[misc]
            assert [json.loads(line)["id"] for line in out.read_text().splitlines()] == [sent["id"]]
            replay = post(hub, mk, f"subscriptions/{made['id']}/replays", {"after": "1.0"}, 202)
            assert replay["id"]
            assert httpx.post(target, content=b"{}", trust_env=False).status_code == 401
            last = note(hub, gr, "again", "MK")
            wait_for(lambda out=out, last=last: last["id"] in out.read_text(), 20)  # type: ignore[misc]
            ids = [json.loads(line)["id"] for line in out.read_text().splitlines()]
            assert len(ids) == len(set(ids))
    finally:
        for program in programs:
            program.terminate()
            program.wait(10)
