"""Examples are the tests: a foreign implementation can run them too.

`valid` is accepted by the JSON Schema and by the hub; `invalid/schema` is refused by both; `invalid/rules`
passes the schema and is refused by the rules that no schema can say. The name of an invalid example begins
with the place of its problem: `figures.0.value--negative.json` is wrong at `/figures/0/value`.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from routehub_schemas import Invalid, Kind, Registry, loads, payload
from routehub_schemas.export import schema

KINDS = Registry.shipped()


def examples(folder: str) -> list[Any]:
    found = [(kind, path) for kind in KINDS.values() for path in sorted((kind.examples / folder).glob("*.json"))]
    return [pytest.param(kind, path, id=f"{kind.name}/{path.stem}") for kind, path in found]


@cache
def judge(name: str) -> Draft202012Validator:
    document = schema(KINDS[name])
    Draft202012Validator.check_schema(document)
    return Draft202012Validator(document, format_checker=None)


def pointer_of(path: Path) -> str:
    place, separator, _ = path.stem.partition("--")
    assert separator, "an invalid example is called <place>--<what is wrong>.json"
    return "/" + place.replace(".", "/")


def problems_of(kind: Kind, path: Path) -> list[str]:
    with pytest.raises(Invalid) as refusal:
        payload(kind, json.loads(path.read_text(encoding="utf-8")), pointer="")
    assert refusal.value.status == 422
    for problem in refusal.value.problems:
        json.dumps(problem.as_dict()).encode()
        assert problem.message
    return [problem.pointer for problem in refusal.value.problems]


@pytest.mark.parametrize(("kind", "path"), examples("valid"))
def test_a_valid_example_is_accepted_by_schema_and_hub(kind: Kind, path: Path) -> None:
    judge(kind.name).validate(json.loads(path.read_text(encoding="utf-8")))
    made = payload(kind, loads(path.read_bytes()))
    line = kind.summary(made, {})
    assert line.strip() == line
    assert "\n" not in line
    assert 0 < len(kind.subject(made, "MK")) <= 255
    assert kind.severity(made) in {None, "Extreme", "Severe", "Moderate", "Minor", "Unknown"}
    assert len(set(kind.parties(made))) == len(kind.parties(made))
    assert len(set(kind.places(made))) == len(kind.places(made))


@pytest.mark.parametrize(("kind", "path"), examples("valid"))
def test_a_valid_example_survives_the_way_out_and_back(kind: Kind, path: Path) -> None:
    made = payload(kind, loads(path.read_bytes()))
    assert payload(kind, json.loads(made.model_dump_json())) == made
    judge(kind.name).validate(made.model_dump(mode="json"))


@pytest.mark.parametrize(("kind", "path"), examples("invalid/schema"))
def test_an_example_against_the_schema_is_refused_by_both(kind: Kind, path: Path) -> None:
    assert not judge(kind.name).is_valid(json.loads(path.read_text(encoding="utf-8")))
    assert problems_of(kind, path) == [pointer_of(path)]


@pytest.mark.parametrize(("kind", "path"), examples("invalid/rules"))
def test_an_example_against_the_rules_passes_the_schema_and_is_refused(kind: Kind, path: Path) -> None:
    judge(kind.name).validate(json.loads(path.read_text(encoding="utf-8")))
    assert problems_of(kind, path) == [pointer_of(path)]


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_every_kind_has_examples_of_all_three_sorts(kind: Kind) -> None:
    for folder in ("valid", "invalid/schema", "invalid/rules"):
        assert list((kind.examples / folder).glob("*.json")), f"{kind.name} has no example in {folder}"


def test_no_file_of_the_kinds_is_an_orphan() -> None:
    root = Path(next(iter(KINDS.values())).folder).parent
    known = {kind.schema_file for kind in KINDS.values()}
    for kind in KINDS.values():
        for folder in ("valid", "invalid/schema", "invalid/rules"):
            known.update((kind.examples / folder).glob("*.json"))
    assert set(root.rglob("*.json")) == known
    folders = {path.name for path in root.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders == {kind.folder.name for kind in KINDS.values()} == set(KINDS)
