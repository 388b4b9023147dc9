"""``routehub check-docs``: the pages of docs/ that follow from the code, written or compared."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from fastapi import FastAPI
from fastapi.routing import APIRoute, APIWebSocketRoute, iter_route_contexts
from pydantic_core import PydanticUndefined
from starlette.routing import Mount

from routehub.app import Hub, create_app
from routehub.core.errors import HubError
from routehub.core.settings import Settings
from routehub_schemas.registry import Registry

HERE = Path(__file__).resolve().parents[3]


def settings_page() -> str:
    """Every setting with its default and meaning."""
    rows = ["| variable | default | meaning |", "| --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        default = "" if field.default is PydanticUndefined else str(field.default)
        shown = f"`{default}`" if default else "(empty)"
        rows.append(f"| `ROUTEHUB_{name.upper()}` | {shown} | {field.description} |")
    return (
        "# Settings\n\nAll are variables of the environment. Written by `routehub check-docs --write`.\n\n"
        + "\n".join(rows) + "\n"
    )  # fmt: skip


def kinds_page() -> str:
    """Every kind of message: its door, who posts it, who reads it, which acts answer it."""
    rows = [
        "| kind | door | posted by | read by default by | answered by |",
        "| --- | --- | --- | --- | --- |",
    ]
    for kind in Registry.shipped().values():
        acts = ", ".join(f"{act} ({who})" for act, who in kind.acts.items()) or "–"
        posted = ", ".join(sorted(kind.posted_by))
        door = "– (the hub itself)" if kind.posted_by == {"hub"} else f"`POST /v1/{kind.door}`"
        rows.append(f"| `{kind.name}` v{kind.version} | {door} | {posted} | `{kind.default_audience}` | {acts} |")
    return (
        "# Kinds of message\n\nFields and examples: the folder of each kind in `schemas/routehub_schemas/kinds/`. "
        "Written by `routehub check-docs --write`.\n\n" + "\n".join(rows) + "\n"
    )  # fmt: skip


def addresses(app: FastAPI) -> Iterator[tuple[str, str, str]]:
    """(method, path, first sentence) of every address that the hub answers."""
    for route in iter_route_contexts(app.routes):
        path, words = route.path or "", _sentence(getattr(route.endpoint, "__doc__", None))
        if isinstance(route.original_route, Mount):
            yield "GET", f"{path}/…", "Files."
        elif isinstance(route.original_route, APIWebSocketRoute):
            yield "WS", path, words
        elif isinstance(route.original_route, APIRoute):
            for method in sorted((route.methods or set()) - {"HEAD"}):
                yield method, path, words


def _sentence(text: str | None) -> str:
    return " ".join((text or "").split("\n\n")[0].split())


def addresses_page() -> str:
    """Every address; one without words fails the check."""
    rows = ["| method | address | what it does |", "| --- | --- | --- |"]
    missing = []
    with tempfile.TemporaryDirectory() as folder:
        hub = Hub(Settings(database_url=f"sqlite:///{folder}/none.db"))
        for method, path, words in addresses(create_app(hub)):
            if path.startswith(("/v1/routes/{route}/", "/routes/{route}")):
                continue
            if not words:
                missing.append(f"{method} {path}")
            rows.append(f"| {method} | `{path}` | {words.replace('|', '/')} |")
        hub.db.close()
    if missing:
        raise HubError(f"These addresses have no description: {', '.join(missing)}")
    return (
        "# Addresses\n\nEverything under `/v1` also stands under `/v1/routes/{route}`, and every page under "
        "`/routes/{route}`, for another route than the default one. Written by `routehub check-docs --write`.\n\n"
        + "\n".join(rows) + "\n"
    )  # fmt: skip


PAGES = {"settings.md": settings_page, "kinds.md": kinds_page, "addresses.md": addresses_page}


def check_docs(
    write: Annotated[bool, typer.Option("--write", help="Write the pages instead of comparing them.")] = False,
    folder: Annotated[Path, typer.Option(help="The docs folder.")] = HERE / "docs",
) -> None:
    """Compare the generated pages of docs/ with the code (settings, kinds, addresses), or write them."""
    stale = []
    for name, make in PAGES.items():
        path, text = folder / name, make()
        if write:
            path.write_text(text, encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
    if stale:
        raise HubError(f"Out of date: {', '.join(stale)} in {folder.name}/. Run: routehub check-docs --write")
    typer.echo("Written." if write else "The pages say what the code says.")
