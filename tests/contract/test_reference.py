"""The data that ships hangs together: no dangling code, and names that were true on the day."""

import re
from datetime import date, time
from zoneinfo import ZoneInfo

import pytest

from routehub_schemas.kinds.report.payload import DIMENSIONS
from routehub_schemas.reference import ROUTES, Route, crosswalk, indicators, parties, plans, route
from routehub_schemas.vocab import LEG_PATTERN, PARTY_PATTERN, PLACE_PATTERN, POINT_PATTERN, SNAKE_PATTERN

WBR = route("wbr")


@pytest.mark.parametrize(
    ("code", "on", "name"),
    [
        ("MK", date(2016, 1, 22), "the former Yugoslav Republic of Macedonia"),
        ("MK", date(2019, 2, 11), "the former Yugoslav Republic of Macedonia"),
        ("MK", date(2019, 2, 12), "North Macedonia"),
        ("EUAA", date(2015, 10, 25), "European Asylum Support Office"),
        ("EUAA", date(2022, 1, 19), "European Union Agency for Asylum"),
        ("GR", date(1900, 1, 1), "Greece"),
    ],
)
def test_a_party_has_the_name_of_the_day(code: str, on: date, name: str) -> None:
    assert parties()[code].named(on).name == name


def test_codes_and_aliases_name_one_party_each() -> None:
    words = [word for party in parties().values() for word in (party.code, *party.aliases)]
    assert len(words) == len(set(words))
    assert all(re.fullmatch(PARTY_PATTERN[1:-1], word) for word in words)
    assert parties()["GR"].aliases[:2] == ("EL", "GRE")


def test_names_follow_each_other_without_gap() -> None:
    for party in parties().values():
        for earlier, later in zip(party.names, party.names[1:], strict=False):
            assert earlier.until == later.start, party.code
        assert party.names[-1].until is None


@pytest.mark.parametrize("code", ROUTES)
def test_a_route_names_nothing_that_is_not_there(code: str) -> None:
    found: Route = route(code)
    members = {party.code for party in found.parties if party.role == "member"}
    known = {party.code for party in found.parties}
    assert found.code == code
    assert known <= set(parties())
    assert len(known) == len(found.parties)
    assert set(found.plans) <= set(plans())
    ZoneInfo(found.zone)
    for party in found.parties:
        ZoneInfo(party.zone)
        assert party.role in {"member", "coordinator", "observer"}
        assert party.reports == (party.role == "member")
        assert (party.due, party.period_end) == (time(8), time(6))
    legs = {leg.code for leg in found.legs}
    assert len(legs) == len(found.legs)
    for leg in found.legs:
        assert re.fullmatch(LEG_PATTERN[1:-1], leg.code)
        assert {leg.origin, leg.destination} <= members
        assert 0 <= leg.lag_days <= 7
        assert leg.policy == "agreement_required"
    assert len({place.code for place in found.places}) == len(found.places)
    for place in found.places:
        assert re.fullmatch(PLACE_PATTERN[1:-1], place.code)
        where = place.code.partition("/")[0]
        assert where in legs if "-" in where else where in members
        assert place.party in members


def test_the_western_balkans_route_is_that_of_the_leaders_meeting() -> None:
    roles = {role: {party.code for party in WBR.parties if party.role == role} for role in ("member", "coordinator")}
    assert roles["member"] == {"GR", "MK", "RS", "HR", "SI", "AT", "DE", "HU", "BG", "RO", "AL"}
    assert roles["coordinator"] == {"EC", "FRONTEX", "UNHCR", "EUAA"}
    lags = {leg.code: leg.lag_days for leg in WBR.legs}
    assert (lags["GR-MK"], lags["MK-RS"], lags["RS-HR"], lags["HR-SI"], lags["SI-AT"]) == (2, 0, 1, 0, 1)


def test_the_plans_have_the_points_that_they_declare_or_fewer() -> None:
    sizes = {plan.id: (len(plan.points), plan.declared) for plan in plans().values()}
    assert sizes["wbr-2015-draft"] == (16, 16)
    assert sizes["wbr-2015-final"] == (17, 17)
    listed, declared = sizes["wb-action-plan-2022"]
    assert listed < declared == 20
    for plan in plans().values():
        numbers = [point.number for point in plan.points]
        assert len(set(numbers)) == len(numbers)
        assert all(re.fullmatch(POINT_PATTERN[1:-1], f"{plan.id}/{number}") for number in numbers)
        assert {owner for point in plan.points for owner in point.owners} <= set(parties())
        assert plan.point(numbers[0]) is plan.points[0]
        assert plan.point("99") is None


def test_the_crosswalk_reaches_every_point_of_both_texts() -> None:
    walk = crosswalk()
    draft, final = plans()[walk.earlier], plans()[walk.later]
    assert {pair.earlier for pair in walk.pairs} == {None, *(point.number for point in draft.points)}
    assert {pair.later for pair in walk.pairs} == {point.number for point in final.points}
    assert {pair.later for pair in walk.pairs if pair.earlier is None} == {"5", "16"}
    assert {pair.earlier for pair in walk.pairs if pair.later == "9"} == {"4", "8"}


def test_the_catalogue_uses_the_dimensions_of_a_figure() -> None:
    for name, indicator in indicators().items():
        assert re.fullmatch(SNAKE_PATTERN[1:-1], name)
        assert indicator.kind in {"flow", "stock"}
        assert set(indicator.needs).isdisjoint(indicator.dimensions)
        assert {*indicator.needs, *indicator.dimensions} <= set(DIMENSIONS)
        assert not indicator.label.endswith(".")
        assert indicator.description.endswith(".")
