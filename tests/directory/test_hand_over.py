from datetime import timedelta
from typing import Any

import pytest

from routehub.core.clock import wall
from routehub.core.errors import Conflict, NotAllowed, Refused, Unknown
from routehub.directory import hand_over, people
from routehub.directory.hand_over import NewHandOver
from routehub.directory.install import derive_route
from routehub.directory.people import PersonChange
from routehub.directory.principal import person_principal
from routehub.directory.snapshot import HandOverView
from tests.fixtures.office import Office

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def make(
    office: Office, by: str, to: str, start: timedelta = HOUR, end: timedelta = 2 * DAY, **more: Any
) -> HandOverView:
    given = NewHandOver(deputy=office.person(to).id, starts=wall() + start, ends=wall() + end, **more)
    who = office.who(by)
    return office.change(lambda tx: hand_over.make(tx, who, given))


def accept(office: Office, by: str, made: HandOverView, *, now: bool = False) -> HandOverView:
    who = office.who(by)
    return office.change(lambda tx: hand_over.accept(tx, who, made.id, now=now))


def end(office: Office, by: str, made: HandOverView) -> HandOverView:
    who = office.who(by)
    return office.change(lambda tx: hand_over.end(tx, who, made.id))


def withdraw(office: Office, name: str) -> None:
    office.change(lambda tx: people.withdraw(tx, office.who("olga"), office.person(name).id))


def on_duty(office: Office, party: str = "SI", after: timedelta = DAY) -> list[str]:
    return [person.name for person in office.directory.on_duty("wbr", party, wall() + after)]


def test_nothing_moves_before_the_deputy_accepts(office: Office):
    made = make(office, "bor", "eva")
    assert on_duty(office) == ["Ana", "Bor"]
    accept(office, "eva", made)
    assert on_duty(office) == ["Ana", "Eva"]


def test_a_hand_over_ends_by_itself(office: Office):
    accept(office, "eva", make(office, "bor", "eva"))
    assert on_duty(office, after=3 * DAY) == ["Ana", "Bor"]


def test_only_the_deputy_accepts(office: Office):
    made = make(office, "bor", "eva")
    for name in ("bor", "ana", "olga"):
        with pytest.raises(NotAllowed):
            accept(office, name, made)
    with pytest.raises(Unknown):
        accept(office, "mira", made)


def test_the_deputy_has_the_roles_while_it_runs(office: Office):
    accept(office, "eva", make(office, "ana", "eva"))
    eva, directory = office.person("eva"), office.directory
    during = person_principal(eva, "wbr", directory, wall() + DAY)
    afterwards = person_principal(eva, "wbr", directory, wall() + 3 * DAY)
    assert during.roles == {"deputy", "contact_point", "party_office"}
    assert afterwards.roles == {"deputy"}


def test_taking_over_now_does_not_wait_for_the_start(office: Office):
    accept(office, "eva", make(office, "bor", "eva"), now=True)
    assert on_duty(office, after=timedelta(seconds=1)) == ["Ana", "Eva"]


@pytest.mark.parametrize("by", ["bor", "ana", "olga", "eva"])
def test_it_is_taken_back_or_given_back_at_once(office: Office, by: str):
    made = make(office, "bor", "eva")
    accept(office, "eva", made)
    ended = end(office, by, made)
    assert hand_over.state(ended, wall()) == "ended"
    assert on_duty(office) == ["Ana", "Bor"]
    with pytest.raises(Conflict):
        accept(office, "eva", made)


def test_the_office_hands_over_for_who_is_ill_and_a_colleague_does_not(office: Office):
    made = make(office, "ana", "eva", person=office.person("bor").id)
    assert made.person == office.person("bor").id
    with pytest.raises(NotAllowed):
        make(office, "eva", "bor", person=office.person("ana").id)


def test_nobody_hands_over_across_parties(office: Office):
    with pytest.raises(Unknown):
        make(office, "bor", "mira")
    with pytest.raises(Unknown):
        make(office, "goran", "mira", person=office.person("bor").id)


def test_a_gap_is_refused_and_named_with_its_zone(office: Office):
    """Mira is the only one of MK; Goran, to whom she hands over, is nominated for half of the time."""
    half = (wall() + DAY).replace(microsecond=0)
    goran = office.person("goran").id
    office.change(lambda tx: people.change(tx, office.who("olga"), goran, PersonChange(valid_until=half)))
    with pytest.raises(Refused) as refusal:
        make(office, "mira", "goran")
    problem = refusal.value.problems[0]
    assert (problem.code, problem.sent[0]) == ("gap", half.isoformat())
    assert "(Europe/Skopje) nobody of MK is reachable" in problem.message


def test_a_hand_over_to_who_is_away_is_refused(office: Office):
    accept(office, "bor", make(office, "ana", "bor"))
    withdraw(office, "eva")
    with pytest.raises(Refused, match="nobody of SI is reachable"):
        make(office, "bor", "ana", HOUR, DAY)


def test_a_duty_follows_over_two_hands(office: Office):
    accept(office, "bor", make(office, "ana", "bor"))
    accept(office, "eva", make(office, "bor", "eva"))
    assert on_duty(office) == ["Eva"]
    assert person_principal(office.person("eva"), "wbr", office.directory, wall() + DAY).roles >= {"party_office"}


def test_what_changed_since_the_proposal_is_looked_at_again_on_acceptance(office: Office):
    made = make(office, "mira", "goran")
    half = wall() + DAY
    goran = office.person("goran").id
    office.change(lambda tx: people.change(tx, office.who("olga"), goran, PersonChange(valid_until=half)))
    with pytest.raises(Refused, match="nobody of MK is reachable"):
        accept(office, "goran", made)


def test_the_same_time_is_not_handed_over_twice(office: Office):
    make(office, "bor", "eva")
    with pytest.raises(Conflict):
        make(office, "bor", "ana", DAY, 5 * DAY)
    make(office, "bor", "ana", 2 * DAY, 5 * DAY)


@pytest.mark.parametrize(
    ("start", "end_"), [(2 * DAY, DAY), (-2 * DAY, -DAY), (HOUR, 400 * DAY), (DAY, DAY - timedelta(seconds=1))]
)
def test_a_time_that_cannot_be_is_refused(office: Office, start: timedelta, end_: timedelta):
    with pytest.raises(Refused):
        make(office, "bor", "eva", start, end_)


def test_withdrawing_either_person_ends_it(office: Office):
    accept(office, "eva", make(office, "bor", "eva"))
    withdraw(office, "eva")
    assert on_duty(office) == ["Ana", "Bor"]
    accept(office, "ana", make(office, "bor", "ana"))
    withdraw(office, "bor")
    assert on_duty(office) == ["Ana"]


def test_it_holds_on_its_own_route_only(office: Office):
    def derive(tx: Any) -> None:
        derive_route(tx.conn, "wbr")
        tx.directory_changed()

    office.change(derive)
    accept(office, "eva", make(office, "bor", "eva"))
    names = [person.name for person in office.directory.on_duty("wbr-exercise", "SI", wall() + DAY)]
    assert names == ["Ana", "Bor"]
