"""Every request in the OpenAPI document is sent to a running hub, which answers as the document says."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator, ValidationError  # type: ignore[import-untyped]

from routehub.api.documents import openapi
from routehub_schemas import Registry
from tests.documents.stage import Stage, stage
from tests.fixtures.furnished import CMR, WBR, bearer
from tests.fixtures.hub import HubProcess

ALERT_ID, ALERT_SHORT, PROPOSED = "0197d2a4-6a00-7cc1-9b52-3f1d8a6e0c11", "A-7F3K", "M-2QXW"
CLOCKS = {"alert": "2015-11-18T12:00:00Z", "conference": "2016-01-25T12:00:00Z"}
NOW = "2015-11-18T12:00:00Z"


@dataclass
class Asked:
    """A hub, what it says about itself, and who may ask it."""

    document: dict[str, Any]
    client: httpx.Client
    stage: Stage

    def key(self, party: str, route: str = "wbr") -> dict[str, str]:
        return bearer(self.stage.keys[(route, party)])

    def clock(self, now: str) -> None:
        self.client.put("/v1/clock", json={"now": now}, headers=self.key("EC")).raise_for_status()

    def holds(self, method: str, path: str, answer: httpx.Response) -> dict[str, Any]:
        """The answer is one that the document gives for this door, and it is a good one."""
        said = self.document["paths"][path][method]["responses"]
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        assert str(answer.status_code) in said, f"{method} {path} answered {answer.status_code}"
        content = said[str(answer.status_code)]["content"]["application/json"]
        Draft202012Validator(content["schema"] | {"components": self.document["components"]}).validate(answer.json())
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture
def asked(migrated_database_url: str, start_hub: Callable[..., HubProcess]) -> Iterator[Asked]:
    made = stage(migrated_database_url, WBR, CMR)
    hub = start_hub(migrated_database_url, mode="exercise", rate_per_minute="100000")
    with httpx.Client(base_url=hub.url, trust_env=False, timeout=10) as client:
        yield Asked(client.get("/openapi.json").json(), client, made)


def examples(document: dict[str, Any]) -> Iterator[tuple[str, str, str, Any]]:
    for method, path, operation in openapi.operations(document):
        for media, content in operation.get("requestBody", {"content": {}})["content"].items():
            for name, example in content.get("examples", {}).items():
                if isinstance(example["value"], list):  # the same events again, which are tried one by one
                    continue
                yield method, path, f"{media} {name}", example["value"]


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_every_example_of_a_request_is_answered_as_the_document_says(asked: Asked):
    tried, wrong = set(), []
    for method, path, name, body in examples(asked.document):
        try:
            asked.holds(method, path, Posting(asked, method, path, name).send(body))
        except (AssertionError, ValidationError) as fault:
            wrong.append(f"{name}: {str(fault)[:600]}")
        tried.add((method, path))
    assert wrong == [], "\n".join(wrong)
    assert len(tried) > 14
    registry = Registry.shipped()
    assert {path for _, path in tried} >= {f"/v1/{kind.door}" for kind in registry.values() if kind.name != "agenda"}


class Posting:
    """Who sends an example, at what time, and with which real ids in the place of the invented ones."""

    def __init__(self, asked: Asked, method: str, path: str, name: str) -> None:
        self.asked, self.method, self.path, self.name = asked, method, path, name
        self.media, _, self.example = name.partition(" ")

    def send(self, body: Any) -> httpx.Response:
        if isinstance(body, str):  # a file
            self.asked.clock("2015-10-20T23:00:00Z")
            headers = self.asked.key("MK") | {"Content-Type": self.media}
            return self.asked.client.post(self.path, content=body, headers=headers)
        kind = self.kind(body)
        if "specversion" in body:  # with real ids in it, the same event is another one in another form
            body = body | {"id": f"{body['id']}-{self.media}"}
        if kind is not None:
            self.asked.clock(self.time(kind, body))
        if kind == "conference" and "state" in body.get("data", body):
            planned = openapi.kind_examples(Registry.shipped()["conference"])["shortest"]
            self.own("/v1/conferences", planned)
        text = self.with_real_ids(json.dumps(body))
        headers = self.sender(kind, body) | {"Content-Type": self.media}
        if self.media == "application/json" and kind is not None and "specversion" not in body:
            headers["Idempotency-Key"] = f"{self.path}-{self.example}"
        return self.asked.client.request(self.method, self.address(kind), content=text, headers=headers)

    def kind(self, body: Any) -> str | None:
        if "specversion" in body:
            return str(body["type"]).split(".")[1]
        if self.path.endswith("/reports/{day}"):
            return "report"
        return next((k.name for k in Registry.shipped().values() if self.path == f"/v1/{k.door}"), None)

    def report(self) -> Any:
        return openapi.kind_examples(Registry.shipped()["report"])[self.example]

    def time(self, kind: str, body: Any) -> str:
        if kind != "report":
            return CLOCKS.get(kind, NOW)
        data = self.report() if self.path.endswith("{day}") else body.get("data", body)
        return f"{data['day']}T23:00:00Z"

    def sender(self, kind: str | None, body: Any) -> dict[str, str]:
        data = body.get("data", body)
        if kind == "report":
            party = (self.report() if self.path.endswith("{day}") else data)["party"]
            return self.asked.key(party, self.route(party))
        if kind in ("alert", "note"):
            return self.asked.key("MK")
        if kind == "response" and data["act"] == "acknowledge":
            return self.asked.key("RS")
        return self.asked.key("EC") if self.path == "/v1/clock" else self.asked.stage.person

    def route(self, party: str) -> str:
        return "wbr" if ("wbr", party) in self.asked.stage.keys else "cmr"

    def address(self, kind: str | None) -> str:
        if "{day}" in self.path:
            data = self.report()
            return f"/v1/parties/{data['party']}/reports/{data['day']}"
        if "{person}" in self.path:
            return self.path.replace("{person}", self.own("/v1/me")["person"])
        if "{key}" in self.path:
            made = self.own("/v1/keys", {"system": "another", "scopes": ["post:report"]})
            return self.path.replace("{key}", made["id"])
        if "{sub}" in self.path:
            hook = {"channel": "webhook", "target": "https://hooks.example.org/routehub"}
            made = self.own("/v1/subscriptions", hook if self.path.endswith("/rotate") else {"channel": "email"})
            return self.path.replace("{sub}", made["id"])
        return self.path

    def own(self, address: str, body: Any = None) -> Any:
        method = "GET" if body is None else "POST"
        answer = self.asked.client.request(method, address, json=body, headers=self.asked.stage.person)
        assert answer.is_success, answer.text
        return answer.json()

    def with_real_ids(self, text: str) -> str:
        """The ids of examples name nothing; a message that they could name is posted first."""
        if PROPOSED in text:
            item = self.own("/v1/agenda-items", {"title": "Winter places along the route"})
            text = text.replace(PROPOSED, item["id"])
        if ALERT_ID in text or ALERT_SHORT in text:
            self.asked.clock(NOW)
            alert = openapi.kind_examples(Registry.shipped()["alert"])["shortest"]
            answer = self.asked.client.post("/v1/alerts", json=alert, headers=self.asked.key("MK"))
            assert answer.status_code == 201, answer.text
            text = text.replace(ALERT_ID, answer.json()["id"]).replace(ALERT_SHORT, answer.json()["shortid"])
        return text
