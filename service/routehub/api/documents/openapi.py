"""The OpenAPI document: what FastAPI knows of the doors, with bodies, answers, refusals and examples put in."""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from routehub.api.documents.answers import problems
from routehub.api.documents.operations import BATCH, CSV_EXAMPLE, MESSAGE, OPERATIONS, Operation, doors
from routehub.api.documents.words import DESCRIPTION, HEADERS, REFUSALS, TAGS
from routehub.core.settings import Settings
from routehub.directory.sessions import CSRF_HEADER, cookie_name
from routehub_schemas import export
from routehub_schemas.envelope import Incoming
from routehub_schemas.kind import Kind
from routehub_schemas.registry import Registry

Document = dict[str, Any]
REF = "#/components/schemas/"
EVENT = "application/cloudevents+json"
JSON = "application/json"
CSV = "text/csv"
PROBLEM = "application/problem+json"
_TEXTS: dict[str, Document] = {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {"type": "string", "format": "binary"},
    "application/schema+json": {"type": "object"},
    BATCH: {"type": "array", "items": {"$ref": REF + "Envelope"}},
}
"""What is no text, by its type."""
SUFFIXES = (".json", ".csv", ".xlsx", ".atom", ".ics", ".txt", ".html", ".md", ".cloudevents")


def document(app: FastAPI, registry: Registry, settings: Settings) -> Document:
    """The whole document, OpenAPI 3.1."""
    found = get_openapi(title=app.title, version=app.version, description=DESCRIPTION, routes=app.routes, tags=TAGS)
    known = OPERATIONS | doors(registry)
    for method, path, operation in operations(found):
        _finish(operation, known.get((method, _base(path, known, method)), Operation(None)), registry)
    found["components"] = {
        "schemas": dict(sorted(_schemas(registry, known).items())), "responses": _refusals(), "headers": HEADERS,
        "securitySchemes": {
            "key": {"type": "http", "scheme": "bearer", "description": "A key of a party's system: `rh_…`."},
            "session": {
                "type": "apiKey", "in": "cookie", "name": cookie_name(settings.public_url),
                "description": f"A person's sign-in. What changes something also needs the header {CSRF_HEADER}.",
            },
        },
    }  # fmt: skip
    return found


def operations(found: Document) -> Iterator[tuple[str, str, Document]]:
    """(method, path, operation) of a document."""
    for path, methods in found["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def _base(path: str, known: Mapping[tuple[str, str], Operation], method: str) -> str:
    """The address without the suffix that asks for a form."""
    if (method, path) in known:
        return path
    return next((path.removesuffix(suffix) for suffix in SUFFIXES if path.endswith(suffix)), path)


def undocumented(found: Document, registry: Registry) -> list[str]:
    """Doors that nothing is said about here, and entries that no door has."""
    known = OPERATIONS | doors(registry)
    there = {(method, _base(path, known, method)) for method, path, _ in operations(found)}
    return [f"{method} {path}" for method, path in sorted(there ^ set(known))]


# --- one operation ---


def _finish(operation: Document, said: Operation, registry: Registry) -> None:
    operation["summary"] = _first_sentence(str(operation.get("description") or operation["summary"]))
    if "description" in operation:
        operation["description"] = " ".join(operation["description"].replace("``", "`").split())
    operation["parameters"] = [_parameter(one) for one in (*operation.get("parameters", []), *said.parameters)]
    if not operation["parameters"]:
        del operation["parameters"]
    operation["security"] = [] if said.public else [{"key": []}, {"session": []}]
    forms = operation["responses"].get("200", {}).get("content", {})
    operation["responses"] = {
        str(status): _good(status, words, said, forms) for status, words in said.statuses.items()
    } | {str(status): {"$ref": f"#/components/responses/{status}"} for status in said.refusals}
    if len(forms) > 1:
        operation["responses"]["406"] = {"$ref": "#/components/responses/406"}
    operation["responses"] = dict(sorted(operation["responses"].items()))
    if said.body is not None:
        operation["requestBody"] = _body(said, registry)


def _first_sentence(text: str) -> str:
    line = " ".join(text.replace("``", "`").split())
    return line.partition(". ")[0].rstrip(".")


def _parameter(parameter: Document) -> Document:
    """What may be left out is not null: there is no way to write a null in a query."""
    found = deepcopy(parameter)
    choices = [one for one in found["schema"].get("anyOf", []) if one != {"type": "null"}]
    if len(choices) == 1:
        found["schema"] = choices[0]
    found["schema"].pop("title", None)
    if (found["in"], found["name"].lower()) in (("header", "if-match"), ("header", "last-event-id")):
        found["description"] = HEADERS[found["name"].title()]["description"]
    return found


def _good(status: int, words: str, said: Operation, forms: Mapping[str, Any]) -> Document:
    found: Document = {"description": words}
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in said.headers.get(status, ())}
    if headers:
        found["headers"] = headers
    if status == 204:
        return found
    content: Document = {}
    if said.answer is not None and (JSON in forms or not forms):
        content[JSON] = {"schema": {"$ref": REF + _name(said.answer)}}
    for media in (*forms, *said.media):
        if media != JSON:
            content[media] = {"schema": _TEXTS.get(media, {"type": "string"})}
    return found | {"content": content}


