"""What the answers of many doors have in common."""

from typing import Any

from fastapi import Response

from routehub.core.canonical import dumps
from routehub.directory.snapshot import RouteView


def answer(body: Any) -> Response:
    return Response(dumps(body), headers={"Cache-Control": "no-store"}, media_type="application/json")


def marking(route: RouteView) -> dict[str, Any]:
    return {
        "code": route.code, "title": route.title, "zone": route.zone.key, "exercise": route.exercise,
        "marking": route.marking,
    }  # fmt: skip
