"""Write the JSON Schemas beside their kinds, or compare them: `python -m routehub_schemas.export [--check]`.

The schemas are generated from the payload models, committed, and compared in `make check`: a change of the
contract is always seen in review, and a released schema never changes by accident.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from routehub_schemas.envelope import Envelope
from routehub_schemas.kind import Kind
from routehub_schemas.registry import Registry

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ENVELOPE_FILE = Path(__file__).parent / "envelope.v1.schema.json"


def schema(kind: Kind) -> dict[str, Any]:
    """The JSON Schema of a kind's payload, the `data` of its CloudEvent."""
    made = kind.payload.model_json_schema(mode="validation")
    head = {"$schema": DIALECT, "$id": f"urn:routehub:{kind.name}:v{kind.version}", "title": kind.title}
    return head | {name: value for name, value in made.items() if name != "title"}


def envelope_schema() -> dict[str, Any]:
    """The JSON Schema of the envelope on the way out: open for fields that are added later."""
    made = Envelope.model_json_schema(mode="validation")
    return {"$schema": DIALECT, "$id": "urn:routehub:envelope:v1"} | made


def text(document: dict[str, Any]) -> str:
    """A schema as it stands in its file."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def files(registry: Registry) -> Iterator[tuple[Path, str]]:
    """Every generated file and what should stand in it."""
    yield ENVELOPE_FILE, text(envelope_schema())
    for kind in registry.values():
        yield kind.schema_file, text(schema(kind))


def stale(registry: Registry) -> list[Path]:
    """The files that are missing or differ from what the models say."""
    return [path for path, wanted in files(registry) if not path.exists() or path.read_text(encoding="utf-8") != wanted]


def main(arguments: list[str]) -> int:
    """Write, or with `--check` only compare; 1 if something differs."""
    if arguments not in ([], ["--check"]):
        print("usage: python -m routehub_schemas.export [--check]", file=sys.stderr)
        return 2
    registry = Registry.shipped()
    if arguments:
        old = stale(registry)
        for path in old:
            print(
                f"not up to date: {path.parent.name}/{path.name} (python -m routehub_schemas.export)",
                file=sys.stderr,
            )
        return 1 if old else 0
    for path, wanted in files(registry):
        path.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