def _name(model: type[BaseModel] | str) -> str:
    return model if isinstance(model, str) else model.__name__


def _body(said: Operation, registry: Registry) -> Document:
    assert said.body is not None
    name = _name(said.body)
    content: Document = {"schema": {"$ref": REF + name}}
    examples = dict(said.examples)
    medias = [JSON]
    if name.startswith("Posted."):
        examples = posted_examples(registry[name.removeprefix("Posted.")], registry)
    elif name == "ReportOfADay":
        examples = {
            words: {field: value for field, value in body.items() if field not in ("party", "day")}
            for words, body in posted_examples(registry["report"], registry).items()
            if "on_behalf_of" not in body
        }
    elif name == "IncomingEvent":
        medias = [EVENT, JSON]
        examples = event_examples(registry)
    further: Document = {media: {"schema": {"$ref": REF + name}} for media, name in said.bodies.items()}
    if CSV in further and name == "Posted.report":
        further[CSV]["examples"] = {"rows-of-figures": {"value": CSV_EXAMPLE}}
    if BATCH in further:
        further[BATCH]["examples"] = {"several": {"value": list(examples.values())}}
    if examples:
        content["examples"] = {words.replace(" ", "-"): {"value": value} for words, value in examples.items()}
    return {"required": True, "content": dict.fromkeys(medias, content) | further}


def posted_examples(kind: Kind, registry: Registry) -> dict[str, Any]:
    """Those of a kind's examples that somebody may post here: without fields of the hub's own, and with an act that
    fits some kind."""
    acts = {act for other in registry.values() for act in other.acts}
    return {
        name: data
        for name, data in kind_examples(kind).items()
        if not (kind.hub_fields | kind.translated_fields) & set(data) and data.get("act", "acknowledge") in acts
    }


def kind_examples(kind: Kind) -> dict[str, Any]:
    """The examples of a kind: the files beside it."""
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted((kind.examples / "valid").glob("*"))
    }


def event_examples(registry: Registry) -> dict[str, Any]:
    """One event per kind that others than the hub may post."""
    found = {}
    for kind in registry.values():
        if kind.posted_by == frozenset({"hub"}):
            continue
        name, data = next(iter(posted_examples(kind, registry).items()), ("", None))
        if data is not None:
            found[f"{kind.name}-{name}"] = {
                "specversion": "1.0", "id": f"example-{kind.name}", "source": "/parties/MK", "type": kind.type,
                "data": data,
            }  # fmt: skip
    return found


# --- components ---


def _schemas(registry: Registry, known: Mapping[tuple[str, str], Operation]) -> Document:
    models = {said.answer for said in known.values()} | {said.body for said in known.values()}
    models |= {problems.Problem, problems.Caution, problems.FileOutcome, Incoming}
    wanted = sorted((m for m in models if isinstance(m, type)), key=lambda m: m.__name__)
    _, made = models_json_schema([(m, "validation") for m in wanted], ref_template=REF + "{model}")
    found: Document = made["$defs"]
    for kind in registry.values():
        found |= _inlined(export.schema(kind), f"Data.{kind.name}")
        found[f"Posted.{kind.name}"] = _posted(found[f"Data.{kind.name}"])
    found |= _inlined(export.envelope_schema(), "Envelope")
    found[MESSAGE] = _message(found["Envelope"])
    found["MessagePage"] = {
        "type": "object", "required": ["messages", "next", "head", "more"],
        "properties": {
            "messages": {"type": "array", "items": {"$ref": REF + "Envelope"}},
            "next": {
                "type": ["string", "null"],
                "description": "The cursor to go on from; null on the last page of a search.",
            },
            "head": {"type": "string", "description": "The last place in your feed."}, "more": {"type": "boolean"},
        },
    }  # fmt: skip
    found["IncomingEvent"] = _event(found.pop("Incoming"), registry)
    found["IncomingBatch"] = {"type": "array", "maxItems": 1000, "items": {"type": "object"}}
    found["CapDocument"] = {"type": "string", "description": "CAP 1.2 or 1.1, as its issuer wrote it."}
    found["MessageOrBatch"] = {"anyOf": [{"$ref": REF + MESSAGE}, {"$ref": REF + "BatchOutcome"}]}
    found["MessageOrFile"] = {"anyOf": [{"$ref": REF + MESSAGE}, {"$ref": REF + "FileOutcome"}]}
    found["FigureFile"] = {"type": "string", "description": "Rows of figures under a header; HXL tags are understood."}
    found["BatchOutcome"] = _batch_outcome()
    found["ReportOfADay"] = _report_of_a_day(found["Posted.report"])
    return {name: _clean(schema) for name, schema in found.items()}


