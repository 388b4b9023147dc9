"""Sessions of people: server-side, stored as a hash of the cookie, with a new id at every sign-in (ASVS 5.0, 7).

A session that ends closes its open streams: whoever ends one calls ``directory_changed()`` in the same transaction.
"""

import hmac
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, TypedDict

from sqlalchemy import Connection, Row, func, insert, select, update

from routehub.core.canonical import digest
from routehub.core.errors import NotAllowed
from routehub.core.ids import token as new_token
from routehub.directory.tables import sessions

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITES = frozenset({"same-origin", "none"})
CSRF_HEADER = "X-CSRF-Token"
EXTENSIONS = 10
FRESH = timedelta(minutes=30)
"""So long after signing in people may change how they sign in; later they sign in again first (ASVS 5.0, 7.5)."""


BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("Android", "Android"), ("iPhone", "an iPhone"), ("iPad", "an iPad"), ("Windows", "Windows"),
    ("Mac OS X", "a Mac"), ("Linux", "Linux"),
)  # fmt: skip
"""In this order, as most browsers name others beside themselves."""


@dataclass(frozen=True)
class SessionView:
    """A session that holds. ``person`` is the person's id; ``token_hash`` stays inside the hub."""

    token_hash: str
    person: str
    csrf: str
    created_at: datetime
    expires_at: datetime
    agent: str
    how: str = "link"

    @property
    def id(self) -> str:
        """The short name under which its person sees and ends it."""
        return self.token_hash[:12]

    @property
    def browser(self) -> str:
        """``Firefox on Windows``: enough to tell one's own devices apart, from what the browser says of itself."""
        program = next((words for mark, words in BROWSERS if mark in self.agent), "")
        system = next((words for mark, words in SYSTEMS if mark in self.agent), "")
        return f"{program} on {system}" if program and system else program or self.agent[:60] or "A program"


class Cookie(TypedDict):
    """The arguments of Starlette's ``set_cookie``."""

    key: str
    value: str
    max_age: int
    path: str
    secure: bool
    httponly: bool
    samesite: Literal["lax"]


def cookie_name(public_url: str) -> str:
    """``__Host-`` binds the cookie to this host, to https and to the path / (RFC 6265bis, 4.1.3)."""
    return "__Host-routehub" if public_url.startswith("https://") else "routehub"


def cookie(public_url: str, token: str, hours: int) -> Cookie:
    """The session's cookie: ``response.set_cookie(**cookie(…))``. To remove it: an empty token and 0 hours.

    Lax and not Strict: a link in a mail has to lead to a page that knows who opens it.
    """
    return {
        "key": cookie_name(public_url), "value": token, "max_age": hours * 3600, "path": "/",
        "secure": public_url.startswith("https://"), "httponly": True, "samesite": "lax",
    }  # fmt: skip


def begin(
    conn: Connection, person_id: str, agent: str, wall: datetime, hours: int, replaces: str | None = None,
    how: str = "link",
) -> tuple[str, str]:  # fmt: skip
    """Begin a session; answers its token (for the cookie, nowhere else) and its CSRF token.

    how: the ways by which its person proved themselves, such as ``link+code``; replaces: the token of the session that
    the browser had before; it ends, so that no id outlives a sign-in.
    """
    if replaces:
        end(conn, digest(replaces), wall)
    made, csrf = new_token(), new_token()
    conn.execute(
        insert(sessions).values(
            token_hash=digest(made), person=person_id, csrf=csrf, created_at=wall,
            expires_at=wall + timedelta(hours=hours), agent=agent[:200], how=how,
        )
    )  # fmt: skip
    return made, csrf


def find(conn: Connection, token: str, wall: datetime) -> SessionView | None:
    """The session behind a cookie, if it holds. Whether its person still does is for the directory to say."""
    wanted = digest(token)
    row = conn.execute(select(sessions).where(sessions.c.token_hash == wanted)).first()
    if row is None or not hmac.compare_digest(row.token_hash, wanted):
        return None
    return _view(row) if row.ended_at is None and wall < row.expires_at else None


