import pytest

from routehub.core.canonical import digest
from routehub.core.clock import wall
from routehub.core.errors import Refused, SignInNeeded, TooMany
from routehub.core.rates import Rates
from routehub.directory import attempts, people, sessions, sign_in
from routehub.directory.tables import sign_in_links
from routehub.journal import audit
from tests.fixtures.office import Office, address

PASSWORD = "seven kites over Dobova"


def link(office: Office, name: str, minutes: int = 30) -> str:
    person = office.person(name).id
    return office.change(lambda tx: sign_in.make_link(tx.conn, person, tx.wall, minutes))


def sign_in_by(office: Office, token: str) -> sign_in.SignedIn:
    made = office.change(lambda tx: sign_in.by_link(tx, token, "a browser", 12))
    assert isinstance(made, sign_in.SignedIn)
    return made


def test_a_link_signs_in_once(office: Office):
    token = link(office, "ana")
    signed_in = sign_in_by(office, token)
    assert signed_in.person == office.person("ana").id
    assert office.db.read_sync(sessions.find, signed_in.token, wall())
    with pytest.raises(SignInNeeded):
        sign_in_by(office, token)


def test_a_link_that_is_too_old_or_unknown_signs_nobody_in(office: Office):
    for token in (link(office, "ana", minutes=-1), "never made", "", "żółw"):
        with pytest.raises(SignInNeeded):
            sign_in_by(office, token)


def test_using_one_link_ends_the_others_of_the_same_person_only(office: Office):
    first, second, other = link(office, "ana"), link(office, "ana"), link(office, "bor")
    sign_in_by(office, first)
    assert office.change(lambda tx: sign_in.redeem(tx.conn, second, tx.wall)) is None
    assert office.change(lambda tx: sign_in.redeem(tx.conn, other, tx.wall)) == office.person("bor").id


def test_the_token_of_a_link_is_not_in_the_database(office: Office):
    token = link(office, "ana")
    stored = office.db.read_sync(lambda conn: str(conn.execute(sign_in_links.select()).all()))
    assert token not in stored
    assert digest(token) in stored


def test_a_withdrawn_person_signs_in_no_more(office: Office):
    token, ana = link(office, "ana"), office.person("ana").id
    signed_in = office.change(lambda tx: sign_in.begin(tx, ana, "link", "", 12))
    office.change(lambda tx: people.withdraw(tx, office.who("olga"), ana))
    assert office.db.read_sync(sessions.find, signed_in.token, wall()) is None
    with pytest.raises(SignInNeeded):
        sign_in_by(office, token)
    with pytest.raises(SignInNeeded):
        office.change(lambda tx: sign_in.begin(tx, ana, "password", "", 12))
    assert office.db.read_sync(sign_in.person_to_mail, address("ana"), wall()) is None


def test_a_sign_in_is_in_the_audit_of_the_person_s_party(office: Office):
    token = link(office, "ana")
    sign_in_by(office, token)
    newest = office.db.read_sync(audit.page, "wbr", "SI", None, 2)
    # The first sign-in also accepts the nomination.
    assert [one.act for one in newest] == ["nomination-accepted", "sign-in"]
    assert {one.actor for one in newest} == {f"person:{office.person('ana').id}"}
    assert token not in str(office.db.read_sync(audit.page, "wbr", "SI", None, 100))


def test_a_password_is_stored_as_argon2id_and_checked(office: Office):
    ana = office.person("ana")
    hashed = sign_in.hashed(PASSWORD, ana.email)
    assert hashed.startswith("$argon2id$")
    office.change(lambda tx: sign_in.set_password(tx, ana.id, hashed))
    known = office.db.read_sync(sign_in.password_of, address("ana").upper(), wall())
    assert known == (ana.id, hashed)
    assert sign_in.matches(hashed, PASSWORD)
    assert not sign_in.matches(hashed, PASSWORD + "x")
    assert not sign_in.matches("no hash at all", PASSWORD)


def test_who_has_no_password_or_is_unknown_takes_the_same_work_and_fails(office: Office):
    assert office.db.read_sync(sign_in.password_of, "nobody@si.example", wall()) is None
    assert not sign_in.matches(None, PASSWORD)


@pytest.mark.parametrize("weak", ["short", "aaaaaaaaaaaaaaaa", "ana ana ana ana", "x" * 257])
def test_a_weak_password_is_refused(weak: str):
    with pytest.raises(Refused):
        sign_in.hashed(weak, "ana@si.example")


def test_a_new_password_ends_the_other_sessions(office: Office):
    ana = office.person("ana").id
    mine = office.change(lambda tx: sign_in.begin(tx, ana, "link", "", 12))
    other = office.change(lambda tx: sign_in.begin(tx, ana, "link", "", 12))
    office.change(lambda tx: sign_in.set_password(tx, ana, sign_in.hashed(PASSWORD), but=digest(mine.token)))
    assert office.db.read_sync(sessions.find, mine.token, wall())
    assert office.db.read_sync(sessions.find, other.token, wall()) is None


@pytest.mark.parametrize("email", ["ana@si.example", "nobody@si.example"])
def test_guessing_is_stopped_from_one_address_and_not_from_another(email: str):
    rates = Rates()
    for _ in range(6):
        attempts.may_try_password(rates, "192.0.2.1", email)
    with pytest.raises(TooMany) as refusal:
        attempts.may_try_password(rates, "192.0.2.1", email.upper())
    assert int(refusal.value.headers["Retry-After"]) > 0
    attempts.may_try_password(rates, "198.51.100.7", email)


def test_guessing_from_everywhere_closes_passwords_and_leaves_links():
    rates = Rates()
    for number in range(60):
        attempts.may_try_password(rates, f"192.0.2.{number}", "ana@si.example")
    with pytest.raises(TooMany, match="one-time link"):
        attempts.may_try_password(rates, "198.51.100.7", "ana@si.example")
    attempts.may_open_link(rates, "198.51.100.7")
    assert attempts.may_ask_for_link(rates, "198.51.100.7", "ana@si.example")


def test_a_mailbox_is_not_filled_with_links():
    rates = Rates()
    asked = [attempts.may_ask_for_link(rates, f"192.0.2.{number}", "ana@si.example") for number in range(5)]
    assert asked == [True, True, True, False, False]
    assert sign_in.LINK_MINUTES * 60 > attempts.QUARTER, "the last link mailed still works when asking is open again"
