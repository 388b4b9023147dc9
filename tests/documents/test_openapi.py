"""The OpenAPI document says everything about every door, and its official tool finds it right."""

import copy
import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from openapi_spec_validator import OpenAPIV31SpecValidator

from routehub.api.documents import openapi
from routehub.app import Hub, create_app
from routehub.core.settings import Settings
from tests.fixtures.furnished import Inside


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    hub = Hub(Settings(database_url=f"sqlite:///{tmp_path_factory.mktemp('none')}/none.db"))
    shelf = create_app(hub).state.documents
    assert openapi.undocumented(shelf.openapi, hub.registry) == [], "say in documents/operations.py what these do"
    found: dict[str, Any] = json.loads(shelf.openapi_text)
    hub.db.close()
    return found


def test_the_official_validator_finds_nothing(document: dict[str, Any]):
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_the_validator_would_find_a_dangling_reference(document: dict[str, Any]):
    wrong = copy.deepcopy(document)
    wrong["paths"]["/v1/figures"]["get"]["responses"]["200"] = {"$ref": "#/components/responses/none"}
    with pytest.raises(Exception, match="none"):
        list(OpenAPIV31SpecValidator(wrong).iter_errors())


def test_every_door_names_its_answers_refusals_and_sign_in(document: dict[str, Any]):
    tags = {tag["name"] for tag in document["tags"]}
    for method, path, operation in openapi.operations(document):
        assert set(operation["tags"]) <= tags, path
        assert operation["summary"], path
        assert operation["security"] == [] or {"key": []} in operation["security"], path
        answers = operation["responses"]
        assert any(status.startswith("2") for status in answers), path
        assert "400" in answers, path
        if method in ("post", "put", "patch") and "requestBody" in operation:
            assert {"413", "415", "422"} <= set(answers), path
        for status, answer in answers.items():
            assert "$ref" in answer or status == "204" or answer["content"], (path, status)


def test_every_example_fits_the_schema_beside_it(document: dict[str, Any]):
    tried = 0
    for _, path, operation in openapi.operations(document):
        for media, content in operation.get("requestBody", {"content": {}})["content"].items():
            for example in content.get("examples", {}).values():
                validator(document, content["schema"]).validate(example["value"])
                tried += 1
            assert content["schema"], (path, media)
    for answer in document["components"]["responses"].values():
        (content,) = answer["content"].values()
        validator(document, content["schema"]).validate(content["example"])
    assert tried > 40


def validator(document: dict[str, Any], schema: dict[str, Any]) -> Any:
    return Draft202012Validator(schema | {"components": document["components"]})


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_the_documents_are_there_for_everybody_without_another_host(hub: Inside):
    async with hub.client("MK") as client:
        client.headers.pop("authorization")
        for address in ("/openapi.json", "/asyncapi.json"):
            answer = await client.get(address)
            assert answer.status_code == 200
            assert "max-age" in answer.headers["cache-control"]
        page = await client.get("/docs")
    assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    for word in ("/v1/figures.csv", "Posted.report", "Idempotency-Key"):
        assert word in page.text
    for outside in ("src=", "@import", "<script", "<link"):
        assert outside not in page.text
