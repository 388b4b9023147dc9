"""The directory that a running hub uses now; replaced as a whole when its version changes."""

from datetime import datetime
from threading import Lock

from sqlalchemy import Connection

from routehub.core import state
from routehub.core.errors import Unknown
from routehub.directory import sessions
from routehub.directory.sessions import SessionView
from routehub.directory.snapshot import EMPTY, Directory, RouteView, load


class CurrentDirectory:
    """Holds the picture; a reader takes ``value`` once and works on it unchanged."""

    def __init__(self) -> None:
        self.value: Directory = EMPTY
        self._replacing = Lock()

    def refresh(self, conn: Connection) -> bool:
        """Load the directory if the database has a newer one; says whether it did."""
        if self.value is not EMPTY and state.directory_version(conn) == self.value.version:
            return False
        found = load(conn)
        with self._replacing:  # two readers may finish in the other order: what was revoked must not come back
            if self.value is EMPTY or found.version > self.value.version:
                self.value = found
        return True

    def session(self, conn: Connection, token: str, wall: datetime) -> SessionView | None:
        """The session behind a cookie, if it holds, with the directory as new as the session is. Behind a proxy the
        last request may have gone to another hub: somebody nominated there a moment ago is known here, and the page
        after a change shows it, whichever hub made it."""
        found = sessions.find(conn, token, wall)
        if found is not None:
            self.refresh(conn)
        return found

    def route(self, code: str) -> RouteView:
        found = self.value.routes.get(code)
        if found is None:
            raise Unknown(f"There is no route {code} here that you can see.")
        return found
