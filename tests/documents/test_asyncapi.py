"""The AsyncAPI document is what the official parser takes, and what a hub really sends."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from websockets.sync.client import connect

from routehub import __version__
from routehub.api.documents import asyncapi
from routehub.core.settings import Settings
from routehub_schemas import Registry, parse
from tests.fixtures.furnished import bearer, furnish
from tests.fixtures.hub import HubProcess

PARSER = "@asyncapi/parser@3.6.3"
SCRIPT = Path(__file__).with_name("parse_asyncapi.js")


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return asyncapi.document(Registry.shipped(), Settings(), __version__)


def judged(documents: list[dict[str, Any]], folder: Path) -> list[dict[str, Any]]:
    done = subprocess.run(
        ["node", str(SCRIPT)], input=json.dumps(documents), capture_output=True, text=True, timeout=100, check=True,
        env=os.environ | {"NODE_PATH": str(folder / "node_modules")},
    )  # fmt: skip
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def test_the_official_parser_takes_it(document: dict[str, Any], node_package: Callable[[str], Path]):
    wrong = {"asyncapi": "3.0.0", "info": document["info"], "channels": {"a": {"messages": {"b": {"$ref": "#/none"}}}}}
    found, planted = judged([document, wrong], node_package(PARSER))
    assert found["wrong"] == []
    assert found["operations"] == ["sendOnStream", "sendEvents", "callWebhook"]
    assert found["messages"] > 2 * len(Registry.shipped())
    assert planted["wrong"], "the parser finds a fault where there is one"


def test_every_example_fits_its_schema_and_is_read_by_the_contract(document: dict[str, Any]):
    registry = Registry.shipped()
    for name, message in document["components"]["messages"].items():
        assert message["examples"], name
        for example in message["examples"]:
            fits(document, message["payload"], example["payload"])
            if message["contentType"] != "application/json":
                envelope = parse.read(registry, example["payload"])
                assert (envelope.content is not None) == (envelope.kind in registry), name


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_what_a_running_hub_streams_is_what_the_document_says(
    document: dict[str, Any], migrated_database_url: str, start_hub: Callable[..., HubProcess]
):
    keys = furnish(migrated_database_url)
    hub = start_hub(migrated_database_url, mode="exercise", heartbeat_seconds="0.2")
    key = bearer(keys[("wbr", "MK")])
    with connect(
        f"ws://127.0.0.1:{hub.port}/v1/stream",
        additional_headers=key,
        subprotocols=["cloudevents.json"],  # type: ignore[list-item]
    ) as socket:
        frames = [json.loads(socket.recv(10))]
        note = {"to": ["RS"], "subject": "Trains on Thursday", "text": "Two more coaches."}
        answer = httpx.post(f"{hub.url}/v1/notes", json=note, headers=key, trust_env=False)
        assert answer.status_code == 201, answer.text
        while len(frames) < 5:
            frames.append(json.loads(socket.recv(10)))
    schemas = {"Start": 0, "Heartbeat": 0, "Event.note": 0}
    for frame in frames:
        name = "Start" if "recovered" in frame else "Heartbeat" if "heartbeat" in frame else "Event.note"
        schemas[name] += 1
        fits(document, {"$ref": f"#/components/schemas/{name}"}, frame)
    assert all(schemas.values()), schemas


def fits(document: dict[str, Any], schema: dict[str, Any], payload: Any) -> None:
    Draft202012Validator(schema | {"components": document["components"]}).validate(payload)
