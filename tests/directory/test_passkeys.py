"""What browsers answer about passkeys comes from outside: nonsense is refused and never fails the hub."""

import json

import pytest

from routehub.core.errors import Refused
from routehub.directory import passkeys
from tests.fixtures.office import Office

URL, CHALLENGE = "https://hub.example", "Y2hhbGxlbmdl"
NESTED = json.dumps({"id": "x", "rawId": "x", "type": "public-key", "response": {"clientDataJSON": "W1tb" * 4000}})
NONSENSE = [
    "", "null", "[]", "5", "{", "[" * 15_000, '{"id": 5}', '{"id": "x"}', "x" * 20_001, NESTED,
    json.dumps({"id": "x", "rawId": "x", "type": "public-key", "response": {"transports": 5}}),
]  # fmt: skip


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_nonsense_for_an_answer_is_refused(office: Office):
    ana = office.person("ana").id
    for said in NONSENSE:
        for attempt in (
            lambda tx, said=said: passkeys.use(tx, URL, CHALLENGE, said),
            lambda tx, said=said: passkeys.enrol(tx, URL, ana, CHALLENGE, said, "name"),
        ):
            with pytest.raises(Refused):
                office.change(attempt)


@pytest.mark.parametrize(
    ("url", "yes"),
    [("https://hub.example", True), ("https://hub.example:8443/", True), ("http://localhost:8000", True),
     ("http://hub.example", False), ("https://192.0.2.1", False), ("http://127.0.0.1:8000", False),
     ("https://[2001:db8::1]", False)],
)  # fmt: skip
def test_passkeys_are_offered_where_browsers_make_them(url: str, yes: bool):
    assert passkeys.offered(url) is yes
