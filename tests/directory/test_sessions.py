from datetime import timedelta

import pytest

from routehub.core.canonical import digest
from routehub.core.clock import wall
from routehub.core.errors import NotAllowed
from routehub.directory import sessions
from routehub.directory.tables import sessions as rows
from tests.fixtures.office import Office


def begin(office: Office, name: str, hours: int = 12, replaces: str | None = None) -> tuple[str, str]:
    person = office.person(name).id
    return office.change(lambda tx: sessions.begin(tx.conn, person, "a browser", tx.wall, hours, replaces))


def test_a_session_is_found_by_its_token_alone(office: Office):
    token, csrf = begin(office, "ana")
    found = office.db.read_sync(sessions.find, token, wall())
    assert found is not None
    assert (found.person, found.csrf) == (office.person("ana").id, csrf)
    for wrong in ("", "x", token[:-1], token + "x", digest(token), "żółw"):
        assert office.db.read_sync(sessions.find, wrong, wall()) is None


def test_the_token_is_not_in_the_database(office: Office):
    token, _ = begin(office, "ana")
    stored = office.db.read_sync(lambda conn: str(conn.execute(rows.select()).all()))
    assert token not in stored
    assert digest(token) in stored


def test_a_session_ends_by_itself(office: Office):
    token, _ = begin(office, "ana", hours=1)
    assert office.db.read_sync(sessions.find, token, wall() + timedelta(minutes=59))
    assert office.db.read_sync(sessions.find, token, wall() + timedelta(minutes=61)) is None


def test_a_new_sign_in_ends_the_session_that_the_browser_had(office: Office):
    first, _ = begin(office, "ana")
    second, _ = begin(office, "ana", replaces=first)
    assert office.db.read_sync(sessions.find, first, wall()) is None
    assert office.db.read_sync(sessions.find, second, wall())


def test_people_end_their_own_sessions_and_nobody_else_s(office: Office):
    token, _ = begin(office, "ana")
    session = office.db.read_sync(sessions.find, token, wall())
    assert session is not None
    bor, ana = office.person("bor").id, office.person("ana").id
    assert not office.change(lambda tx: sessions.end_own(tx.conn, bor, session.id, tx.wall))
    assert office.db.read_sync(sessions.alive, [session.token_hash], wall()) == {session.token_hash}
    assert office.change(lambda tx: sessions.end_own(tx.conn, ana, session.id, tx.wall))
    assert office.db.read_sync(sessions.alive, [session.token_hash], wall()) == frozenset()
    assert office.db.read_sync(sessions.own, ana, wall()) == []


def test_all_but_the_present_session_can_be_ended(office: Office):
    kept, *others = [begin(office, "ana")[0] for _ in range(3)]
    ana = office.person("ana").id
    assert office.change(lambda tx: sessions.end_all(tx.conn, ana, tx.wall, but=digest(kept))) == 2
    assert office.db.read_sync(sessions.find, kept, wall())
    assert not any(office.db.read_sync(sessions.find, token, wall()) for token in others)


def test_the_cookie_is_bound_to_the_host_where_the_hub_is_encrypted():
    plain, secure = (sessions.cookie(url, "t", 12) for url in ("http://127.0.0.1:8000", "https://hub.example"))
    assert (plain["key"], plain["secure"]) == ("routehub", False)
    assert (secure["key"], secure["secure"], secure["path"]) == ("__Host-routehub", True, "/")
    assert plain["httponly"]
    assert secure["httponly"]


@pytest.mark.parametrize(
    ("sent", "site"),
    [(None, None), ("", "same-origin"), ("wrong", "same-origin"), ("żółw", "none"), ("right", "cross-site"),
     ("right", "same-site")],
)  # fmt: skip
def test_a_change_that_another_site_may_have_caused_is_refused(sent: str | None, site: str | None):
    session = sessions.SessionView("h", "p", "right", wall(), wall(), "")
    with pytest.raises(NotAllowed):
        sessions.check_unsafe(session, sent, site)


@pytest.mark.parametrize("site", ["same-origin", "none", None])
def test_a_change_from_our_own_page_passes(site: str | None):
    sessions.check_unsafe(sessions.SessionView("h", "p", "right", wall(), wall(), ""), "right", site)
