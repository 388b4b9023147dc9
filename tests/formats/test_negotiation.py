"""Which form an answer has: what RFC 9110 says of Accept."""

import pytest

from routehub.api.negotiation import CSV, JSON, XLSX, Form, best
from routehub.core.errors import NotAcceptable

FORMS = (JSON, CSV, XLSX)


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", JSON), ("*/*", JSON), ("text/csv", CSV), ("TEXT/CSV; header=present", CSV), ("text/*", CSV),
        ("application/json;q=0.5, text/csv", CSV), ("text/csv;q=0.5, application/json;q=0.5", JSON),
        ("text/html, application/xhtml+xml, */*;q=0.8", JSON), ("application/json;q=0, */*;q=0.1", CSV),
        (f"text/csv;q=0.2, {XLSX.media};q=0.3", XLSX), ("text/csv;q=0.9, text/*;q=0, */*", JSON),
        (",,text/csv,", CSV), ("text/csv;q=2", CSV),
    ],
)  # fmt: skip
def test_the_form_that_is_liked_best_is_taken(accept: str, form: Form):
    assert best([accept] if accept else [], FORMS) is form


@pytest.mark.parametrize("accept", ["application/pdf", "text/csv;q=0", "text/csv;q=nonsense", "image/*, text/html"])
def test_nothing_acceptable_is_refused_with_what_there_is(accept: str):
    with pytest.raises(NotAcceptable) as refusal:
        best([accept], FORMS)
    assert refusal.value.extra["offered"] == [form.media for form in FORMS]
