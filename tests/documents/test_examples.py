"""Every request in the OpenAPI document is sent to a running hub, which answers as the document says."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator, ValidationError  # type: ignore[import-untyped]

from routehub.api.documents import openapi
from routehub_schemas import Registry
from routehub_schemas.kind import HUB
from tests.documents.scenes import CHECK, EXERCISE, FIRST, Example, Scene, data_of, with_ids
from tests.documents.stage import Stage, stage
from tests.fixtures.furnished import CMR, WBR, RouteOf, bearer
from tests.fixtures.hub import HubProcess

NUMBERS = count(700)
"""Of conferences that an example has for itself."""


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
    made = stage(migrated_database_url, WBR, CMR, RouteOf("wbr", EXERCISE, "exercise"))
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
    assert len(tried) > 20
    registry = Registry.shipped()
    assert {path for _, path in tried} >= {f"/v1/{kind.door}" for kind in registry.values() if kind.posted_by != HUB}


class Posting:
    """Sends an example in its scene: by whom, at what time, and after what stands on record before it."""

    def __init__(self, asked: Asked, method: str, path: str, name: str) -> None:
        self.asked, self.method, self.path = asked, method, path
        self.media, _, self.name = name.partition(" ")

    def send(self, body: Any) -> httpx.Response:
        if isinstance(body, str):  # a file
            self.asked.clock("2015-10-20T23:00:00Z")
            return self.request(body, self.asked.key("MK"))
        kind = self.kind(body)
        if kind is None:
            return self.send_other(body)
        if "specversion" in body:  # with real ids in it, the same event is another one in another form
            body = body | {"id": f"{body['id']}-{self.media}"}
        example = (kind, self.name.removeprefix(f"{kind}-") if "specversion" in body else self.name)
        scene = Scene(example, data_of(example))
        self.asked.clock(scene.time)
        if kind == "conference" and "state" in scene.data:
            self.own("/v1/conferences", data_of(("conference", "shortest")))
        headers = self.headers(scene.sender, scene.route)
        if self.media == "application/json" and "specversion" not in body:
            headers = headers | {"Idempotency-Key": f"{self.path}-{self.name}"}
        content = with_ids(body, self.stands_before(scene))
        if scene.then is not None:
            self.asked.clock(scene.then)
        return self.request(content, headers)

    def request(self, content: str, headers: dict[str, str]) -> httpx.Response:
        headers = headers | {"Content-Type": self.media}
        return self.asked.client.request(self.method, self.address(), content=content, headers=headers)

    def send_other(self, body: Any) -> httpx.Response:
        """What is no message: a person of the Commission does it, or that of a party that reports."""
        headers = self.asked.stage.person
        if self.path == "/v1/reporting/pauses":
            self.asked.clock(f"{body['from']}T12:00:00Z")
            headers = self.asked.stage.office
        return self.request(with_ids(body, {}), self.asked.key("EC") if self.path == "/v1/clock" else headers)

    def kind(self, body: Any) -> str | None:
        if "specversion" in body:
            return str(body["type"]).split(".")[1]
        if self.path.endswith("/reports/{day}"):
            return "report"
        path = self.path.removesuffix("/preview")
        return next((k.name for k in Registry.shipped().values() if path == f"/v1/{k.door}"), None)

    def headers(self, party: str | None, route: str | None = None) -> dict[str, str]:
        if party is None:
            return self.asked.stage.person
        on_wbr = ("wbr", party) in self.asked.stage.keys
        return self.asked.key(party, route or ("wbr" if on_wbr else "cmr"))

    def stands_before(self, scene: Scene) -> dict[str, str]:
        """Posts what the example refers to; the real id of each by the invented one."""
        for example in FIRST.get(scene.example, ()):
            self.put_on_record(example, Scene(example, data_of(example)).sender)
        before = scene.before()
        made = {
            example: self.put_on_record(example, scene.sent_by(example)) for example in dict.fromkeys(before.values())
        }
        return {ref: made[example] for ref, example in before.items()}

    def put_on_record(self, example: Example, sender: str | None) -> str:
        scene = Scene(example, data_of(example))
        content = with_ids(scene.data, self.stands_before(scene))
        headers = self.headers(sender) | {"Content-Type": "application/json"}
        door = Registry.shipped()[example[0]].door
        answer = self.asked.client.post(f"/v1/{door}", content=content, headers=headers)
        assert answer.status_code in (200, 201), f"before it: {example}: {answer.text}"
        # A field that names a check takes its short id alone.
        return str(answer.json()["shortid" if example == CHECK else "id"])

    def address(self) -> str:
        if "{day}" in self.path:
            data = data_of(("report", self.name))
            return f"/v1/parties/{data['party']}/reports/{data['day']}"
        if "{number}" in self.path:
            return self.chaired()
        if "{name}" in self.path:
            return self.path.replace("{name}", "police")
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

    def chaired(self) -> str:
        """A conference of this example's own, as far as the door needs it: compiled, or started."""
        self.asked.clock("2016-01-27T10:00:00Z")
        number = next(NUMBERS)
        place = f"/v1/conferences/{number}"
        called = {"number": number, "title": "Conference", "start": "2016-01-27T10:30:00Z", "chair": "EC"}
        self.own("/v1/conferences", called)
        self.own(f"{place}/compile", {})
        if "/notes" in self.path or self.path.endswith("/end"):
            self.own(f"{place}/start", {})
        return self.path.replace("{number}", str(number)).replace("{item}", "1")

    def own(self, address: str, body: Any = None) -> Any:
        method = "GET" if body is None else "POST"
        answer = self.asked.client.request(method, address, json=body, headers=self.asked.stage.person)
        assert answer.is_success, answer.text
        return answer.json()
