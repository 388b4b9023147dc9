"""What the form of a measure has no field for."""

from zoneinfo import ZoneInfo

from routehub.web.measure_form import MeasureForm, payload
from routehub_schemas.kinds.measure.payload import Measure


def test_a_change_by_page_keeps_what_the_form_has_no_field_for():
    said = Measure.model_validate({
        "type": "daily_cap", "title": "Limits", "legs": ["SI-AT"], "start": "2016-02-19T00:00:00Z", "reasons": "Full.",
        "points": ["wbr-2015-final/13"], "language": "de", "known_since": "2016-02-16T00:00:00Z",
        "authorised_crossing_points": ["SI-AT/spielfeld"], "nationalities": ["SY"],
        "consequences": [{"party": "SI", "text": "People stay.", "people": 1900}],
        "caps": [
            {"counts": "in_transit", "people": 3200, "legs": ["SI-AT"]}, {"counts": "entries", "people": 4000},
            {"counts": "asylum_applications", "people": 80},
        ],
    })  # fmt: skip
    form = MeasureForm(
        type="daily_cap", title="580 a day", legs=("SI-AT",), start="2016-02-19 01:00", reasons="Full.",
        in_transit="580", updates="M-7F3K",
    )  # fmt: skip
    data = payload(form, ZoneInfo("Europe/Vienna"), said)
    changed = Measure.model_validate(data)
    assert [(cap.counts, cap.people, cap.legs) for cap in changed.caps] == [
        ("in_transit", 580, ["SI-AT"]), ("entries", 4000, []),
    ]  # fmt: skip
    for name in ("points", "language", "known_since", "authorised_crossing_points", "nationalities", "consequences"):
        assert getattr(changed, name) == getattr(said, name), name
