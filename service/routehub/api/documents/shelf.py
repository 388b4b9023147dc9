"""The documents of a running hub, each made once, when somebody first asks; what makes them is imported then, too: its
models are a tenth of a start."""

from functools import cached_property
from typing import Any, cast

from fastapi import FastAPI
from starlette.requests import HTTPConnection

from routehub.core.canonical import dumps
from routehub.core.settings import Settings
from routehub_schemas.registry import Registry


class Shelf:
    def __init__(self, app: FastAPI, registry: Registry, settings: Settings) -> None:
        self._app, self._registry, self._settings = app, registry, settings

    @cached_property
    def openapi(self) -> dict[str, Any]:
        from routehub.api.documents import openapi

        return openapi.document(self._app, self._registry, self._settings)

    @cached_property
    def openapi_text(self) -> str:
        return dumps(self.openapi)

    @cached_property
    def asyncapi_text(self) -> str:
        from routehub.api.documents import asyncapi

        return dumps(asyncapi.document(self._registry, self._settings, self._app.version))

    @cached_property
    def page(self) -> str:
        from routehub.api.documents import page

        return page.html(self.openapi, exercise=self._settings.mode == "exercise")

    @cached_property
    def page_policy(self) -> str:
        """The Content-Security-Policy of ``page``."""
        from routehub.api.documents import page

        return page.policy()


def shelf(connection: HTTPConnection) -> Shelf:
    return cast(Shelf, connection.app.state.documents)
