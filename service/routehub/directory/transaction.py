"""What a change of the directory needs of the writer's open transaction. The journal's batch is one."""

from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection


class Transaction(Protocol):
    """``now`` is hub time, ``wall`` the machine's: people, sessions, links and keys live in wall time."""

    @property
    def conn(self) -> Connection: ...
    @property
    def now(self) -> datetime: ...
    @property
    def wall(self) -> datetime: ...

    def audit(self, act: str, route: str, party: str, actor: str, detail: dict[str, Any]) -> None: ...

    def directory_changed(self) -> None: ...