def own(conn: Connection, person_id: str, wall: datetime) -> list[SessionView]:
    """A person's sessions that hold, the newest first."""
    s = sessions.c
    rows = conn.execute(
        select(sessions)
        .where(s.person == person_id, s.ended_at.is_(None), s.expires_at > wall)
        .order_by(s.created_at.desc())
    )
    return [_view(row) for row in rows]


def open_by_person(conn: Connection, wall: datetime) -> dict[str, int]:
    """How many sessions of each person hold."""
    s = sessions.c
    rows = conn.execute(
        select(s.person, func.count()).where(s.ended_at.is_(None), s.expires_at > wall).group_by(s.person)
    )
    return {row[0]: int(row[1]) for row in rows}


def signed_in(conn: Connection, wall: datetime) -> int:
    """How many people are signed in somewhere."""
    return len(open_by_person(conn, wall))


def alive(conn: Connection, hashes: Collection[str], wall: datetime) -> frozenset[str]:
    """Which of these sessions still hold: for open streams, in one query."""
    s = sessions.c
    rows = conn.execute(
        select(s.token_hash).where(s.token_hash.in_(sorted(hashes)), s.ended_at.is_(None), s.expires_at > wall)
    )
    return frozenset(rows.scalars())


def latest_end(session: SessionView, hours: int) -> datetime:
    """Until when a session can be made to last: ten presses in a row (WCAG 2.2, 2.2.1), then a new sign-in."""
    return session.created_at + timedelta(hours=hours * (1 + EXTENSIONS))


def extend(conn: Connection, session: SessionView, wall: datetime, hours: int) -> datetime:
    """Let a session last longer, from now on as long as a new one; answers its end."""
    until = max(session.expires_at, min(wall + timedelta(hours=hours), latest_end(session, hours)))
    conn.execute(update(sessions).where(sessions.c.token_hash == session.token_hash).values(expires_at=until))
    return until


def strengthen(conn: Connection, token_hash: str, with_: str) -> None:
    """A second step was set up in this session: from now on it counts as one that took it."""
    found = conn.execute(select(sessions.c.how).where(sessions.c.token_hash == token_hash)).scalar()
    if found is not None and "+" not in found and found != "passkey":
        conn.execute(update(sessions).where(sessions.c.token_hash == token_hash).values(how=f"{found}+{with_}"))


def end(conn: Connection, token_hash: str, wall: datetime) -> bool:
    """End one session; says whether it was still open."""
    return _end(conn, wall, sessions.c.token_hash == token_hash) > 0


def end_own(conn: Connection, person_id: str, session_id: str, wall: datetime) -> bool:
    """End one of a person's own sessions by its short name."""
    found = next((s for s in own(conn, person_id, wall) if s.id == session_id), None)
    return found is not None and end(conn, found.token_hash, wall)


def end_all(conn: Connection, person_id: str, wall: datetime, but: str | None = None) -> int:
    """End a person's sessions, but for the one with the hash ``but``; answers how many."""
    kept = [sessions.c.token_hash != but] if but else []
    return _end(conn, wall, sessions.c.person == person_id, *kept)


def end_everybody(conn: Connection, wall: datetime) -> int:
    """End every session that is open: those of a database that went back in time may have been ended since."""
    return _end(conn, wall)


def check_unsafe(session: SessionView, sent: str | None, fetch_site: str | None) -> None:
    """Refuse a changing request that another site may have caused.

    sent: the CSRF token from the header X-CSRF-Token or the form; fetch_site: the header Sec-Fetch-Site, which
    older browsers and programs do not send.
    """
    if fetch_site is not None and fetch_site not in OWN_SITES:
        raise NotAllowed("This request came from another site. Open the hub's own page and try again.")
    if sent is None or not hmac.compare_digest(sent.encode(), session.csrf.encode()):
        raise NotAllowed("The page's protection token is missing or old. Load the page again and repeat.")


def _end(conn: Connection, wall: datetime, *where: Any) -> int:
    done = conn.execute(update(sessions).where(sessions.c.ended_at.is_(None), *where).values(ended_at=wall))
    return int(done.rowcount)


def _view(row: Row[Any]) -> SessionView:
    return SessionView(row.token_hash, row.person, row.csrf, row.created_at, row.expires_at, row.agent, row.how)
