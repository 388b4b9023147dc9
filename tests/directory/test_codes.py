"""One-time codes, recovery codes and steps. Where a change goes over many tables, on both databases."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from routehub.core.clock import wall
from routehub.core.errors import SignInNeeded
from routehub.core.rates import Rates
from routehub.directory import attempts, codes, factors, identities, people, sessions, sign_in, steps
from routehub.directory.identities import Claim
from routehub.directory.sign_in import Waiting
from routehub.journal.batch import Batch
from tests.fixtures.office import Office, address

RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""The key of RFC 6238, appendix B."""


@pytest.mark.parametrize(("second", "code"), [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")])
def test_codes_are_those_of_the_standard(second: int, code: str):
    assert codes.code_at(RFC_SECRET, second // 30) == code


def test_a_code_counts_half_a_minute_around_its_time_and_not_again():
    at = datetime.fromtimestamp(1111111109, UTC)
    step = 1111111109 // 30
    assert codes.step_of(RFC_SECRET, " 081 804 ", at, 0) == step
    assert codes.step_of(RFC_SECRET, "081804", at + timedelta(seconds=30), 0) == step
    assert codes.step_of(RFC_SECRET, "081804", at + timedelta(seconds=61), 0) is None
    assert codes.step_of(RFC_SECRET, "081804", at, step) is None
    assert codes.step_of(RFC_SECRET, "żółwie", at, 0) is None


ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"])


def set_up(office: Office, name: str) -> str:
    """An app for codes; answers its secret."""
    person = office.person(name).id
    secret = office.change(lambda tx: codes.begin(tx, office.vault, person))
    assert office.change(lambda tx: codes.confirm(tx, office.vault, person, code_at(secret, 0)))
    return secret


def code_at(secret: str, ahead: int) -> str:
    """ahead: in half minutes; never behind, as one may end before the code is looked at."""
    return codes.code_at(secret, int(wall().timestamp()) // 30 + ahead)


@ON_SQLITE
def test_an_app_counts_from_its_first_code_on_and_the_one_before_until_then(office: Office):
    ana = office.person("ana").id
    secret = set_up(office, "ana")
    waiting = office.change(lambda tx: codes.begin(tx, office.vault, ana))
    assert waiting != secret
    assert office.change(lambda tx: codes.begin(tx, office.vault, ana)) == waiting, (
        "loading the page again changes nothing"
    )
    assert not office.change(lambda tx: codes.use(tx, office.vault, ana, code_at(waiting, 1)))
    code = code_at(secret, 1)
    assert office.change(lambda tx: codes.use(tx, office.vault, ana, code))
    assert not office.change(lambda tx: codes.use(tx, office.vault, ana, code)), "a code signs in once"
    assert not office.change(lambda tx: codes.use(tx, office.vault, office.person("bor").id, code_at(secret, 1)))


def test_recovery_codes_work_once_each_and_only_for_their_person(office: Office):
    ana, bor = office.person("ana").id, office.person("bor").id
    made = office.change(lambda tx: codes.make_paper(tx, ana))
    assert len(set(made)) == codes.PAPER
    assert not office.change(lambda tx: codes.use_paper(tx, bor, made[0]))
    assert office.change(lambda tx: codes.use_paper(tx, ana, made[0].upper().replace("-", " ")))
    assert not office.change(lambda tx: codes.use_paper(tx, ana, made[0]))
    assert office.db.read_sync(codes.paper_left, ana) == codes.PAPER - 1
    office.change(lambda tx: codes.make_paper(tx, ana))
    assert not office.change(lambda tx: codes.use_paper(tx, ana, made[1])), "new ones end the old"


@ON_SQLITE
def test_with_a_second_step_neither_link_nor_password_is_enough(office: Office):
    set_up(office, "ana")
    ana = office.person("ana").id
    token = office.change(lambda tx: sign_in.make_link(tx.conn, ana, tx.wall))
    waiting = office.change(lambda tx: sign_in.by_link(tx, token, "a browser", 12))
    assert isinstance(waiting, Waiting)
    assert office.db.read_sync(sessions.own, ana, wall()) == []
    step = office.db.read_sync(steps.find, waiting.token, "second", wall())
    assert step is not None
    assert (step.person, step.how) == (ana, "link")
    assert office.db.read_sync(steps.find, waiting.token, "passkey", wall()) is None
    assert office.db.read_sync(steps.find, waiting.token, "second", wall() + timedelta(minutes=11)) is None


@ON_SQLITE
def test_a_step_ends_after_five_wrong_answers_and_is_used_once(office: Office):
    ana = office.person("ana").id
    token = office.change(lambda tx: steps.begin(tx, "second", ana, "link"))
    step = office.db.read_sync(steps.find, token, "second", wall())
    assert step is not None
    assert [office.change(lambda tx: steps.wrong(tx, step)) for _ in range(5)] == [4, 3, 2, 1, 0]
    assert office.change(lambda tx: steps.use(tx, token, "second")) is None
    other = office.change(lambda tx: steps.begin(tx, "second", ana, "link"))
    assert office.change(lambda tx: steps.use(tx, other, "second")) is not None
    assert office.change(lambda tx: steps.use(tx, other, "second")) is None


def test_guessing_codes_with_a_stolen_password_leaves_the_way_by_mail_open():
    rates = Rates()
    for number in range(20):
        attempts.may_try_code(rates, f"192.0.2.{number}", "ana", "password")
    with pytest.raises(Exception, match="recovery code"):
        attempts.may_try_code(rates, "198.51.100.7", "ana", "password")
    attempts.may_try_code(rates, "198.51.100.7", "ana", "link")


def test_withdrawing_and_resetting_take_every_way_but_the_link(office: Office):
    ana = office.person("ana").id
    set_up(office, "ana")
    office.change(lambda tx: codes.make_paper(tx, ana))
    office.change(lambda tx: sign_in.set_password(tx, ana, "a hash"))
    office.change(lambda tx: identities.person_of(tx, Claim("https://id.example", "1", address("ana"))))
    signed_in = office.change(lambda tx: sign_in.begin(tx, ana, "link+code", "", 12))
    assert office.change(lambda tx: factors.reset(tx, office.who("olga"), ana)) == 1
    assert office.db.read_sync(factors.of, ana) == factors.Factors(False, None, (), 0, ())
    assert office.db.read_sync(sessions.find, signed_in.token, wall()) is None
    set_up(office, "bor")
    office.change(lambda tx: people.withdraw(tx, office.who("olga"), office.person("bor").id))
    assert not office.db.read_sync(factors.of, office.person("bor").id).second


def test_an_account_is_bound_by_address_once_and_then_known_by_itself(office: Office):
    ana = office.person("ana").id

    def person(subject: str, email: str) -> str:
        return office.change(lambda tx: identities.person_of(tx, Claim("https://id.example", subject, email)))

    with pytest.raises(SignInNeeded, match="nominated"):
        person("1", "nobody@nowhere.example")
    with pytest.raises(SignInNeeded, match="nominated"):
        person("1", "")  # an address that the provider does not vouch for
    assert person("1", address("ana").upper()) == ana
    assert person("1", "ana.renamed@si.example") == ana, "the account stays hers whatever its address says"
    with pytest.raises(SignInNeeded, match="Another account"):
        person("2", address("ana"))  # the address was given to somebody else


def _extend(session: sessions.SessionView, at: datetime, tx: Batch) -> datetime:
    return sessions.extend(tx.conn, session, at, 1)


@ON_SQLITE
def test_a_session_is_made_longer_ten_times_and_no_more(office: Office):
    ana = office.person("ana").id
    signed_in = office.change(lambda tx: sign_in.begin(tx, ana, "passkey", "", 1))
    session = office.db.read_sync(sessions.find, signed_in.token, wall())
    assert session is not None
    for hours in (0.5, 3.0, 100.0):
        at = session.created_at + timedelta(hours=hours)
        until = office.change(partial(_extend, session, at))
        assert until == min(at + timedelta(hours=1), session.created_at + timedelta(hours=11))
