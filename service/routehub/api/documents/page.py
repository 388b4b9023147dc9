"""The reference page at /docs: the OpenAPI document for people, without a script and without another host."""

import base64
import hashlib
import json
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

Document = dict[str, Any]
_TEMPLATES = Environment(
    loader=PackageLoader("routehub.api.documents", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
    lstrip_blocks=True,
)  # fmt: skip


def html(document: Document, *, exercise: bool) -> str:
    """All doors by their tags, and the schemas that they name. exercise: whether the hub says that it is not real."""
    by_tag: dict[str, list[Document]] = {tag["name"]: [] for tag in document["tags"]}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            by_tag[operation["tags"][0]].append({"method": method.upper(), "path": path, **operation})
    return _TEMPLATES.get_template("page.html").render(
        info=document["info"], tags=document["tags"], by_tag=by_tag, schemas=document["components"]["schemas"],
        refusals=document["components"]["responses"], style=style(), exercise=exercise, shown=_shown, name_of=_name_of,
        paragraphs=document["info"]["description"].split("\n\n"),
    )  # fmt: skip


def style() -> str:
    return str(_TEMPLATES.loader.get_source(_TEMPLATES, "page.css")[0]) if _TEMPLATES.loader else ""


def policy() -> str:
    """Nothing from anywhere, and the one style that stands in the page."""
    digest = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _shown(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _name_of(schema: Document) -> str:
    """The component that a schema names; its type otherwise."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    kind = schema.get("type") or " or ".join(str(one.get("type", "value")) for one in schema.get("anyOf", []))
    if kind == "array":
        return f"list of {_name_of(schema['items'])}"
    return str(kind or "value")
