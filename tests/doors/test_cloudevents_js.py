"""The same judged by the official SDK for JavaScript."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.furnished import Inside

SDK = "cloudevents@10.0.0"
WRITE = """
const { CloudEvent, HTTP } = require("cloudevents");
const made = (id, day) => new CloudEvent({
  id, type: "routehub.report.v1", source: "/systems/mk", tlp: "GREEN", exercise: false,
  data: { party: "MK", day, figures: [{ indicator: "arrivals", value: 7 }] } });
console.log(JSON.stringify([HTTP.structured(made("j1", "2015-10-20")), HTTP.binary(made("j2", "2015-10-21"))]));
"""
READ = """
const { HTTP } = require("cloudevents");
const message = JSON.parse(require("fs").readFileSync(0, "utf8"));
const found = [].concat(HTTP.toEvent(message));
for (const event of found) event.validate();
console.log(JSON.stringify(found.map((event) => [event.source, event.senderid, event.data.figures[0].value])));
"""


def node(folder: Path, script: str, given: Any = None) -> Any:
    done = subprocess.run(
        ["node", "-e", script], cwd=folder, input=json.dumps(given), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_the_javascript_sdk_is_understood_and_understands(hub: Inside, node_package: Callable[[str], Path]):
    folder = node_package(SDK)
    async with hub.client("MK") as client:
        for message in node(folder, WRITE):
            headers = {
                name: str(value).lower() if value is False else value for name, value in message["headers"].items()
            }
            answer = await client.post("/v1/messages", content=message["body"].encode(), headers=headers)
            assert answer.status_code == 201, answer.text
        page = await client.get("/v1/messages", headers={"Accept": "application/cloudevents-batch+json"})
        one = await client.get(
            f"/v1/messages/{page.json()[0]['id']}", headers={"Accept": "application/cloudevents+json"}
        )
    read = node(folder, READ, {"headers": {"content-type": page.headers["content-type"]}, "body": page.text})
    assert read == [["/parties/MK", "j1", 7], ["/parties/MK", "j2", 7]]
    read = node(folder, READ, {"headers": {"content-type": one.headers["content-type"]}, "body": one.text})
    assert read == [["/parties/MK", "j1", 7]]
