"""A hub behind a real socket in a thread of the test process: as quick to start as its database is to copy."""

import threading
from pathlib import Path
from typing import ClassVar

import uvicorn

from routehub.api.sockets import HttpConnection, WebSocketConnection
from routehub.app import Hub, create_app
from routehub.core.settings import Settings
from tests.fixtures.ports import find_free_port
from tests.fixtures.waiting import wait_for


class Served:
    """The hub of one test; ``hub`` is there for looking inside and for moving its clock."""

    USUAL: ClassVar = {"second_factor": "offered"}
    """People of the tests sign in with a password alone; the tests of signing in say otherwise."""

    def __init__(self, folder: Path, database_url: str, *, name: str = "127.0.0.1", **settings: str) -> None:
        """name: ``localhost`` where a browser is to make passkeys, which it does for no number."""
        port = self.port = int(settings.pop("port", 0)) or find_free_port()
        self.url = f"http://{name}:{port}"
        self.database_url = database_url
        given = {
            "host": "127.0.0.1",
            "port": port,
            "public_url": self.url,
            "data_dir": folder,
            **self.USUAL,
            **settings,
        }
        self.hub = Hub(Settings(database_url=database_url, **given))  # type: ignore[arg-type]
        self.app = create_app(self.hub)
        config = uvicorn.Config(
            self.app, host="127.0.0.1", port=port, log_config=None, access_log=False,
            timeout_graceful_shutdown=3, http=HttpConnection, ws=WebSocketConnection,
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, name="hub", daemon=True)

    def start(self) -> "Served":
        self._thread.start()
        wait_for(lambda: self._server.started or not self._thread.is_alive(), 30, "the start of the hub")
        assert self._server.started, "the hub did not start"
        return self

    def stop(self) -> None:
        self.hub.begin_stop()
        self._server.should_exit = True
        self._thread.join(60)
        assert not self._thread.is_alive(), "the hub did not stop"