def _inlined(schema: Document, name: str) -> Document:
    """A schema with its own definitions, as components under its name."""
    text = json.dumps({key: value for key, value in schema.items() if key not in ("$defs", "$schema", "$id")})
    parts = {f"{name}.{part}": json.dumps(body) for part, body in schema.get("$defs", {}).items()}
    found = {name: text} | parts
    return {key: json.loads(value.replace('"#/$defs/', f'"{REF}{name}.')) for key, value in found.items()}


def _posted(data: Document) -> Document:
    """What a plain JSON door takes: the kind's data, with ``tlp`` and ``exercise`` beside."""
    incoming = Incoming.model_json_schema()["properties"]
    return data | {"properties": data["properties"] | {name: incoming[name] for name in ("tlp", "exercise")}}


def _message(envelope: Document) -> Document:
    """The answer to a post: the envelope, what was unusual, and where the page is. A dry run has no id and number."""
    return envelope | {
        "required": [name for name in envelope["required"] if name != "id"],
        "properties": envelope["properties"] | {
            "warnings": {"type": "array", "items": {"$ref": REF + "Caution"}},
            "web": {"type": "string", "description": "The page of the message."},
            "dry_run": {"type": "boolean", "description": "True: nothing was stored."},
        },
    }  # fmt: skip


def _batch_outcome() -> Document:
    result = {
        "type": "object", "required": ["status"],
        "properties": {
            "status": {"type": "integer", "description": "424: right by itself, and not stored because of another."},
            "message": {"$ref": REF + MESSAGE}, "problem": {"$ref": REF + "Problem"},
        },
    }  # fmt: skip
    return {
        "type": "object", "required": ["accepted", "refused", "results"],
        "properties": {
            "accepted": {"type": "integer"}, "refused": {"type": "integer"},
            "results": {"type": "array", "items": result, "description": "In the order of the events."},
            "dry_run": {"type": "boolean"},
        },
    }  # fmt: skip


def _event(incoming: Document, registry: Registry) -> Document:
    """A CloudEvent on its way in: the data is that of its kind."""
    kinds = [kind for kind in registry.values() if kind.posted_by != frozenset({"hub"})]
    return incoming | {
        "allOf": [
            {
                "if": {"properties": {"type": {"const": kind.type}}, "required": ["type"]},
                "then": {"properties": {"data": {"$ref": f"{REF}Data.{kind.name}"}}},
            }
            for kind in kinds
        ],
        "properties": incoming["properties"] | {"type": {"enum": [kind.type for kind in kinds]}},
    }


def _report_of_a_day(report: Document) -> Document:
    """The body of the door that has party and day in its address; it may repeat them, and then they have to agree."""
    return report | {"required": [name for name in report.get("required", []) if name not in ("party", "day")]}


def _clean(schema: Document) -> Document:
    return {name: value for name, value in schema.items() if name not in ("$schema", "$id")}


def _refusals() -> Document:
    """One answer per status, shared by all doors."""
    return {
        str(status): {
            "description": words,
            "content": {PROBLEM: {"schema": {"$ref": REF + "Problem"}, "example": _example(status, title, code)}},
        }
        | ({"headers": {name: {"$ref": f"#/components/headers/{name}"} for name in headers}} if headers else {})
        for status, (code, title, words, headers) in REFUSALS.items()
    }


def _example(status: int, title: str, code: str) -> Document:
    return {"type": f"/docs/problems#{code}", "title": title, "status": status, "detail": title + "."}
