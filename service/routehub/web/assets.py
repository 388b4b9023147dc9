"""Style sheets and scripts. Their address carries a hash of their content, so they may be kept for ever."""

import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from routehub.core.errors import Unknown
from routehub.core.language import ENGLISH, _, gettext, languages, using
from routehub.web.answers import PageRoute
from routehub.web.context import Web

FOLDER = Path(__file__).parent / "static"
STYLE_SHEET = "routehub.css"
STYLES = (
    "tokens", "ground", "frame", "parts", "route", "overview", "graphs", "alerts", "tables", "forms", "papers",
    "access", "device", "narrow", "paper",
)  # fmt: skip
"""The parts of the one style sheet of all pages, in the order in which they lie over one another."""
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}

SAID = re.compile(r'\bphrase\("([^"\\]*)"')
"""The words that a script says."""

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@cache
def files() -> dict[str, tuple[bytes, str]]:
    """Content and hash of each file by name. Read once: nothing is looked up on disk by a name from outside."""
    found = {}
    for path in sorted(FOLDER.iterdir()):
        if path.suffix in TYPES:
            content = path.read_bytes()
            found[path.name] = (content, _mark(content))
    sheet = b"\n".join((FOLDER / "styles" / f"{name}.css").read_bytes() for name in STYLES)
    return found | {STYLE_SHEET: (sheet, _mark(sheet))}


def _mark(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


def address(name: str) -> str:
    return f"/static/{name}?v={files()[name][1]}"


@cache
def phrases(language: str) -> tuple[bytes, str]:
    """What scripts say in a language other than English, as a script, and its hash. Made when first asked for."""
    told = sorted({match for content, _hash in files().values() for match in SAID.findall(content.decode())})
    with using(language):
        found = {words: said for words in told if (said := gettext(words)) != words}
    text = f"window.routehubWords = {json.dumps(found, ensure_ascii=False)};\n".encode()
    return text, hashlib.sha256(text).hexdigest()[:12]


def phrases_address(language: str) -> str:
    return f"/static/phrases/{language}.js?v={phrases(language)[1]}"


WORKERS = ("service-worker.js", "service-worker-off.js")


@router.get("/service-worker.js")
async def service_worker(ctx: Web) -> Response:
    """The script by which a browser opens kept pages without a connection. It stands here because it may only answer
    for addresses below its own; its files are those of this version of the hub."""
    if not ctx.settings.keep_on_device:
        return Response(files()[WORKERS[1]][0], headers={"Cache-Control": "no-cache"}, media_type=TYPES[".js"])
    shell = [address(name) for name in files() if name not in WORKERS]
    shell += [phrases_address(language) for language in languages() if language != ENGLISH]
    mark = hashlib.sha256("".join(shell).encode()).hexdigest()[:12]
    before = f"const MARK = {json.dumps(mark)};\nconst SHELL = {json.dumps(shell)};\n".encode()
    content, _rest = files()[WORKERS[0]]
    return Response(before + content, headers={"Cache-Control": "no-cache"}, media_type=TYPES[".js"])


@router.get("/static/phrases/{language}.js")
async def phrases_of(language: str, v: Annotated[str, Query(max_length=20)] = "") -> Response:
    """The words of scripts in a language other than English."""
    if language == ENGLISH or language not in languages():
        raise Unknown(_("There is no such file."))
    content, mark = phrases(language)
    keep = "public, max-age=31536000, immutable" if v == mark else "no-cache"
    return Response(content, headers={"Cache-Control": keep}, media_type=TYPES[".js"])


@router.get("/static/{name}")
async def asset(name: str, v: Annotated[str, Query(max_length=20)] = "") -> Response:
    """A style sheet, script or drawing of the pages."""
    known = files().get(name)
    if known is None:
        raise Unknown(_("There is no such file."))
    content, mark = known
    keep = "public, max-age=31536000, immutable" if v == mark else "no-cache"
    return Response(content, headers={"Cache-Control": keep}, media_type=TYPES[Path(name).suffix])
