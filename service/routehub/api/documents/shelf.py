"""The documents of a running hub, each made once, when somebody first asks."""

from functools import cached_property
from typing import cast

from fastapi import FastAPI
from starlette.requests import HTTPConnection

from routehub.api.documents import asyncapi, openapi, page
from routehub.core.canonical import dumps
from routehub.core.settings import Settings
from routehub_schemas.registry import Registry


class Shelf:
    def __init__(self, app: FastAPI, registry: Registry, settings: Settings) -> None:
        self._app, self._registry, self._settings = app, registry, settings

    @cached_property
    def openapi(self) -> openapi.Document:
        return openapi.document(self._app, self._registry, self._settings)

    @cached_property
    def openapi_text(self) -> str:
        return dumps(self.openapi)

    @cached_property
    def asyncapi_text(self) -> str:
        return dumps(asyncapi.document(self._registry, self._settings, self._app.version))

    @cached_property
    def page(self) -> str:
        return page.html(self.openapi)


def shelf(connection: HTTPConnection) -> Shelf:
    return cast(Shelf, connection.app.state.documents)
