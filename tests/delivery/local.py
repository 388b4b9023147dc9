"""A hub as an object in this process: its own event loop in a thread, the real server on a real socket. Quicker to
start than a process; what is about processes (stop, kill, two hubs) uses ``start_hub`` instead."""

import asyncio
import threading
from pathlib import Path
from typing import Any

from routehub.app import Hub
from routehub.cli.serve import server
from routehub.core.settings import Settings
from tests.fixtures.ports import find_free_port
from tests.fixtures.waiting import wait_for


class LocalHub:
    def __init__(self, url: str, folder: Path, **settings: Any) -> None:
        self.port = find_free_port()
        given: dict[str, Any] = {
            "database_url": url, "port": self.port, "public_url": self.url, "data_dir": folder, "webhook_private": True,
            "night": "",
        } | settings  # fmt: skip
        self.hub = Hub(Settings(**given))
        self._server = server(self.hub)
        self._thread = threading.Thread(target=lambda: asyncio.run(self._server.serve()), name="hub", daemon=True)
        self._thread.start()
        wait_for(lambda: self._server.started or not self._thread.is_alive(), 20, "the start of the hub")
        assert self._server.started

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        if not self._thread.is_alive():  # stopped by the test itself
            return
        self._server.should_exit = True
        self.hub.begin_stop()
        self._thread.join(60)
        assert not self._thread.is_alive(), "the hub does not stop"
