"""Any report that can be said survives the way out and back, and pleases the schema."""

import json
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from routehub_schemas import Registry, loads, payload
from routehub_schemas.export import schema
from routehub_schemas.kinds.report.payload import DIMENSIONS, Report
from routehub_schemas.reference import Indicator, indicators

REPORT = Registry.shipped()["report"]
JUDGE = Draft202012Validator(schema(REPORT))
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "place": st.sampled_from(["GR-MK/gevgelija", "MK/gevgelija-centre"]),
    "counterpart": st.sampled_from(["GR", "RS"]),
    "mode": st.sampled_from(["sea", "land", "air"]),
    "service": st.sampled_from(["shelter", "food", "health", "water_sanitation"]),
    "modality": st.sampled_from(["centre", "hotel_voucher"]),
    "sex": st.sampled_from(["female", "male", "unknown"]),
    "age_band": st.sampled_from(["0-4", "18-34", "65+"]),
    "nationality": st.sampled_from(["SY", "AF", "XX"]),
    "non_refoulement_check": st.booleans(),
}
safe = st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp", "Zs"))


def figures_of(indicator: Indicator) -> st.SearchStrategy[dict[str, Any]]:
    needed = {name: VALUES[name] for name in indicator.needs}
    optional = {name: VALUES[name] for name in indicator.dimensions} | {
        "method": st.sampled_from(["registered", "counted", "estimated", "modelled"]),
        "coverage": st.sampled_from(["full", "partial", "point"]),
        "carried_over": st.booleans(),
        "note": st.text(safe, min_size=1, max_size=40),
    }
    numbers = st.tuples(st.integers(0, 10**9), st.sampled_from(["provisional", "confirmed"]))
    state = (numbers | st.just((None, "withdrawn"))).map(lambda pair: {"value": pair[0], "status": pair[1]})
    fields = st.fixed_dictionaries({"indicator": st.just(indicator.name), **needed}, optional=optional)
    return st.tuples(fields, state).map(lambda both: both[0] | both[1])


def series(figure: dict[str, Any]) -> tuple[Any, ...]:
    return (
        figure["indicator"],
        *(figure.get(name) for name in DIMENSIONS if name != "non_refoulement_check"),
    )


figures = st.sampled_from(list(indicators().values())).flatmap(figures_of)
needed: dict[str, st.SearchStrategy[Any]] = {
    "party": st.just("MK"),
    "day": st.dates(date(2000, 1, 1), date(2099, 12, 31)).map(date.isoformat),
    "figures": st.lists(figures, min_size=1, max_size=6, unique_by=series),
}
further: dict[str, st.SearchStrategy[Any]] = {
    "audience": st.sampled_from([["*"], ["neighbours"], ["coordinators", "RS"], ["*", "observers"]]),
    "points": st.lists(st.sampled_from(["wbr-2015-final/9", "wbr-2015-draft/8"]), unique=True),
    "period": st.sampled_from(["reporting_day", "calendar_day"]),
    "reason": st.text(safe, min_size=1, max_size=80),
    "language": st.sampled_from(["en", "mk", "sr-Latn"]),
}
reports = st.fixed_dictionaries(needed, optional=further)


@given(reports)
def test_a_report_survives_the_way_out_and_back(data: dict[str, Any]) -> None:
    JUDGE.validate(data)
    made = payload(REPORT, loads(json.dumps(data).encode()))
    assert isinstance(made, Report)
    assert payload(REPORT, loads(made.model_dump_json().encode())) == made
    assert made.model_dump(mode="json", exclude_unset=True) == data
    assert "\n" not in REPORT.summary(made, {"MK": "North Macedonia"})
