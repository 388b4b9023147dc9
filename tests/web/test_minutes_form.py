"""What a note-taker writes into a field of parties."""

from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest

from routehub.directory.snapshot import PartyView
from routehub.web.minutes_form import codes

NAMES = {"GR": "Greece", "MK": "North Macedonia", "BA": "Bosnia and Herzegovina", "EC": "European Commission"}
DIRECTORY = SimpleNamespace(
    parties={code: PartyView(code, "state", True, ((date(2015, 1, 1), None, name),)) for code, name in NAMES.items()},
    party_code=lambda word: {**{code: code for code in NAMES}, "EL": "GR"}.get(word),
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("GR, MK", ["GR", "MK"]), ("gr mk", ["GR", "MK"]), ("Greece and north macedonia", ["GR", "MK"]),
        ("Bosnia and Herzegovina; the Commission", ["BA", "EC"]), ("EL, Greece", ["GR"]),
        ("Grece, MK", ["Grece", "MK"]), ("", []),
    ],
)  # fmt: skip
def test_parties_are_known_by_name_and_by_code(typed: str, meant: list[str]):
    assert codes(typed, cast(Any, DIRECTORY)) == meant
